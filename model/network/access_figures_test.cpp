#include "model/network/access_figures.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::instant_at;

constexpr int samples = 200'000;

double milliseconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1e6;
}

// What round trips over an access of this profile take.
struct RoundTrips {
    double mean = 0;
    double deviation = 0;
};

RoundTrips measure(const AccessProfile& profile) {
    double sum = 0;
    double squares = 0;
    for (std::uint64_t i = 0; i < samples; ++i) {
        CrossingKey key{.seed = 7, .network = i % 100, .datagram = i, .direction = Direction::up};
        Duration trip = cross(profile, key, instant_at(0), 0).delay;
        key.direction = Direction::down;
        trip += cross(profile, key, instant_at(0), 0).delay;
        sum += milliseconds(trip);
        squares += milliseconds(trip) * milliseconds(trip);
    }
    const double mean = sum / samples;
    return {.mean = mean, .deviation = std::sqrt(squares / samples - mean * mean)};
}

// ---- delay --------------------------------------------------------------------------------------

// Of the measured operators only the range of each figure is known: all four corners of it.
TEST(AccessFigures, give_the_measured_4g_operators_mean_and_deviation_within_a_tenth) {
    for (const Duration mean : {83ms, 113ms}) {
        for (const Duration deviation : {39ms, 82ms}) {
            const auto profile = with_figures(access_profile(AccessKind::cellular_4g),
                                              {.round_trip = mean, .deviation = deviation});
            ASSERT_TRUE(profile.has_value())
                << milliseconds(mean) << " " << milliseconds(deviation);
            const RoundTrips measured = measure(*profile);
            EXPECT_NEAR(measured.mean / milliseconds(mean), 1, 0.01);
            EXPECT_NEAR(measured.deviation / milliseconds(deviation), 1, 0.05);
        }
    }
}

TEST(AccessFigures, of_the_4g_kind_itself_lie_among_the_operators) {
    const RoundTrips measured = measure(access_profile(AccessKind::cellular_4g));
    EXPECT_GT(measured.mean, 83);
    EXPECT_LT(measured.mean, 113);
    EXPECT_GT(measured.deviation, 39);
    EXPECT_LT(measured.deviation, 82);
}

TEST(AccessFigures, keep_the_heavy_tail) {
    const AccessProfile& kind = access_profile(AccessKind::cellular_4g);
    const auto profile = with_figures(kind, {.round_trip = 113ms, .deviation = 82ms});
    const auto tail = [](const QuantileTable& table) {
        const auto above = [&](std::size_t point) {
            return static_cast<double>(table.nanoseconds[point] - table.nanoseconds[16]);
        };
        return above(33) / above(24);  // the 99th percentile by the third quartile
    };
    EXPECT_NEAR(tail(profile->delay), tail(kind.delay), 1e-3);
}

TEST(AccessFigures, of_zero_change_nothing) {
    for (std::size_t i = 0; i < access_kind_count; ++i) {
        const AccessProfile& kind = access_profile(static_cast<AccessKind>(i));
        EXPECT_EQ(with_figures(kind, {}), kind);
    }
}

TEST(AccessFigures, that_would_make_a_delay_negative_have_no_profile) {
    const AccessProfile& kind = access_profile(AccessKind::cellular_4g);
    EXPECT_EQ(with_figures(kind, {.round_trip = 20ms, .deviation = 82ms}), std::nullopt);
    // 1 ms less than the shortest delay.
    const Duration least{kind.delay.nanoseconds[0]};
    const double mean = moments_of(kind.delay).mean;
    const Duration shift = Duration{static_cast<std::int64_t>(mean)} - least;
    EXPECT_NE(with_figures(kind, {.round_trip = 2 * shift + 1ms}), std::nullopt);
    EXPECT_EQ(with_figures(kind, {.round_trip = 2 * shift - 1ms}), std::nullopt);
}

