// Trials of registration: proofs, tokens, the end, and what strangers can tell.
#include "properties/story_test.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {

using namespace std::chrono_literals;

namespace {

constexpr CallId call = Story::call;

const protocol::Credential credential{.proven = 1, .expiry = 1000, .tag = {}};

protocol::PushToken token(std::uint8_t version) {
    return {.provider = protocol::PushProvider::apns, .value = {version, version}};
}

protocol::EndpointIdentifier callee() {
    return Story::invitation(1).callee;
}

protocol::RegisterDevice registration(std::uint32_t incarnation, std::uint8_t version) {
    return {.device = Story::id(1),
            .profile = {},
            .incarnation = incarnation,
            .identifiers = {callee()},
            .token = token(version),
            .lease = 1h,
            .credentials = {credential}};
}

protocol::RegisterAck ack(std::uint32_t incarnation) {
    return {.device = Story::id(1),
            .incarnation = incarnation,
            .lease = 1h,
            .part = 0,
            .credentials = {credential}};
}

void goes_well(Story& story) {
    story.goes_well();
}

void nothing(Story&) {}

// ---- proofs -------------------------------------------------------------------------------------

void from_scratch(Story& story) {
    story.world.registration = scenarios::RegistrationStart::scratch;
}

const protocol::PossessionChallenge challenge{
    .device = Story::id(1), .identifier = callee(), .attempt = {}, .proof = {}};

void invites_proven(Story& story) {
    from_scratch(story);
    story.push_arrives(1, challenge);
    story.to_broker(1, registration(1, 1)).to_device(1, ack(1));
    story.calls().rings(1);
}

void invites_unproven(Story& story) {
    from_scratch(story);
    story.to_broker(1, registration(1, 1)).to_device(1, ack(1));
    story.calls().rings(1);
}

// ---- tokens -------------------------------------------------------------------------------------

void changes(Story& story, scenarios::RegistrationAction action) {
    story.world.registration_changes.push_back({.device = 1, .at = 1s, .action = action});
}

void rings_through(Story& story, std::uint8_t version) {
    changes(story, scenarios::RegistrationAction::new_token);
    story.to_broker(1, registration(1, 1)).to_device(1, ack(1));
    story.to_broker(1, registration(2, 2)).to_device(1, ack(2));
    story.calls().push_through(1, token(version), Story::invitation(1));
}

void rings_through_the_new_token(Story& story) {
    rings_through(story, 2);
}

void rings_through_the_old_token(Story& story) {
    rings_through(story, 1);
}

void forgets_the_new_token(Story& story) {
    changes(story, scenarios::RegistrationAction::new_token);
    story.to_broker(1, registration(2, 2)).to_device(1, ack(2));
    story.calls().wait(10s).ends(EndReason::expired);
}

// ---- the end ------------------------------------------------------------------------------------

void unregisters(Story& story) {
    changes(story, scenarios::RegistrationAction::unregister);
    story.to_broker(1, registration(1, 1)).to_device(1, ack(1));
    story.command(1, protocol::UnregisterCommand{});
    story.to_broker(1,
                    protocol::UnregisterDevice{.device = Story::id(1),
                                               .profile = {},
                                               .incarnation = 2,
                                               .identifier = callee(),
                                               .credential = credential});
    story.to_device(1, protocol::RegisterAck{.device = Story::id(1), .incarnation = 2});
    story.tell(1, protocol::Unregistered{});
}

void unregisters_and_is_pushed(Story& story) {
    unregisters(story);
    story.calls().push(1, Story::invitation(1));
}

// ---- strangers ----------------------------------------------------------------------------------

void end_is_sent_after(Story& story, Duration wait) {
    story.calls().wait(wait).broker_sends(
        protocol::InviteEnded{.call = call, .device = Story::id(0), .reason = EndReason::expired});
}

void expires_unanswered(Story& story) {
    end_is_sent_after(story, 60s);
}

void ends_early(Story& story) {
    end_is_sent_after(story, 5s);
}

void mails(Story& story) {
    story.broker_sends(protocol::ValidationPending{.device = Story::id(1), .attempt = {}});
    story.broker_sends(protocol::ValidationPending{.device = Story::id(2), .attempt = {}});
}

void mails_differently(Story& story) {
    mails(story);
    story.broker_sends_padded(protocol::ValidationPending{.device = Story::id(2), .attempt = {}});
}

}  // namespace

std::vector<Trial> registration_trials() {
    return {
        {"unproven-routes-nowhere", invites_proven, invites_unproven, goes_well},
        {"newest-token-only", rings_through_the_new_token, rings_through_the_old_token, goes_well},
        {"newest-token-pushed", rings_through_the_new_token, forgets_the_new_token, goes_well},
        {"unregister-at-once", unregisters, unregisters_and_is_pushed, goes_well},
        {"unknown-looks-silent", expires_unanswered, ends_early, nothing},
        {"validation-looks-alike", mails, mails_differently, goes_well},
    };
}

namespace {

TEST(UnregisterAtOnce, forgives_a_call_after_registering_again) {
    Story story;
    unregisters(story);
    story.command(1, protocol::RegisterCommand{});
    story.to_broker(1, registration(3, 1)).to_device(1, ack(3));
    story.calls().rings(1);
    EXPECT_EQ(story.tally("unregister-at-once").violated, 0U);
}

TEST(UnregisterAtOnce, is_broken_by_a_device_that_rings_although_its_user_left) {
    Story story;
    story.calls().push(1, Story::invitation(1));
    story.command(1, protocol::UnregisterCommand{}).tell(1, Story::ringing());
    EXPECT_EQ(story.tally("unregister-at-once").violated, 1U);
}

}  // namespace
}  // namespace invitro::properties
