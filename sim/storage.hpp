// What becomes of what a world's nodes store.
#pragma once

#include "model/draw.hpp"
#include "model/node_id.hpp"
#include "scenarios/world.hpp"

#include <algorithm>
#include <cstdint>

namespace invitro::sim {

// What a crash leaves of what the node had stored. (A node that persists has a disk; what others
// store is their cast's.)
enum class CrashKeeps : bool { nothing = false, storage = true };

// A world of more devices keeps what its brokers persist only if something may read it: a snapshot
// of a million registrations takes a second and hundreds of megabytes.
inline constexpr std::size_t devices_with_storage_max = 10'000;

inline bool keeps_storage(const scenarios::World& world) {
    return world.devices.size() <= devices_with_storage_max ||
           std::any_of(world.faults.begin(), world.faults.end(), [](const model::Fault& fault) {
               return fault.kind == model::FaultKind::broker_crash ||
                      fault.kind == model::FaultKind::disk_damage;
           });
}

// What decides how many of the bytes on their way to a node's disk this crash keeps; see
// model::Disk::kept().
inline std::uint64_t crash_draw(std::uint64_t seed, model::NodeId node, const model::Fault& fault) {
    return model::draw(seed, model::Subsystem::disk, model::key_of(node), fault.number);
}

}  // namespace invitro::sim
