// Conformance of the Web Push-like profile: a test for each row of the table in docs/PUSH.md.
#include "model/push/push_bench_test.hpp"

#include <gtest/gtest.h>

namespace invitro::model {
namespace {

using protocol::PushOutcome;

PushProfile calm() {
    return without_chance(web_push_profile());
}

TEST(WebPush, takes_4096_bytes) {
    PushBench bench(calm());
    EXPECT_EQ(bench.submit({.payload_size = 4096}).outcome, PushOutcome::accepted);
    EXPECT_EQ(bench.submit({.payload_size = 4097}).outcome, PushOutcome::refused);
}

TEST(WebPush, stores_each_for_its_time_to_live) {
    PushBench bench(calm());
    for (int i = 0; i < 300; ++i) {
        EXPECT_TRUE(bench.arrive(offline, {.time_to_live = i < 100 ? 1min : 1h}).gone.empty());
    }
    bench.now += 2min;
    EXPECT_EQ(bench.collect().size(), 200U);
    EXPECT_EQ(bench.arrive(offline, {.time_to_live = 0s}).why, PushLoss::not_stored);
    // A service may keep it for less than it is asked to.
    EXPECT_EQ(bench.submit({.time_to_live = 24h * 90}).outcome, PushOutcome::accepted);
    bench.arrive(offline, {.time_to_live = 24h * 90});
    bench.now += 24h * 30 + 1ns;
    EXPECT_TRUE(bench.collect().empty());
}

TEST(WebPush, replaces_by_topic) {
    PushBench bench(calm());
    bench.arrive(offline, {.collapse_key = 1});
    bench.arrive(offline, {.collapse_key = 2});
    bench.arrive(offline);
    bench.now += 1ms;
    EXPECT_EQ(bench.arrive(offline, {.collapse_key = 1}).gone, Identities{1});
    EXPECT_EQ(bench.arrive(offline).gone, Identities{});
    EXPECT_EQ(bench.collect(), (Identities{2, 3, 4, 5}));
}

TEST(WebPush, lets_two_of_four_urgencies_wait_for_a_device_that_saves_power) {
    PushBench bench(calm());
    const PushReceiver resting = unused_since(bench.now);
    const auto fate = [&](PushUrgency urgency) {
        return bench.arrive(resting, {.urgency = urgency}).fate;
    };
    EXPECT_EQ(fate(PushUrgency::high), PushBench::Fate::delivered);
    EXPECT_EQ(fate(PushUrgency::normal), PushBench::Fate::delivered);
    EXPECT_EQ(fate(PushUrgency::low), PushBench::Fate::stored);
    EXPECT_EQ(fate(PushUrgency::very_low), PushBench::Fate::stored);
    EXPECT_EQ(bench.service.next_window(bench.now, phone, resting), std::nullopt);
    EXPECT_TRUE(bench.collect(resting).empty());
    EXPECT_EQ(bench.collect(in_use).size(), 2U);
}

TEST(WebPush, answers_404_for_a_subscription_that_is_gone) {
    PushBench bench(calm());
    const auto gone = bench.submit({.gone_since = bench.now});
    EXPECT_EQ(gone.outcome, PushOutcome::token_gone);
    EXPECT_EQ(gone.gone_since, std::nullopt);
    EXPECT_EQ(bench.submit({.unseen_for = 24h * 60}).outcome, PushOutcome::accepted);
    EXPECT_EQ(bench.submit({.unseen_for = 24h * 60 + 1s}).outcome, PushOutcome::token_gone);
}

TEST(WebPush, answers_429_for_too_many_to_one_subscription) {
    PushBench bench(calm());
    int accepted = 0;
    while (accepted < 1'000 && bench.submit().outcome == PushOutcome::accepted) {
        ++accepted;
    }
    EXPECT_EQ(accepted, 120);
    EXPECT_EQ(bench.submit({.device = tablet}).outcome, PushOutcome::accepted);
}

TEST(WebPush, has_subscriptions_replaced) {
    PushBench bench(calm());
    EXPECT_EQ(bench.submit().outcome, PushOutcome::accepted);
    const Instant replaced = bench.now;
    bench.now += 1ms;
    // The old one is gone at once, the new one works.
    EXPECT_EQ(bench.submit({.gone_since = replaced}).outcome, PushOutcome::token_gone);
    EXPECT_EQ(bench.submit().copies, 1);
}

}  // namespace
}  // namespace invitro::model
