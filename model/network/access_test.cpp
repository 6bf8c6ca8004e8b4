#include "model/network/access.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::instant_at;

constexpr std::uint64_t networks = 200;
constexpr int datagrams_per_network = 1'000;

constexpr AccessKind all_kinds[] = {AccessKind::datacentre,
                                    AccessKind::fibre,
                                    AccessKind::cable,
                                    AccessKind::dsl,
                                    AccessKind::wifi,
                                    AccessKind::cellular_3g,
                                    AccessKind::cellular_4g,
                                    AccessKind::cellular_5g,
                                    AccessKind::satellite};

// What many networks of a kind do to a small datagram every 20 ms.
struct Measured {
    double loss = 0;             // share of datagrams
    double loss_after_loss = 0;  // share of those that follow a lost one
    double mean = 0;             // round trip over this access alone, milliseconds
    double deviation = 0;
};

Measured measure(AccessKind kind) {
    const AccessProfile& profile = access_profile(kind);
    double count = 0, lost = 0, pairs = 0, lost_pairs = 0, sum = 0, squares = 0;
    for (std::uint64_t network = 1; network <= networks; ++network) {
        bool was_lost = false;
        for (int i = 0; i < datagrams_per_network; ++i) {
            const Instant now = instant_at(0) + i * 20ms;
            CrossingKey key{.seed = 1,
                            .network = network,
                            .datagram = static_cast<std::uint64_t>(i),
                            .direction = Direction::up};
            const Crossing up = cross(profile, key, now, 0);
            key.direction = Direction::down;
            const double milliseconds =
                static_cast<double>((up.delay + cross(profile, key, now, 0).delay).count()) / 1e6;
            count += 1;
            lost += up.lost ? 1 : 0;
            pairs += was_lost ? 1 : 0;
            lost_pairs += was_lost && up.lost ? 1 : 0;
            sum += milliseconds;
            squares += milliseconds * milliseconds;
            was_lost = up.lost;
        }
    }
    const double mean = sum / count;
    return {.loss = lost / count,
            .loss_after_loss = pairs == 0 ? 0 : lost_pairs / pairs,
            .mean = mean,
            .deviation = std::sqrt(squares / count - mean * mean)};
}

// ---- loss ---------------------------------------------------------------------------------------

TEST(Access, loses_as_much_as_its_kind_does) {
    EXPECT_EQ(measure(AccessKind::datacentre).loss, 0);
    EXPECT_NEAR(measure(AccessKind::wifi).loss, 0.01, 0.002);
    EXPECT_NEAR(measure(AccessKind::cellular_3g).loss, 0.02, 0.004);
    EXPECT_NEAR(measure(AccessKind::cellular_4g).loss, 0.02, 0.004);
    EXPECT_NEAR(measure(AccessKind::cellular_5g).loss, 0.02, 0.004);
    EXPECT_NEAR(measure(AccessKind::satellite).loss, 0.005, 0.0015);
    for (const AccessKind fixed : {AccessKind::fibre, AccessKind::cable, AccessKind::dsl}) {
        EXPECT_GE(measure(fixed).loss, 0.0001) << to_string(fixed);
        EXPECT_LE(measure(fixed).loss, 0.001) << to_string(fixed);
    }
}

TEST(Access, loses_in_bursts) {
    for (const AccessKind kind : all_kinds) {
        if (kind == AccessKind::datacentre) continue;
        const Measured measured = measure(kind);
        EXPECT_GT(measured.loss_after_loss, 5 * measured.loss) << to_string(kind);
    }
}

TEST(Access, a_bad_moment_is_bad_for_a_whole_slot_and_for_both_directions) {
    AccessProfile profile{.delay = constant(1ms),
                          .loss_in_bad = Probability{probability_one},
                          .bad_share = probability(0.5),
                          .slot = 100ms};
    int bad = 0;
    for (int slot = 0; slot < 1'000; ++slot) {
        const Instant begin = instant_at(0) + slot * 100ms;
        CrossingKey key{.seed = 1, .network = 1, .datagram = 1, .direction = Direction::up};
        const bool is_bad = cross(profile, key, begin, 100).lost;
        key.datagram = 2;
        EXPECT_EQ(cross(profile, key, begin + 100ms - 1ns, 100).lost, is_bad);
        key.direction = Direction::down;
        EXPECT_EQ(cross(profile, key, begin + 50ms, 100).lost, is_bad);
        if (is_bad) ++bad;
    }
    EXPECT_NEAR(bad, 500, 60);
}

// ---- delay --------------------------------------------------------------------------------------

TEST(Access, on_4g_takes_as_long_as_operators_were_measured) {
    const Measured measured = measure(AccessKind::cellular_4g);
    EXPECT_GE(measured.mean, 83);
    EXPECT_LE(measured.mean, 113);
    EXPECT_GE(measured.deviation, 39);
    EXPECT_LE(measured.deviation, 82);
}

