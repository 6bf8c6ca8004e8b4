#include "model/quantiles.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::Duration;

constexpr std::uint64_t draw_at(double quantile) {
    return static_cast<std::uint64_t>(quantile * 4294967296.0) << 32;
}

// The mean of evenly spread draws, in nanoseconds.
double mean_of(const QuantileTable& table) {
    constexpr std::uint64_t samples = 1 << 16;
    double sum = 0;
    for (std::uint64_t i = 0; i < samples; ++i) {
        const std::uint64_t draw = (i << 48) | (std::uint64_t{1} << 47);
        sum += static_cast<double>(table.sample(draw).count());
    }
    return sum / static_cast<double>(samples);
}

double seconds_at(const QuantileTable& table, double quantile) {
    return static_cast<double>(table.sample(draw_at(quantile)).count()) / 1e9;
}

// The quantile of the table's point.
double quantile_of(std::size_t point) {
    constexpr std::array<double, 5> tail{0.98, 0.99, 0.995, 0.999, 1.0};
    return point < 32 ? static_cast<double>(point) / 32 : tail.at(point - 32);
}

TEST(Quantiles, a_constant_is_what_every_draw_gives) {
    const QuantileTable table = constant(250ms);
    for (const double quantile : {0.0, 0.3, 0.97, 0.985, 0.9999}) {
        EXPECT_EQ(table.sample(draw_at(quantile)), 250ms);
    }
    EXPECT_EQ(table.sample(std::numeric_limits<std::uint64_t>::max()), 250ms);
    EXPECT_EQ(table.median(), 250ms);
}

TEST(Quantiles, the_draw_names_the_quantile) {
    const QuantileTable table = uniform(100ms, 200ms);
    EXPECT_EQ(table.sample(0), 100ms);
    EXPECT_EQ(table.sample(draw_at(0.5)), 150ms);
    EXPECT_EQ(table.sample(draw_at(0.25)), 125ms);
    EXPECT_NEAR(seconds_at(table, 0.985), 0.1985, 1e-8);
    EXPECT_NEAR(seconds_at(table, 0.9995), 0.19995, 1e-8);
    EXPECT_LT(table.sample(std::numeric_limits<std::uint64_t>::max()), 200ms);
    EXPECT_EQ(table.median(), 150ms);
}

TEST(Quantiles, at_each_point_of_the_table_its_value_comes_out) {
    QuantileTable table;
    for (std::size_t i = 0; i < QuantileTable::size; ++i) {
        table.nanoseconds[i] = static_cast<std::int64_t>(i * i) * 1'000'000'007;
    }
    // The tail's points lie between two draws: up to one draw's worth may be missing or too much.
    const double slope = 71.0 * 1e9 / (0.001 * 4294967296.0);
    for (std::size_t i = 0; i + 1 < QuantileTable::size; ++i) {
        EXPECT_NEAR(static_cast<double>(table.sample(draw_at(quantile_of(i))).count()),
                    static_cast<double>(table.nanoseconds[i]),
                    slope)
            << "point " << i;
    }
}

