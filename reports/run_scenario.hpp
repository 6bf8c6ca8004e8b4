// Runs the worlds of a scenario on worker processes and merges what they measured into a Result.
#pragma once

#include "reports/result.hpp"
#include "scenarios/scenario.hpp"
#include "sim/campaign/campaign.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace invitro::reports {

struct RunPlan {
    std::string source;  // what the scenario was loaded by, for the command that repeats the run
    std::uint64_t seed = 0;  // world w of the run has seed + w
    std::uint64_t worlds = 1;
    std::uint64_t shard = 0;
    std::uint64_t shards = 1;
    unsigned jobs = 1;
    // Called now and then with the number of worlds finished so far.
    std::function<void(std::uint64_t finished)> on_progress = {};
};

struct FinishedRun {
    Result result;
    bool interrupted = false;
};

// Worlds that crash are findings of the result. Throws std::runtime_error where the scenario gives
// a world that cannot be run, or the system denies processes.
FinishedRun run_scenario(const scenarios::Scenario& scenario, const RunPlan& plan);

// What one world hands to the campaign; equal outcomes give equal bytes.
struct WorldOutcome {
    sim::RunSummary summary;
    std::vector<properties::Tally> tallies;  // as the catalogue has them
    Measurements measurements;
    Abuse abuse;

    bool operator==(const WorldOutcome&) const = default;
};

std::vector<std::uint8_t> encode(const WorldOutcome& outcome);
// Throws std::runtime_error where the bytes are not what encode() wrote.
WorldOutcome decode_outcome(protocol::ByteView bytes);

// Adds a world to the result. Worlds may come in any order; `checked` says which property of the
// catalogue each property of the result is.
void add_world(Result& result,
               std::uint64_t world,
               std::uint64_t world_seed,
               const WorldOutcome& outcome,
               const std::vector<std::size_t>& checked);

}  // namespace invitro::reports
