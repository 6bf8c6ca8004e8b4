// The recipient's side of docs/PROTOCOL.md "The client, call by call", sentence by sentence.
#include "protocol/client/client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Address initiator_address{.ip = ipv4(0xC6336409U), .port = 6000};
const Address elsewhere{.ip = ipv4(0xC633640AU), .port = 6001};
const CallId call{.high = 0xCA, .low = 0x11};

InvitePush invite(Duration age = {}, Duration lifetime = 60s) {
    InvitePush push;
    push.call = call;
    push.device = device_of(1);
    push.ticket = {4, 2};
    push.callee = identifier("+4915112345678");
    push.caller = identifier("bob@example.org");
    push.connection.key.fill(9);
    push.connection.candidates.push_back(
        {.kind = CandidateKind::server_reflexive, .address = initiator_address, .priority = 100});
    push.age = age;
    push.lifetime = lifetime;
    return push;
}

class IncomingCallTest : public ::testing::Test {
protected:
    void ring() {
        bench.push(invite());
        bench.from_broker(RingingAck{.call = call, .device = device_of(1)});
        bench.forget();
    }

    void accept() {
        ring();
        bench.command(AcceptCommand{call});
        bench.answer_reflectors();
        own = bench.all<InviteAccept>().at(0).connection;
    }

    void accept_confirmed() {
        accept();
        bench.from_broker(AcceptAck{.call = call, .device = device_of(1)});
    }

    template <class M>
    void from_initiator(M message, const Address& source = initiator_address) {
        message.call = call;
        message.sender = device_of(9);
        bench.from(source, with_tag(derive_path_key(invite().connection.key, own.key), message));
    }

    void connect() {
        accept_confirmed();
        from_initiator(numbered<Nominate>(1));
        from_initiator(numbered<SessionData>(2));
    }

    void ended(EndReason reason) {
        bench.from_broker(InviteEnded{.call = call, .device = device_of(1), .reason = reason});
    }

    ClientBench bench;
    ConnectionData own;
};

TEST_F(IncomingCallTest, APushRingsAndSaysSoUntilAcknowledged) {
    bench.push(invite());
    ASSERT_THAT(bench.heard<Ringing>(), SizeIs(1));
    EXPECT_EQ(bench.heard<Ringing>()[0].caller, identifier("bob@example.org"));
    EXPECT_EQ(bench.heard<Ringing>()[0].connection, invite().connection);
    bench.advance(500ms);
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(2));
    EXPECT_EQ(bench.all<InviteRinging>()[0].ticket, invite().ticket);
    bench.from_broker(RingingAck{.call = call, .device = device_of(1)});
    bench.advance(10s);
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(2));
}

TEST_F(IncomingCallTest, ALaterPushIsAnsweredWithWhatWasLastSaidAndRingsNobody) {
    ring();
    bench.push(invite());
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(1));
    bench.command(DeclineCommand{call});
    bench.from_broker(DeclineAck{.call = call, .device = device_of(1)});
    bench.forget();
    bench.push(invite());
    EXPECT_THAT(bench.all<InviteDecline>(), SizeIs(1));
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
}

TEST_F(IncomingCallTest, AnAcceptedCallAnswersALaterPushWithTheSameAccept) {
    accept_confirmed();
    bench.forget();
    bench.push(invite());
    ASSERT_THAT(bench.all<InviteAccept>(), SizeIs(1));
    EXPECT_EQ(bench.all<InviteAccept>()[0].connection, own);
}

