#include "properties/story_test.hpp"
#include "sim/hostile.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace invitro::properties {
namespace {

constexpr CallId call = Story::call;

protocol::CallKeepAlive keep_alive(std::uint32_t device) {
    return {.call = call, .device = Story::sealed_id(device)};
}

protocol::InviteCancel cancel_of(std::uint32_t device) {
    return {.call = call, .device = Story::sealed_id(device)};
}

void nothing(Story&) {}

void numbers_grow(Story& story) {
    for (std::uint64_t number = 1; number <= 3; ++number) {
        story.device_sends_sealed(1, keep_alive(1), number);
    }
    story.device_sends_sealed(2, keep_alive(2), 1);
}

// As after a crash that the seed has survived.
void numbers_begin_again(Story& story) {
    numbers_grow(story);
    story.device_sends_sealed(1, keep_alive(1), 2);
}

void accepts_sealed(Story& story) {
    story.world.security = scenarios::Security::real;
    story.device_sends_sealed(1,
                              protocol::InviteAccept{.call = call,
                                                     .device = Story::sealed_id(1),
                                                     .ticket = {},
                                                     .connection = Story::data(1)},
                              1);
}

void is_pushed_in_clear(Story& story) {
    story.world.security = scenarios::Security::real;
    story.push(1, Story::invitation(1));
}

void is_delivered_twice(Story& story) {
    story.broker_gets_sealed(1, keep_alive(1), 1).broker_gets_sealed(1, keep_alive(1), 1);
}

void is_answered_twice(Story& story) {
    is_delivered_twice(story);
    story.broker_reacts(protocol::InviteEnded{.call = call, .device = Story::sealed_id(1)});
}

void is_delivered_once(Story& story) {
    story.broker_gets_sealed(1, keep_alive(1), 1).broker_gets_sealed(1, keep_alive(1), 2);
}

void cancels_itself(Story& story) {
    story.broker_gets_sealed(0, cancel_of(0), 1);
    story.broker_reacts(protocol::CancelAck{.call = call, .device = Story::sealed_id(0)});
}

void is_cancelled_by_another(Story& story) {
    story.broker_gets_sealed(1, cancel_of(0), 1);
    story.broker_reacts(protocol::CancelAck{.call = call, .device = Story::sealed_id(0)});
}

}  // namespace

std::vector<Trial> security_trials() {
    return {{"no-nonce-twice", numbers_grow, numbers_begin_again, nothing},
            {"sealed-in-transit", accepts_sealed, is_pushed_in_clear, nothing},
            {"replays-change-nothing", is_delivered_twice, is_answered_twice, is_delivered_once},
            {"only-the-author-acts", cancels_itself, is_cancelled_by_another, nothing}};
}

namespace {

// A forgery that is dropped is no breach, and counts.
TEST(SecurityProperties, a_forgery_that_leads_to_nothing_is_none) {
    Story story;
    story.broker_gets_sealed(1, cancel_of(0), 1);
    const Tally tally = story.tally("only-the-author-acts");
    EXPECT_EQ(tally.verdict(), Verdict::holds);
    EXPECT_EQ(tally.checked, 1U);
}

// Attackers seal as well, and send again what they have overheard.
TEST(SecurityProperties, what_attackers_send_is_held_against_the_same_promises) {
    const auto attacked = [](std::uint32_t sealed_by, std::uint64_t number, bool is_believed) {
        Story story;
        story.broker_gets_sealed(0, cancel_of(0), 1);
        story.broker_gets_sealed(sealed_by, cancel_of(0), number, sim::attacker_address(0));
        if (is_believed) {
            story.broker_reacts(protocol::CancelAck{.call = call, .device = Story::sealed_id(0)});
        }
        return std::pair{story.tally("replays-change-nothing").verdict(),
                         story.tally("only-the-author-acts").verdict()};
    };
    EXPECT_EQ(attacked(0, 1, false), std::pair(Verdict::holds, Verdict::holds));
    EXPECT_EQ(attacked(0, 1, true), std::pair(Verdict::violated, Verdict::holds));
    EXPECT_EQ(attacked(7, 1, true), std::pair(Verdict::vacuous, Verdict::violated));
    // The original was lost: to the broker it is new.
    EXPECT_EQ(attacked(0, 2, true), std::pair(Verdict::vacuous, Verdict::holds));
}

TEST(SecurityProperties, are_kept_by_the_brokers_of_a_cluster_too) {
    Story story;
    story.world.brokers.push_back({.number = 1, .site = {}});
    story.broker_gets_sealed(0, cancel_of(0), 1);
    story.broker_gets_sealed(0, cancel_of(0), 1, sim::attacker_address(0));
    story.broker_reacts(protocol::CancelAck{.call = call, .device = Story::sealed_id(0)});
    EXPECT_EQ(story.tally("replays-change-nothing").verdict(), Verdict::violated);
}

// Where nothing is really sealed, everybody could read everything, and nothing is promised.
TEST(SecurityProperties, say_nothing_of_secrecy_in_a_charged_world) {
    Story story;
    story.push(1, Story::invitation(1));
    EXPECT_EQ(story.tally("sealed-in-transit").verdict(), Verdict::vacuous);
}

}  // namespace
}  // namespace invitro::properties
