#include "model/draw.hpp"
#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/multiple.hpp"
#include "reports/statistics/normal.hpp"
#include "reports/statistics/power.hpp"
#include "reports/statistics/signed_rank.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace invitro::reports {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

// Uniform from 0 up to 1.
double uniform(std::uint64_t seed, std::uint64_t place) {
    return static_cast<double>(model::mix(model::mix(seed) ^ place) >> 11) * 0x1p-53;
}

std::vector<double> sample(std::uint64_t seed, std::size_t count, double shift) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(uniform(seed, i) - 0.5 + shift);
    }
    return values;
}

EstimateOf mean_of(const std::vector<double>& values) {
    return [&values](std::span<const std::uint32_t> times) {
        double sum = 0;
        double count = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            sum += values[i] * times[i];
            count += times[i];
        }
        return sum / count;
    };
}

TEST(Normal, KnowsTheUsualQuantiles) {
    EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
    EXPECT_NEAR(normal_quantile(0.01), -2.3263478740408408, 1e-14);
    EXPECT_DOUBLE_EQ(normal_quantile(0.5), 0);
    for (const double p : {1e-12, 0.003, 0.3, 0.7, 0.999}) {
        EXPECT_NEAR(1 - normal_upper_tail(normal_quantile(p)), p, 1e-14);
    }
}

TEST(Holm, MultipliesStepByStep) {
    const std::vector<double> p_values = {0.04, 0.005, 0.03, 0.01};
    EXPECT_THAT(holm(p_values),
                ElementsAre(DoubleEq(0.06), DoubleEq(0.02), DoubleEq(0.06), DoubleEq(0.03)));
    EXPECT_THAT(holm(std::vector<double>{0.9, 0.8}), ElementsAre(DoubleEq(1), DoubleEq(1)));
    EXPECT_TRUE(holm({}).empty());
}

TEST(Bootstrap, IsTheSameEveryTimeAndAnotherWithAnotherSeed) {
    const std::vector<double> values = sample(3, 20, 0);
    const auto once = bootstrap_interval(values.size(), {.seed = 1}, mean_of(values));
    EXPECT_EQ(once, bootstrap_interval(values.size(), {.seed = 1}, mean_of(values)));
    EXPECT_NE(once, bootstrap_interval(values.size(), {.seed = 2}, mean_of(values)));
}

TEST(Bootstrap, DrawsAsManyAsThereAre) {
    const auto count = [](std::span<const std::uint32_t> times) {
        return static_cast<double>(std::accumulate(times.begin(), times.end(), 0U));
    };
    EXPECT_EQ(bootstrap_interval(17, {}, count), (Interval{.low = 17, .high = 17}));
}

TEST(Bootstrap, IntervalsHoldTheTruthAboutAsOftenAsTheySay) {
    constexpr int trials = 400;
    int held = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const std::vector<double> values = sample(500 + trial, 40, 0);
        const BootstrapPlan plan{.seed = trial, .repetitions = 400, .confidence = 0.9};
        const Interval interval = bootstrap_interval(values.size(), plan, mean_of(values));
        held += interval.low <= 0 && interval.high >= 0 ? 1 : 0;
    }
    EXPECT_GE(held, 0.84 * trials);
    EXPECT_LE(held, 0.95 * trials);
}

TEST(PairsNeeded, LetTheTestSeeWhatIsThere) {
    constexpr PowerGoal goal{.alpha = 0.01, .power = 0.9};
    const auto needed = pairs_needed(sample(9, 2000, 0.12), goal);
    ASSERT_TRUE(needed);
    constexpr int trials = 400;
    int seen = 0;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const std::vector<double> values = sample(7000 + trial, *needed, 0.12);
        seen += signed_rank(values, Alternative::greater).p <= goal.alpha ? 1 : 0;
    }
    EXPECT_GE(seen, 0.82 * trials) << *needed;
    EXPECT_LE(seen, 0.97 * trials) << *needed;
}

TEST(PairsNeeded, CountsThePairsThatDoNotDiffer) {
    // All that differ grew: 7 of them give 1/128, and one in four differs.
    const std::vector<double> differences = {0, 0, 0, 2, 0, 0, 0, 3};
    const auto needed = pairs_needed(differences, {.alpha = 1.0 / 128, .power = 0.5});
    EXPECT_EQ(needed, 4 * 8U);
    // Of the three sums of two one is positive, one more is, and one is zero and counts half.
    EXPECT_EQ(pairs_needed(std::vector<double>{-1, 1, 2}, {.alpha = 0.01, .power = 0.9}), 40U);
    EXPECT_EQ(pairs_needed(std::vector<double>{0, 0}, {}), std::nullopt);
    EXPECT_EQ(pairs_needed(std::vector<double>{-1, -2, 1}, {}), std::nullopt);
}

TEST(UnitsNeeded, GrowWithTheSquareOfTheWidth) {
    EXPECT_EQ(units_needed(50, 0.2, 0.1), 200U);
    EXPECT_EQ(units_needed(50, 0.1, 0.1), 50U);
    EXPECT_EQ(units_needed(50, 0.1, 0), std::nullopt);
}

}  // namespace
}  // namespace invitro::reports
