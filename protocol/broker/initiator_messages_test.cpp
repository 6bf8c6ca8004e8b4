// The rows of the broker's table in docs/PROTOCOL.md that begin with a message of the initiator.
#include "protocol/broker/broker_fixture_test.hpp"

namespace invitro::protocol::testing {
namespace {

using InitiatorMessages = BrokerTest;

TEST_F(InitiatorMessages, ARequestIsAnsweredAtOnceAndPushedToEveryTokenOfTheCallee) {
    register_devices({2, 3});
    RegisterDevice second = registration(3, phone(7));
    second.token = token(30, PushProvider::fcm);
    receive(3, second);
    invite();
    EXPECT_EQ(only<InviteProgress>(last), InviteProgress{call});
    EXPECT_EQ(count_sent<InviteProgress>(last, initiator), 1U);
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U);
    EXPECT_EQ(count_pushed<InvitePush>(last, 3), 2U);
}

TEST_F(InitiatorMessages, ThePushCarriesTheInitiatorsConnectionDataUnmodified) {
    register_devices({2});
    invite();
    const auto push = only_push<InvitePush>(last);
    EXPECT_EQ(push.connection, connection(initiator));
    EXPECT_EQ(push.callee, phone(7));
    EXPECT_EQ(push.caller, phone(initiator));
    EXPECT_EQ(push.age, 0s);
    EXPECT_EQ(push.lifetime, 60s);
    EXPECT_EQ(last.pushed[0].token, token(2));
    EXPECT_EQ(last.pushed[0].collapse_key, call);
    EXPECT_EQ(last.pushed[0].time_to_live, 60s);
}

TEST_F(InitiatorMessages, AnUnknownCalleeIsAnsweredLikeAKnownOne) {
    register_devices({2});
    InviteRequest unknown = request();
    unknown.call = call_id(2);
    unknown.callee = phone(8);
    const auto known_answer = invite().sent;
    const auto unknown_answer = receive(initiator, unknown).sent;
    ASSERT_EQ(unknown_answer.size(), 1U);
    ASSERT_EQ(known_answer.size(), 1U);
    EXPECT_EQ(encoded(unknown_answer[0].message).size(), encoded(known_answer[0].message).size());
    // Later too: both calls expire at the same time, with the same reason.
    const Outputs later = pass(60s);
    ASSERT_EQ(later.sent.size(), 2U);
    EXPECT_EQ(std::get<InviteEnded>(later.sent[0].message).reason, EndReason::expired);
    EXPECT_EQ(std::get<InviteEnded>(later.sent[1].message).reason, EndReason::expired);
}

TEST_F(InitiatorMessages, TheDeviceThatCallsIsNotInvitedToItsOwnCall) {
    register_devices({initiator, 2});
    invite();
    EXPECT_EQ(count_pushed<InvitePush>(last, initiator), 0U);
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U);
    register_devices({initiator});
    EXPECT_EQ(count_pushed<InvitePush>(last, initiator), 0U);
}

TEST_F(InitiatorMessages, ARepeatedRequestIsAnsweredAgainAndInvitesNobodyAgain) {
    register_devices({2});
    invite();
    invite();
    EXPECT_EQ(count_sent<InviteProgress>(last, initiator), 1U);
    EXPECT_TRUE(last.pushed.empty());
    EXPECT_EQ(broker.state().calls.calls.size(), 1U);
}

TEST_F(InitiatorMessages, ARequestWithTheCallIdOfAnotherDeviceIsDropped) {
    register_devices({2});
    invite();
    InviteRequest stolen = request();
    stolen.initiator = device_id(5);
    EXPECT_TRUE(is_silent(receive(5, stolen)));
    EXPECT_TRUE(is_silent(receive(5, InviteCancel{call, device_id(5)})));
    EXPECT_TRUE(is_silent(receive(5, InviteUpdate{call, device_id(5), 1, {}})));
}

TEST_F(InitiatorMessages, AtMostTheLongestLifetimeIsGranted) {
    register_devices({2});
    InviteRequest long_lived = request();
    long_lived.lifetime = 10min;
    receive(initiator, long_lived);
    EXPECT_EQ(only_push<InvitePush>(last).lifetime, timing::invitation_lifetime_max);
}

TEST_F(InitiatorMessages, ACancelEndsTheCallForEveryDevice) {
    register_devices({2, 3});
    invite();
    ring(2);
    cancel();
    EXPECT_EQ(count_sent<CancelAck>(last, initiator), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, initiator), 0U);
    EXPECT_EQ(only<InviteEnded>(last), (InviteEnded{call, device_id(2), EndReason::cancelled}));
    EXPECT_EQ(only_push<InviteDismiss>(last),
              (InviteDismiss{call, device_id(3), EndReason::cancelled}));
    EXPECT_EQ(count_pushed<InvitePush>(pass(100s), 3), 0U);
}

TEST_F(InitiatorMessages, ARepeatedCancelIsAcknowledgedAndChangesNothing) {
    register_devices({2});
    invite();
    ring(2);
    cancel();
    acknowledge_end(2);
    cancel();
    EXPECT_EQ(count_sent<CancelAck>(last, initiator), 1U);
    EXPECT_EQ(last.sent.size(), 1U);
}

