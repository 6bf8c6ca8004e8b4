#include "properties/generate/swarm.hpp"

namespace invitro::properties {

using model::AccessKind;
using model::FaultKind;
using model::NatKind;

Swarm draw_swarm(Draws& draws) {
    Swarm swarm;
    for (bool* feature :
         {&swarm.several_calls,   &swarm.several_callees, &swarm.several_identifiers,
          &swarm.shared_networks, &swarm.cancels,         &swarm.declines,
          &swarm.policies,        &swarm.short_lifetimes, &swarm.short_mappings,
          &swarm.moves,           &swarm.constant_push,   &swarm.push_trouble,
          &swarm.core_trouble,    &swarm.accept_together, &swarm.preloaded,
          &swarm.relays,          &swarm.ip_families,     &swarm.crossing,
          &swarm.closed_sets,     &swarm.transfers}) {
        *feature = draws.one_in(2);
    }
    swarm.hostile = draws.one_in(5);
    swarm.really_sealed = draws.one_in(64);
    swarm.scratch = draws.one_in(6);
    swarm.registration_changes = draws.one_in(4);
    swarm.unknown_callees = draws.one_in(6);
    swarm.nats = subset<NatKind>(draws, model::nat_kind_count, 4);
    // A device that nobody can reach tells little and tries for long.
    if (!draws.one_in(3)) std::erase(swarm.nats, NatKind::blk);
    if (draws.one_in(4) || swarm.nats.empty()) swarm.nats = {NatKind::pub};
    swarm.accesses = subset<AccessKind>(draws, model::access_kind_count, 4);
    if (swarm.accesses.empty()) swarm.accesses.push_back(AccessKind::fibre);
    if (!draws.one_in(4)) swarm.faults = subset<FaultKind>(draws, model::fault_kind_count, 3);
    if (!swarm.relays) std::erase_if(swarm.faults, model::strikes_relays);
    swarm.cluster = draws.one_in(4);
    swarm.overload = draws.one_in(8);
    return swarm;
}

}  // namespace invitro::properties
