// Swarm testing: each random world has a subset of the features that worlds can have, so that what
// hides another feature is often absent.
#pragma once

#include "model/fault/fault.hpp"
#include "model/nat/nat_box.hpp"
#include "model/network/access.hpp"
#include "properties/generate/draws.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace invitro::properties {

// The features that this world may have; each is on in about half of all worlds.
struct Swarm {
    bool several_calls = false;
    bool several_callees = false;
    bool several_identifiers = false;
    bool shared_networks = false;
    bool cancels = false;
    bool declines = false;
    bool policies = false;
    bool short_lifetimes = false;
    bool short_mappings = false;
    bool moves = false;
    bool constant_push = false;
    bool push_trouble = false;
    bool core_trouble = false;
    bool accept_together = false;
    bool preloaded = false;
    bool hostile = false;
    bool crossing = false;
    bool closed_sets = false;
    bool transfers = false;
    bool really_sealed = false;  // in few worlds: it is slow, and changes nothing but bytes
    bool relays = false;
    bool ip_families = false;
    bool scratch = false;
    bool registration_changes = false;
    bool unknown_callees = false;
    bool cluster = false;
    bool overload = false;
    std::vector<model::NatKind> nats;
    std::vector<model::AccessKind> accesses;
    std::vector<model::FaultKind> faults;
};

// Each kind with a chance of one in `one_in`.
template <class Kind>
std::vector<Kind> subset(Draws& draws, std::size_t count, std::uint32_t one_in) {
    std::vector<Kind> kinds;
    for (std::size_t i = 0; i < count; ++i) {
        if (draws.one_in(one_in)) kinds.push_back(static_cast<Kind>(i));
    }
    return kinds;
}

Swarm draw_swarm(Draws& draws);

}  // namespace invitro::properties
