#include "protocol/broker/rate_limiter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace invitro::protocol {
namespace {

using namespace literals;

constexpr Rate three_then_one_a_second{.burst = 3, .every = 1s};
constexpr Instant start = instant_at(1'000'000'000);

RatedSubject subject(std::uint64_t number) {
    return {.high = number * 0x9E3779B97F4A7C15U, .low = number};
}

bool try_one(RateLimiter& limiter, Instant now, std::uint64_t who, std::size_t subjects_max = 100) {
    if (limiter.wait(now, three_then_one_a_second, subject(who)) > Duration{}) return false;
    limiter.take(now, three_then_one_a_second, subject(who), subjects_max);
    return true;
}

TEST(RateLimiter, GivesABurstAndThenOneAtATime) {
    RateLimiter limiter;
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(try_one(limiter, start, 1));
    }
    EXPECT_FALSE(try_one(limiter, start, 1));
    EXPECT_EQ(limiter.wait(start, three_then_one_a_second, subject(1)), 1s);
    EXPECT_FALSE(try_one(limiter, start + 999ms, 1));
    EXPECT_TRUE(try_one(limiter, start + 1s, 1));
    EXPECT_FALSE(try_one(limiter, start + 1s, 1));
}

TEST(RateLimiter, LetsOneSubjectAloneForWhatAnotherDoes) {
    RateLimiter limiter;
    while (try_one(limiter, start, 1)) {
    }
    EXPECT_TRUE(try_one(limiter, start, 2));
}

TEST(RateLimiter, SetsNoLimitWithoutAPeriod) {
    RateLimiter limiter;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(limiter.wait(start, Rate{}, subject(1)), Duration{});
        limiter.take(start, Rate{}, subject(1), 1);
    }
    EXPECT_EQ(limiter, RateLimiter{});
}

TEST(RateLimiter, ForgetsWhoseBucketIsFullAgain) {
    RateLimiter limiter;
    for (std::uint64_t who = 1; who <= 50; ++who) {
        try_one(limiter, start, who);
    }
    EXPECT_EQ(limiter.buckets.size(), 50U);
    for (int i = 0; i < 50; ++i) {
        try_one(limiter, start + 10s + i * 10s, 99);
    }
    EXPECT_EQ(limiter.buckets.size(), 1U);
}

TEST(RateLimiter, NeverRemembersMoreThanItMay) {
    RateLimiter limiter;
    for (std::uint64_t who = 1; who <= 1000; ++who) {
        EXPECT_TRUE(try_one(limiter, start, who, 16));
        EXPECT_LE(limiter.buckets.size(), 16U);
    }
}

// Beside a naive list of bucket levels, with room for everybody.
RC_GTEST_PROP(RateLimiter, AgreesWithCountingTokens, ()) {
    struct Level {
        std::int64_t credit = 3'000;  // thousandths
        Instant at = start;
    };

    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(1, 5), rc::gen::inRange(0, 900)));
    RateLimiter limiter;
    std::map<int, Level> naive;
    Instant now = start;
    for (const auto& [who, milliseconds] : steps) {
        now += milliseconds * 1ms;
        Level& level = naive[who];
        const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - level.at);
        level.credit = std::min<std::int64_t>(3'000, level.credit + passed.count());
        level.at = now;
        const bool has_one = level.credit >= 1'000;
        if (has_one) level.credit -= 1'000;
        RC_ASSERT(try_one(limiter, now, static_cast<std::uint64_t>(who)) == has_one);
    }
}

}  // namespace
}  // namespace invitro::protocol
