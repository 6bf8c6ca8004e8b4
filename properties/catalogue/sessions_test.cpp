#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;
using protocol::Disconnected;
using protocol::SessionEnd;

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

void half_open(Story& story) {
    story.calls().rings_all().delivered(1).tell(0, Story::connected(1));
    story.wait(60s);
}

void left_without_a_word(Story& story) {
    story.calls().rings_all().delivered(1).wait(100s);
}

void told_not_chosen(Story& story) {
    story.goes_well();
}

void open_path_not_found(Story& story) {
    story.calls().rings(1).delivered(1).wait(40s).tell(
        1, Disconnected{.call = call, .peer = {}, .reason = SessionEnd::no_path});
}

void behind_nats(Story& story) {
    story.world.networks[0].nat.kind = model::NatKind::apdm_apdf;
    story.goes_well();
}

void rings_after_stopping(Story& story) {
    story.calls().rings_all().cancels().stops(1, EndReason::cancelled).tell(1, Story::ringing());
}

}  // namespace

std::vector<Trial> session_trials() {
    return {
        {"connected-both-or-neither", goes_well, half_open, nothing},
        {"connect-or-explicit-failure", told_not_chosen, left_without_a_word, nothing},
        {"open-path-connects", goes_well, open_path_not_found, behind_nats},
        {"terminal-states-absorb", goes_well, rings_after_stopping, nothing},
    };
}

namespace {

Tally halves_of(const Story& story) {
    return story.tally("connected-both-or-neither");
}

TEST(ConnectedBothOrNeither, lets_one_end_notice_a_little_later) {
    Story story;
    story.calls().rings(1).delivered(1).connects(1).wait(20s);
    story.tell(0, Disconnected{.call = call, .peer = Story::id(1), .reason = SessionEnd::hung_up});
    story.wait(14s);
    story.tell(1, Disconnected{.call = call, .peer = Story::id(0), .reason = SessionEnd::silent});
    EXPECT_EQ(halves_of(story).verdict(), Verdict::holds);
}

TEST(ConnectedBothOrNeither, does_not_let_it_wait_for_ever) {
    Story story;
    story.calls().rings(1).delivered(1).connects(1).wait(20s);
    story.tell(0, Disconnected{.call = call, .peer = Story::id(1), .reason = SessionEnd::hung_up});
    story.wait(30s);
    story.tell(1, Disconnected{.call = call, .peer = Story::id(0), .reason = SessionEnd::silent});
    EXPECT_EQ(halves_of(story).verdict(), Verdict::violated);
}

TEST(ConnectedBothOrNeither, judges_nothing_that_the_end_of_the_world_cut_off) {
    Story story;
    story.world.duration = 10s;
    story.calls().rings(1).delivered(1).tell(0, Story::connected(1));
    EXPECT_EQ(halves_of(story).violated, 0U);
}

TEST(TerminalStatesAbsorb, holds_for_sessions_and_for_the_initiator_too) {
    Story session;
    session.goes_well().tell(0, Story::connected(1));
    EXPECT_EQ(session.tally("terminal-states-absorb").verdict(), Verdict::violated);

    Story initiator;
    initiator.calls().cancels().ends(EndReason::cancelled);
    EXPECT_EQ(initiator.tally("terminal-states-absorb").verdict(), Verdict::violated);
}

}  // namespace
}  // namespace invitro::properties