RC_GTEST_PROP(Moments, are_those_of_many_samples, ()) {
    const auto median = *rc::gen::inRange(1, 100);
    const auto sigma = *rc::gen::inRange(0, 1'200);
    const QuantileTable table = lognormal(std::chrono::milliseconds{median}, sigma);
    double sum = 0;
    double squares = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        // One sample in each of as many equal parts.
        const double sample = milliseconds(table.sample((i * 214'748 + 107'374) << 32));
        sum += sample;
        squares += sample * sample;
    }
    const double mean = sum / 20'000;
    const double deviation = std::sqrt(std::max(0.0, squares / 20'000 - mean * mean));
    const Moments moments = moments_of(table);
    RC_ASSERT(std::abs(moments.mean / 1e6 - mean) <= 0.002 * mean);
    RC_ASSERT(std::abs(moments.deviation / 1e6 - deviation) <= 0.01 * deviation + 1e-6);
}

TEST(Moments, of_a_constant_and_of_a_uniform_time) {
    EXPECT_EQ(moments_of(constant(5ms)).mean, 5e6);
    EXPECT_EQ(moments_of(constant(5ms)).deviation, 0);
    EXPECT_NEAR(moments_of(uniform(0ms, 12ms)).mean, 6e6, 1e3);
    EXPECT_NEAR(moments_of(uniform(0ms, 12ms)).deviation, 12e6 / std::sqrt(12.0), 1e3);
}

// ---- bursts -------------------------------------------------------------------------------------

struct Runs {
    double bad_share = 0;
    double mean_length = 0;  // of bad runs, in slots
};

Runs runs_of(const AccessProfile& profile, std::uint64_t network) {
    constexpr int slots = 200'000;
    int bad = 0;
    int runs = 0;
    bool was_bad = false;
    AccessProfile sure = profile;
    sure.loss_in_good = {};
    sure.loss_in_bad = Probability{probability_one};
    for (int slot = 0; slot < slots; ++slot) {
        const CrossingKey key{.seed = 1, .network = network, .datagram = 1};
        const bool is_bad = cross(sure, key, instant_at(0) + slot * profile.slot, 0).lost;
        if (is_bad) ++bad;
        if (is_bad && !was_bad) ++runs;
        was_bad = is_bad;
    }
    return {.bad_share = static_cast<double>(bad) / slots,
            .mean_length = static_cast<double>(bad) / runs};
}

TEST(AccessFigures, make_bad_moments_as_long_as_asked_and_no_more_frequent) {
    const AccessProfile& kind = access_profile(AccessKind::cellular_4g);
    for (const Duration burst : {600ms, 3000ms}) {
        const auto profile = with_figures(kind, {.burst = burst});
        ASSERT_TRUE(profile.has_value());
        const Runs runs = runs_of(*profile, 3);
        EXPECT_NEAR(runs.bad_share, share_of(kind.bad_share), 0.2 * share_of(kind.bad_share));
        EXPECT_NEAR(runs.mean_length * milliseconds(kind.slot) / milliseconds(burst), 1, 0.1);
    }
    // As the kind is: each slot by itself.
    const double good = 1 - share_of(kind.bad_share);
    EXPECT_NEAR(runs_of(kind, 3).mean_length, 1 / good, 0.02);
}

TEST(AccessFigures, with_bursts_shorter_than_a_slot_have_no_profile) {
    const AccessProfile& kind = access_profile(AccessKind::cellular_4g);
    EXPECT_EQ(with_figures(kind, {.burst = kind.slot / 2}), std::nullopt);
    EXPECT_NE(with_figures(kind, {.burst = kind.slot * 2}), std::nullopt);
}

RC_GTEST_PROP(AccessFigures, a_moment_is_bad_or_good_whoever_asks, (std::uint64_t seed)) {
    const auto profile =
        *with_figures(access_profile(AccessKind::wifi), {.burst = std::chrono::seconds{4}});
    const CrossingKey key{.seed = seed, .network = 1, .datagram = 2, .direction = Direction::up};
    const Instant at = instant_at(0) + *rc::gen::inRange(0, 100'000) * 1ms;
    const bool lost = cross(profile, key, at, 0).lost;
    for (int i = 0; i < 5; ++i) {
        cross(profile, key, instant_at(0) + *rc::gen::inRange(0, 100'000) * 1ms, 0);
    }
    RC_ASSERT(cross(profile, key, at, 0).lost == lost);
}

}  // namespace
}  // namespace invitro::model
