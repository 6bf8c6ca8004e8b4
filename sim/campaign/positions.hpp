// The worlds of one part of a campaign, counted from 0.
#pragma once

#include "sim/campaign/campaign.hpp"

#include <cstdint>

namespace invitro::sim {

// Position p stands for the world of index first + p * step.
struct CampaignPositions {
    std::uint64_t first = 0;
    std::uint64_t step = 1;
    std::uint64_t count = 0;

    [[nodiscard]] std::uint64_t index(std::uint64_t position) const {
        return first + position * step;
    }

    bool operator==(const CampaignPositions&) const = default;
};

// Precondition: plan.shard < plan.shards.
CampaignPositions positions_of(const CampaignPlan& plan);

}  // namespace invitro::sim
