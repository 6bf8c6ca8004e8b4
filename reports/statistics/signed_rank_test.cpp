#include "reports/statistics/signed_rank.hpp"

#include "model/draw.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace invitro::reports {
namespace {

// All 2^n choices of signs, one by one: what exact_p() adds up at once.
double by_enumeration(const std::vector<double>& differences, Alternative alternative) {
    std::vector<double> sizes;
    for (const double difference : differences) {
        sizes.push_back(std::fabs(difference));
    }
    const auto positive_ranks = [&](const auto& is_positive) {
        double sum = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            if (!is_positive(i)) continue;
            for (const double other : sizes) {
                sum += other < sizes[i] ? 1 : 0;
                sum += other == sizes[i] ? 0.5 : 0;
            }
            sum += 0.5;
        }
        return sum;
    };
    const double seen = positive_ranks([&](std::size_t i) { return differences[i] > 0; });
    const std::uint32_t choices = 1U << sizes.size();
    double at_least = 0;
    double at_most = 0;
    for (std::uint32_t signs = 0; signs < choices; ++signs) {
        const double sum = positive_ranks([&](std::size_t i) { return (signs >> i & 1U) != 0; });
        at_least += sum >= seen ? 1 : 0;
        at_most += sum <= seen ? 1 : 0;
    }
    if (alternative == Alternative::greater) return at_least / choices;
    return std::min(1.0, 2 * std::min(at_least, at_most) / choices);
}

// Differences of -half .. half with many ties, or nearly none.
std::vector<double> drawn(std::uint64_t seed, std::size_t count, std::uint32_t values) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t value = model::below(values, model::mix(model::mix(seed) ^ i));
        differences.push_back(static_cast<double>(value) - static_cast<double>(values / 2));
    }
    return differences;
}

TEST(SignedRank, OfPairsThatDoNotDifferSaysNothing) {
    const std::vector<double> none(7, 0.0);
    EXPECT_EQ(signed_rank(none, Alternative::greater), SignedRank{});
    EXPECT_EQ(signed_rank({}, Alternative::two_sided).p, 1);
}

TEST(SignedRank, OfFiveThatGrewIsOneInThirtyTwo) {
    const std::vector<double> grew = {1, 2, 3, 4, 5, 0};
    EXPECT_DOUBLE_EQ(signed_rank(grew, Alternative::greater).p, 1.0 / 32);
    EXPECT_DOUBLE_EQ(signed_rank(grew, Alternative::two_sided).p, 2.0 / 32);
    EXPECT_EQ(signed_rank(grew, Alternative::greater).pairs, 5U);
    EXPECT_EQ(signed_rank(grew, Alternative::greater).positive_ranks, 15);
}

TEST(SignedRank, IsExactWithTiesToo) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        for (const std::uint32_t values : {4U, 9U, 1'000'000U}) {
            std::vector<double> differences = drawn(seed, 3 + seed % 8, values);
            std::erase(differences, 0.0);
            if (differences.empty()) continue;
            for (const auto alternative : {Alternative::greater, Alternative::two_sided}) {
                const SignedRank test = signed_rank(differences, alternative);
                EXPECT_TRUE(test.is_exact);
                EXPECT_NEAR(test.p, by_enumeration(differences, alternative), 1e-12) << seed;
            }
        }
    }
}

TEST(SignedRank, TheApproximationContinuesWhereTheExactOneEnds) {
    std::vector<double> differences = drawn(5, SignedRank::exact_max, 1'000'000);
    const SignedRank exact = signed_rank(differences, Alternative::greater);
    ASSERT_TRUE(exact.is_exact);
    // One more, whose rank is the smallest, hardly moves anything.
    differences.push_back(1e-9);
    const SignedRank approximate = signed_rank(differences, Alternative::greater);
    ASSERT_FALSE(approximate.is_exact);
    EXPECT_NEAR(approximate.p, exact.p, 0.01);
}

// By scipy.stats.wilcoxon(..., mode="approx", correction=True), of which scipy_test.py has more.
TEST(SignedRank, TheApproximationKnowsTiesAndContinuity) {
    std::vector<double> differences;
    for (int i = 1; i <= 60; ++i) {
        differences.push_back((i % 3 == 0 ? -1 : 1) * (i % 7 + 1));
    }
    const SignedRank test = signed_rank(differences, Alternative::greater);
    EXPECT_FALSE(test.is_exact);
    EXPECT_EQ(test.positive_ranks, 1188);
    EXPECT_NEAR(test.p, 0.022161194887858296, 1e-15);
    EXPECT_NEAR(signed_rank(differences, Alternative::two_sided).p, 0.04432238977571659, 1e-15);
}

// The promise behind a gate: of many comparisons of equal code, no more than alpha raise an alarm.
TEST(SignedRank, OfEqualCodeRarelyRaisesAnAlarm) {
    constexpr int trials = 4000;
    for (const std::size_t pairs : {12U, 30U, 80U}) {
        int alarms = 0;
        for (std::uint64_t trial = 0; trial < trials; ++trial) {
            const std::vector<double> differences = drawn(1000 + trial, pairs, 1001);
            alarms += signed_rank(differences, Alternative::greater).p <= 0.05 ? 1 : 0;
        }
        // Five standard deviations above what is promised; not far below it either.
        EXPECT_LE(alarms, 0.05 * trials + 5 * std::sqrt(0.05 * 0.95 * trials)) << pairs;
        EXPECT_GE(alarms, 0.03 * trials) << pairs;
    }
}

}  // namespace
}  // namespace invitro::reports