TEST(Access, takes_as_long_as_its_kind_does) {
    EXPECT_LT(measure(AccessKind::datacentre).mean, 1);
    EXPECT_NEAR(measure(AccessKind::fibre).mean, 10, 2);
    EXPECT_NEAR(measure(AccessKind::cable).mean, 18, 3);
    EXPECT_NEAR(measure(AccessKind::dsl).mean, 30, 4);
    EXPECT_NEAR(measure(AccessKind::cellular_3g).mean, 200, 20);
    EXPECT_NEAR(measure(AccessKind::cellular_5g).mean, 40, 5);
    EXPECT_NEAR(measure(AccessKind::satellite).mean, 600, 20);
}

TEST(Access, jitter_has_a_heavy_tail) {
    for (const AccessKind kind : all_kinds) {
        const QuantileTable& delay = access_profile(kind).delay;
        const auto above_base = [&](std::size_t point) {
            return static_cast<double>(delay.nanoseconds[point] - delay.nanoseconds[0]);
        };
        // The 99th percentile (point 33) is further from the median than from a bell's.
        EXPECT_GT(above_base(33), 2.5 * above_base(16)) << to_string(kind);
    }
}

TEST(Access, a_larger_datagram_takes_longer_by_the_rate_of_its_direction) {
    const AccessProfile profile{
        .delay = constant(1ms), .up_bits_per_second = 1'000'000, .down_bits_per_second = 8'000'000};
    const CrossingKey up{.seed = 1, .network = 1, .datagram = 1, .direction = Direction::up};
    const CrossingKey down{.seed = 1, .network = 1, .datagram = 1, .direction = Direction::down};
    EXPECT_EQ(cross(profile, up, instant_at(0), 0).delay, 1ms);
    EXPECT_EQ(cross(profile, up, instant_at(0), 125).delay, 2ms);
    EXPECT_EQ(cross(profile, down, instant_at(0), 1'000).delay, 2ms);
    const AccessProfile unlimited{.delay = constant(1ms)};
    EXPECT_EQ(cross(unlimited, up, instant_at(0), 65'535).delay, 1ms);
}

TEST(Access, the_largest_datagram_on_the_slowest_line_does_not_overflow) {
    const AccessProfile profile{.delay = constant(0ms), .up_bits_per_second = 1};
    EXPECT_EQ(cross(profile, {}, instant_at(0), 65'535).delay, 524'280s);
}

// ---- draws --------------------------------------------------------------------------------------

TEST(AccessDraws, every_part_of_the_key_matters) {
    const AccessProfile& profile = access_profile(AccessKind::cellular_4g);
    const CrossingKey key{.seed = 1, .network = 2, .datagram = 3, .direction = Direction::up};
    CrossingKey other_seed = key, other_network = key, other_datagram = key, other_way = key;
    other_seed.seed = 2;
    other_network.network = 3;
    other_datagram.datagram = 4;
    other_way.direction = Direction::down;
    std::set<Duration> delays;
    for (const CrossingKey& one : {key, other_seed, other_network, other_datagram, other_way}) {
        delays.insert(cross(profile, one, instant_at(0), 0).delay);
    }
    EXPECT_EQ(delays.size(), 5U);
}

RC_GTEST_PROP(AccessDraws,
              a_delay_depends_on_the_key_alone_and_not_on_the_moment,
              (std::uint64_t seed, std::uint32_t network, std::uint64_t datagram)) {
    const AccessProfile& profile = access_profile(AccessKind::wifi);
    const CrossingKey key{
        .seed = seed, .network = network, .datagram = datagram, .direction = Direction::up};
    const auto milliseconds = *rc::gen::inRange(0, 1'000'000);
    const Crossing now = cross(profile, key, instant_at(0) + milliseconds * 1ms, 100);
    const Crossing again = cross(profile, key, instant_at(0) + milliseconds * 1ms, 100);
    RC_ASSERT(now.delay == again.delay);
    RC_ASSERT(now.lost == again.lost);
    RC_ASSERT(now.delay == cross(profile, key, instant_at(0), 100).delay);
}

// ---- names --------------------------------------------------------------------------------------

TEST(AccessKinds, have_names) {
    std::set<std::string_view> names;
    for (const AccessKind kind : all_kinds) {
        names.insert(to_string(kind));
        EXPECT_EQ(parse_access_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(names.size(), access_kind_count);
    EXPECT_TRUE(names.contains("4g"));
    EXPECT_EQ(parse_access_kind("carrier pigeon"), std::nullopt);
}

}  // namespace
}  // namespace invitro::model
