// The regression step of a gate: the worlds of a baseline against the same worlds of a candidate.
//
// Both sides have the same seeds, so each world is compared with itself: what the draw of networks
// and people adds to a figure is on both sides and drops out. For each gauge,
//
// - the change is the mean over worlds of candidate - baseline, turned so that positive is worse;
// - its interval is bootstrapped over worlds;
// - the p-value is that of the one-sided signed-rank test, with Holm's correction for the number of
//   tests, so that equal code raises any alarm at all with a probability of at most alpha;
// - worlds in which only one side measured anything are tested in the same way, as +1 and -1: what
// is
//   no longer measured is no success;
// - the least change worth failing for is the gauge's own, and never less than its absolute floor.
#pragma once

#include "reports/gate/gauges.hpp"
#include "reports/statistics/bootstrap.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace invitro::reports {

struct GatePolicy {
    double alpha = 0.01;       // the chance that equal code fails, all gauges together
    double power = 0.9;        // the chance to see a regression, by which seeds needed are counted
    double confidence = 0.95;  // of the intervals
    std::uint32_t repetitions = 2000;
};

enum class ComparisonVerdict : std::uint8_t {
    same,          // no world differs
    fine,          // a change for the worse as large as the least one is ruled out
    regression,    // significant, and at least as large as the least one
    gone,          // measured in significantly fewer worlds than before
    inconclusive,  // neither: more seeds are needed
    unmeasured,    // in no world on both sides, nor lost in any
};

std::string_view to_string(ComparisonVerdict verdict);

struct Comparison {
    std::size_t gauge = 0;  // its place in gauges()
    ComparisonVerdict verdict = ComparisonVerdict::unmeasured;
    std::uint64_t pairs = 0;     // worlds measured on both sides
    std::uint64_t unpaired = 0;  // on one side alone
    std::uint64_t differing = 0;
    double baseline = 0;  // means over the pairs
    double candidate = 0;
    // Positive is worse.
    double change = 0;
    Interval interval;
    double least = 0;   // worth failing for
    double p = 1;       // of the change, corrected
    double p_gone = 1;  // of being measured in fewer worlds, corrected
    // About so many seeds would settle what is inconclusive; nothing where the change lies so close
    // to the least one that no number would.
    std::optional<std::uint64_t> seeds_needed;
    // Where it grew most, worst first; at most three.
    std::vector<std::uint64_t> worst_seeds;
};

// Worlds are paired by place. One comparison for each gauge, in order. Precondition: as many worlds
// on both sides.
std::vector<Comparison> compare(const std::vector<WorldFigures>& baseline,
                                const std::vector<WorldFigures>& candidate,
                                const GatePolicy& policy);

}  // namespace invitro::reports
