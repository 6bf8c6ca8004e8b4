// The rows of the broker's table in docs/PROTOCOL.md that begin with a message of a recipient.
#include "protocol/broker/broker_fixture_test.hpp"

namespace invitro::protocol::testing {
namespace {

using RecipientMessages = BrokerTest;

TEST_F(RecipientMessages, AnInvitedDeviceThatRingsIsAcknowledgedAndPushedToNoMore) {
    register_devices({2});
    invite();
    ring(2);
    EXPECT_EQ(only<RingingAck>(last), (RingingAck{call, device_id(2)}));
    EXPECT_EQ(count_pushed<InvitePush>(pass(50s), 2), 0U);
}

TEST_F(RecipientMessages, ARepeatedRingingIsAnsweredAgain) {
    register_devices({2});
    invite();
    ring(2);
    ring(2);
    EXPECT_EQ(count_sent<RingingAck>(last, 2), 1U);
    EXPECT_EQ(count_remarks(last, RemarkKind::duplicate_dropped), 1U);
}

TEST_F(RecipientMessages, AnAcceptIsAcknowledgedAndForwardedWithThatDevicesConnectionData) {
    register_devices({2, 3});
    invite();
    accept(2);
    EXPECT_EQ(only<AcceptAck>(last), (AcceptAck{call, device_id(2)}));
    EXPECT_EQ(only<AcceptForward>(last), (AcceptForward{call, device_id(2), connection(2)}));
    EXPECT_EQ(count_sent<AcceptForward>(last, initiator), 1U);
}

TEST_F(RecipientMessages, AnAcceptIsForwardedAgainUntilItIsAcknowledged) {
    register_devices({2});
    invite();
    accept(2);
    // After 500 ms, 1 s, 2 s and then every 4 s.
    EXPECT_EQ(count_sent<AcceptForward>(pass(12s), initiator), 5U);
    acknowledge_forward(2);
    EXPECT_EQ(count_sent<AcceptForward>(pass(100s), initiator), 0U);
}

TEST_F(RecipientMessages, ARepeatedAcceptIsAcknowledgedAgainAndForwardedOnlyAsOne) {
    register_devices({2});
    invite();
    accept(2);
    InviteAccept again{call, device_id(2), ticket(2), connection(9)};
    receive(2, again);
    EXPECT_EQ(count_sent<AcceptAck>(last, 2), 1U);
    EXPECT_EQ(count_sent<AcceptForward>(last, initiator), 0U);
    EXPECT_EQ(only<AcceptForward>(pass(600ms)).connection, connection(2));
}

TEST_F(RecipientMessages, EveryAcceptorsAcceptIsForwarded) {
    register_devices({2, 3, 4});
    invite();
    accept(2);
    accept(3);
    accept(4);
    EXPECT_EQ(only<AcceptForward>(last).device, device_id(4));
    EXPECT_EQ(count_sent<AcceptForward>(pass(400ms + 100ms), initiator), 3U);
}

TEST_F(RecipientMessages, AnAcceptAfterACancelIsRefusedWithTheReason) {
    register_devices({2});
    invite();
    ring(2);
    cancel();
    accept(2);
    EXPECT_EQ(only<AcceptRefused>(last), (AcceptRefused{call, device_id(2), EndReason::cancelled}));
    EXPECT_EQ(count_sent<AcceptForward>(pass(100s), initiator), 0U);
}

TEST_F(RecipientMessages, AnAcceptBeforeACancelStandsAndIsForwardedNonetheless) {
    register_devices({2});
    invite();
    accept(2);
    cancel();
    EXPECT_EQ(only<InviteEnded>(last), (InviteEnded{call, device_id(2), EndReason::cancelled}));
    accept(2);
    EXPECT_EQ(count_sent<AcceptAck>(last, 2), 1U);
    EXPECT_EQ(count_sent<AcceptForward>(pass(600ms), initiator), 1U);
}

TEST_F(RecipientMessages, AnAcceptWithinGraceAfterTheLifetimeIsTaken) {
    register_devices({2});
    invite();
    ring(2);
    pass(119s);
    accept(2);
    EXPECT_EQ(count_sent<AcceptAck>(last, 2), 1U);
    EXPECT_EQ(count_sent<AcceptForward>(last, initiator), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(pass(500ms), 2), 0U) << "it takes part again";
}

TEST_F(RecipientMessages, AnAcceptOfAForgottenCallIsRefusedAsExpired) {
    register_devices({2});
    invite();
    pass(121s);
    accept(2);
    EXPECT_EQ(only<AcceptRefused>(last).reason, EndReason::expired);
    EXPECT_EQ(last.sent.size(), 1U);
}

TEST_F(RecipientMessages, AnAcceptInTheInstantOfForgettingIsRefusedEvenIfTheDeadlineIsServedLate) {
    register_devices({2});
    invite();
    now += 120s;
    accept(2);
    EXPECT_EQ(only<AcceptRefused>(last).reason, EndReason::expired);
    EXPECT_EQ(count_remarks(last, RemarkKind::invitation_purged), 1U);
}

TEST_F(RecipientMessages, ADeviceThatHasDeclinedAndThenAcceptsIsRefused) {
    register_devices({2, 3});
    invite();
    decline(2);
    accept(2);
    EXPECT_EQ(only<AcceptRefused>(last).reason, EndReason::declined);
}

TEST_F(RecipientMessages, ADeclineHereSilencesOneDeviceAndLeavesTheOthers) {
    register_devices({2, 3});
    invite();
    decline(2);
    EXPECT_EQ(only<DeclineAck>(last), (DeclineAck{call, device_id(2)}));
    EXPECT_EQ(last.sent.size(), 1U);
    const Outputs later = pass(10s);
    EXPECT_EQ(count_pushed<InvitePush>(later, 2), 0U);
    EXPECT_EQ(count_pushed<InvitePush>(later, 3), 3U);
    accept(3);
    EXPECT_EQ(count_sent<AcceptForward>(last, initiator), 1U);
}

TEST_F(RecipientMessages, WhenAllHaveDeclinedTheCallEndsAndTheInitiatorLearnsAtOnce) {
    register_devices({2, 3});
    invite();
    decline(2);
    decline(3);
    EXPECT_EQ(only<InviteEnded>(last),
              (InviteEnded{call, device_id(initiator), EndReason::declined}));
    EXPECT_EQ(count_remarks(last, RemarkKind::all_declined), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(pass(600ms), initiator), 1U);
    acknowledge_end(initiator);
    EXPECT_TRUE(is_silent(pass(200s)));
}

TEST_F(RecipientMessages, ADeclineEverywhereSilencesTheOthersAndEndsTheCall) {
    register_devices({2, 3, 4});
    invite();
    ring(2);
    ring(3);
    decline(2, DeclineScope::everywhere);
    EXPECT_EQ(count_sent<DeclineAck>(last, 2), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 2), 0U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 3), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, initiator), 1U);
    EXPECT_EQ(only_push<InviteDismiss>(last),
              (InviteDismiss{call, device_id(4), EndReason::declined}));
    accept(3);
    EXPECT_EQ(only<AcceptRefused>(last).reason, EndReason::declined);
}

