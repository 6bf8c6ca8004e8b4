// Runs one world of the invitation service.
#pragma once

#include "model/event.hpp"
#include "scenarios/world.hpp"
#include "sim/fingerprint.hpp"
#include "sim/observer.hpp"
#include "sim/platform.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace invitro::sim {

// What a run says of itself, beside what its observers saw.
struct RunSummary {
    Fingerprint fingerprint;
    std::uint64_t events = 0;
    std::uint64_t datagrams_sent = 0;
    std::uint64_t datagrams_delivered = 0;
    std::array<std::uint64_t, model::drop_reason_count> datagrams_dropped{};
    // Of attackers, by deed: sent, and among them those that reached somebody.
    std::array<std::uint64_t, model::deed_count> hostile_sent{};
    std::array<std::uint64_t, model::deed_count> hostile_delivered{};
    std::uint64_t pushes_submitted = 0;
    std::uint64_t pushes_delivered = 0;
    std::array<std::uint64_t, protocol::remark_kind_count> remarks{};
    protocol::Instant ended{};
    bool quiescent = false;

    bool operator==(const RunSummary&) const = default;
};

// Precondition: inconsistency(world) is empty.
RunSummary run_world(const scenarios::World& world,
                     Platform& platform,
                     std::span<Observer* const> observers);

}  // namespace invitro::sim
