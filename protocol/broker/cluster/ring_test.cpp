#include "protocol/broker/cluster/ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace invitro::protocol {
namespace {

constexpr IndexKey key{.first = 1, .second = 2};

Membership members(const std::vector<NodeNumber>& nodes) {
    Membership membership{.epoch = 1, .members = {}};
    for (const NodeNumber node : nodes) {
        membership.members.push_back({.node = node, .address = {.ip = ipv4(node), .port = 1}});
    }
    return membership;
}

TEST(Ring, follows_from_the_members_alone) {
    Membership later = members({0, 1, 2});
    later.epoch = 9;
    later.members[1].address.port = 7;
    EXPECT_EQ(slot_owners(key, members({0, 1, 2})), slot_owners(key, later));
    EXPECT_NE(slot_owners(key, members({0, 1, 2})),
              slot_owners({.first = 3, .second = 2}, members({0, 1, 2})));
}

TEST(Ring, gives_each_member_a_fair_share) {
    const auto owners = slot_owners(key, members({0, 1, 2, 3}));
    for (std::uint8_t node = 0; node < 4; ++node) {
        const auto share = std::count(owners.begin(), owners.end(), node);
        EXPECT_GT(share, slot_count / 8) << int{node};
        EXPECT_LT(share, slot_count / 2) << int{node};
    }
}

TEST(Ring, moves_only_what_a_newcomer_gains) {
    const auto before = slot_owners(key, members({0, 1, 2}));
    const auto after = slot_owners(key, members({0, 1, 2, 3}));
    std::size_t moved = 0;
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        if (before[slot] == after[slot]) continue;
        EXPECT_EQ(after[slot], 3);
        ++moved;
    }
    EXPECT_GT(moved, 0U);
    EXPECT_LT(moved, slot_count / 2);
}

TEST(Slot, is_kept_in_a_calls_id) {
    const CallId id{.high = 5, .low = ~std::uint64_t{0}};
    for (const Slot slot : {Slot{0}, Slot{1}, Slot{1023}}) {
        EXPECT_EQ(slot_of(with_slot(id, slot)), slot);
        EXPECT_EQ(with_slot(id, slot).low / slot_count, id.low / slot_count);
    }
}

TEST(Slot, identifiers_spread_over_all) {
    std::vector<int> count(slot_count);
    for (int i = 0; i < 20'000; ++i) {
        const auto text = "+49151" + std::to_string(10'000'000 + i);
        ++count[slot_of(*EndpointIdentifier::parse(text))];
    }
    EXPECT_GT(*std::min_element(count.begin(), count.end()), 2);
    EXPECT_LT(*std::max_element(count.begin(), count.end()), 60);
}

}  // namespace
}  // namespace invitro::protocol
