#include "sim/campaign/positions.hpp"

#include "protocol/vocabulary/check.hpp"
#include "sim/campaign/ledger.hpp"

#include <algorithm>
#include <limits>

namespace invitro::sim {

CampaignPositions positions_of(const CampaignPlan& plan) {
    CHECK(plan.shard < plan.shards, "a shard is one of so many");
    // Sums near the end of the range would wrap around, so everything is counted from plan.first.
    const std::uint64_t remainder = plan.first % plan.shards;
    const std::uint64_t skipped =
        plan.shard >= remainder ? plan.shard - remainder : plan.shard + (plan.shards - remainder);
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - plan.first;
    const std::uint64_t count = std::min(plan.count, room);
    if (skipped >= count) return {};
    const std::uint64_t positions = (count - skipped - 1) / plan.shards + 1;
    return {.first = plan.first + skipped,
            .step = plan.shards,
            .count = std::min(positions, CampaignLedger::positions_max)};
}

}  // namespace invitro::sim
