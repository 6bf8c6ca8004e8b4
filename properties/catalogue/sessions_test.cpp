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

void long_talk(Story& story) {
    story.calls().rings(1).delivered(1).connects(1).chooses(1).wait(60s).hangs_up(1);
}

void falls_silent(Story& story) {
    story.calls().rings(1).delivered(1).connects(1).chooses(1).wait(40s).tell(
        1, Disconnected{.call = call, .peer = Story::id(0), .reason = SessionEnd::silent});
}

void goes_well_with_relay(Story& story) {
    story.world.relays.push_back({});
    story.goes_well();
}

// A relay is there for those whom the NAT boxes keep apart.
void relay_not_used(Story& story) {
    story.world.relays.push_back({});
    for (auto& network : story.world.networks) {
        network.nat.kind = model::NatKind::apdm_apdf;
    }
    open_path_not_found(story);
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
        {"relay-connects", goes_well_with_relay, relay_not_used, goes_well},
        {"session-stays-up", long_talk, falls_silent, goes_well},
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

Verdict path_verdict(const Story& story) {
    return story.tally("open-path-connects").verdict();
}

// Behind these two boxes, both ends know what the reflectors saw, and no session comes about.
Verdict without_session(model::NatKind initiator, model::NatKind acceptor, Duration timeout = 60s) {
    Story story(1);
    story.world.networks[0].nat = {.kind = initiator, .mapping_timeout = timeout};
    story.world.networks[1].nat = {.kind = acceptor, .mapping_timeout = timeout};
    story.calls(protocol::AnswerPolicy::first, true).rings(1);
    story.accepts(1, true).confirmed(1).arrives(1).wait(60s);
    return path_verdict(story);
}

TEST(OpenPathConnects, asks_it_of_boxes_that_let_a_path_be_found) {
    using model::NatKind;
    EXPECT_EQ(without_session(NatKind::eim_apdf, NatKind::eim_apdf), Verdict::violated);
    EXPECT_EQ(without_session(NatKind::apdm_apdf, NatKind::eim_adf), Verdict::violated);
    EXPECT_EQ(without_session(NatKind::apdm_apdf, NatKind::eim_apdf), Verdict::vacuous);
    EXPECT_EQ(without_session(NatKind::eim_eif, NatKind::blk), Verdict::vacuous);
}

TEST(OpenPathConnects, excuses_mappings_that_the_search_outlives) {
    EXPECT_EQ(without_session(model::NatKind::eim_eif, model::NatKind::eim_eif, 30s),
              Verdict::vacuous);
}

TEST(OpenPathConnects, excuses_ends_that_do_not_know_their_outside_addresses) {
    Story story(1);
    story.world.networks[1].nat.kind = model::NatKind::eim_eif;
    story.calls().rings(1).delivered(1).wait(60s);
    EXPECT_EQ(path_verdict(story), Verdict::vacuous);
}

// Relays are reached by IPv4 alone.
TEST(RelayConnects, asks_it_of_those_who_can_reach_a_relay) {
    for (const auto families : {model::IpFamilies::v6, model::IpFamilies::dual}) {
        Story story(1);
        story.world.relays.push_back({});
        story.world.networks[1].families = families;
        story.calls().rings(1).delivered(1).wait(60s);
        const bool is_owed = families == model::IpFamilies::dual;
        EXPECT_EQ(story.tally("relay-connects").verdict(),
                  is_owed ? Verdict::violated : Verdict::vacuous);
    }
}

TEST(OpenPathConnects, asks_for_whom_the_user_picks) {
    const auto chosen = [](std::uint32_t device) {
        return protocol::ChooseCommand{.call = call, .device = Story::id(device)};
    };
    Story story;
    story.calls(protocol::AnswerPolicy::choose).rings_all().delivered(1).delivered(2);
    story.command(0, chosen(2)).wait(60s);
    EXPECT_EQ(path_verdict(story), Verdict::violated);

    Story nobody;
    nobody.calls(protocol::AnswerPolicy::choose).rings_all().delivered(1).delivered(2).wait(60s);
    EXPECT_EQ(path_verdict(nobody), Verdict::vacuous);
}

TEST(OpenPathConnects, wants_one_of_several_under_first) {
    Story none;
    none.calls().rings_all().delivered(1).delivered(2).wait(60s);
    EXPECT_EQ(none.tally("open-path-connects").violated, 2U);

    Story one;
    one.calls().rings_all().delivered(1).delivered(2).connects(2).wait(60s);
    EXPECT_EQ(one.tally("open-path-connects").violated, 0U);
    EXPECT_EQ(path_verdict(one), Verdict::holds);
}

Verdict silent_after(Story& story) {
    falls_silent(story);
    return story.tally("session-stays-up").verdict();
}

TEST(SessionStaysUp, excuses_what_was_in_the_way_within_the_silence_bound) {
    const auto fault = [](Duration start, Duration end) {
        return model::Fault{.number = 0,
                            .kind = model::FaultKind::partition,
                            .start = Instant{start},
                            .end = Instant{end},
                            .target = {.kind = model::NodeKind::device, .number = 1}};
    };
    Story late;
    late.world.faults.push_back(fault(35s, 36s));
    EXPECT_EQ(silent_after(late), Verdict::vacuous);

    Story early;
    early.world.faults.push_back(fault(10s, 11s));
    EXPECT_EQ(silent_after(early), Verdict::violated);

    Story flushed;
    flushed.world.faults.push_back(fault(35s, 36s));
    flushed.world.faults[0].kind = model::FaultKind::nat_flush;
    flushed.world.faults[0].target.number = 2;
    EXPECT_EQ(silent_after(flushed), Verdict::vacuous);

    Story moved;
    moved.world.moves.push_back({.device = 1, .move = {.at = 35s, .network = 2}});
    EXPECT_EQ(silent_after(moved), Verdict::vacuous);

    Story forgetful;
    forgetful.world.networks[1].nat.mapping_timeout = 5s;
    EXPECT_EQ(silent_after(forgetful), Verdict::vacuous);
}

TEST(SessionStaysUp, excuses_enough_lost_messages) {
    const auto lose = [](Story& story, int count) {
        story.calls().rings(1).delivered(1).connects(1).chooses(1).wait(40s);
        for (int i = 0; i < count; ++i) {
            story.lost(0, protocol::SessionData{.call = call, .sender = Story::id(0)});
        }
        story.wait(5s).tell(
            1, Disconnected{.call = call, .peer = Story::id(0), .reason = SessionEnd::silent});
        return story.tally("session-stays-up").verdict();
    };
    Story one;
    EXPECT_EQ(lose(one, 1), Verdict::violated);
    Story two;
    EXPECT_EQ(lose(two, 2), Verdict::vacuous);
}

TEST(SessionStaysUp, leaves_an_end_alone_that_outlasts_the_other) {
    Story story;
    story.calls().rings(1).delivered(1).connects(1).wait(20s);
    story.tell(0, Disconnected{.call = call, .peer = Story::id(1), .reason = SessionEnd::hung_up});
    story.wait(14s);
    story.tell(1, Disconnected{.call = call, .peer = Story::id(0), .reason = SessionEnd::silent});
    EXPECT_EQ(story.tally("session-stays-up").violated, 0U);
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
