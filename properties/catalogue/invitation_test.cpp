#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

void not_pushed(Story& story) {
    story.calls().rings(1).wait(100s);
}

void pushed_without_ringing(Story& story) {
    story.calls().rings(1);
    for (int i = 0; i < 4; ++i) {
        story.push(2, Story::invitation(2)).wait(8s);
    }
}

void rings_twice(Story& story) {
    story.calls().rings(1).rings(1);
}

void pushed_after_choice(Story& story) {
    story.calls().rings_all().delivered(1).chooses(1).wait(1s).push(2, Story::invitation(2));
}

void wakes_and_rings(Story& story) {
    story.calls().command(1, protocol::WokeUp{}).wait(1s).rings(1).rings(2);
}

void wakes_and_stays_silent(Story& story) {
    story.calls().rings(1).push(2, Story::invitation(2));
    story.command(2, protocol::WokeUp{}).wait(50s);
}

void world_ends_early(Story& story) {
    story.world.duration = 6s;
    story.calls().rings_all();
}

}  // namespace

std::vector<Trial> invitation_trials() {
    return {
        {"every-token-pushed", goes_well, not_pushed, nothing},
        {"reachable-device-rings", goes_well, pushed_without_ringing, world_ends_early},
        {"waking-device-rings", wakes_and_rings, wakes_and_stays_silent, goes_well},
        {"ring-once", goes_well, rings_twice, nothing},
        {"no-push-after-end", goes_well, pushed_after_choice, world_ends_early},
    };
}

namespace {

TEST(EveryTokenPushed, asks_nothing_for_a_device_that_is_not_registered) {
    Story story;
    story.world.registration = scenarios::RegistrationStart::live;
    story.calls().wait(100s);
    EXPECT_EQ(story.tally("every-token-pushed").verdict(), Verdict::vacuous);
}

TEST(EveryTokenPushed, wants_a_late_joiner_pushed_too) {
    Story story;
    story.world.registration = scenarios::RegistrationStart::live;
    const protocol::Credential credential{.proven = 1, .expiry = 1000, .tag = {}};
    story.calls();
    story.to_broker(1,
                    protocol::RegisterDevice{.device = Story::id(1),
                                             .profile = {},
                                             .incarnation = 1,
                                             .identifiers = {Story::invitation(1).callee},
                                             .token = {},
                                             .lease = 1h,
                                             .credentials = {credential}});
    story.to_device(1,
                    protocol::RegisterAck{.device = Story::id(1),
                                          .incarnation = 1,
                                          .lease = 1h,
                                          .part = 0,
                                          .credentials = {credential}});
    story.wait(100s);
    EXPECT_EQ(story.tally("every-token-pushed").violated, 1U);
}

TEST(ReachableDeviceRings, asks_nothing_when_more_pushes_were_lost_than_is_promised) {
    Story story;
    story.calls().rings(1);
    for (int i = 0; i < 20; ++i) {
        story.push(2, Story::invitation(2)).wait(4s);
    }
    EXPECT_EQ(story.tally("reachable-device-rings").violated, 0U);
}

TEST(ReachableDeviceRings, asks_nothing_of_a_device_that_is_offline) {
    Story story;
    story.world.faults.push_back({.number = 0,
                                  .kind = model::FaultKind::device_offline,
                                  .start = Instant{1s},
                                  .end = protocol::never,
                                  .target = {.kind = model::NodeKind::device, .number = 2}});
    pushed_without_ringing(story);
    EXPECT_EQ(story.tally("reachable-device-rings").violated, 0U);
}

}  // namespace
}  // namespace invitro::properties
