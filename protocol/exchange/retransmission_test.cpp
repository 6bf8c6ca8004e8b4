#include "protocol/exchange/retransmission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace invitro::protocol {
namespace {

using namespace literals;
using testing::ElementsAre;

constexpr Instant start = instant_at(1'000);

// The waits between the first tries when every one is made just when it is due.
std::vector<Duration> first_waits(int count, const Backoff& backoff) {
    Retransmission exchange;
    exchange.start(start);
    std::vector<Duration> waits;
    Instant now = start;
    for (int i = 0; i < count; ++i) {
        EXPECT_TRUE(exchange.is_due(now));
        exchange.tried(now, backoff);
        waits.push_back(exchange.due - now);
        now = exchange.due;
    }
    return waits;
}

TEST(Retransmission, the_wait_doubles_up_to_the_cap) {
    EXPECT_THAT(first_waits(6, {}), ElementsAre(500ms, 1s, 2s, 4s, 4s, 4s));
    EXPECT_THAT(first_waits(4, {.first = 2s, .max = 3s}), ElementsAre(2s, 3s, 3s, 3s));
    EXPECT_THAT(first_waits(2, {.first = 5s, .max = 3s}), ElementsAre(3s, 3s));
}

TEST(Retransmission, it_is_due_from_its_instant_on_and_not_before) {
    Retransmission exchange;
    exchange.start(start);
    EXPECT_TRUE(exchange.is_due(start));
    exchange.tried(start);
    EXPECT_FALSE(exchange.is_due(start));
    EXPECT_FALSE(exchange.is_due(start + 500ms - 1ns));
    EXPECT_TRUE(exchange.is_due(start + 500ms));
    EXPECT_TRUE(exchange.is_due(start + 1min)) << "a deadline may be served late";
}

TEST(Retransmission, a_late_try_waits_from_when_it_was_made) {
    Retransmission exchange;
    exchange.start(start);
    exchange.tried(start);
    exchange.tried(start + 10s);
    EXPECT_EQ(exchange.due, start + 11s);
}

TEST(Retransmission, stopped_or_never_started_it_is_never_due) {
    Retransmission exchange;
    EXPECT_FALSE(exchange.is_active());
    EXPECT_FALSE(exchange.is_due(instant_at(1) + std::chrono::hours{1'000'000}));
    exchange.start(start);
    EXPECT_TRUE(exchange.is_active());
    exchange.stop();
    EXPECT_FALSE(exchange.is_active());
    EXPECT_EQ(exchange.due, never);
}

TEST(Retransmission, starting_anew_forgets_the_tries) {
    Retransmission exchange;
    exchange.start(start);
    for (int i = 0; i < 5; ++i) {
        exchange.tried(start);
    }
    EXPECT_EQ(exchange.tries, 5);
    exchange.start(start);
    EXPECT_EQ(exchange.tries, 0);
    exchange.tried(start);
    EXPECT_EQ(exchange.due - start, 500ms);
}

TEST(Retransmission, the_count_of_tries_stops_at_its_limit) {
    Retransmission exchange;
    exchange.start(start);
    for (int i = 0; i < 1000; ++i) {
        exchange.tried(start);
    }
    EXPECT_EQ(exchange.tries, 255);
    EXPECT_EQ(exchange.due - start, timing::retransmission_max);
}

// The promise behind the cap (timing.hpp): with as many failures in a row as the liveness window
// allows, one more try still falls into it.
TEST(Retransmission, six_tries_fit_into_the_liveness_window) {
    // In the worst case the window opens just after a try was made at the longest wait.
    const Duration until_last_try = timing::retransmission_max * (timing::failed_tries_max + 1);
    EXPECT_LT(until_last_try, timing::liveness_window);
}

}  // namespace
}  // namespace invitro::protocol
