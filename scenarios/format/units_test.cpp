#include "scenarios/format/units.hpp"

#include "scenarios/limits.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace invitro::scenarios::format {
namespace {

using namespace std::chrono_literals;
using protocol::Duration;

TEST(Duration, IsWrittenInTheLargestUnitThatReadsWell) {
    EXPECT_EQ(duration_text(0ns), "0s");
    EXPECT_EQ(duration_text(7ns), "7ns");
    EXPECT_EQ(duration_text(3250ns), "3.25us");
    EXPECT_EQ(duration_text(250ms), "250ms");
    EXPECT_EQ(duration_text(1500ms), "1.5s");
    EXPECT_EQ(duration_text(60s), "1min");
    EXPECT_EQ(duration_text(90s), "90s");
    EXPECT_EQ(duration_text(720h), "720h");
    EXPECT_EQ(duration_text(Duration{3'600'000'000'001}), "3600.000000001s");
}

TEST(Duration, IsReadInEveryUnit) {
    EXPECT_EQ(*parse_duration("7ns"), 7ns);
    EXPECT_EQ(*parse_duration("2us"), 2us);
    EXPECT_EQ(*parse_duration("0.5ms"), 500us);
    EXPECT_EQ(*parse_duration("1.5s"), 1500ms);
    EXPECT_EQ(*parse_duration("1.5min"), 90s);
    EXPECT_EQ(*parse_duration("0.25h"), 15min);
    EXPECT_EQ(*parse_duration("8784h"), limits::time_max);
}

TEST(Duration, SaysWhatIsWrong) {
    EXPECT_EQ(parse_duration("soon").error().message, "\"soon\" is not a duration");
    EXPECT_EQ(parse_duration("-5s").error().message, "\"-5s\" is not a duration");
    EXPECT_EQ(parse_duration("5").error().message, "missing unit: write \"5s\" or \"5ms\"");
    EXPECT_EQ(parse_duration("5mss").error().message, "unknown unit \"mss\"; did you mean \"ms\"?");
    EXPECT_EQ(parse_duration("5.s").error().message.substr(0, 12), "unknown unit");
    EXPECT_EQ(parse_duration("0.1ns").error().message, "0.1ns is finer than a nanosecond");
    EXPECT_EQ(parse_duration("8784.1h").error().message, "8784.1h is too long");
    EXPECT_EQ(parse_duration("999999999999999999h").error().message,
              "999999999999999999h is too long");
    EXPECT_EQ(parse_duration("9999999999999999999s").error().message,
              "\"9999999999999999999s\" is not a duration");
}

RC_GTEST_PROP(Duration, ReadsBackToTheNanosecond, ()) {
    const auto highest = limits::time_max.count() + 1;
    const Duration duration{*rc::gen::inRange<std::int64_t>(0, highest)};
    const auto back = parse_duration(duration_text(duration));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == duration);
}

TEST(Share, IsWrittenAsAPercentage) {
    EXPECT_EQ(share_text(model::probability(0)), "0%");
    EXPECT_EQ(share_text(model::probability(1)), "100%");
    EXPECT_EQ(share_text(model::probability(0.01)), "1%");
    EXPECT_EQ(share_text(model::probability(0.075)), "7.5%");
    EXPECT_EQ(share_text(model::Probability{1}), "0.00000002%");
    EXPECT_EQ(share_text(model::Probability{model::probability_one - 1}), "99.99999998%");
}

TEST(Share, IsTheNearestPartOfTwoToTheThirtyTwo) {
    EXPECT_EQ(*parse_share("50%"), model::Probability{std::uint64_t{1} << 31});
    EXPECT_EQ(*parse_share("1%"), model::probability(0.01));
    EXPECT_EQ(*parse_share("100.000%"), model::Probability{model::probability_one});
}

TEST(Share, SaysWhatIsWrong) {
    EXPECT_EQ(parse_share("many").error().message, "\"many\" is not a share");
    EXPECT_EQ(parse_share("5 %").error().message, "\"5 %\" is not a share");
    EXPECT_EQ(parse_share("0.5").error().message, "missing unit: write \"0.5%\"");
    EXPECT_EQ(parse_share("100.1%").error().message, "100.1% is more than 100%");
    EXPECT_EQ(parse_share("0.1234567890123%").error().message,
              "0.1234567890123% has more than 12 decimals");
}

RC_GTEST_PROP(Share, ReadsBackToTheLastBit, ()) {
    const model::Probability share{*rc::gen::inRange<std::uint64_t>(0, model::probability_one + 1)};
    const auto back = parse_share(share_text(share));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == share);
}

}  // namespace
}  // namespace invitro::scenarios::format
