// A baseline: what a scenario's worlds came to when somebody last said that it was good. It lies in
// the repository beside the code, one line for each world, so that a change of it can be read in a
// diff.
//
// Simulated time does not depend on the machine, so a baseline of one machine serves on every
// other.
#pragma once

#include "protocol/vocabulary/result.hpp"
#include "reports/gate/gauges.hpp"
#include "reports/result.hpp"
#include "scenarios/scenario.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

// Grows when a reader of the older format could misunderstand the newer.
inline constexpr int baseline_format = 1;

// How often something named happened, over all worlds.
struct NamedCount {
    std::string name;
    std::uint64_t count = 0;

    bool operator==(const NamedCount&) const = default;
};

struct Baseline {
    std::string scenario;       // its name
    std::string scenario_hash;  // scenario_hash_of()
    std::string version;        // of the program that made it
    std::uint64_t seed = 0;
    sim::Fingerprint fingerprint;
    std::vector<NamedCount> exercised;  // how often each property was put to the test
    std::vector<NamedCount> probes;     // the remarks that were made at all
    std::vector<WorldFigures> worlds;   // of seed, seed + 1, ...

    bool operator==(const Baseline&) const = default;
};

// 32 hexadecimal digits over what shapes the scenario's worlds: all but its seed, description,
// thresholds and list of properties. Two with another hash cannot be compared world by world.
std::string scenario_hash_of(const scenarios::Scenario& scenario);

// Precondition: the result is of these worlds of the scenario, which begin at its seed.
Baseline baseline_of(const scenarios::Scenario& scenario,
                     const Result& result,
                     std::vector<WorldFigures> worlds);

// Errors: not JSON, another format, a part that is missing, worlds whose seeds have a gap.
std::string to_json(const Baseline& baseline);
protocol::Result<Baseline> parse_baseline(std::string_view text);

}  // namespace invitro::reports
