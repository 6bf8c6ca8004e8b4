// Trials of the properties of admission.
#include "properties/story_test.hpp"
#include "sim/hostile.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

protocol::InviteAccept forged_accept() {
    return {.call = call, .device = Story::id(1), .ticket = {}, .connection = Story::data(1)};
}

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

void forged_in_vain(Story& story) {
    story.calls().rings_all().forged_at_broker(forged_accept());
    story.cancels().stops(1, EndReason::cancelled).stops(2, EndReason::cancelled);
}

void forger_is_believed(Story& story) {
    story.calls()
        .rings_all()
        .forged_at_broker(forged_accept())
        .broker_answers_attacker(protocol::AcceptAck{.call = call, .device = Story::id(1)});
}

protocol::InviteFailed refusal() {
    return {.call = call, .reason = protocol::FailureReason::overloaded, .retry_after = 2s};
}

void refused_first(Story& story) {
    story.calls();
}

// The first request is refused, a later one taken.
void taken_after_refusal(Story& story) {
    story.broker_sends(refusal()).goes_well();
}

void refused_later(Story& story) {
    story.calls().to_device(0, refusal());
}

void refused_and_told(Story& story) {
    story.asks().to_device(0, refusal());
    story.tell(0,
               protocol::CallFailed{.call = call, .reason = protocol::FailureReason::overloaded});
}

void refused_and_left(Story& story) {
    story.asks().to_device(0, refusal()).wait(100s);
}

void nobody_is_heard(Story& story) {
    story.world.devices.resize(1);
    story.calls().wait(60s).ends(EndReason::expired);
}

void ends_early(Story& story) {
    story.world.devices.resize(1);
    story.calls().wait(20s).ends(EndReason::expired);
}

void holds_little(Story& story) {
    story.measured(
        {.calls = 1, .tokens_of_call = 2, .bindings = 3, .subjects = 1, .waiting = 4096});
}

void holds_too_much(Story& story) {
    story.world.limits.calls_max = 4;
    story.measured({.calls = 5});
}

protocol::InviteDecline sealed_decline() {
    return {.call = call, .device = Story::sealed_id(1), .ticket = {}};
}

// An attacker brings what device 1 has sealed as its message of that number; the broker answers.
Tally is_brought(Story& story, std::uint64_t number) {
    story.broker_gets_sealed(1, sealed_decline(), number, sim::attacker_address(0))
        .broker_answers_attacker(protocol::DeclineAck{.call = call, .device = Story::sealed_id(1)});
    return story.tally("forgers-decide-nothing");
}

void names_itself(Story& story) {
    protocol::RegisterDevice registration;
    registration.device = Story::sealed_id(1);
    story.calls().device_sends_sealed(1, registration, 1);
}

TEST(BrokerIsBounded, by_what_all_had_admitted_where_one_takes_over_from_another) {
    const auto verdict_with = [](std::uint64_t calls) {
        Story story;
        story.world.limits.calls_max = 4;
        story.world.brokers.push_back({.number = 1, .site = {}});
        story.world.membership = {
            {.at = 1s, .broker = 1, .step = scenarios::MembershipStep::leave}};
        story.measured({.calls = calls});
        return story.tally("broker-is-bounded").verdict();
    };
    EXPECT_EQ(verdict_with(8), Verdict::holds);
    EXPECT_EQ(verdict_with(9), Verdict::violated);
}

}  // namespace

std::vector<Trial> admission_trials() {
    return {
        {"forgers-decide-nothing", forged_in_vain, forger_is_believed, goes_well},
        {"admitted-stays-admitted", taken_after_refusal, refused_later, refused_first},
        {"refusal-is-explicit", refused_and_told, refused_and_left, goes_well},
        {"silence-tells-nothing", nobody_is_heard, ends_early, goes_well},
        {"broker-is-bounded", holds_little, holds_too_much, nothing},
    };
}

namespace {

TEST(RefusalIsExplicit, unless_the_call_gives_way_to_another) {
    Story story;
    constexpr CallId smaller{.high = 1, .low = 1};
    story.asks().to_device(0, refusal());
    story.tell(0, protocol::CallsCrossed{.call = smaller, .given_up = call}).wait(100s);
    EXPECT_EQ(story.tally("refusal-is-explicit").verdict(), Verdict::holds);
}

TEST(BrokerIsBounded, what_waits_for_its_disk_counts_too) {
    Story story;
    story.measured({.waiting = 4097});
    EXPECT_EQ(story.tally("broker-is-bounded").verdict(), Verdict::violated);
}

TEST(AdmissionProperties, what_a_device_has_sealed_is_its_own_whoever_brings_it) {
    Story story;
    names_itself(story);
    EXPECT_EQ(is_brought(story, 2).verdict(), Verdict::vacuous);
}

// An attacker brings what a device has sealed as its question for what it is invited to; the broker
// answers with what is for device 1.
Tally is_asked_by(std::uint32_t asker) {
    Story story;
    protocol::RegisterDevice registration;
    registration.device = Story::sealed_id(1);
    story.calls().forged_at_broker(forged_accept());
    story.device_sends_sealed(1, registration, 1);
    const protocol::PendingFetch fetch{
        .transaction = {.high = 1, .low = 1}, .device = Story::sealed_id(asker), .after = {}};
    protocol::InvitePush invitation = Story::invitation(1);
    invitation.device = Story::sealed_id(1);
    story.broker_gets_sealed(asker, fetch, 2, sim::attacker_address(0))
        .broker_answers_attacker(protocol::PendingInvitation{
            .call = call, .transaction = fetch.transaction, .invitation = invitation});
    return story.tally("forgers-decide-nothing");
}

TEST(AdmissionProperties, who_passes_on_a_question_gets_what_the_author_asked_for) {
    EXPECT_EQ(is_asked_by(1).verdict(), Verdict::holds);
    EXPECT_EQ(is_asked_by(2).verdict(), Verdict::violated);
}

TEST(AdmissionProperties, what_a_stranger_has_sealed_is_forged) {
    Story story;
    story.calls();
    EXPECT_EQ(is_brought(story, 2).verdict(), Verdict::violated);
}

TEST(AdmissionProperties, what_is_older_than_what_was_heard_is_no_message) {
    Story story;
    names_itself(story);
    story.broker_gets_sealed(1, sealed_decline(), 80);
    EXPECT_EQ(is_brought(story, 2).verdict(), Verdict::violated);
}

}  // namespace
}  // namespace invitro::properties