TEST_F(RecipientMessages, ADeclineEverywhereLeavesAcceptsAlreadyTaken) {
    register_devices({2, 3, 4});
    invite();
    accept(2);
    ring(4);
    decline(3, DeclineScope::everywhere);
    EXPECT_EQ(count_sent<InviteEnded>(last, 2), 0U);
    EXPECT_EQ(count_sent<InviteEnded>(last, initiator), 0U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 4), 1U);
    EXPECT_EQ(count_sent<AcceptForward>(pass(600ms), initiator), 1U);
    accept(4);
    EXPECT_EQ(only<AcceptRefused>(last).reason, EndReason::declined);
}

TEST_F(RecipientMessages, ADeclineAfterAnAcceptIsAcknowledgedAndChangesNothing) {
    register_devices({2});
    invite();
    accept(2);
    decline(2, DeclineScope::everywhere);
    EXPECT_EQ(count_sent<DeclineAck>(last, 2), 1U);
    EXPECT_EQ(last.sent.size(), 1U);
    EXPECT_EQ(count_sent<AcceptForward>(pass(600ms), initiator), 1U);
}

TEST_F(RecipientMessages, AnAcceptAfterAChoiceIsForwardedAndThenToldThatAnotherWasChosen) {
    register_devices({2, 3});
    invite();
    accept(2);
    ring(3);
    choose({2});
    acknowledge_end(3);
    accept(3);
    ASSERT_EQ(last.sent.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<AcceptAck>(last.sent[0].message));
    EXPECT_EQ(count_sent<AcceptForward>(last, initiator), 1U);
    EXPECT_EQ(only<InviteEnded>(last), (InviteEnded{call, device_id(3), EndReason::answered}));
    EXPECT_EQ(count_remarks(last, RemarkKind::accept_after_choice), 1U);
}

