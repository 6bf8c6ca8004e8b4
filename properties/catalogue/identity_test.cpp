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

void nothing(Story&) {}

void forwarded_out_of_thin_air(Story& story) {
    story.calls().rings_all().arrives(1);
}

void data_crossed(Story& story) {
    story.calls().rings_all().accepts(1).accepts(2).to_device(
        0,
        protocol::AcceptForward{
            .call = call, .device = Story::id(1), .connection = Story::data(2)});
}

void rings_with_other_data(Story& story) {
    story.calls().tell(1,
                       protocol::Ringing{.call = call,
                                         .caller = *protocol::EndpointIdentifier::parse("+49300"),
                                         .callee = *protocol::EndpointIdentifier::parse("+49301"),
                                         .connection = Story::data(2)});
}

void initiator_is_invited(Story& story) {
    story.calls().push(0, Story::invitation(0));
}

}  // namespace

std::vector<Trial> identity_trials() {
    return {
        {"forward-implies-accept", goes_well, forwarded_out_of_thin_air, rings_only},
        {"no-crossing", goes_well, data_crossed, rings_only},
        {"initiator-data-unmodified", goes_well, rings_with_other_data, nothing},
        {"only-callee-invited", goes_well, initiator_is_invited, nothing},
    };
}

namespace {

TEST(ForwardImpliesAccept, knows_no_strangers) {
    Story story;
    story.calls().to_device(
        0,
        protocol::AcceptForward{
            .call = call, .device = {.high = 9, .low = 9}, .connection = Story::data(1)});
    EXPECT_EQ(story.tally("forward-implies-accept").verdict(), Verdict::violated);
}

TEST(InitiatorDataUnmodified, wants_the_names_of_the_request) {
    Story story;
    story.calls().tell(1,
                       protocol::Ringing{.call = call,
                                         .caller = *protocol::EndpointIdentifier::parse("+49309"),
                                         .callee = *protocol::EndpointIdentifier::parse("+49301"),
                                         .connection = Story::data(0)});
    EXPECT_EQ(story.tally("initiator-data-unmodified").verdict(), Verdict::violated);
}

TEST(OnlyCalleeInvited, forbids_strangers_and_the_unregistered) {
    Story stranger;
    stranger.world.devices[2].profile = 0;
    stranger.calls().rings_all();
    EXPECT_EQ(stranger.tally("only-callee-invited").violated, 1U);

    Story unregistered;
    unregistered.world.registration = scenarios::RegistrationStart::live;
    unregistered.calls().rings(1);
    EXPECT_EQ(unregistered.tally("only-callee-invited").violated, 1U);
}

TEST(OnlyCalleeInvited, counts_a_durable_registration_whose_acknowledgement_was_lost) {
    Story story;
    story.world.registration = scenarios::RegistrationStart::live;
    protocol::RegisterDevice registration;
    registration.device = Story::id(1);
    story.to_broker(1, registration).calls().rings(1);
    EXPECT_EQ(story.tally("only-callee-invited").verdict(), Verdict::holds);
}

TEST(OnlyCalleeInvited, counts_a_registration_that_becomes_durable_after_a_newer_one_has_come) {
    Story story;
    story.world.registration = scenarios::RegistrationStart::live;
    protocol::RegisterDevice older;
    older.device = Story::id(1);
    older.incarnation = 1;
    older.identifiers = {Story::invitation(1).callee};
    protocol::RegisterDevice newer = older;
    newer.incarnation = 2;
    story.device_sends(1, older).broker_only_gets(older).writes(Story::encoded(older));
    story.broker_only_gets(newer).is_durable().calls().rings(1);
    EXPECT_EQ(story.tally("only-callee-invited").verdict(), Verdict::holds) << story.violations();
}

}  // namespace
}  // namespace invitro::properties