TEST_F(IncomingCallTest, APushOlderThanItsLifetimeIsIgnored) {
    bench.push(invite(60s));
    bench.push(invite(0s, 0s));
    EXPECT_THAT(bench.told, IsEmpty());
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(IncomingCallTest, APushForAnotherDeviceIsIgnored) {
    InvitePush push = invite();
    push.device = device_of(2);
    bench.push(push);
    EXPECT_THAT(bench.told, IsEmpty());
    EXPECT_EQ(bench.count(RemarkKind::unexpected_dropped), 1U);
}

TEST_F(IncomingCallTest, ADeviceRingsAtMostTheRestOfTheLifetime) {
    bench.push(invite(40s));
    bench.advance(20s - 1ms);
    EXPECT_THAT(bench.heard<RingingStopped>(), IsEmpty());
    bench.advance(1ms);
    EXPECT_THAT(bench.heard<RingingStopped>(),
                ElementsAre(RingingStopped{.call = call, .reason = EndReason::unknown}));
    bench.command(AcceptCommand{call});
    bench.forget();
    bench.advance(1s);
    EXPECT_THAT(bench.all<ReflectRequest>(), IsEmpty());
}

TEST_F(IncomingCallTest, BeforeTheUserAcceptsNothingLeavesButToTheBrokerAndWithoutAddresses) {
    bench.push(invite());
    from_initiator(check_with({.high = 1, .low = 1}));
    from_initiator(numbered<Nominate>(1));
    // Not even a tag under the key of a search that has not begun opens the door.
    Check keyless = check_with({.high = 1, .low = 2});
    keyless.call = call;
    keyless.sender = device_of(9);
    bench.from(initiator_address, with_tag(RandomValue{}, keyless));
    bench.advance(59s);
    ASSERT_THAT(bench.sent, ::testing::Not(IsEmpty()));
    for (const SentMessage& one : bench.sent) {
        EXPECT_EQ(one.destination, broker_address);
        EXPECT_TRUE(std::holds_alternative<InviteRinging>(one.message) ||
                    std::holds_alternative<CallKeepAlive>(one.message));
    }
}

TEST_F(IncomingCallTest, AcceptingGathersThenAcceptsThenChecks) {
    ring();
    bench.command(AcceptCommand{call});
    EXPECT_THAT(bench.all<ReflectRequest>(), SizeIs(2));
    EXPECT_THAT(bench.all<InviteAccept>(), IsEmpty());
    EXPECT_THAT(bench.all<Check>(), IsEmpty());
    bench.answer_reflectors();
    ASSERT_THAT(bench.all<InviteAccept>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteAccept>()[0].connection.candidates.view(), SizeIs(2));
    EXPECT_EQ(bench.all<InviteAccept>()[0].ticket, invite().ticket);
    EXPECT_THAT(bench.all<Check>(), SizeIs(1));
}

TEST_F(IncomingCallTest, TheAcceptIsRepeatedUntilConfirmed) {
    accept();
    bench.advance(500ms);
    EXPECT_THAT(bench.all<InviteAccept>(), SizeIs(2));
    bench.from_broker(AcceptAck{.call = call, .device = device_of(1)});
    bench.from_broker(AcceptAck{.call = call, .device = device_of(1)});
    EXPECT_THAT(bench.heard<AcceptConfirmed>(), SizeIs(1));
    bench.advance(10s);
    EXPECT_THAT(bench.all<InviteAccept>(), SizeIs(2));
}

TEST_F(IncomingCallTest, ARefusedAcceptIsToldWithTheReasonAndOver) {
    accept();
    bench.from_broker(
        AcceptRefused{.call = call, .device = device_of(1), .reason = EndReason::cancelled});
    EXPECT_THAT(bench.heard<AcceptRejected>(),
                ElementsAre(AcceptRejected{.call = call, .reason = EndReason::cancelled}));
    bench.forget();
    bench.advance(60s);
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_THAT(bench.told, IsEmpty());
}

TEST_F(IncomingCallTest, ACheckIsAnsweredToWhereItCameFromAndItsSourceIsChecked) {
    accept_confirmed();
    bench.advance(timing::check_pacing);
    bench.forget();
    from_initiator(check_with({.high = 3, .low = 3}), elsewhere);
    ASSERT_THAT(bench.all<CheckResponse>(), SizeIs(1));
    EXPECT_EQ(bench.all<CheckResponse>()[0].mapped, elsewhere);
    EXPECT_THAT(bench.all<Check>(), SizeIs(1));
    for (const SentMessage& one : bench.sent) {
        EXPECT_EQ(one.destination, elsewhere);
    }
    EXPECT_EQ(bench.count(RemarkKind::peer_reflexive_learned), 1U);
}

TEST_F(IncomingCallTest, TheNominationIsAnsweredToWhereItCameFromAndSessionDataConnects) {
    accept_confirmed();
    bench.forget();
    from_initiator(numbered<Nominate>(1), elsewhere);
    ASSERT_THAT(bench.all<NominateResponse>(), SizeIs(1));
    EXPECT_EQ(bench.sent.back().destination, elsewhere);
    EXPECT_THAT(bench.heard<Connected>(), IsEmpty());
    from_initiator(numbered<SessionData>(2), elsewhere);
    ASSERT_THAT(bench.heard<Connected>(), SizeIs(1));
    EXPECT_EQ(bench.heard<Connected>()[0].peer, device_of(9));
    EXPECT_EQ(bench.heard<Connected>()[0].remote, elsewhere);
    EXPECT_THAT(bench.all<SessionData>(), SizeIs(1));
}

TEST_F(IncomingCallTest, ANominationWithoutSessionDataIsGivenUpAfterTheSilenceBound) {
    accept_confirmed();
    from_initiator(numbered<Nominate>(1));
    bench.advance(timing::session_silence_max);
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(9), .reason = SessionEnd::no_path}));
}

TEST_F(IncomingCallTest, NeverNominatedWithoutAPathIsNoPath) {
    accept_confirmed();
    bench.advance(timing::nomination_wait_max);
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{.call = call, .peer = {}, .reason = SessionEnd::no_path}));
}

