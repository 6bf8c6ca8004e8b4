#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

using protocol::DeclineScope;

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

void loser_keeps_ringing(Story& story) {
    story.calls().rings_all().delivered(1).connects(1).chooses(1).wait(100s);
}

void nobody_rings(Story& story) {
    story.calls().wait(1s);
}

void cancel_is_heard(Story& story) {
    story.calls().rings_all().cancels();
    story.stops(1, EndReason::cancelled).stops(2, EndReason::cancelled);
}

void cancel_is_not_heard(Story& story) {
    story.calls().rings_all().cancels().stops(1, EndReason::cancelled).wait(100s);
}

void wrong_reason(Story& story) {
    story.calls().rings_all().cancels().stops(1, EndReason::answered);
}

void rings_too_long(Story& story) {
    story.calls().rings(1).wait(90s).stops(1, EndReason::expired);
}

// Device 1 rings for two calls.
void two_calls_ring(Story& story) {
    story.calls().rings(1);
    const CallId other{.high = 8, .low = 8};
    story.tell(2, protocol::CallStarted{.call = other, .callee = {}});
    protocol::Ringing second = Story::ringing();
    second.call = other;
    story.tell(1, second);
    story.wait(1s).cancels();
}

void two_calls_ring_and_one_is_cancelled(Story& story) {
    two_calls_ring(story);
    story.stops(1, EndReason::cancelled);
}

void one_call_silences_another(Story& story) {
    two_calls_ring(story);
    story.tell(1, protocol::RingingStopped{.call = Story::call, .reason = EndReason::unknown});
}

void rings_after_dismissal(Story& story) {
    story.calls();
    story.push_arrives(1, Story::dismissal(1, EndReason::cancelled));
    story.rings(1);
}

void one_declines(Story& story) {
    story.calls().rings_all().declines(2).delivered(1).connects(1).chooses(1).wait(5s).hangs_up(1);
}

void one_declines_for_all(Story& story) {
    story.calls().rings_all().declines(2).stops(1, EndReason::declined);
}

void all_decline(Story& story) {
    story.calls().rings_all().declines(1).declines(2).ends(EndReason::declined);
}

void all_decline_in_vain(Story& story) {
    story.calls().rings_all().declines(1).declines(2).wait(100s);
}

}  // namespace

std::vector<Trial> silence_trials() {
    return {
        {"losers-fall-silent", goes_well, loser_keeps_ringing, nobody_rings},
        {"cancel-reaches-all", cancel_is_heard, cancel_is_not_heard, goes_well},
        {"no-false-reason", goes_well, wrong_reason, nothing},
        {"calls-keep-apart",
         two_calls_ring_and_one_is_cancelled,
         one_call_silences_another,
         one_declines},
        {"no-ring-after-dismissal", goes_well, rings_after_dismissal, nobody_rings},
        {"ring-bounded", goes_well, rings_too_long, nothing},
        {"decline-spares-siblings", one_declines, one_declines_for_all, goes_well},
        {"all-declined-ends-call", all_decline, all_decline_in_vain, one_declines},
    };
}

