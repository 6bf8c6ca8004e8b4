// Trials of the small families: privacy, registration, resources.
#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

void check_before_accept(Story& story) {
    story.calls().rings(1).device_sends(
        1,
        protocol::Check{
            .call = call, .sender = Story::id(1), .transaction = {}, .priority = 1, .tag = {}});
}

void forwarded_to_a_stranger(Story& story) {
    story.calls().rings_all().accepts(1).broker_sends(
        protocol::AcceptForward{.call = call, .device = Story::id(1), .connection = Story::data(1)},
        Story::address(2));
}

void reflects_after_calling(Story& story) {
    story.calls().device_sends(0, protocol::ReflectRequest{});
    story.rings_all().cancels();
    story.stops(1, EndReason::cancelled).stops(2, EndReason::cancelled);
}

void reflects_unasked(Story& story) {
    story.calls().rings(1).device_sends(1, protocol::ReflectRequest{});
}

const protocol::RegisterDevice registration{.device = Story::id(1),
                                            .profile = {},
                                            .incarnation = 1,
                                            .identifiers = {},
                                            .token = {},
                                            .lease = 1h};
const protocol::RegisterAck acknowledgement{.device = Story::id(1), .incarnation = 1, .lease = 1h};

void registers(Story& story) {
    story.world.registration = scenarios::RegistrationStart::live;
    story.command(1, protocol::RegisterCommand{});
    story.to_broker(1, registration).to_device(1, acknowledgement);
    story.tell(1, protocol::Registered{.lease = 1h});
}

void registers_in_vain(Story& story) {
    story.world.registration = scenarios::RegistrationStart::live;
    story.command(1, protocol::RegisterCommand{});
    story.to_broker(1, registration).to_device(1, acknowledgement).wait(100s);
}

void registers_out_of_thin_air(Story& story) {
    story.world.registration = scenarios::RegistrationStart::live;
    story.command(1, protocol::RegisterCommand{});
    story.tell(1, protocol::Registered{.lease = 1h});
}

void storm(Story& story) {
    story.calls().rings(1);
    for (int i = 0; i < 5000; ++i) {
        story.device_sends(1, protocol::InviteRinging{.call = call, .device = Story::id(1)});
    }
}

void path_storm(Story& story) {
    story.calls().rings(1).accepts(1);
    // All in one moment.
    const protocol::SessionData message{
        .call = call, .sender = Story::id(0), .sequence = 1, .tag = {}};
    for (int i = 0; i < 500; ++i) {
        story.wait(-10ms).device_sends(0, message);
    }
}

void never_quiet(Story& story) {
    story.calls().rings(1).wait(150s).to_broker(
        1, protocol::CallKeepAlive{.call = call, .device = Story::id(1)});
}

void world_ends_early(Story& story) {
    story.world.duration = 20s;
    story.goes_well();
}

}  // namespace

std::vector<Trial> other_trials() {
    return {
        {"no-data-before-consent", goes_well, check_before_accept, nothing},
        {"only-parties-see-data", goes_well, forwarded_to_a_stranger, nothing},
        {"no-reflection-before-consent", reflects_after_calling, reflects_unasked, goes_well},
        {"registration-answered", registers, registers_in_vain, goes_well},
        {"registered-is-in-force", registers, registers_out_of_thin_air, goes_well},
        {"messages-bounded", goes_well, storm, nothing},
        {"path-messages-bounded", goes_well, path_storm, nothing},
        {"quiet-after-grace", goes_well, never_quiet, world_ends_early},
    };
}

namespace {

TEST(OnlyPartiesSeeData, does_not_let_anybody_elses_be_pushed) {
    Story story;
    protocol::InvitePush push = Story::invitation(1);
    push.connection = Story::data(2);
    story.calls().push(1, push);
    EXPECT_EQ(story.tally("only-parties-see-data").verdict(), Verdict::violated);
}

TEST(OnlyPartiesSeeData, follows_an_initiator_that_is_heard_from_elsewhere) {
    Story story;
    const protocol::Address elsewhere = Story::address(5);
    story.calls().rings(1).accepts(1).broker_gets(
        protocol::CallKeepAlive{.call = call, .device = Story::id(0)}, elsewhere);
    story.broker_sends(
        protocol::AcceptForward{.call = call, .device = Story::id(1), .connection = Story::data(1)},
        elsewhere);
    EXPECT_EQ(story.tally("only-parties-see-data").violated, 0U);
}

}  // namespace
}  // namespace invitro::properties