TEST_F(RecipientMessages, ADeviceThatRingsThoughItWasDismissedLearnsTheReason) {
    register_devices({2});
    invite();
    cancel();
    EXPECT_EQ(only_push<InviteDismiss>(last).reason, EndReason::cancelled);
    ring(2);
    EXPECT_EQ(count_sent<RingingAck>(last, 2), 1U);
    EXPECT_EQ(only<InviteEnded>(last), (InviteEnded{call, device_id(2), EndReason::cancelled}));
}

TEST_F(RecipientMessages, AForgedTicketIsDroppedWithoutAnAnswer) {
    register_devices({2, 3});
    invite();
    const Ticket others = ticket(3);
    receive(2, InviteAccept{call, device_id(2), others, connection(2)});
    EXPECT_TRUE(is_silent(last));
    receive(2, InviteRinging{call, device_id(2), Ticket{}});
    EXPECT_TRUE(is_silent(last));
    receive(2,
            InviteDecline{
                call, device_id(2), others, DeclineScope::everywhere, DeclineReason::declined});
    EXPECT_TRUE(is_silent(last));
    EXPECT_EQ(count_remarks(last, RemarkKind::unexpected_dropped), 1U);
    EXPECT_EQ(count_pushed<InvitePush>(pass(2s), 2), 1U) << "it has not been heard";
}

TEST_F(RecipientMessages, AForgedTicketForAForgottenCallIsDroppedToo) {
    receive(2, InviteAccept{call, device_id(2), Ticket{}, connection(2)});
    receive(2,
            InviteDecline{call, device_id(2), Ticket{}, DeclineScope::here, DeclineReason::busy});
    EXPECT_TRUE(is_silent(receive(2, InviteRinging{call, device_id(2), Ticket{}})));
    EXPECT_EQ(broker.state(), broker.state());
    EXPECT_TRUE(broker.state().calls.calls.empty());
}

TEST_F(RecipientMessages, ARecipientIsAnsweredWhereItWasLastHeard) {
    register_devices({2});
    invite();
    ring(2);
    receive(20, CallKeepAlive{call, device_id(2)});
    EXPECT_TRUE(is_silent(last));
    cancel();
    EXPECT_EQ(count_sent<InviteEnded>(last, 20), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 2), 0U);
}

TEST_F(RecipientMessages, AKeepAliveOfADeviceNotHeardYetIsNotBelieved) {
    register_devices({2});
    invite();
    EXPECT_TRUE(is_silent(receive(66, CallKeepAlive{call, device_id(2)})));
    cancel();
    EXPECT_EQ(count_sent<InviteEnded>(last, 66), 0U);
    EXPECT_EQ(count_pushed<InviteDismiss>(last, 2), 1U);
}

}  // namespace
}  // namespace invitro::protocol::testing
