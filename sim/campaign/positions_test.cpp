#include "sim/campaign/positions.hpp"

#include "sim/campaign/ledger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

namespace invitro::sim {
namespace {

constexpr std::uint64_t index_max = std::numeric_limits<std::uint64_t>::max();

TEST(CampaignPositions, count_the_worlds_of_one_shard) {
    EXPECT_EQ(positions_of({.first = 10, .count = 5}),
              (CampaignPositions{.first = 10, .step = 1, .count = 5}));
    EXPECT_EQ(positions_of({.first = 10, .count = 5, .shard = 0, .shards = 3}),
              (CampaignPositions{.first = 12, .step = 3, .count = 1}));
    EXPECT_EQ(positions_of({.first = 10, .count = 5, .shard = 1, .shards = 3}),
              (CampaignPositions{.first = 10, .step = 3, .count = 2}));
    EXPECT_EQ(positions_of({.first = 10, .count = 1, .shard = 0, .shards = 3}).count, 0U);
}

TEST(CampaignPositions, without_a_bound_are_more_than_anybody_runs) {
    EXPECT_EQ(positions_of({.count = index_max}).count, CampaignLedger::positions_max);
}

std::uint64_t any_number() {
    return *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 20),
                           rc::gen::arbitrary<std::uint64_t>(),
                           rc::gen::inRange<std::uint64_t>(index_max - 20, index_max));
}

// A shard's positions are right if the first is the smallest and the last the largest that can be.
RC_GTEST_PROP(CampaignPositions, are_all_of_the_shard_and_all_in_range, ()) {
    const CampaignPlan plan{.first = any_number(), .count = any_number()};
    CampaignPlan part = plan;
    part.shards = std::max<std::uint64_t>(1, any_number());
    part.shard = any_number() % part.shards;
    const CampaignPositions positions = positions_of(part);
    const std::uint64_t end = plan.first + std::min(plan.count, index_max - plan.first);
    RC_PRE(positions.count < CampaignLedger::positions_max);
    if (positions.count == 0) {
        const std::uint64_t remainder = plan.first % part.shards;
        const std::uint64_t skipped = remainder <= part.shard
                                          ? part.shard - remainder
                                          : part.shards - (remainder - part.shard);
        RC_ASSERT(skipped >= end - plan.first);
        return;
    }
    const std::uint64_t last = positions.index(positions.count - 1);
    RC_ASSERT(positions.step == part.shards);
    RC_ASSERT(positions.first % part.shards == part.shard);
    RC_ASSERT(positions.first >= plan.first && positions.first - plan.first < part.shards);
    RC_ASSERT(last >= positions.first && last < end && end - last <= part.shards);
    RC_ASSERT((last - positions.first) / part.shards == positions.count - 1);
}

}  // namespace
}  // namespace invitro::sim
