#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

void goes_well(Story& story) {
    story.goes_well();
}

void rings_only(Story& story) {
    story.calls().rings_all();
}

void two_nominated(Story& story) {
    story.calls().rings_all().delivered(1).delivered(2).connects(1).connects(2);
}

void nominated_without_accept(Story& story) {
    story.calls().rings_all().connects(1);
}

void winner_is_dropped(Story& story) {
    story.calls().rings_all().delivered(1).connects(1).chooses(1).tell(
        1,
        protocol::Disconnected{
            .call = call, .peer = Story::id(0), .reason = protocol::SessionEnd::not_chosen});
}

}  // namespace

std::vector<Trial> policy_trials() {
    return {
        {"first-nominates-one", goes_well, two_nominated, rings_only},
        {"only-acceptors-nominated", goes_well, nominated_without_accept, rings_only},
        {"winner-never-answered-elsewhere", goes_well, winner_is_dropped, rings_only},
    };
}

namespace {

TEST(FirstNominatesOne, lets_the_next_one_follow_a_nominee_that_failed) {
    Story story;
    story.calls().rings_all().delivered(1).delivered(2);
    const protocol::Nominate nominate{.call = call, .sender = Story::id(0), .sequence = 1};
    story.device_sends(0, nominate).device_gets(1, nominate);
    story.tell(0,
               protocol::Disconnected{
                   .call = call, .peer = Story::id(1), .reason = protocol::SessionEnd::no_path});
    story.connects(2);
    EXPECT_EQ(story.tally("first-nominates-one").violated, 0U);
    EXPECT_EQ(story.tally("first-nominates-one").checked, 2U);
}

TEST(FirstNominatesOne, does_not_concern_the_other_policies) {
    Story story;
    story.calls(protocol::AnswerPolicy::all).rings_all().delivered(1).delivered(2);
    story.connects(1).connects(2);
    EXPECT_EQ(story.tally("first-nominates-one").verdict(), Verdict::vacuous);
}

TEST(OnlyAcceptorsNominated, waits_for_the_user_under_choose) {
    Story unasked;
    unasked.calls(protocol::AnswerPolicy::choose).rings_all().delivered(1).connects(1);
    EXPECT_EQ(unasked.tally("only-acceptors-nominated").verdict(), Verdict::violated);

    Story asked;
    asked.calls(protocol::AnswerPolicy::choose).rings_all().delivered(1);
    asked.command(0, protocol::ChooseCommand{.call = call, .device = Story::id(1)}).connects(1);
    EXPECT_EQ(asked.tally("only-acceptors-nominated").verdict(), Verdict::holds);
}

}  // namespace
}  // namespace invitro::properties
