#include "protocol/broker/cluster/ring.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <utility>

namespace invitro::protocol {
namespace {

using Place = std::pair<std::uint64_t, NodeNumber>;

// Two kinds of things stand on the ring; the first word keeps their hashes apart, and apart from
// those of identifiers and calls, whose first words are 0 or random.
constexpr std::uint64_t member_word = 0x636C75737465722E;
constexpr std::uint64_t slot_word = 0x636C75737465723A;

std::vector<Place> places_of(const IndexKey& key, const Membership& membership) {
    std::vector<Place> places;
    places.reserve(membership.members.size() * virtual_nodes);
    for (const Member& member : membership.members) {
        for (std::uint32_t i = 0; i < virtual_nodes; ++i) {
            const std::uint64_t what = (std::uint64_t{member.node} << 32) | i;
            places.emplace_back(index_hash(key, member_word, what), member.node);
        }
    }
    std::sort(places.begin(), places.end());
    return places;
}

}  // namespace

std::vector<std::uint8_t> slot_owners(const IndexKey& key, const Membership& membership) {
    CHECK(!membership.members.empty(), "a ring has members");
    const std::vector<Place> places = places_of(key, membership);
    std::vector<std::uint8_t> owners(slot_count);
    for (std::uint32_t slot = 0; slot < slot_count; ++slot) {
        const Place at{index_hash(key, slot_word, slot), 0};
        const auto next = std::lower_bound(places.begin(), places.end(), at);
        owners[slot] = next == places.end() ? places.front().second : next->second;
    }
    return owners;
}

}  // namespace invitro::protocol
