// Conformance of the FCM-like profile: a test for each row of the table in docs/PUSH.md.
#include "model/push/push_bench_test.hpp"

#include <gtest/gtest.h>

#include <set>

namespace invitro::model {
namespace {

using protocol::PushOutcome;

PushProfile calm() {
    return without_chance(fcm_profile());
}

TEST(Fcm, takes_4_kilobytes) {
    PushBench bench(calm());
    for (const PushUrgency urgency : {PushUrgency::high, PushUrgency::normal}) {
        EXPECT_EQ(bench.submit({.payload_size = 4096, .urgency = urgency}).outcome,
                  PushOutcome::accepted);
        EXPECT_EQ(bench.submit({.payload_size = 4097, .urgency = urgency}).outcome,
                  PushOutcome::refused);
    }
}

TEST(Fcm, stores_100_then_discards_all_with_one_notice_and_takes_0_to_28_days) {
    PushBench bench(calm());
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(bench.arrive(offline).fate, PushBench::Fate::stored);
        bench.now += 1ms;
    }
    PushBench enough = bench;
    EXPECT_EQ(enough.collect().size(), 100U);
    EXPECT_FALSE(enough.service.take_notice(phone));

    const auto beyond = bench.arrive(offline);
    EXPECT_EQ(beyond.fate, PushBench::Fate::dropped);
    EXPECT_EQ(beyond.why, PushLoss::overflow);
    EXPECT_EQ(beyond.gone.size(), 100U);
    EXPECT_EQ(beyond.gone_why, PushLoss::overflow);
    EXPECT_TRUE(bench.collect().empty());
    EXPECT_TRUE(bench.service.take_notice(phone));
    EXPECT_FALSE(bench.service.take_notice(phone));

    EXPECT_EQ(bench.submit({.time_to_live = 24h * 28}).outcome, PushOutcome::accepted);
    EXPECT_EQ(bench.submit({.time_to_live = 24h * 28 + 1s}).outcome, PushOutcome::refused);
    EXPECT_EQ(bench.arrive(offline, {.time_to_live = 0s}).why, PushLoss::not_stored);
    EXPECT_EQ(bench.arrive(in_use, {.time_to_live = 0s}).fate, PushBench::Fate::delivered);
}

TEST(Fcm, keeps_four_collapse_keys_and_nobody_knows_which) {
    std::set<std::uint64_t> victims;
    PushBench bench(calm());
    for (int round = 0; round < 200; ++round) {
        const std::uint64_t before = bench.identity;
        for (std::uint64_t key = 1; key <= 4; ++key) {
            bench.arrive(offline, {.collapse_key = key});
            bench.now += 1ms;
        }
        // The same key again replaces its like.
        EXPECT_EQ(bench.arrive(offline, {.collapse_key = 4}).gone, Identities{before + 4});
        bench.now += 1ms;
        const auto fifth = bench.arrive(offline, {.collapse_key = 5});
        const auto lost = fifth.gone.empty() ? bench.identity : fifth.gone.front();
        EXPECT_EQ(fifth.gone.empty(), fifth.fate == PushBench::Fate::dropped);
        victims.insert(lost - before);
        // Messages without a key are kept beside them.
        bench.arrive(offline);
        EXPECT_EQ(bench.collect().size(), 5U);
        bench.now += 1ms;
    }
    EXPECT_EQ(victims, (std::set<std::uint64_t>{1, 2, 3, 5, 6}));
}

TEST(Fcm, lets_normal_priority_wait_out_doze_and_demotes_some_of_high) {
    PushBench bench(calm());
    const Instant put_down = bench.now - 7min;  // dozes for two of them; the window opens at five
    const PushReceiver dozing = unused_since(put_down);
    EXPECT_EQ(bench.arrive(dozing, {.urgency = PushUrgency::high}).fate,
              PushBench::Fate::delivered);
    EXPECT_EQ(bench.arrive(dozing, {.urgency = PushUrgency::normal}).fate, PushBench::Fate::stored);
    EXPECT_TRUE(bench.collect(dozing).empty());
    EXPECT_EQ(bench.service.next_window(bench.now, phone, dozing), put_down + 10min);
    bench.now = put_down + 10min;
    EXPECT_EQ(bench.collect(dozing), Identities{2});
    // In the window, and where somebody uses the device, nothing waits.
    EXPECT_EQ(bench.arrive(dozing, {.urgency = PushUrgency::normal}).fate,
              PushBench::Fate::delivered);
    EXPECT_EQ(bench.arrive(in_use, {.urgency = PushUrgency::normal}).fate,
              PushBench::Fate::delivered);

    const auto is_demoted = [](const auto& answer) {
        return answer.urgency == PushUrgency::normal;
    };
    EXPECT_NEAR(share_where(fcm_profile(), is_demoted), 0.01, 0.003);
}

TEST(Fcm, answers_404_after_270_days_of_absence_and_for_an_application_that_is_gone) {
    PushBench bench(calm());
    EXPECT_EQ(bench.submit({.unseen_for = 24h * 270}).outcome, PushOutcome::accepted);
    EXPECT_EQ(bench.submit({.unseen_for = 24h * 270 + 1s}).outcome, PushOutcome::token_gone);
    const auto gone = bench.submit({.gone_since = bench.now - 1s});
    EXPECT_EQ(gone.outcome, PushOutcome::token_gone);
    EXPECT_EQ(gone.gone_since, std::nullopt);
}

TEST(Fcm, throttles_a_device_by_minute_and_hour_and_a_project_by_minute) {
    PushBench bench(calm());
    int accepted = 0;
    for (int minute = 0; minute < 60; ++minute) {
        int in_minute = 0;
        while (in_minute < 300 && bench.submit().outcome == PushOutcome::accepted) {
            ++in_minute;
        }
        EXPECT_LE(in_minute, 240);
        accepted += in_minute;
        bench.now += 1min;
    }
    EXPECT_EQ(accepted, 5'000);
    EXPECT_EQ(bench.submit().outcome, PushOutcome::accepted);

    PushProfile one_limit = calm();
    one_limit.device_limits.clear();
    PushBench crowd(one_limit);
    for (std::uint32_t device = 1; device <= 600'000; ++device) {
        ASSERT_EQ(crowd.submit({.device = device}).outcome, PushOutcome::accepted);
    }
    EXPECT_EQ(crowd.submit({.device = 1}).outcome, PushOutcome::throttled);
    crowd.now += 1min;
    EXPECT_EQ(crowd.submit({.device = 1}).outcome, PushOutcome::accepted);
}

TEST(Fcm, delivers_some_twice_and_some_after_minutes) {
    const PushProfile profile = fcm_profile();
    EXPECT_NEAR(
        share_where(profile, [](const auto& answer) { return answer.copies == 2; }), 0.01, 0.003);
    const Instant sent = PushBench(profile).now;
    const auto is_late = [&](const auto& answer) {
        return answer.copies > 0 && answer.arrivals[0] > sent + 1min;
    };
    EXPECT_NEAR(share_where(profile, is_late), 0.01, 0.003);
}

}  // namespace
}  // namespace invitro::model
