// The gate: may this code be merged? A candidate is judged against a baseline, in this order:
//
//   1. the fingerprints are equal: the behaviour is identical, and nothing else can be the matter
//      (but a threshold that was tightened)
//   2. a property is violated, or a world killed the program
//   3. a threshold of the scenario is missed
//   4. a figure is worse than the baseline's, significantly and by more than is tolerated
//   5. neither that nor the opposite is shown: inconclusive, with the number of seeds that would
//   settle
//      it; as are worlds of another scenario, and properties that nothing puts to the test any more
//
// What is neither of these passes: every figure is the same, or no worse than is tolerated.
#pragma once

#include "reports/gate/baseline.hpp"
#include "reports/gate/comparison.hpp"
#include "reports/text/check_list.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

// One number per verdict, as the program's exit code; both of the first two are 0.
enum class GateVerdict : std::uint8_t {
    identical,
    passed,
    violated,
    threshold_missed,
    regression,
    inconclusive,
};

// "behaviour identical", "passed", "violated", "threshold missed", "regression", "inconclusive".
std::string_view to_string(GateVerdict verdict);

// 0, 0, 1, 3, 4, 5.
int exit_code_of(GateVerdict verdict);

struct GateReport {
    std::string scenario;
    std::string file;  // the scenario's, or what it was loaded by
    GateVerdict verdict = GateVerdict::passed;
    // Each with a line of why, the most important first. Of a passing gate too: what it rests on.
    std::vector<std::string> reasons;
    std::string command;                  // that makes the candidate's report
    std::vector<Comparison> comparisons;  // empty where the gate did not come so far
    // That would settle what is inconclusive.
    std::optional<std::uint64_t> seeds_needed;
};

struct Candidate {
    const scenarios::Scenario& scenario;
    const Result& result;  // complete
    const std::vector<WorldFigures>& worlds;
};

GateReport judge(const Baseline& baseline, const Candidate& candidate, const GatePolicy& policy);

// The worst of all: violated, threshold missed, regression, inconclusive, passed, identical.
GateVerdict worst(const std::vector<GateReport>& reports);

// {"verdict", "reasons", "scenarios": [{"scenario", "verdict", "reasons", "seeds_needed",
// "comparisons"}]}.
std::string to_json(const std::vector<GateReport>& reports);

// For a pull request: a table of what changed, with the reasons above it.
std::string markdown_of(const std::vector<GateReport>& reports);

// For CI systems: the gate itself, and each comparison.
CheckList check_list_of(const GateReport& report);

// "time_to_ring.mean: 812 ms -> 1.24 s, +52 % (95 %: +31 % to +70 %), p = 0.0004 in 50 worlds".
std::string sentence_of(const Comparison& comparison, const GatePolicy& policy);

}  // namespace invitro::reports