TEST_F(IncomingCallTest, NeverNominatedThoughThereWasAPathIsNotChosen) {
    accept_confirmed();
    const Check check = bench.all<Check>().at(0);
    from_initiator(response_to(check));
    bench.advance(timing::nomination_wait_max - 1ms);
    EXPECT_THAT(bench.heard<Disconnected>(), IsEmpty());
    bench.advance(1ms);
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(9), .reason = SessionEnd::not_chosen}));
}

TEST_F(IncomingCallTest, AnEndWhileRingingStopsItWithTheReasonAndIsAcknowledged) {
    ring();
    ended(EndReason::answered);
    EXPECT_THAT(bench.all<EndedAck>(), SizeIs(1));
    EXPECT_THAT(bench.heard<RingingStopped>(),
                ElementsAre(RingingStopped{.call = call, .reason = EndReason::answered}));
    ended(EndReason::answered);
    EXPECT_THAT(bench.all<EndedAck>(), SizeIs(2));
    EXPECT_THAT(bench.heard<RingingStopped>(), SizeIs(1));
}

TEST_F(IncomingCallTest, ADismissalPushStopsTheRingingToo) {
    ring();
    bench.push(InviteDismiss{.call = call, .device = device_of(1), .reason = EndReason::cancelled});
    EXPECT_THAT(bench.heard<RingingStopped>(),
                ElementsAre(RingingStopped{.call = call, .reason = EndReason::cancelled}));
    EXPECT_THAT(bench.sent, IsEmpty());
}

TEST_F(IncomingCallTest, AnInvitationThatItsDismissalHasOvertakenRingsNobody) {
    bench.push(InviteDismiss{.call = call, .device = device_of(1), .reason = EndReason::cancelled});
    EXPECT_FALSE(bench.client.is_idle());
    bench.advance(timing::invitation_lifetime_max - 1ms);
    ring();
    EXPECT_THAT(bench.told, IsEmpty());
    EXPECT_THAT(bench.sent, IsEmpty());
    bench.advance(1ms);
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(IncomingCallTest, AnAcceptorThatIsToldOfAnotherAnswerIsNotChosen) {
    accept_confirmed();
    ended(EndReason::answered);
    EXPECT_THAT(
        bench.heard<Disconnected>(),
        ElementsAre(Disconnected{.call = call, .peer = {}, .reason = SessionEnd::not_chosen}));
}

TEST_F(IncomingCallTest, AnAcceptTakenBeforeTheExpiryMayStillConnect) {
    accept_confirmed();
    ended(EndReason::expired);
    EXPECT_THAT(bench.heard<Disconnected>(), IsEmpty());
    from_initiator(numbered<Nominate>(1));
    from_initiator(numbered<SessionData>(2));
    EXPECT_THAT(bench.heard<Connected>(), SizeIs(1));
}

TEST_F(IncomingCallTest, AnEndThatCrossesTheAcceptIsSettledByTheBrokersAnswer) {
    accept();
    ended(EndReason::answered);
    EXPECT_THAT(bench.heard<Disconnected>(), IsEmpty());
    bench.from_broker(AcceptAck{.call = call, .device = device_of(1)});
    EXPECT_THAT(bench.heard<AcceptConfirmed>(), SizeIs(1));
    EXPECT_THAT(bench.heard<Disconnected>(), SizeIs(1));
}

TEST_F(IncomingCallTest, AConnectedSessionSurvivesTheEndOfTheInvitation) {
    connect();
    bench.forget();
    ended(EndReason::answered);
    EXPECT_THAT(bench.all<EndedAck>(), SizeIs(1));
    EXPECT_THAT(bench.told, IsEmpty());
}

TEST_F(IncomingCallTest, DecliningStopsTheRingingAtOnceAndIsRepeatedUntilAcknowledged) {
    ring();
    bench.command(DeclineCommand{
        .call = call, .scope = DeclineScope::everywhere, .reason = DeclineReason::busy});
    EXPECT_THAT(bench.heard<RingingStopped>(),
                ElementsAre(RingingStopped{.call = call, .reason = EndReason::declined}));
    bench.advance(500ms);
    ASSERT_THAT(bench.all<InviteDecline>(), SizeIs(2));
    EXPECT_EQ(bench.all<InviteDecline>()[0].scope, DeclineScope::everywhere);
    EXPECT_EQ(bench.all<InviteDecline>()[0].reason, DeclineReason::busy);
    bench.from_broker(DeclineAck{.call = call, .device = device_of(1)});
    bench.advance(10s);
    EXPECT_THAT(bench.all<InviteDecline>(), SizeIs(2));
    bench.command(AcceptCommand{call});
    EXPECT_THAT(bench.all<ReflectRequest>(), IsEmpty());
}

TEST_F(IncomingCallTest, HangingUpBeforeTheAcceptIsSettledDeclines) {
    accept();
    bench.forget();
    bench.command(HangUpCommand{call});
    EXPECT_THAT(bench.heard<Disconnected>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteDecline>(), SizeIs(1));
    bench.advance(100ms);
    EXPECT_THAT(bench.all<Check>(), IsEmpty());
}

TEST_F(IncomingCallTest, TheInitiatorsCloseEndsTheSession) {
    connect();
    bench.forget();
    from_initiator(numbered<SessionClose>(3));
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(9), .reason = SessionEnd::hung_up}));
    bench.advance(60s);
    EXPECT_THAT(bench.all<SessionData>(), IsEmpty());
}