namespace {

Tally reasons_of(const Story& story) {
    return story.tally("no-false-reason");
}

TEST(NoFalseReason, knows_what_makes_expired_true) {
    Story early;
    early.calls().rings(1).stops(1, EndReason::expired);
    EXPECT_EQ(reasons_of(early).verdict(), Verdict::violated);

    Story late;
    late.calls().rings(1).wait(61s).stops(1, EndReason::expired);
    EXPECT_EQ(reasons_of(late).verdict(), Verdict::holds);

    Story answered;
    answered.calls().rings_all().delivered(1).chooses(1).wait(61s).stops(2, EndReason::expired);
    EXPECT_EQ(reasons_of(answered).verdict(), Verdict::violated);
}

TEST(NoFalseReason, judges_what_the_initiator_is_told) {
    Story story;
    story.calls().rings_all().declines(1).ends(EndReason::declined);
    EXPECT_EQ(reasons_of(story).verdict(), Verdict::violated);

    Story everywhere;
    everywhere.calls().rings_all().declines(1, DeclineScope::everywhere).ends(EndReason::declined);
    EXPECT_EQ(reasons_of(everywhere).verdict(), Verdict::holds);
}

TEST(NoFalseReason, does_not_count_unknown) {
    Story story;
    story.calls().rings(1).stops(1, EndReason::unknown);
    EXPECT_EQ(reasons_of(story).verdict(), Verdict::vacuous);
}

TEST(NoFalseReason, takes_unregistering_for_a_decline_of_what_rings) {
    const protocol::RingingStopped declined{.call = Story::call, .reason = EndReason::declined};
    Story own;
    own.calls().rings_all().command(1, protocol::UnregisterCommand{}).tell(1, declined);
    EXPECT_EQ(reasons_of(own).verdict(), Verdict::holds);

    Story anothers;
    anothers.calls().rings_all().command(1, protocol::UnregisterCommand{}).tell(2, declined);
    EXPECT_EQ(reasons_of(anothers).verdict(), Verdict::violated);
}

TEST(LosersFallSilent, counts_from_the_initiators_choice_on) {
    Story untold;
    untold.calls().rings_all().delivered(1).connects(1).wait(40s);
    EXPECT_EQ(untold.tally("losers-fall-silent").verdict(), Verdict::violated);

    // Under all the others may join until the user hangs up.
    const auto under_all = [](Story& story) -> Story& {
        story.world.duration = 60s;
        return story.calls(protocol::AnswerPolicy::all).rings_all().delivered(1).connects(1);
    };
    Story talking;
    under_all(talking).wait(40s);
    EXPECT_EQ(talking.tally("losers-fall-silent").verdict(), Verdict::vacuous);
    Story over;
    under_all(over).hangs_up(1).wait(40s);
    EXPECT_EQ(over.tally("losers-fall-silent").verdict(), Verdict::violated);
}

TEST(CancelReachesAll, concerns_acceptors_too) {
    Story untold;
    untold.calls().rings_all().delivered(1).cancels().stops(2, EndReason::cancelled).wait(100s);
    EXPECT_EQ(untold.tally("cancel-reaches-all").violated, 1U);

    Story told;
    told.calls().rings_all().delivered(1).cancels().stops(2, EndReason::cancelled);
    told.tell(1,
              protocol::Disconnected{
                  .call = Story::call, .peer = {}, .reason = protocol::SessionEnd::not_chosen});
    EXPECT_EQ(told.tally("cancel-reaches-all").verdict(), Verdict::holds);
    EXPECT_EQ(told.tally("cancel-reaches-all").checked, 2U);
}

TEST(LosersFallSilent, excuses_a_device_that_only_lost_pushes_could_have_told) {
    Story story;
    const protocol::InviteDismiss dismissal = Story::dismissal(2, EndReason::answered);
    story.calls().rings(1).push(2, Story::invitation(2)).push_arrives(2, Story::invitation(2));
    story.tell(2, Story::ringing());
    story.delivered(1).connects(1).chooses(1);
    story.push(2, dismissal).push(2, dismissal).push(2, dismissal).wait(100s);
    EXPECT_EQ(story.tally("losers-fall-silent").verdict(), Verdict::vacuous);
}

TEST(AllDeclinedEndsCall, is_not_owed_while_a_registration_is_on_its_way_to_the_disk) {
    for (const bool is_durable : {true, false}) {
        Story story;
        story.calls().rings_all();
        protocol::RegisterDevice registration;
        registration.device = Story::id(2);
        story.device_sends(2, registration).broker_only_gets(registration);
        const std::vector<std::uint8_t> record(100);
        story.writes(record);
        if (is_durable) story.is_durable();
        story.declines(1).declines(2).wait(40s);
        EXPECT_EQ(story.tally("all-declined-ends-call").verdict(),
                  is_durable ? Verdict::violated : Verdict::vacuous);
    }
}

}  // namespace
}  // namespace invitro::properties
