// Conformance of the APNs-like profile: a test for each row of the table in docs/PUSH.md.
#include "model/push/push_bench_test.hpp"

#include <gtest/gtest.h>

namespace invitro::model {
namespace {

using protocol::PushOutcome;

PushProfile calm() {
    return without_chance(apns_profile());
}

TEST(Apns, takes_5_kilobytes_of_a_voip_notification_and_4_of_others) {
    PushBench bench(calm());
    const auto outcome = [&](std::size_t size, PushUrgency urgency) {
        return bench.submit({.payload_size = size, .urgency = urgency}).outcome;
    };
    EXPECT_EQ(outcome(5120, PushUrgency::high), PushOutcome::accepted);
    EXPECT_EQ(outcome(5121, PushUrgency::high), PushOutcome::refused);
    EXPECT_EQ(outcome(4096, PushUrgency::normal), PushOutcome::accepted);
    EXPECT_EQ(outcome(4097, PushUrgency::normal), PushOutcome::refused);
    EXPECT_EQ(outcome(4097, PushUrgency::very_low), PushOutcome::refused);
}

TEST(Apns, stores_one_usually_the_latest_for_30_days_and_none_with_expiry_zero) {
    PushBench bench(calm());
    bench.arrive(offline);
    bench.now += 10s;
    EXPECT_EQ(bench.arrive(offline).gone, Identities{1});
    EXPECT_EQ(bench.arrive(offline, {.time_to_live = 0s}).why, PushLoss::not_stored);
    EXPECT_EQ(bench.collect(), Identities{2});

    // A time to live beyond 30 days is taken, and cut.
    EXPECT_EQ(bench.submit({.time_to_live = 24h * 60}).outcome, PushOutcome::accepted);
    bench.arrive(offline, {.time_to_live = 24h * 60});
    PushBench later = bench;
    bench.now += 24h * 30;
    EXPECT_EQ(bench.collect().size(), 1U);
    later.now += 24h * 30 + 1ns;
    EXPECT_TRUE(later.collect().empty());

    // Of two that come in a short time, the older one may be kept.
    PushBench hasty(apns_profile());
    int kept_older = 0;
    for (int i = 0; i < 5'000; ++i) {
        const auto first = hasty.identity + 1;
        hasty.arrive(offline);
        hasty.now += 500ms;
        hasty.arrive(offline);
        if (hasty.collect() == Identities{first}) ++kept_older;
    }
    EXPECT_NEAR(kept_older, 500, 70);
}

TEST(Apns, replaces_by_collapse_id) {
    PushProfile roomy = calm();
    roomy.stored_per_device_max = 10;
    PushBench bench(roomy);
    bench.arrive(offline, {.collapse_key = 70});
    bench.now += 1ms;
    bench.arrive(offline, {.collapse_key = 71});
    bench.now += 1ms;
    EXPECT_EQ(bench.arrive(offline, {.collapse_key = 70}).gone, Identities{1});
    EXPECT_EQ(bench.collect(), (Identities{2, 3}));
}

TEST(Apns, sends_priority_10_at_once_and_groups_throttles_and_drops_5_and_1) {
    PushBench bench(calm());
    bench.now += 7s;
    EXPECT_EQ(bench.submit(PushUrgency::high).arrivals[0], bench.now + 600ms);
    EXPECT_EQ(bench.submit(PushUrgency::normal).arrivals[0], bench.now + 53s);
    EXPECT_EQ(bench.submit(PushUrgency::low).arrivals[0], bench.now + 5min - 7s);

    // Priority 1 does not wake a device that rests, however long; 5 and 10 do.
    const PushReceiver resting = unused_since(bench.now - 48h);
    EXPECT_EQ(bench.arrive(resting, {.urgency = PushUrgency::high}).fate,
              PushBench::Fate::delivered);
    EXPECT_EQ(bench.arrive(resting, {.urgency = PushUrgency::normal}).fate,
              PushBench::Fate::delivered);
    EXPECT_EQ(bench.arrive(resting, {.urgency = PushUrgency::low}).fate, PushBench::Fate::stored);
    EXPECT_EQ(bench.service.next_window(bench.now, phone, resting), std::nullopt);
    EXPECT_TRUE(bench.collect(resting).empty());
    EXPECT_EQ(bench.collect(in_use).size(), 1U);

    // Three of priority 5 an hour, then as many as 1 (both lower levels are it), then none.
    PushBench busy(calm());
    std::vector<PushUrgency> treated;
    for (int i = 0; i < 9; ++i) {
        const auto answer = busy.submit(PushUrgency::normal);
        if (!answer.lost) treated.push_back(answer.urgency);
    }
    EXPECT_EQ(std::count(treated.begin(), treated.end(), PushUrgency::normal), 3);
    EXPECT_EQ(treated.size(), 9U);
    EXPECT_EQ(busy.submit(PushUrgency::normal).lost, PushLoss::not_urgent);
    busy.now += 1h;
    EXPECT_EQ(busy.submit(PushUrgency::normal).urgency, PushUrgency::normal);

    PushBench unlucky(apns_profile());
    int dropped = 0;
    for (std::uint32_t device = 1; device <= 10'000; ++device) {
        const auto answer = unlucky.submit({.device = device, .urgency = PushUrgency::very_low});
        if (answer.lost == PushLoss::not_urgent) ++dropped;
    }
    EXPECT_NEAR(dropped, 500, 70);
}

TEST(Apns, answers_that_a_token_is_gone_with_its_time_and_late_or_never_where_told_so) {
    PushProfile profile = calm();
    PushBench prompt(profile);
    const Instant gone = prompt.now - 1h;
    const auto answer = prompt.submit({.gone_since = gone});
    EXPECT_EQ(answer.outcome, PushOutcome::token_gone);
    EXPECT_EQ(answer.gone_since, gone);

    profile.token_feedback = constant(8h);
    PushBench late(profile);
    EXPECT_EQ(late.submit({.gone_since = gone}).outcome, PushOutcome::accepted);
    EXPECT_EQ(late.submit({.gone_since = gone}).lost, PushLoss::token_gone);
    late.now = gone + 8h;
    EXPECT_EQ(late.submit({.gone_since = gone}).outcome, PushOutcome::token_gone);

    profile.token_feedback_never = Probability{probability_one};
    PushBench silent(profile);
    silent.now += 24h * 365;
    EXPECT_EQ(silent.submit({.gone_since = gone}).lost, PushLoss::token_gone);
}

TEST(Apns, answers_429_for_too_many_to_one_token) {
    PushBench bench(calm());
    for (int i = 0; i < 120; ++i) {
        EXPECT_EQ(bench.submit().outcome, PushOutcome::accepted);
    }
    EXPECT_EQ(bench.submit().outcome, PushOutcome::throttled);
    EXPECT_EQ(bench.submit({.device = tablet}).outcome, PushOutcome::accepted);
    bench.now += 1min;
    EXPECT_EQ(bench.submit().outcome, PushOutcome::accepted);
}

TEST(Apns, may_reorder_and_goes_on_delivering_to_an_old_token) {
    PushBench bench(apns_profile());
    int overtaken = 0;
    for (std::uint32_t device = 1; device <= 2'000; ++device) {
        const auto first = bench.submit({.device = device});
        bench.now += 1ms;
        const auto second = bench.submit({.device = device});
        if (first.copies > 0 && second.copies > 0 && second.arrivals[0] < first.arrivals[0]) {
            ++overtaken;
        }
    }
    EXPECT_GT(overtaken, 100);
    // One device, two tokens, neither gone yet: two rings, unless the application notices.
    PushBench both(calm());
    EXPECT_EQ(both.submit().copies + both.submit().copies, 2);
}

}  // namespace
}  // namespace invitro::model