TEST_F(InitiatorMessages, ACancelAfterTheEndIsAcknowledgedAndTheReasonStays) {
    register_devices({2, 3});
    invite();
    ring(3);
    decline(2, DeclineScope::everywhere);
    cancel();
    EXPECT_EQ(count_sent<CancelAck>(last, initiator), 1U);
    EXPECT_EQ(only<InviteEnded>(pass(600ms)).reason, EndReason::declined);
}

TEST_F(InitiatorMessages, ACancelThatOvertakesItsRequestInvitesNobody) {
    register_devices({2});
    cancel();
    EXPECT_EQ(count_sent<CancelAck>(last, initiator), 1U);
    invite();
    EXPECT_EQ(count_sent<InviteProgress>(last, initiator), 1U);
    EXPECT_TRUE(last.pushed.empty());
    EXPECT_TRUE(is_silent(pass(200s)));
}

TEST_F(InitiatorMessages, AnUpdateTellsWhoIsNotChosenThatItWasAnsweredElsewhere) {
    register_devices({2, 3, 4, 5});
    invite();
    accept(2);
    accept(3);
    ring(4);
    choose({2});
    EXPECT_EQ(only<UpdateAck>(last), (UpdateAck{call, 1}));
    EXPECT_EQ(count_sent<InviteEnded>(last, 2), 0U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 3), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 4), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, initiator), 0U);
    EXPECT_EQ(only_push<InviteDismiss>(last),
              (InviteDismiss{call, device_id(5), EndReason::answered}));
}

TEST_F(InitiatorMessages, AnOlderUpdateIsAcknowledgedAndChangesNothing) {
    register_devices({2, 3});
    invite();
    accept(2);
    accept(3);
    choose({3}, 5);
    choose({2}, 4);
    EXPECT_EQ(only<UpdateAck>(last), (UpdateAck{call, 4}));
    EXPECT_EQ(last.sent.size(), 1U);
    const Outputs later = pass(600ms);
    EXPECT_EQ(count_sent<InviteEnded>(later, 2), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(later, 3), 0U);
}

TEST_F(InitiatorMessages, ANewerUpdateStopsTellingWhoIsChosenNow) {
    register_devices({2, 3});
    invite();
    accept(2);
    accept(3);
    choose({2}, 1);
    choose({3}, 2);
    EXPECT_EQ(count_sent<InviteEnded>(last, 2), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(pass(600ms), 3), 0U);
}

TEST_F(InitiatorMessages, AnUpdateOfAnUnknownCallIsAcknowledged) {
    choose({2});
    EXPECT_EQ(only<UpdateAck>(last), (UpdateAck{call, 1}));
    EXPECT_TRUE(broker.state().calls.calls.empty());
}

TEST_F(InitiatorMessages, TheInitiatorIsAnsweredWhereItWasLastHeard) {
    register_devices({2});
    invite();
    receive(10, CallKeepAlive{call, device_id(initiator)});
    EXPECT_TRUE(is_silent(last));
    accept(2);
    EXPECT_EQ(count_sent<AcceptForward>(last, 10), 1U);
}

TEST_F(InitiatorMessages, AKeepAliveOfAnUnknownCallOrParticipantIsAnsweredOnce) {
    receive(4, CallKeepAlive{call, device_id(4)});
    EXPECT_EQ(only<InviteEnded>(last), (InviteEnded{call, device_id(4), EndReason::unknown}));
    invite();
    receive(4, CallKeepAlive{call, device_id(4)});
    EXPECT_EQ(only<InviteEnded>(last).reason, EndReason::unknown);
    EXPECT_EQ(count_sent<InviteEnded>(pass(30s), 4), 0U);
}

// The call's lifetime is over and then it is cancelled: a late answer to the first is none to the
// second.
TEST_F(InitiatorMessages, AnAcknowledgementOfAnotherReasonStopsNothing) {
    register_devices({2});
    invite();
    ring(2);
    cancel();
    EXPECT_EQ(told(2), EndReason::cancelled);
    EXPECT_TRUE(is_silent(acknowledge_end(2, EndReason::expired)));
    EXPECT_GT(count_sent<InviteEnded>(pass(10s), 2), 0U);
    acknowledge_end(2, EndReason::cancelled);
    EXPECT_EQ(count_sent<InviteEnded>(pass(10s), 2), 0U);
}

TEST_F(InitiatorMessages, AnAcknowledgementOfNothingIsDropped) {
    register_devices({2});
    invite();
    EXPECT_TRUE(is_silent(acknowledge_forward(2)));
    EXPECT_TRUE(is_silent(acknowledge_end(2)));
    EXPECT_TRUE(is_silent(acknowledge_end(99)));
    call = call_id(77);
    EXPECT_TRUE(is_silent(acknowledge_forward(2)));
    EXPECT_EQ(count_remarks(last, RemarkKind::duplicate_dropped), 1U);
}

}  // namespace
}  // namespace invitro::protocol::testing
