#include "reports/gate/comparison.hpp"

#include "model/draw.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace invitro::reports {
namespace {

constexpr std::size_t ring_mean = 0;  // time_to_ring.mean
constexpr std::size_t ring_p99 = 1;

double uniform_of(std::uint64_t seed, std::uint64_t key) {
    return static_cast<double>(model::mix(model::mix(seed) ^ key) >> 11) * 0x1p-53;
}

// A world whose figures have what a service's have: a floor, a heavy tail, and one cause that moves
// all of them together.
WorldFigures world_of(std::uint64_t seed) {
    WorldFigures world{.seed = seed, .fingerprint = {.high = seed, .low = 1}, .values = {}};
    const double shared = 200 / (0.02 + uniform_of(seed, 99));
    for (std::size_t gauge = 0; gauge < gauges().size(); ++gauge) {
        const double own = 50 / (0.05 + uniform_of(seed, gauge));
        const bool is_rate = gauges()[gauge].larger_is_better;
        world.values.emplace_back(is_rate ? uniform_of(seed, gauge) : 100 + shared + own);
    }
    return world;
}

std::vector<WorldFigures> worlds_of(std::uint64_t first, std::uint64_t count) {
    std::vector<WorldFigures> worlds;
    for (std::uint64_t i = 0; i < count; ++i) {
        worlds.push_back(world_of(first + i));
    }
    return worlds;
}

std::vector<Comparison> against(const std::vector<WorldFigures>& baseline,
                                const std::vector<WorldFigures>& candidate) {
    return compare(baseline, candidate, GatePolicy{.repetitions = 400});
}

TEST(Comparison, OfEqualWorldsIsTheSame) {
    for (const Comparison& one : against(worlds_of(1, 9), worlds_of(1, 9))) {
        EXPECT_EQ(one.verdict, ComparisonVerdict::same);
        EXPECT_EQ(one.p, 1);
        EXPECT_EQ(one.change, 0);
    }
}

TEST(Comparison, SeesWhatGrewInEveryWorld) {
    const auto baseline = worlds_of(1, 30);
    auto candidate = baseline;
    for (WorldFigures& world : candidate) {
        *world.values[ring_mean] *= 1.1;
    }
    const auto comparisons = against(baseline, candidate);
    EXPECT_EQ(comparisons[ring_mean].verdict, ComparisonVerdict::regression);
    EXPECT_LT(comparisons[ring_mean].p, 1e-6);
    EXPECT_NEAR(comparisons[ring_mean].change, 0.1 * comparisons[ring_mean].baseline, 1e-9);
    EXPECT_EQ(comparisons[ring_p99].verdict, ComparisonVerdict::same);
    // The worst world is the one with the largest figure, here.
    double largest = 0;
    for (const WorldFigures& world : baseline) {
        largest = std::max(largest, *world.values[ring_mean]);
    }
    const auto worst = comparisons[ring_mean].worst_seeds;
    ASSERT_EQ(worst.size(), 3U);
    EXPECT_EQ(*baseline[worst[0] - 1].values[ring_mean], largest);
}

TEST(Comparison, ToleratesALittle) {
    const auto baseline = worlds_of(1, 30);
    auto candidate = baseline;
    for (WorldFigures& world : candidate) {
        *world.values[ring_mean] *= 1.01;
    }
    const Comparison one = against(baseline, candidate)[ring_mean];
    EXPECT_LT(one.p, 1e-6);
    EXPECT_EQ(one.verdict, ComparisonVerdict::fine);
}

TEST(Comparison, TakesNoOffenceAtWhatGotBetter) {
    const auto baseline = worlds_of(1, 30);
    auto candidate = baseline;
    const std::size_t rate = gauges().size() - 1;
    ASSERT_TRUE(gauges()[rate].larger_is_better);
    for (WorldFigures& world : candidate) {
        *world.values[ring_mean] *= 0.5;
        *world.values[rate] += 0.1;
    }
    auto comparisons = against(baseline, candidate);
    EXPECT_EQ(comparisons[ring_mean].verdict, ComparisonVerdict::fine);
    EXPECT_EQ(comparisons[rate].verdict, ComparisonVerdict::fine);
    EXPECT_LT(comparisons[rate].change, 0);
    // And the other way round both are worse.
    comparisons = against(candidate, baseline);
    EXPECT_EQ(comparisons[ring_mean].verdict, ComparisonVerdict::regression);
    EXPECT_EQ(comparisons[rate].verdict, ComparisonVerdict::regression);
}

TEST(Comparison, OfTooFewWorldsIsInconclusiveAndSaysHowManyItTakes) {
    const auto worse = [](std::uint64_t count) {
        const auto baseline = worlds_of(1, count);
        auto candidate = baseline;
        // One world in three pays a second for something.
        for (std::size_t i = 0; i < candidate.size(); i += 3) {
            *candidate[i].values[ring_mean] += 1000 + static_cast<double>(i);
        }
        return against(baseline, candidate)[ring_mean];
    };
    const Comparison few = worse(9);
    EXPECT_EQ(few.verdict, ComparisonVerdict::inconclusive);
    ASSERT_TRUE(few.seeds_needed);
    EXPECT_GT(*few.seeds_needed, 9U);
    EXPECT_LT(*few.seeds_needed, 200U);
    EXPECT_EQ(worse(*few.seeds_needed).verdict, ComparisonVerdict::regression);
}

TEST(Comparison, OfNoiseIsInconclusiveUntilThereAreSeedsEnough) {
    const auto noisy = [](std::uint64_t count) {
        const auto baseline = worlds_of(1, count);
        auto candidate = baseline;
        for (WorldFigures& world : candidate) {
            *world.values[ring_mean] += 500 * (uniform_of(world.seed, 7) - 0.5);
        }
        return against(baseline, candidate)[ring_mean];
    };
    const Comparison few = noisy(12);
    ASSERT_EQ(few.verdict, ComparisonVerdict::inconclusive) << few.change << " " << few.least;
    ASSERT_TRUE(few.seeds_needed);
    EXPECT_EQ(noisy(10 * *few.seeds_needed).verdict, ComparisonVerdict::fine);
}

TEST(Comparison, MissesWhatIsNoLongerMeasured) {
    const auto baseline = worlds_of(1, 30);
    auto candidate = baseline;
    for (std::size_t i = 0; i < 20; ++i) {
        candidate[i].values[ring_mean].reset();
    }
    Comparison one = against(baseline, candidate)[ring_mean];
    EXPECT_EQ(one.verdict, ComparisonVerdict::gone);
    EXPECT_EQ(one.pairs, 10U);
    EXPECT_EQ(one.unpaired, 20U);
    // In one world of thirty it may be chance; in none it was nothing.
    candidate = baseline;
    candidate[4].values[ring_mean].reset();
    EXPECT_EQ(against(baseline, candidate)[ring_mean].verdict, ComparisonVerdict::same);
    auto never = baseline;
    for (WorldFigures& world : never) {
        world.values[ring_mean].reset();
    }
    EXPECT_EQ(against(never, never)[ring_mean].verdict, ComparisonVerdict::unmeasured);
    EXPECT_EQ(against(never, baseline)[ring_mean].verdict, ComparisonVerdict::unmeasured);
    auto rare = never;
    rare[3].values[ring_mean] = 12;
    one = against(rare, never)[ring_mean];
    EXPECT_EQ(one.verdict, ComparisonVerdict::inconclusive);
    EXPECT_TRUE(one.seeds_needed);
}

// The gate's promise: equal code on disjoint seeds, where nothing drops out of the comparison,
// fails in at most 1 % of all gates, all figures together.
TEST(Comparison, OfEqualCodeOnOtherSeedsRarelyFails) {
    constexpr std::uint64_t trials = 600;
    constexpr std::uint64_t worlds = 40;
    const GatePolicy policy{.repetitions = 50};
    std::uint64_t failed = 0;
    std::uint64_t failed_without_correction = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const std::uint64_t first = 1'000'000 + trial * 2 * worlds;
        bool fails = false;
        bool fails_alone = false;
        for (const Comparison& one :
             compare(worlds_of(first, worlds), worlds_of(first + worlds, worlds), policy)) {
            fails |= one.verdict == ComparisonVerdict::regression;
            fails_alone |= one.p / static_cast<double>(gauges().size()) <= policy.alpha &&
                           one.change >= one.least;
        }
        failed += fails ? 1 : 0;
        failed_without_correction += fails_alone ? 1 : 0;
    }
    EXPECT_LE(failed, trials / 50) << "2 %";
    // The trial can fail: without the correction it would.
    EXPECT_GT(failed_without_correction, trials / 50);
}

}  // namespace
}  // namespace invitro::reports
