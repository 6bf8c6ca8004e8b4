#include "model/push/rest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::Instant;

constexpr RestSchedule schedule{
    .begins_after = 5min, .window_first = 10min, .window_max = 40min, .window_length = 1min};

Instant at(protocol::Duration since_start) {
    return Instant{since_start};
}

TEST(Rest, begins_when_the_device_has_been_unused_for_a_while) {
    EXPECT_EQ(next_awake(schedule, at(1h), at(1h + 5min - 1ns)), at(1h + 5min - 1ns));
    EXPECT_EQ(next_awake(schedule, at(1h), at(1h + 5min)), at(1h + 15min));
    // It may have been unused since before the world began.
    EXPECT_EQ(next_awake(schedule, at(-10min), at(0s)), at(5min));
}

TEST(Rest, has_windows_ever_further_apart) {
    std::vector<protocol::Duration> openings;
    Instant now = at(5min);
    for (int i = 0; i < 5; ++i) {
        const Instant opens = next_awake(schedule, at(0s), now);
        openings.push_back(opens.time_since_epoch());
        now = opens + schedule.window_length;
    }
    EXPECT_EQ(openings, (std::vector<protocol::Duration>{15min, 36min, 77min, 118min, 159min}));
}

TEST(Rest, is_interrupted_by_a_window_for_its_whole_length) {
    EXPECT_EQ(next_awake(schedule, at(0s), at(15min)), at(15min));
    EXPECT_EQ(next_awake(schedule, at(0s), at(16min - 1ns)), at(16min - 1ns));
    EXPECT_EQ(next_awake(schedule, at(0s), at(16min)), at(36min));
}

TEST(Rest, without_windows_ends_with_use_only) {
    EXPECT_EQ(next_awake({.begins_after = 1min}, at(0s), at(59s)), at(59s));
    EXPECT_EQ(next_awake({.begins_after = 1min}, at(0s), at(1min)), protocol::never);
    EXPECT_EQ(next_awake({}, at(0s), at(0s)), protocol::never);
}

}  // namespace
}  // namespace invitro::model
