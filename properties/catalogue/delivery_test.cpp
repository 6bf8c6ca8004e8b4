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

void accept_never_arrives(Story& story) {
    story.calls().rings_all().accepts(1).confirmed(1).wait(100s);
}

// A forward is lost six times in the only stretch there is: nothing is promised.
void accept_is_lost_too_often(Story& story) {
    story.calls().rings(1).accepts(1).confirmed(1);
    const protocol::ForwardAck lost{.call = call, .device = Story::id(1)};
    for (int i = 0; i < 50; ++i) {
        story.wait(2s).lost(0, lost);
    }
}

void accept_is_never_answered(Story& story) {
    story.calls().rings_all().accepts(1).wait(100s);
}

void late_accept(Story& story) {
    story.calls()
        .rings(1)
        .command(1, protocol::AcceptCommand{.call = call})
        .cancels()
        .to_broker(
            1,
            protocol::InviteAccept{
                .call = call, .device = Story::id(1), .ticket = {}, .connection = Story::data(1)});
}

void late_accept_is_refused(Story& story) {
    late_accept(story);
    story.to_device(1,
                    protocol::AcceptRefused{
                        .call = call, .device = Story::id(1), .reason = EndReason::cancelled});
    story.tell(1, protocol::AcceptRejected{.call = call, .reason = EndReason::cancelled});
    story.stops(2, EndReason::cancelled);
}

void late_accept_is_taken(Story& story) {
    late_accept(story);
    story.confirmed(1);
}

void request_is_never_answered(Story& story) {
    story.command(0, protocol::CallCommand{});
    story.tell(0, protocol::CallStarted{.call = call, .callee = {}});
    const auto callee = *protocol::EndpointIdentifier::parse("+49301");
    story.to_broker(0,
                    protocol::InviteRequest{.call = call,
                                            .initiator = Story::id(0),
                                            .callee = callee,
                                            .caller = callee,
                                            .connection = Story::data(0),
                                            .policy = {},
                                            .lifetime = 60s});
    story.wait(100s);
}

void nothing(Story&) {}

}  // namespace

std::vector<Trial> delivery_trials() {
    return {
        {"accept-delivery", goes_well, accept_never_arrives, accept_is_lost_too_often},
        {"accept-answered", goes_well, accept_is_never_answered, rings_only},
        {"late-accept-refused", late_accept_is_refused, late_accept_is_taken, goes_well},
        {"request-answered", goes_well, request_is_never_answered, nothing},
    };
}

namespace {

using protocol::AcceptArrived;

Tally delivery_of(const Story& story) {
    return story.tally("accept-delivery");
}

TEST(AcceptDelivery, compares_the_data_with_what_the_device_sent) {
    Story story;
    ConnectionData other = Story::data(1);
    other.key[5] = 99;
    story.calls().rings(1).accepts(1).confirmed(1).tell(
        0, AcceptArrived{.call = call, .device = Story::id(1), .connection = other});
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::violated);
}

TEST(AcceptDelivery, knows_a_device_by_its_own_addresses_even_if_it_lies) {
    Story story;
    story.calls().rings(1);
    story.command(1, protocol::AcceptCommand{.call = call});
    story.to_broker(
        1,
        protocol::InviteAccept{
            .call = call, .device = Story::id(1), .ticket = {}, .connection = Story::data(2)});
    story.tell(0,
               AcceptArrived{.call = call, .device = Story::id(1), .connection = Story::data(2)});
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::violated);
}

TEST(AcceptDelivery, wants_each_accept_told_once) {
    Story story;
    story.calls().rings(1).delivered(1).arrives(1);
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::violated);
}

TEST(AcceptDelivery, counts_accepts_per_device) {
    Story story(3);
    story.calls(protocol::AnswerPolicy::all).rings_all().delivered(1).delivered(2).delivered(3);
    EXPECT_EQ(delivery_of(story).checked, 3U);
    EXPECT_EQ(delivery_of(story).violated, 0U);
}

TEST(AcceptDelivery, is_not_owed_to_an_initiator_who_cancelled) {
    Story story;
    story.calls().rings(1).accepts(1).confirmed(1).cancels().wait(100s);
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::vacuous);
}

TEST(AcceptDelivery, is_not_owed_while_the_initiator_cannot_be_reached) {
    Story story;
    story.world.faults.push_back({.number = 0,
                                  .kind = model::FaultKind::partition,
                                  .start = Instant{6s},
                                  .end = Instant{110s},
                                  .target = {.kind = model::NodeKind::device, .number = 0}});
    story.calls().rings(1).accepts(1).confirmed(1).wait(200s);
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::vacuous);
}

TEST(AcceptDelivery, is_owed_again_once_the_initiator_is_back) {
    Story story;
    story.world.faults.push_back({.number = 0,
                                  .kind = model::FaultKind::partition,
                                  .start = Instant{6s},
                                  .end = Instant{20s},
                                  .target = {.kind = model::NodeKind::device, .number = 0}});
    story.calls().rings(1).accepts(1).confirmed(1).wait(200s);
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::violated);
}

TEST(AcceptDelivery, is_late_after_the_first_window) {
    Story story;
    story.calls().rings(1).accepts(1).confirmed(1).wait(40s).arrives(1);
    EXPECT_EQ(delivery_of(story).verdict(), Verdict::violated);
}

TEST(AcceptAnswered, wants_a_reason_to_reject) {
    Story story;
    story.calls().rings(1).accepts(1).tell(
        1, protocol::AcceptRejected{.call = call, .reason = EndReason::unknown});
    EXPECT_EQ(story.tally("accept-answered").verdict(), Verdict::violated);
}

}  // namespace
}  // namespace invitro::properties
