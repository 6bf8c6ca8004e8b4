// Faults: typed entries of a schedule, with start, end and target, so that they can be written by
// hand, generated, shrunk and explained.
#pragma once

#include "model/draw.hpp"
#include "model/node_id.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace invitro::model {

using protocol::Duration;
using protocol::Instant;

enum class FaultKind : std::uint8_t {
    loss = 0,          // datagrams to or from the target vanish with `probability`
    duplication = 1,   // ... arrive twice with `probability`
    reordering = 2,    // ... are held back by up to `delay` with `probability`
    delay = 3,         // ... take `delay` longer
    broker_pause = 4,  // the broker does nothing; what arrives waits for it
    push_loss = 5,     // accepted notifications for the target vanish with `probability`
    push_duplication = 6,
    push_delay = 7,      // notifications take `delay` longer
    push_outage = 8,     // the push service answers `unavailable`
    device_offline = 9,  // the device has no network at all; its program keeps running
    partition = 10,      // no datagram between the target and anybody
    nat_flush = 11,      // at `start`, the target device's NAT forgets its mappings
    broker_crash = 12,   // the broker's program is gone from `start` on, and starts again at `end`
    slow_disk = 13,      // each write of the target's disk takes `delay` longer
    disk_damage = 14,  // at `start`, bytes that were durable on the target's disk change or vanish
    device_kill = 15,  // the device's program is gone from `start` on, and starts again at `end`
    device_reinstall = 16,  // the same, and what it had stored is gone too
    relay_crash = 17,       // the relay's program is gone from `start` on, and starts anew at `end`
    relay_exhausted = 18,   // the relay has no room for further pairs of devices
    sms_loss = 19,          // parts of an SMS of the target vanish with `probability`
    mail_delay = 20,        // mails for the target take `delay` longer
};

inline constexpr std::size_t fault_kind_count = 21;

std::string_view to_string(FaultKind kind);
std::optional<FaultKind> parse_fault_kind(std::string_view text);

struct Fault {
    std::uint32_t number = 0;  // its name; stable when others are removed
    FaultKind kind = FaultKind::loss;
    Instant start{};
    Instant end{};    // exclusive
    NodeId target{};  // none: everybody
    Probability probability{probability_one};
    Duration delay{};

    auto operator<=>(const Fault&) const = default;

    [[nodiscard]] bool is_active(Instant now) const { return start <= now && now < end; }

    [[nodiscard]] bool concerns(NodeId node) const {
        return target.kind == NodeKind::none || target == node;
    }
};

// Which parameters a kind uses: what a file must give and a shrinker may simplify.
bool uses_probability(FaultKind kind);
bool uses_delay(FaultKind kind);

// The kinds that strike brokers only; without a target, all of them.
bool strikes_brokers(FaultKind kind);

// The kinds that strike devices only; without a target, all of them.
bool strikes_devices(FaultKind kind);

// The kinds that strike relays only; without a target, all of them.
bool strikes_relays(FaultKind kind);

// While a fault of this kind is in force, a node of its kind that it concerns is down.
bool crashes(FaultKind kind, NodeId node);

// The kinds that take a node's program for a while.
bool is_crash(FaultKind kind);

// The kinds that strike at their start and have no duration.
bool is_momentary(FaultKind kind);

}  // namespace invitro::model