TEST_F(IncomingCallTest, ASilentSessionIsLostAfterTheBound) {
    connect();
    bench.advance(timing::session_silence_max - 1ms);
    EXPECT_THAT(bench.heard<Disconnected>(), IsEmpty());
    bench.advance(1ms);
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(9), .reason = SessionEnd::silent}));
}

TEST_F(IncomingCallTest, AKnownCallIsRememberedUntilLifetimePlusGrace) {
    ring();
    bench.command(DeclineCommand{call});
    bench.from_broker(DeclineAck{.call = call, .device = device_of(1)});
    bench.advance(120s - 1ms);
    EXPECT_FALSE(bench.client.is_idle());
    bench.advance(1ms);
    EXPECT_TRUE(bench.client.is_idle());
    EXPECT_EQ(bench.client.next_deadline(), never);
}

TEST_F(IncomingCallTest, TheEndOfAnUnknownCallIsAcknowledged) {
    ended(EndReason::unknown);
    EXPECT_THAT(bench.all<EndedAck>(), SizeIs(1));
    EXPECT_THAT(bench.told, IsEmpty());
}

TEST_F(IncomingCallTest, AMoveWithASessionOpenSendsFromTheNewAddress) {
    connect();
    bench.forget();
    NetworkChanged network;
    network.addresses = {home_of(77)};
    bench.command(network);
    EXPECT_THAT(bench.all<SessionData>(), SizeIs(1));
    EXPECT_THAT(bench.all<CallKeepAlive>(), SizeIs(1));
    for (const SentMessage& one : bench.sent) {
        EXPECT_EQ(one.source, home_of(77));
    }
}

TEST_F(IncomingCallTest, ADeviceThatMovesWhileItRingsSaysSoUntilItIsAnswered) {
    bench.push(invite());
    bench.from_broker(RingingAck{.call = call, .device = device_of(1)});
    bench.forget();
    NetworkChanged network;
    network.addresses = {home_of(77)};
    bench.command(network);
    bench.advance(timing::retransmission_first);
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(2));
    EXPECT_THAT(bench.all<CallKeepAlive>(), IsEmpty());
    bench.from_broker(RingingAck{.call = call, .device = device_of(1)});
    bench.advance(timing::call_keep_alive - timing::retransmission_first);
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(2));
    EXPECT_THAT(bench.all<CallKeepAlive>(), SizeIs(1));
    for (const SentMessage& one : bench.sent) {
        EXPECT_EQ(one.source, home_of(77));
    }
}

TEST_F(IncomingCallTest, APeerThatMovesIsFollowed) {
    connect();
    from_initiator(numbered<SessionData>(3), elsewhere);
    bench.forget();
    bench.advance(timing::session_keep_alive);
    ASSERT_THAT(bench.all<SessionData>(), SizeIs(1));
    for (const SentMessage& one : bench.sent) {
        if (std::holds_alternative<SessionData>(one.message)) {
            EXPECT_EQ(one.destination, elsewhere);
        }
    }
}

TEST_F(IncomingCallTest, AReplayedMessageMovesNothing) {
    connect();
    from_initiator(numbered<SessionData>(2), elsewhere);
    EXPECT_EQ(bench.count(RemarkKind::duplicate_dropped), 1U);
    EXPECT_EQ(bench.client.state().activity.at(0).sessions.at(0).remote, initiator_address);
}

TEST_F(IncomingCallTest, ADeviceThatRingsMayCallItselfAtTheSameTime) {
    ring();
    bench.command(call_command());
    bench.answer_reflectors();
    EXPECT_THAT(bench.all<InviteRequest>(), SizeIs(1));
    ended(EndReason::cancelled);
    EXPECT_THAT(bench.heard<RingingStopped>(), SizeIs(1));
    EXPECT_THAT(bench.heard<CallEnded>(), IsEmpty());
}

}  // namespace
}  // namespace invitro::protocol::client_testing
