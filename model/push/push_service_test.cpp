#include "model/push/push_service.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::instant_at;
using protocol::PushOutcome;

constexpr Instant start = instant_at(1'000'000'000);
constexpr std::uint32_t phone = 7;
constexpr std::uint32_t tablet = 8;

const PushReceiver here{};
const PushReceiver away{.online = false};

// A profile without any trouble of its own.
PushProfile smooth() {
    return {.delay = constant(600ms)};
}

PushNotification notification(std::uint64_t identity, Instant submitted, Duration time_to_live) {
    return {.identity = identity,
            .collapse_key = 0,
            .submitted = submitted,
            .expires = submitted + time_to_live,
            .payload = {static_cast<std::uint8_t>(identity)}};
}

std::vector<std::uint64_t> identities(const std::vector<PushNotification>& notifications) {
    std::vector<std::uint64_t> all;
    all.reserve(notifications.size());
    for (const PushNotification& one : notifications) {
        all.push_back(one.identity);
    }
    return all;
}

using Identities = std::vector<std::uint64_t>;

// The share of the first `count` submissions for which the condition holds.
template <class Condition>
double share(PushService& service, const PushConditions& conditions, Condition condition) {
    constexpr int count = 20'000;
    int held = 0;
    for (std::uint64_t identity = 1; identity <= count; ++identity) {
        const auto answer =
            service.submit(start, {.device = phone, .identity = identity}, conditions);
        if (condition(answer)) ++held;
    }
    return static_cast<double>(held) / count;
}

// ---- submission ---------------------------------------------------------------------------------

TEST(PushService, accepts_and_delivers_after_its_delay) {
    PushService service{smooth(), 1};
    const auto answer = service.submit(start, {.device = phone, .identity = 1}, {});
    EXPECT_EQ(answer.outcome, PushOutcome::accepted);
    EXPECT_FALSE(answer.lost);
    ASSERT_EQ(answer.copies, 1);
    EXPECT_EQ(answer.arrivals[0], start + 600ms);
}

TEST(PushService, refuses_a_token_that_is_gone) {
    PushService service{smooth(), 1};
    const auto answer =
        service.submit(start, {.device = phone, .identity = 1, .gone_since = start}, {});
    EXPECT_EQ(answer.outcome, PushOutcome::token_gone);
    EXPECT_EQ(answer.copies, 0);
}

TEST(PushService, is_unavailable_during_an_outage_whatever_the_token) {
    PushService service{smooth(), 1};
    for (const bool gone : {false, true}) {
        PushService::Submission submission{.device = phone, .identity = 1};
        if (gone) submission.gone_since = start;
        const auto answer = service.submit(start, submission, {.outage = true});
        EXPECT_EQ(answer.outcome, PushOutcome::unavailable);
        EXPECT_EQ(answer.copies, 0);
    }
}

TEST(PushService, accepted_is_not_delivered) {
    PushProfile profile = smooth();
    profile.loss = probability(0.3);
    PushService service{profile, 1};
    const auto is_lost = [](const PushService::Answer& answer) {
        EXPECT_EQ(answer.outcome, PushOutcome::accepted);
        EXPECT_EQ(answer.copies, answer.lost ? 0 : 1);
        return answer.lost.has_value();
    };
    EXPECT_NEAR(share(service, {}, is_lost), 0.3, 0.01);
    // A fault's loss comes on top and is drawn by itself.
    EXPECT_NEAR(share(service, {.loss = probability(0.5)}, is_lost), 0.65, 0.01);
}

TEST(PushService, may_deliver_twice_each_copy_in_its_own_time) {
    PushProfile profile = apns_profile();
    profile.loss = profile.reordering = {};
    profile.device_limits = {};
    profile.duplication = probability(0.2);
    PushService service{profile, 1};
    const auto is_doubled = [](const PushService::Answer& answer) {
        EXPECT_EQ(answer.copies == 2, answer.arrivals[1] != Instant{});
        EXPECT_NE(answer.arrivals[0], answer.arrivals[1]);
        return answer.copies == 2;
    };
    EXPECT_NEAR(share(service, {}, is_doubled), 0.2, 0.01);
    EXPECT_NEAR(share(service, {.duplication = probability(0.5)}, is_doubled), 0.6, 0.015);
}

TEST(PushService, loss_and_duplication_are_drawn_apart) {
    PushProfile profile = smooth();
    profile.loss = profile.duplication = probability(0.3);
    PushService service{profile, 1};
    const auto is_doubled = [](const PushService::Answer& answer) { return answer.copies == 2; };
    EXPECT_NEAR(share(service, {}, is_doubled), 0.7 * 0.3, 0.01);
}

TEST(PushService, may_reorder) {
    PushProfile profile = smooth();
    profile.reordering = probability(0.1);
    profile.reordering_delay = constant(2s);
    PushService service{profile, 1};
    const auto is_late = [](const PushService::Answer& answer) {
        const bool is_held_back = answer.arrivals[0] == start + 2600ms;
        EXPECT_TRUE(is_held_back || answer.arrivals[0] == start + 600ms);
        return is_held_back;
    };
    EXPECT_NEAR(share(service, {}, is_late), 0.1, 0.01);
}

TEST(PushService, a_delay_fault_delays) {
    PushService service{smooth(), 1};
    const auto answer =
        service.submit(start, {.device = phone, .identity = 1}, {.delay_added = 5s});
    EXPECT_EQ(answer.arrivals[0], start + 5600ms);
}

TEST(PushService, apns_takes_what_was_measured_from_send_to_ring) {
    PushProfile profile = apns_profile();
    profile.device_limits = {};
    PushService service{profile, 1};
    std::vector<double> seconds;
    double sum = 0;
    for (std::uint64_t identity = 1; identity <= 20'000; ++identity) {
        const auto answer = service.submit(start, {.device = phone, .identity = identity}, {});
        if (answer.lost) continue;
        seconds.push_back(static_cast<double>((answer.arrivals[0] - start).count()) / 1e9);
        sum += seconds.back();
    }
    std::sort(seconds.begin(), seconds.end());
    const auto at = [&](double quantile) {
        return seconds[static_cast<std::size_t>(quantile * static_cast<double>(seconds.size()))];
    };
    EXPECT_NEAR(at(0.5), 0.62, 0.02);
    EXPECT_NEAR(at(0.95), 2.0, 0.1);
    EXPECT_NEAR(at(0.99), 3.2, 0.25);
    EXPECT_NEAR(sum / static_cast<double>(seconds.size()), 0.8, 0.03);
    EXPECT_GT(static_cast<double>(seconds.size()), 20'000 * 0.995);
}

// ---- storage ------------------------------------------------------------------------------------

TEST(PushService, an_online_device_gets_what_arrives) {
    PushService service{smooth(), 1};
    const auto arrival = service.arrive(start, phone, here, notification(1, start, 1min));
    EXPECT_EQ(arrival.fate, PushService::Fate::delivered);
    EXPECT_TRUE(service.came_online(start, phone).empty());
}

TEST(PushService, keeps_for_an_offline_device_until_it_is_back) {
    PushService service{smooth(), 1};
    const auto arrival = service.arrive(start, phone, away, notification(1, start, 1min));
    EXPECT_EQ(arrival.fate, PushService::Fate::stored);
    EXPECT_EQ(arrival.gone, Identities{});
    const auto kept = service.came_online(start + 30s, phone);
    ASSERT_EQ(identities(kept), Identities{1});
    EXPECT_EQ(kept[0], notification(1, start, 1min));
    EXPECT_TRUE(service.came_online(start + 31s, phone).empty());
    EXPECT_EQ(service, (PushService{smooth(), 1}));
}

TEST(PushService, keeps_only_the_newest) {
    PushService service{smooth(), 1};
    service.arrive(start, phone, away, notification(1, start, 1min));
    const auto second = service.arrive(start + 2s, phone, away, notification(2, start + 1s, 1min));
    EXPECT_EQ(second.fate, PushService::Fate::stored);
    EXPECT_EQ(second.gone, Identities{1});
    EXPECT_EQ(identities(service.came_online(start + 3s, phone)), Identities{2});
}

TEST(PushService, the_newest_is_the_one_submitted_last_whatever_its_name) {
    PushService service{smooth(), 1};
    service.arrive(start, phone, away, notification(9, start, 1min));
    const auto second = service.arrive(start, phone, away, notification(1, start + 1ns, 1min));
    EXPECT_EQ(second.gone, Identities{9});
    // Of two submitted at the same moment the same one survives, in whatever order they arrive.
    PushService other = service;
    service.came_online(start, phone);
    other.came_online(start, phone);
    service.arrive(start, phone, away, notification(3, start, 1min));
    service.arrive(start, phone, away, notification(4, start, 1min));
    other.arrive(start, phone, away, notification(4, start, 1min));
    other.arrive(start, phone, away, notification(3, start, 1min));
    EXPECT_EQ(service, other);
}

TEST(PushService, what_was_overtaken_does_not_push_out_the_newer_one) {
    PushService service{smooth(), 1};
    service.arrive(start, phone, away, notification(2, start, 1min));
    const auto late = service.arrive(start + 1s, phone, away, notification(1, start - 1s, 1min));
    EXPECT_EQ(late.fate, PushService::Fate::dropped);
    EXPECT_EQ(late.why, PushLoss::replaced);
    EXPECT_EQ(late.gone, Identities{});
    EXPECT_EQ(identities(service.came_online(start + 3s, phone)), Identities{2});
}

TEST(PushService, a_second_copy_is_not_stored_twice) {
    PushProfile profile = smooth();
    profile.stored_per_device_max = 5;
    PushService service{profile, 1};
    service.arrive(start, phone, away, notification(1, start, 1min));
    const auto copy = service.arrive(start + 1s, phone, away, notification(1, start, 1min));
    EXPECT_EQ(copy.fate, PushService::Fate::dropped);
    EXPECT_EQ(copy.why, PushLoss::replaced);
    EXPECT_EQ(identities(service.came_online(start + 3s, phone)), Identities{1});
}

TEST(PushService, a_larger_store_gives_up_the_oldest_and_hands_out_the_oldest_first) {
    PushProfile profile = smooth();
    profile.stored_per_device_max = 2;
    PushService service{profile, 1};
    service.arrive(start, phone, away, notification(2, start + 2s, 1min));
    service.arrive(start, phone, away, notification(1, start + 1s, 1min));
    const auto third = service.arrive(start + 3s, phone, away, notification(3, start + 3s, 1min));
    EXPECT_EQ(third.gone, Identities{1});
    EXPECT_EQ(identities(service.came_online(start + 4s, phone)), (Identities{2, 3}));
}

TEST(PushService, the_collapse_key_replaces_its_like_only) {
    PushProfile profile = smooth();
    profile.stored_per_device_max = 3;
    PushService service{profile, 1};
    const auto keyed = [](std::uint64_t identity, std::uint64_t key) {
        PushNotification one = notification(identity, start + 1ms * identity, 1min);
        one.collapse_key = key;
        return one;
    };
    service.arrive(start, phone, away, keyed(1, 70));
    service.arrive(start, phone, away, keyed(2, 71));
    EXPECT_EQ(service.arrive(start, phone, away, keyed(3, 70)).gone, Identities{1});
    EXPECT_EQ(service.arrive(start, phone, away, keyed(4, 0)).gone, Identities{});
    EXPECT_EQ(identities(service.came_online(start + 1s, phone)), (Identities{2, 3, 4}));
}

TEST(PushService, with_expiry_zero_it_is_now_or_never) {
    PushService service{smooth(), 1};
    const auto offline = service.arrive(start + 600ms, phone, away, notification(1, start, 0s));
    EXPECT_EQ(offline.fate, PushService::Fate::dropped);
    EXPECT_EQ(offline.why, PushLoss::not_stored);
    const auto online = service.arrive(start + 600ms, phone, here, notification(2, start, 0s));
    EXPECT_EQ(online.fate, PushService::Fate::delivered);
    EXPECT_TRUE(service.came_online(start + 1s, phone).empty());
}

TEST(PushService, what_has_expired_is_not_delivered) {
    PushService service{smooth(), 1};
    EXPECT_EQ(service.arrive(start + 10s, phone, here, notification(1, start, 10s)).fate,
              PushService::Fate::delivered);
    for (const bool online : {true, false}) {
        const auto late = service.arrive(
            start + 10s + 1ns, phone, PushReceiver{.online = online}, notification(1, start, 10s));
        EXPECT_EQ(late.fate, PushService::Fate::dropped);
        EXPECT_EQ(late.why, PushLoss::expired);
    }
    service.arrive(start + 1s, phone, away, notification(2, start, 10s));
    EXPECT_TRUE(service.came_online(start + 10s + 1ns, phone).empty());
}

TEST(PushService, what_has_expired_makes_room_unnoticed) {
    PushService service{smooth(), 1};
    service.arrive(start, phone, away, notification(1, start, 10s));
    const auto next = service.arrive(start + 11s, phone, away, notification(2, start + 10s, 10s));
    EXPECT_EQ(next.fate, PushService::Fate::stored);
    EXPECT_EQ(next.gone, Identities{});
}

TEST(PushService, stores_for_30_days_at_most) {
    PushService service{smooth(), 1};
    service.arrive(start, phone, away, notification(1, start, 24h * 365));
    PushService other = service;
    EXPECT_EQ(identities(service.came_online(start + 24h * 30, phone)), Identities{1});
    EXPECT_TRUE(other.came_online(start + 24h * 30 + 1ns, phone).empty());
}

TEST(PushService, stores_nothing_where_the_profile_has_no_store) {
    PushProfile profile = smooth();
    profile.stored_per_device_max = 0;
    PushService service{profile, 1};
    const auto arrival = service.arrive(start, phone, away, notification(1, start, 1min));
    EXPECT_EQ(arrival.fate, PushService::Fate::dropped);
    EXPECT_EQ(arrival.why, PushLoss::not_stored);
    EXPECT_EQ(service, (PushService{profile, 1}));
}

TEST(PushService, each_device_has_a_store_of_its_own) {
    PushService service{smooth(), 1};
    for (std::uint32_t device = 0; device < 1000; ++device) {
        const auto arrival =
            service.arrive(start, device, away, notification(device + 1, start, 1min));
        EXPECT_EQ(arrival.gone, Identities{});
    }
    EXPECT_EQ(identities(service.came_online(start, phone)), Identities{phone + 1});
    EXPECT_EQ(identities(service.came_online(start, tablet)), Identities{tablet + 1});
}

// ---- draws --------------------------------------------------------------------------------------

PushProfile rough() {
    PushProfile profile = apns_profile();
    profile.loss = profile.duplication = profile.reordering = probability(0.3);
    return profile;
}

bool is_equal(const PushService::Answer& a, const PushService::Answer& b) {
    return a.outcome == b.outcome && a.lost == b.lost && a.copies == b.copies &&
           std::equal(std::begin(a.arrivals), std::end(a.arrivals), std::begin(b.arrivals));
}

RC_GTEST_PROP(PushServiceDraws,
              a_submission_fares_as_it_does_whoever_else_submits,
              (std::uint64_t seed,
               std::uint64_t identity,
               const std::vector<std::uint64_t>& others)) {
    PushService alone{rough(), seed};
    PushService busy{rough(), seed};
    for (const std::uint64_t other : others) {
        const auto answer = busy.submit(start, {.device = tablet, .identity = other}, {});
        if (answer.copies != 0) {
            busy.arrive(answer.arrivals[0], tablet, away, notification(other, start, 1h));
        }
    }
    const PushService::Submission submission{.device = phone, .identity = identity};
    RC_ASSERT(is_equal(alone.submit(start, submission, {}), busy.submit(start, submission, {})));
}

RC_GTEST_PROP(PushServiceDraws,
              a_fault_changes_nothing_but_what_it_is_about,
              (std::uint64_t seed, std::uint64_t identity)) {
    PushService service{rough(), seed};
    const PushService::Submission submission{.device = phone, .identity = identity};
    const auto plain = service.submit(start, submission, {});
    const auto delayed = service.submit(start + 1s, submission, {.delay_added = 1s});
    RC_ASSERT(delayed.copies == plain.copies);
    for (std::uint8_t copy = 0; copy < plain.copies; ++copy) {
        RC_ASSERT(delayed.arrivals[copy] == plain.arrivals[copy] + 2s);
    }
    const auto doubled =
        service.submit(start, submission, {.duplication = Probability{probability_one}});
    RC_ASSERT(doubled.lost == plain.lost);
    if (!plain.lost) RC_ASSERT(doubled.arrivals[0] == plain.arrivals[0]);
}

TEST(PushServiceDraws, another_seed_is_another_fate) {
    const auto arrival = [](std::uint64_t seed) {
        return PushService{apns_profile(), seed}
            .submit(start, {.device = phone, .identity = 1}, {})
            .arrivals[0];
    };
    EXPECT_EQ(arrival(1), arrival(1));
    EXPECT_NE(arrival(1), arrival(2));
}

TEST(PushLosses, have_names) {
    EXPECT_EQ(to_string(PushLoss::lost), "lost");
    EXPECT_EQ(to_string(PushLoss::expired), "expired");
    EXPECT_EQ(to_string(PushLoss::replaced), "replaced");
    EXPECT_EQ(to_string(PushLoss::not_stored), "not_stored");
    EXPECT_EQ(to_string(PushLoss::token_gone), "token_gone");
    EXPECT_EQ(to_string(PushLoss::overflow), "overflow");
    EXPECT_EQ(to_string(PushLoss::not_urgent), "not_urgent");
}

}  // namespace
}  // namespace invitro::model
