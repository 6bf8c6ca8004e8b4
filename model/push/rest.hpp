// A device that nobody uses: its screen is off, it lies still, it runs on its battery.
//
// Android calls the state Doze: what is not urgent waits for a maintenance window, and the windows
// come less and less often (Android, "Optimize for Doze and App Standby"). A device whose system
// has no windows gets what has waited when somebody uses it again.
#pragma once

#include "protocol/vocabulary/time.hpp"

#include <optional>

namespace invitro::model {

struct RestSchedule {
    protocol::Duration begins_after{};   // unused for so long, it rests
    protocol::Duration window_first{};   // from then to the first window; zero: there are none
    protocol::Duration window_max{};     // each next one is twice as far, up to this
    protocol::Duration window_length{};  // more than zero where there are windows

    auto operator<=>(const RestSchedule&) const = default;
};

// When a device that nobody has used since `unused_since` is next awake: at once if it does not
// rest yet or a window is open, at the next window's start, or never before somebody uses it.
// Precondition: unused_since <= now.
protocol::Instant next_awake(const RestSchedule& schedule,
                             protocol::Instant unused_since,
                             protocol::Instant now);

}  // namespace invitro::model
