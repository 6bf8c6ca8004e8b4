#include "reports/gate/comparison.hpp"

#include "protocol/vocabulary/check.hpp"
#include "reports/statistics/multiple.hpp"
#include "reports/statistics/power.hpp"
#include "reports/statistics/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace invitro::reports {
namespace {

constexpr std::size_t worst_seeds_max = 3;

// What both sides measured, turned so that positive is worse.
struct PairedFigures {
    std::vector<double> differences;
    std::vector<std::uint64_t> seeds;  // of the candidate
    std::vector<double> losses;        // of each world: 1 only before, -1 only after, 0
    double baseline_sum = 0;
    double candidate_sum = 0;

    [[nodiscard]] std::uint64_t unpaired() const {
        return losses.size() -
               static_cast<std::uint64_t>(std::count(losses.begin(), losses.end(), 0.0));
    }
};

PairedFigures pair_up(const std::vector<WorldFigures>& baseline,
                      const std::vector<WorldFigures>& candidate,
                      std::size_t gauge) {
    PairedFigures paired;
    const double sign = gauges()[gauge].larger_is_better ? -1 : 1;
    for (std::size_t world = 0; world < baseline.size(); ++world) {
        const std::optional<double>& before = baseline[world].values.at(gauge);
        const std::optional<double>& after = candidate[world].values.at(gauge);
        paired.losses.push_back((before ? 1.0 : 0.0) - (after ? 1.0 : 0.0));
        if (!before || !after) continue;
        paired.differences.push_back(sign * (*after - *before));
        paired.seeds.push_back(candidate[world].seed);
        paired.baseline_sum += *before;
        paired.candidate_sum += *after;
    }
    return paired;
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Interval interval_of(const std::vector<double>& values, const GatePolicy& policy) {
    const BootstrapPlan plan{.repetitions = policy.repetitions, .confidence = policy.confidence};
    return bootstrap_interval(values.size(), plan, [&](std::span<const std::uint32_t> times) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            sum += values[i] * times[i];
        }
        return sum / static_cast<double>(values.size());
    });
}

std::vector<std::uint64_t> worst_seeds_of(const PairedFigures& paired) {
    std::vector<std::size_t> order(paired.differences.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return paired.differences[a] > paired.differences[b];
    });
    std::vector<std::uint64_t> seeds;
    for (const std::size_t i : order) {
        if (seeds.size() == worst_seeds_max || paired.differences[i] <= 0) break;
        seeds.push_back(paired.seeds[i]);
    }
    return seeds;
}

// Everything but what the other gauges have a say in.
Comparison measure(const PairedFigures& paired, std::size_t gauge, const GatePolicy& policy) {
    Comparison result{.gauge = gauge,
                      .pairs = paired.differences.size(),
                      .unpaired = paired.unpaired(),
                      .interval = {},
                      .seeds_needed = {},
                      .worst_seeds = {}};
    if (result.unpaired != 0) {
        result.p_gone = signed_rank(paired.losses, Alternative::greater).p;
    }
    if (result.pairs == 0) return result;
    const auto pairs = static_cast<double>(result.pairs);
    const SignedRank test = signed_rank(paired.differences, Alternative::greater);
    result.differing = test.pairs;
    result.p = test.p;
    result.baseline = paired.baseline_sum / pairs;
    result.candidate = paired.candidate_sum / pairs;
    result.change = mean_of(paired.differences);
    result.interval = interval_of(paired.differences, policy);
    result.least = std::max(gauges()[gauge].least_change,
                            gauges()[gauge].least_share * std::fabs(result.baseline));
    result.worst_seeds = worst_seeds_of(paired);
    return result;
}

// More seeds either show a change that is there, or narrow the interval around one that is not.
std::optional<std::uint64_t> seeds_needed(const Comparison& comparison,
                                          const PairedFigures& paired,
                                          const GatePolicy& policy,
                                          std::size_t tests) {
    const PowerGoal goal{.alpha = policy.alpha / static_cast<double>(tests), .power = policy.power};
    const double distance = std::fabs(comparison.least - comparison.change);
    std::optional<std::uint64_t> needed;
    if (comparison.pairs == 0) {
        needed = pairs_needed(paired.losses, goal);
    } else if (comparison.change >= comparison.least) {
        needed = pairs_needed(paired.differences, goal);
        if (!needed) {
            needed = units_needed(
                comparison.pairs, comparison.change - comparison.interval.low, distance);
        }
    } else {
        needed =
            units_needed(comparison.pairs, comparison.interval.high - comparison.change, distance);
    }
    // What was not enough is not what is needed.
    if (needed) needed = std::max(*needed, std::uint64_t{paired.losses.size()} + 1);
    return needed;
}

ComparisonVerdict verdict_of(const Comparison& comparison,
                             const PairedFigures& paired,
                             const GatePolicy& policy) {
    if (comparison.p_gone <= policy.alpha) return ComparisonVerdict::gone;
    if (comparison.pairs == 0) {
        const bool was_measured =
            std::find(paired.losses.begin(), paired.losses.end(), 1.0) != paired.losses.end();
        return was_measured ? ComparisonVerdict::inconclusive : ComparisonVerdict::unmeasured;
    }
    if (comparison.differing == 0) return ComparisonVerdict::same;
    if (comparison.p <= policy.alpha && comparison.change >= comparison.least) {
        return ComparisonVerdict::regression;
    }
    if (comparison.interval.high < comparison.least) return ComparisonVerdict::fine;
    return ComparisonVerdict::inconclusive;
}

// Holm's correction over all tests that were made; returns how many they are.
std::size_t correct(std::vector<Comparison>& comparisons) {
    std::vector<double*> tests;
    for (Comparison& comparison : comparisons) {
        if (comparison.pairs != 0) tests.push_back(&comparison.p);
        if (comparison.unpaired != 0) tests.push_back(&comparison.p_gone);
    }
    std::vector<double> p_values;
    for (const double* p : tests) {
        p_values.push_back(*p);
    }
    const std::vector<double> corrected = holm(p_values);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        *tests[i] = corrected[i];
    }
    return tests.size();
}

}  // namespace

std::string_view to_string(ComparisonVerdict verdict) {
    switch (verdict) {
        case ComparisonVerdict::same:
            return "same";
        case ComparisonVerdict::fine:
            return "fine";
        case ComparisonVerdict::regression:
            return "regression";
        case ComparisonVerdict::gone:
            return "gone";
        case ComparisonVerdict::inconclusive:
            return "inconclusive";
        case ComparisonVerdict::unmeasured:
            return "unmeasured";
    }
    return "unknown";
}

std::vector<Comparison> compare(const std::vector<WorldFigures>& baseline,
                                const std::vector<WorldFigures>& candidate,
                                const GatePolicy& policy) {
    CHECK(baseline.size() == candidate.size(), "worlds are compared in pairs");
    std::vector<PairedFigures> pairs;
    std::vector<Comparison> comparisons;
    for (std::size_t gauge = 0; gauge < gauges().size(); ++gauge) {
        pairs.push_back(pair_up(baseline, candidate, gauge));
        comparisons.push_back(measure(pairs.back(), gauge, policy));
    }
    const std::size_t tests = correct(comparisons);
    for (std::size_t gauge = 0; gauge < comparisons.size(); ++gauge) {
        Comparison& comparison = comparisons[gauge];
        comparison.verdict = verdict_of(comparison, pairs[gauge], policy);
        if (comparison.verdict == ComparisonVerdict::inconclusive) {
            comparison.seeds_needed = seeds_needed(comparison, pairs[gauge], policy, tests);
        }
    }
    return comparisons;
}

}  // namespace invitro::reports