TEST(Quantiles, the_longest_time_there_is_does_not_overflow) {
    const QuantileTable table = uniform(0ns, Duration::max());
    EXPECT_EQ(table.sample(draw_at(0.5)).count(), std::numeric_limits<std::int64_t>::max() / 2);
    EXPECT_GT(table.sample(std::numeric_limits<std::uint64_t>::max()),
              Duration::max() - Duration::max() / 1'000'000);
    EXPECT_GT(lognormal(24h, 20'000).nanoseconds.back(), 0);
}

TEST(Quantiles, the_committed_normal_quantiles_are_those_of_the_normal_distribution) {
    const QuantileTable table = lognormal(1s, 1'000);
    for (std::size_t i = 1; i + 1 < QuantileTable::size; ++i) {
        const double z = std::log(static_cast<double>(table.nanoseconds[i]) / 1e9);
        EXPECT_NEAR(0.5 * std::erfc(-z / std::sqrt(2.0)), quantile_of(i), 1e-6) << "point " << i;
    }
    EXPECT_NEAR(0.5 * std::erfc(-std::log(static_cast<double>(table.nanoseconds[0]) / 1e9) /
                                std::sqrt(2.0)),
                0.0005,
                1e-6);
}

TEST(Quantiles, the_committed_exponential_quantiles_are_those_of_the_exponential_distribution) {
    const QuantileTable table = exponential(1s);
    for (std::size_t i = 0; i + 1 < QuantileTable::size; ++i) {
        const double x = static_cast<double>(table.nanoseconds[i]) / 1e9;
        EXPECT_NEAR(1 - std::exp(-x), quantile_of(i), 1e-6) << "point " << i;
    }
    // Above a quantile x the mean is x + 1: the last thousandth has its true mean.
    EXPECT_NEAR(static_cast<double>(table.nanoseconds[35] + table.nanoseconds[36]) / 2e9,
                static_cast<double>(table.nanoseconds[35]) / 1e9 + 1,
                1e-5);
}

class Lognormal : public testing::TestWithParam<std::int64_t> {};

TEST_P(Lognormal, has_its_median_mean_and_99th_percentile) {
    const double sigma = static_cast<double>(GetParam()) / 1000;
    const QuantileTable table = lognormal(622ms, GetParam());
    EXPECT_EQ(table.median(), 622ms);
    EXPECT_NEAR(mean_of(table) / (0.622e9 * std::exp(sigma * sigma / 2)), 1, 0.02);
    EXPECT_NEAR(seconds_at(table, 0.99) / (0.622 * std::exp(2.326348 * sigma)), 1, 1e-6);
    EXPECT_NEAR(seconds_at(table, 0.9) / (0.622 * std::exp(1.281552 * sigma)), 1, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Sigmas, Lognormal, testing::Values(0, 100, 300, 500, 710, 1000, 1200));

TEST(Quantiles, exponential_has_its_mean_median_and_99th_percentile) {
    const QuantileTable table = exponential(3s);
    EXPECT_NEAR(mean_of(table) / 1e9, 3.0, 0.03);
    EXPECT_NEAR(seconds_at(table, 0.5), 3 * std::log(2.0), 1e-5);
    EXPECT_NEAR(seconds_at(table, 0.99), 3 * std::log(100.0), 1e-4);
    EXPECT_NEAR(seconds_at(table, 0.2), -3 * std::log(0.8), 0.01);
    EXPECT_EQ(table.sample(0), 0ns);
}

TEST(Quantiles, a_shift_moves_every_quantile_alike) {
    const QuantileTable table = shifted(exponential(100ms), 20ms);
    EXPECT_EQ(table.sample(0), 20ms);
    EXPECT_EQ(table.median(), exponential(100ms).median() + 20ms);
    EXPECT_NEAR(mean_of(table) / 1e9, 0.12, 0.001);
}

// The same on every machine and with every compiler: a change here changes every recorded world.
TEST(Quantiles, the_tables_are_the_same_everywhere) {
    const QuantileTable delay = lognormal(622ms, 710);
    EXPECT_EQ(delay.nanoseconds[0], 60'139'443);
    EXPECT_EQ(delay.nanoseconds[8], 385'311'536);
    EXPECT_EQ(delay.nanoseconds[33], 3'244'274'965);
    EXPECT_EQ(delay.nanoseconds[36], 8'720'583'700);
    EXPECT_EQ(exponential(1s).nanoseconds[31], 3'465'736'000);
    EXPECT_EQ(delay.sample(0x0123'4567'89AB'CDEFU).count(), 75'157'718);
}

RC_GTEST_PROP(Quantiles,
              a_larger_draw_never_gives_a_shorter_time,
              (std::uint64_t a, std::uint64_t b)) {
    const QuantileTable table = lognormal(std::chrono::seconds{1}, 1'500);
    RC_ASSERT(table.sample(std::min(a, b)) <= table.sample(std::max(a, b)));
}

RC_GTEST_PROP(Quantiles, the_lower_half_of_a_draw_does_not_matter, (std::uint64_t draw)) {
    const QuantileTable table = lognormal(std::chrono::seconds{1}, 1'500);
    RC_ASSERT(table.sample(draw) == table.sample(draw >> 32 << 32));
}

RC_GTEST_PROP(Quantiles, tables_rise, (std::uint16_t milliseconds, std::uint16_t sigma)) {
    const QuantileTable table = lognormal(std::chrono::milliseconds{milliseconds}, sigma % 5000);
    RC_ASSERT(std::is_sorted(table.nanoseconds.begin(), table.nanoseconds.end()));
}

}  // namespace
}  // namespace invitro::model
