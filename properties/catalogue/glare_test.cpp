#include "properties/story_test.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId larger{.high = 9, .low = 9};

protocol::EndpointIdentifier identifier(std::string_view text) {
    return *protocol::EndpointIdentifier::parse(text);
}

// Device 0 calls device 1's person, and device 1 calls back with the larger id.
void cross(Story& story) {
    story.calls();
    const auto callee = identifier("+49300");
    const auto caller = identifier("+49301");
    story.command(1, protocol::CallCommand{.callee = callee, .caller = caller});
    story.tell(1, protocol::CallStarted{.call = larger, .callee = callee});
    story.to_broker(1,
                    protocol::InviteRequest{.call = larger,
                                            .initiator = Story::id(1),
                                            .callee = callee,
                                            .caller = caller,
                                            .connection = Story::data(1),
                                            .lifetime = 60s});
    story.to_device(1, protocol::InviteProgress{.call = larger});
}

void push_smaller(Story& story) {
    story.push(1, Story::invitation(1)).push_arrives(1, Story::invitation(1));
}

void give_way(Story& story) {
    push_smaller(story);
    story.tell(1, protocol::CallsCrossed{.call = Story::call, .given_up = larger});
    story.tell(1, protocol::CallEnded{.call = larger, .reason = EndReason::cancelled});
    story.to_broker(1, protocol::InviteCancel{.call = larger, .device = Story::id(1)});
    story.to_broker(1,
                    protocol::InviteAccept{.call = Story::call,
                                           .device = Story::id(1),
                                           .ticket = {},
                                           .connection = Story::data(1)});
}

void crosses_well(Story& story) {
    cross(story);
    give_way(story);
    story.confirmed(1).arrives(1).connects(1).chooses(1).wait(60s);
}

void rings_all_the_same(Story& story) {
    cross(story);
    story.rings(1);
}

void connects_in_both(Story& story) {
    crosses_well(story);
    protocol::Connected both = Story::connected(0);
    both.call = larger;
    story.tell(1, both);
}

void nobody_gives_way(Story& story) {
    cross(story);
    push_smaller(story);
    story.wait(100s);
}

// The smaller call is the one given up.
void the_wrong_one_gives_way(Story& story) {
    cross(story);
    story.tell(0, protocol::CallsCrossed{.call = larger, .given_up = Story::call});
}

void goes_well(Story& story) {
    story.goes_well();
}

}  // namespace

std::vector<Trial> glare_trials() {
    return {
        {"crossing-is-silent", crosses_well, rings_all_the_same, goes_well},
        {"crossing-leaves-one-session", crosses_well, connects_in_both, goes_well},
        {"crossing-is-answered", crosses_well, nobody_gives_way, goes_well},
        {"crossing-is-consent", crosses_well, the_wrong_one_gives_way, goes_well},
    };
}

namespace {

TEST(Crossing, breaks_no_other_property_when_it_goes_well) {
    Story story;
    crosses_well(story);
    story.stops(2, EndReason::answered);
    EXPECT_EQ(story.tally("no-false-reason").violated, 0U) << story.violations();
    EXPECT_EQ(story.tally("no-data-before-consent").violated, 0U) << story.violations();
    EXPECT_EQ(story.tally("forward-implies-accept").violated, 0U) << story.violations();
}

// What is asked of a device that has rung is asked of one that has given way, too.
std::string broken_by_a_kill(const std::function<void(Story&)>& before) {
    Story story(1);
    cross(story);
    give_way(story);
    before(story);
    story.is_killed(1).wait(20s).tell(
        0,
        protocol::Disconnected{
            .call = Story::call, .peer = Story::id(1), .reason = protocol::SessionEnd::silent});
    return story.wait(40s).violations();
}

TEST(Crossing, ends_for_a_device_that_is_killed_after_it_has_given_way) {
    EXPECT_EQ(broken_by_a_kill([](Story&) {}), "");
    EXPECT_EQ(broken_by_a_kill([](Story& story) { story.confirmed(1).arrives(1); }), "");
    EXPECT_EQ(broken_by_a_kill(
                  [](Story& story) { story.confirmed(1).arrives(1).connects(1).chooses(1); }),
              "");
}

// Device 0 renews its data before the push for device 1 arrives with that of this generation.
std::uint64_t unknown_of_renewed(std::uint32_t pushed) {
    Story story(1);
    cross(story);
    protocol::CandidateUpdate update{
        .call = Story::call, .device = Story::id(0), .ticket = {}, .connection = Story::data(0)};
    update.connection.generation = 2;
    story.to_broker(0, update);
    protocol::InvitePush push = Story::invitation(1);
    push.connection.generation = pushed;
    story.push(1, push).push_arrives(1, push);
    story.tell(1, protocol::CallsCrossed{.call = Story::call, .given_up = larger});
    story.to_broker(1,
                    protocol::InviteAccept{.call = Story::call,
                                           .device = Story::id(1),
                                           .ticket = {},
                                           .connection = Story::data(1)});
    return story.wait(60s).tally("renewed-data-arrives").violated;
}

TEST(Crossing, gives_the_accepting_device_the_data_that_it_was_pushed) {
    EXPECT_EQ(unknown_of_renewed(2), 0U);
    EXPECT_EQ(unknown_of_renewed(1), 1U);
}

TEST(CrossingIsSilent, lets_a_device_ring_whose_own_call_has_been_cancelled) {
    Story story;
    cross(story);
    story.command(1, protocol::CancelCommand{.call = larger});
    story.rings(1);
    EXPECT_EQ(story.tally("crossing-is-silent").violated, 0U);
}

}  // namespace
}  // namespace invitro::properties
