// Small worlds for tests: one person with some devices, called by another.
#pragma once

#include "scenarios/world.hpp"

#include <cstdint>

namespace invitro::sim {

// Device 0 is Ben's, in network 0; devices 1..recipients are Ada's, each in a network of its own.
// Ada's accept after 2 s, 2.1 s, ... Nothing is lost unless a test says so.
inline scenarios::World small_world(std::uint32_t recipients,
                                    model::NatKind caller_nat = model::NatKind::eim_apdf,
                                    model::NatKind callee_nat = model::NatKind::eim_apdf) {
    using namespace protocol::literals;
    scenarios::World world;
    world.seed = 1;
    world.push.loss = {};
    world.push.duplication = {};
    world.push.reordering = {};
    for (std::uint32_t person = 0; person < 2; ++person) {
        scenarios::Profile profile{.number = person, .identifiers = {}};
        profile.identifiers.push_back(
            *protocol::EndpointIdentifier::parse(person == 0 ? "+4930100" : "+4930200"));
        world.profiles.push_back(profile);
    }
    for (std::uint32_t number = 0; number <= recipients; ++number) {
        world.networks.push_back({.number = number,
                                  .site = model::SiteIndex{0},
                                  .access = model::AccessKind::datacentre,
                                  .nat = {.kind = number == 0 ? caller_nat : callee_nat}});
        world.devices.push_back(
            {.number = number,
             .profile = number == 0 ? 0U : 1U,
             .network = number,
             .reaction = {.kind = model::ReactionKind::accept, .after = 2s + number * 100ms}});
    }
    world.calls.push_back(
        {.number = 0, .at = 5s, .initiator = 0, .callee = world.profiles[1].identifiers[0]});
    return world;
}

}  // namespace invitro::sim
