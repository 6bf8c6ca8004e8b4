#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;
using protocol::Disconnected;
using protocol::SessionEnd;

void nothing(Story&) {}

void goes_well(Story& story) {
    story.goes_well();
}

// Both ends are behind boxes that let in nobody from an unknown port.
void without_direct_path(Story& story) {
    for (auto& network : story.world.networks) {
        network.nat.kind = model::NatKind::apdm_apdf;
    }
    story.calls().rings_all().delivered(1);
}

protocol::RelayRequest request_of(std::uint32_t device) {
    return {.call = call,
            .device = Story::id(device),
            .peer = device == 0 ? Story::id(1) : protocol::DeviceId{},
            .ticket = {}};
}

protocol::RelayAllocate allocation_of(std::uint32_t device) {
    return {.call = call,
            .device = Story::id(device),
            .peer = Story::id(1 - device),
            .expires = 1h,
            .nonce = {},
            .sequence = 1,
            .lifetime = protocol::timing::relay_lifetime,
            .tag = {}};
}

protocol::RelayData wrapped(std::uint32_t sender) {
    const protocol::SessionData message{
        .call = call, .sender = Story::id(sender), .sequence = 1, .tag = {}};
    protocol::RelayData data;
    data.payload.assign(Story::encoded(message));
    return data;
}

void comes_through(Story& story) {
    without_direct_path(story);
    story.wait(2s).to_broker(0, request_of(0)).to_broker(1, request_of(1));
    story.device_gets(1, wrapped(0)).device_gets(0, wrapped(1));
    story.connects(1).chooses(1).stops(2, protocol::EndReason::answered).wait(10s).hangs_up(1);
    story.wait(40s).ends(protocol::EndReason::answered);
}

void comes_from_a_stranger(Story& story) {
    without_direct_path(story);
    story.device_gets(1, wrapped(2));
}

void both_ask(Story& story) {
    without_direct_path(story);
    story.wait(2s).to_broker(0, request_of(0)).to_broker(1, request_of(1)).wait(10s);
    for (std::uint32_t device = 0; device < 2; ++device) {
        story.tell(device,
                   Disconnected{
                       .call = call, .peer = Story::id(1 - device), .reason = SessionEnd::no_path});
    }
    story.wait(40s).stops(2, protocol::EndReason::unknown).wait(10s);
    story.ends(protocol::EndReason::answered);
}

void nobody_asks(Story& story) {
    without_direct_path(story);
    story.wait(40s);
}

void gives_back(Story& story) {
    without_direct_path(story);
    story.device_sends(1, allocation_of(1)).connects(1).chooses(1);
    story.stops(2, protocol::EndReason::answered).wait(20s).hangs_up(1);
}

void keeps(Story& story) {
    gives_back(story);
    story.wait(30s).device_sends(1, allocation_of(1));
}

}  // namespace

std::vector<Trial> relay_trials() {
    return {
        {"relay-couples-two", comes_through, comes_from_a_stranger, goes_well},
        {"no-direct-path-asks-for-relay", both_ask, nobody_asks, goes_well},
        {"relay-is-given-back", gives_back, keeps, nothing},
    };
}

namespace {

TEST(RelayCouplesTwo, does_not_let_a_device_that_has_not_accepted_be_coupled) {
    Story story;
    story.calls().rings(1).device_gets(1, wrapped(0));
    EXPECT_EQ(story.tally("relay-couples-two").verdict(), Verdict::violated);
}

TEST(NoDirectPathAsksForRelay, asks_nobody_who_has_a_direct_path) {
    Story story;
    story.calls().rings(1).delivered(1).wait(40s);
    EXPECT_EQ(story.tally("no-direct-path-asks-for-relay").verdict(), Verdict::vacuous);
}

TEST(RelayIsGivenBack, holds_relays_to_the_lifetime_of_an_allocation) {
    Story story;
    without_direct_path(story);
    protocol::RelayGranted granted;
    granted.call = call;
    granted.device = Story::id(1);
    granted.lifetime = protocol::timing::relay_lifetime + 1s;
    story.relay_sends(granted);
    EXPECT_EQ(story.tally("relay-is-given-back").verdict(), Verdict::violated);
}

}  // namespace
}  // namespace invitro::properties
