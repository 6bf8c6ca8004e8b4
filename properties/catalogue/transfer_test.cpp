#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

using protocol::SessionEnd;

constexpr CallId leg{.high = 11, .low = 11};

protocol::TransferOffer offer(std::uint32_t target) {
    return {.device = Story::id(target),
            .session = Story::call,
            .leg = leg,
            .ticket = {},
            .from = Story::id(1),
            .peer = Story::id(0),
            .connection = Story::data(0),
            .age = {},
            .lifetime = 60s};
}

// Device 1 talks with device 0.
void talk(Story& story) {
    story.calls().rings_all().delivered(1).connects(1).chooses(1);
    story.stops(2, EndReason::answered).wait(10s);
}

void give(Story& story, std::uint32_t target = 2) {
    talk(story);
    story.command(
        1, protocol::TransferCommand{.call = Story::call, .peer = {}, .target = Story::id(target)});
    story.push(target, offer(target)).push_arrives(target, offer(target));
    story.tell(
        target,
        protocol::TransferOffered{
            .call = leg, .session = Story::call, .from = Story::id(1), .peer = Story::id(0)});
}

void end_old(Story& story, std::uint32_t device, std::uint32_t peer, SessionEnd reason) {
    story.tell(
        device,
        protocol::Disconnected{.call = Story::call, .peer = Story::id(peer), .reason = reason});
}

protocol::Connected leg_connected(std::uint32_t peer) {
    protocol::Connected connected = Story::connected(peer);
    connected.call = leg;
    return connected;
}

void take(Story& story) {
    story.command(2, protocol::AcceptCommand{.call = leg}).wait(1s);
    story.tell(2, leg_connected(0));
}

// Both in the same moment.
void arrive_at_peer(Story& story) {
    story.tell(0, leg_connected(2)).wait(-10ms);
    end_old(story, 0, 1, SessionEnd::moved);
}

void moves(Story& story) {
    give(story);
    take(story);
    arrive_at_peer(story);
    end_old(story, 1, 0, SessionEnd::moved);
    story.wait(100s);
}

void is_given_to_a_stranger(Story& story) {
    story.world.devices[2].profile = 0;
    give(story);
}

void is_closed_too_early(Story& story) {
    give(story);
    end_old(story, 1, 0, SessionEnd::moved);
}

void stays_open_twice(Story& story) {
    give(story);
    take(story);
    story.tell(0, leg_connected(2)).wait(100s);
}

void is_never_settled(Story& story) {
    story.world.duration = 900s;
    give(story);
    story.command(2, protocol::AcceptCommand{.call = leg}).wait(800s);
}

void is_accepted_in_vain(Story& story) {
    give(story);
    story.command(2, protocol::AcceptCommand{.call = leg}).wait(100s);
}

void goes_well(Story& story) {
    story.goes_well();
}

}  // namespace

std::vector<Trial> transfer_trials() {
    return {
        {"transfer-within-profile", moves, is_given_to_a_stranger, goes_well},
        {"transfer-keeps-old-session", moves, is_closed_too_early, goes_well},
        {"transfer-leaves-one-session", moves, stays_open_twice, goes_well},
        {"transfer-is-settled", moves, is_never_settled, goes_well},
        {"transfer-moves-session", moves, is_accepted_in_vain, goes_well},
    };
}

namespace {

TEST(TransferKeepsOldSession, holds_where_a_transfer_fails_and_the_session_goes_on) {
    Story story;
    give(story);
    story.tell(1,
               protocol::TransferFailed{.call = Story::call,
                                        .leg = leg,
                                        .target = Story::id(2),
                                        .step = protocol::TransferStep::declined});
    const Tally tally = story.tally("transfer-keeps-old-session");
    EXPECT_EQ(tally.violated, 0U);
    EXPECT_EQ(tally.checked, 1U);
}

TEST(Transfer, breaks_no_property_of_calls_when_it_goes_well) {
    Story story;
    moves(story);
    EXPECT_EQ(story.tally("connected-both-or-neither").violated, 0U) << story.violations();
    EXPECT_EQ(story.tally("terminal-states-absorb").violated, 0U) << story.violations();
}

}  // namespace
}  // namespace invitro::properties
