#include "reports/gate/suggestion.hpp"

#include "model/draw.hpp"
#include "reports/result.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace invitro::reports {
namespace {

// A run of a few worlds whose times have a tail; what one call pays, its neighbours pay in part.
Measurements tailed_run(std::uint64_t seed) {
    Measurements run;
    for (std::uint64_t world = 0; world < 10; ++world) {
        const std::uint64_t shared = model::below(400, model::mix(model::mix(seed) ^ world));
        for (std::uint64_t call = 0; call < 4; ++call) {
            const std::uint64_t draw = model::mix(model::mix(seed * 100 + world) ^ (call + 1));
            const std::uint64_t own = 40'000 / (model::below(200, draw) + 1);
            run.record({.measure = Measure::time_to_ring, .circumstances = Circumstances{}},
                       (500 + shared + own) * 1'000'000);
        }
        run.add_pair({}, {.direct = 4 + model::below(3, model::mix(seed + world)), .failed = 1});
    }
    return run;
}

std::vector<Measurements> tailed_runs(std::uint64_t first, std::uint64_t count) {
    std::vector<Measurements> runs;
    for (std::uint64_t i = 0; i < count; ++i) {
        runs.push_back(tailed_run(first + i));
    }
    return runs;
}

bool is_kept(const Suggestion& bound, const Measurements& run) {
    const auto measured = statistic_of(run, bound.metric, bound.statistic);
    return measured && (bound.is_at_least ? *measured >= bound.bound : *measured <= bound.bound);
}

bool are_kept(const std::vector<Suggestion>& bounds, const Measurements& run) {
    return std::all_of(
        bounds.begin(), bounds.end(), [&](const Suggestion& bound) { return is_kept(bound, run); });
}

TEST(Suggestion, IsTheWorstOfTheRunsRoundedAway) {
    const auto runs = tailed_runs(1, 30);
    const auto bounds = suggest_thresholds(runs);
    ASSERT_EQ(bounds.size(), 3U);  // what is never measured has no bound
    EXPECT_EQ(bounds[0].metric + "." + bounds[0].statistic, "time_to_ring.p50");
    EXPECT_EQ(bounds[2].metric + "." + bounds[2].statistic, "direct_rate.value");
    EXPECT_TRUE(bounds[2].is_at_least);
    EXPECT_LT(bounds[2].bound, bounds[2].typical);
    for (const Measurements& run : runs) {
        EXPECT_TRUE(are_kept(bounds, run));
    }
    for (const Suggestion& bound : bounds) {
        Suggestion tighter = bound;
        tighter.bound *= bound.is_at_least ? 1.1 : 0.9;
        EXPECT_FALSE(std::all_of(runs.begin(), runs.end(), [&](const Measurements& run) {
            return is_kept(tighter, run);
        })) << bound.metric;
    }
}

TEST(Suggestion, IsNotMadeForWhatSomeRunDoesNotMeasure) {
    auto runs = tailed_runs(1, 5);
    runs[3] = {};
    EXPECT_TRUE(suggest_thresholds(runs).empty());
    EXPECT_TRUE(suggest_thresholds({}).empty());
}

TEST(Suggestion, NeedsManyRunsForAFewFalseAlarms) {
    EXPECT_EQ(runs_needed(0.01), 1199U);
    EXPECT_EQ(runs_needed(0.5), 23U);
}

// The stated rate of false alarms, whatever the tail.
TEST(Suggestion, IsRarelyMissedByUnchangedCode) {
    constexpr std::uint64_t trials = 300;
    constexpr double false_alarm = 0.3;
    const std::uint64_t count = runs_needed(false_alarm);
    std::uint64_t missed = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const auto bounds = suggest_thresholds(tailed_runs(trial * 1000, count));
        missed += are_kept(bounds, tailed_run(trial * 1000 + 999)) ? 0U : 1U;
    }
    // Three of the twelve bounds are measured here, and rounding helps a little.
    const double promised = false_alarm / 4 * trials;
    EXPECT_LE(static_cast<double>(missed), promised + 4 * std::sqrt(promised));
    EXPECT_GE(missed, 3U);
}

TEST(Suggestion, IsWrittenAsASectionOfAScenario) {
    const std::vector<Suggestion> bounds = {
        {.metric = "time_to_ring", .statistic = "p99", .typical = 1.2, .bound = 1.25},
        {.metric = "accept_delivery", .statistic = "p50", .typical = 90, .bound = 120},
        {.metric = "direct_rate",
         .statistic = "value",
         .typical = 0.7,
         .bound = 0.58,
         .is_at_least = true},
        {.metric = "messages_per_call", .statistic = "mean", .typical = 40, .bound = 42}};
    EXPECT_EQ(thresholds_section_text(bounds),
              "\"thresholds\": {\n"
              "  \"time_to_ring.p99\": \"1250us\",\n"
              "  \"accept_delivery.p50\": \"120ms\",\n"
              "  \"direct_rate.value\": {\"at_least\": \"58%\"},\n"
              "  \"messages_per_call.mean\": 42\n"
              "}\n");
}

}  // namespace
}  // namespace invitro::reports
