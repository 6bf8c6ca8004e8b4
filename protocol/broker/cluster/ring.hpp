// Who owns which slot: consistent hashing with virtual nodes, a pure function of the membership.
//
// Each member stands at `virtual_nodes` places of a ring of 64-bit numbers, each slot at one; a
// slot's owner is the member whose place comes next. Places are hashes keyed with a secret of the
// cluster. A member more or less moves only the slots that it gains or leaves.
#pragma once

#include "protocol/broker/hash_index.hpp"
#include "protocol/vocabulary/slot.hpp"
#include "protocol/wire/cluster_messages.hpp"

#include <cstdint>
#include <vector>

namespace invitro::protocol {

inline constexpr std::uint32_t virtual_nodes = 64;

// By slot, the number of its owner. Precondition: there are members.
std::vector<std::uint8_t> slot_owners(const IndexKey& key, const Membership& membership);

}  // namespace invitro::protocol
