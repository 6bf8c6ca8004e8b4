// The initiator's side of docs/PROTOCOL.md "The client, call by call", sentence by sentence: how
// calls end, and what stays.
#include "protocol/client/outgoing_call_test.hpp"

#include <gmock/gmock.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(OutgoingCallEndTest, CancellingWhileGatheringLeavesNothing) {
    bench.command(call_command());
    call = bench.heard<CallStarted>().at(0).call;
    bench.command(CancelCommand{call});
    EXPECT_THAT(bench.heard<CallEnded>(),
                ElementsAre(CallEnded{.call = call, .reason = EndReason::cancelled}));
    bench.forget();
    bench.advance(100s);
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(OutgoingCallEndTest, CancellingIsToldAtOnceAndRepeatedUntilAcknowledged) {
    call_in_hand();
    bench.command(CancelCommand{call});
    EXPECT_THAT(bench.heard<CallEnded>(),
                ElementsAre(CallEnded{.call = call, .reason = EndReason::cancelled}));
    bench.advance(500ms);
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(2));
    bench.from_broker(CancelAck{.call = call, .device = device_of(1)});
    bench.advance(10s);
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(2));
}

TEST_F(OutgoingCallEndTest, ARequestThatOvertakesItsCancelIsCancelledAgain) {
    call_and_gather();
    bench.command(CancelCommand{call});
    bench.from_broker(CancelAck{.call = call, .device = device_of(1)});
    bench.forget();
    bench.from_broker(InviteProgress{.call = call});
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteRequest>(), IsEmpty());
    EXPECT_THAT(bench.heard<CallProgress>(), IsEmpty());
}

TEST_F(OutgoingCallEndTest, AnAcceptThatCrossesTheCancelIsAcknowledgedAndTornDown) {
    call_in_hand();
    bench.command(CancelCommand{call});
    bench.forget();
    accept_from(2);
    EXPECT_THAT(bench.all<ForwardAck>(), SizeIs(1));
    EXPECT_THAT(bench.heard<AcceptArrived>(), SizeIs(1));
    EXPECT_THAT(bench.heard<Disconnected>(), SizeIs(1));
    bench.advance(5s);
    EXPECT_THAT(bench.all<Check>(), IsEmpty());
}

TEST_F(OutgoingCallEndTest, CancellingForgetsTheSessionsToBe) {
    call_in_hand();
    accept_from(2);
    bench.command(CancelCommand{call});
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(2), .reason = SessionEnd::not_chosen}));
}

TEST_F(OutgoingCallEndTest, HangingUpASessionSaysCloseThreeTimes) {
    call_in_hand();
    accept_from(2);
    connect(2);
    bench.from_broker(UpdateAck{.call = call, .generation = 1});
    bench.forget();
    bench.command(HangUpCommand{call});
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(2), .reason = SessionEnd::hung_up}));
    EXPECT_THAT(bench.heard<CallEnded>(),
                ElementsAre(CallEnded{.call = call, .reason = EndReason::answered}));
    bench.advance(5s);
    EXPECT_THAT(bench.all<SessionClose>(), SizeIs(3));
    EXPECT_THAT(bench.all<InviteCancel>(), IsEmpty());
    EXPECT_THAT(bench.all<SessionData>(), IsEmpty());
}

TEST_F(OutgoingCallEndTest, UnderAllHangingUpTellsWhoeverStillRingsThatItWasAnswered) {
    call_in_hand(AnswerPolicy::all);
    accept_from(2);
    accept_from(3);
    connect(2);
    connect(3);
    bench.advance(5s);
    EXPECT_THAT(bench.all<InviteUpdate>(), IsEmpty());
    bench.command(HangUpCommand{call});
    ASSERT_THAT(bench.all<InviteUpdate>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteUpdate>()[0].chosen, ElementsAre(device_of(2), device_of(3)));
    EXPECT_THAT(bench.all<InviteCancel>(), IsEmpty());
    EXPECT_THAT(bench.heard<CallEnded>(),
                ElementsAre(CallEnded{.call = call, .reason = EndReason::answered}));
}

TEST_F(OutgoingCallEndTest, UnderAllHangingUpWithNobodyConnectedCancels) {
    call_in_hand(AnswerPolicy::all);
    accept_from(2);
    bench.command(HangUpCommand{call});
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteUpdate>(), IsEmpty());
}

TEST_F(OutgoingCallEndTest, CancellingWithANomineeHangsUpAndCancels) {
    call_in_hand();
    accept_from(2);
    confirm_path(2);
    bench.command(CancelCommand{call});
    EXPECT_THAT(bench.all<SessionClose>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(1));
    EXPECT_THAT(bench.heard<Disconnected>(), SizeIs(1));
}

TEST_F(OutgoingCallEndTest, TheBrokersEndIsAcknowledgedAndToldOnceWithItsReason) {
    call_in_hand();
    const InviteEnded ended{.call = call, .device = device_of(1), .reason = EndReason::declined};
    bench.from_broker(ended);
    bench.from_broker(ended);
    EXPECT_THAT(bench.all<EndedAck>(), SizeIs(2));
    EXPECT_THAT(bench.heard<CallEnded>(),
                ElementsAre(CallEnded{.call = call, .reason = EndReason::declined}));
}

TEST_F(OutgoingCallEndTest, AnAcceptWithinTheGraceStillConnects) {
    call_in_hand();
    bench.advance(60s);
    bench.from_broker(
        InviteEnded{.call = call, .device = device_of(1), .reason = EndReason::expired});
    bench.forget();
    accept_from(2);
    connect(2);
    EXPECT_THAT(bench.heard<Connected>(), SizeIs(1));
}

TEST_F(OutgoingCallEndTest, AfterLifetimePlusGraceOnlyTheSessionIsLeft) {
    call_in_hand();
    accept_from(2);
    connect(2);
    from_peer(2, numbered<SessionData>(2));
    for (std::uint32_t i = 0; i < 30; ++i) {
        bench.advance(4s);
        from_peer(2, numbered<SessionData>(3 + i));
    }
    ASSERT_THAT(bench.client.state().activity, SizeIs(1));
    EXPECT_THAT(bench.client.state().activity[0].outgoing, IsEmpty());
    EXPECT_THAT(bench.client.state().activity[0].sessions, SizeIs(1));
    bench.forget();
    bench.command(HangUpCommand{call});
    bench.advance(2s);
    EXPECT_THAT(bench.all<SessionClose>(), SizeIs(3));
    EXPECT_TRUE(bench.client.is_idle());
    EXPECT_EQ(bench.client.next_deadline(), never);
}

TEST_F(OutgoingCallEndTest, ACallNobodyAcceptsLeavesAnIdleClient) {
    call_in_hand();
    bench.advance(120s);
    EXPECT_TRUE(bench.client.is_idle());
    EXPECT_EQ(bench.client.next_deadline(), never);
    EXPECT_THAT(bench.heard<CallEnded>(),
                ElementsAre(CallEnded{.call = call, .reason = EndReason::unknown}));
}

TEST_F(OutgoingCallEndTest, AMoveSendsAKeepAliveAndGoesOnSearchingFromTheNewAddress) {
    call_in_hand();
    accept_from(2);
    bench.forget();
    NetworkChanged network;
    network.addresses = {home_of(77)};
    bench.command(network);
    ASSERT_THAT(bench.all<CallKeepAlive>(), SizeIs(1));
    ASSERT_THAT(bench.all<Check>(), SizeIs(1));
    for (const SentMessage& one : bench.sent) {
        EXPECT_EQ(one.source, home_of(77));
    }
}

TEST_F(OutgoingCallEndTest, BehindADependentMappingTheOutsideAddressesAreKeptOpen) {
    bench.command(call_command());
    call = bench.heard<CallStarted>().at(0).call;
    std::uint32_t outside = 1;
    const auto requests = bench.sent;
    for (const SentMessage& one : requests) {
        const auto* request = std::get_if<ReflectRequest>(&one.message);
        if (request == nullptr) continue;
        bench.from(
            one.destination,
            ReflectResponse{.transaction = request->transaction, .mapped = outside_of(outside++)});
    }
    bench.advance(timing::mapping_test_wait);
    ASSERT_THAT(bench.all<InviteRequest>(), SizeIs(1));
    EXPECT_EQ(bench.all<InviteRequest>()[0].connection.mapping, MappingBehaviour::dependent);
    EXPECT_THAT(bench.all<InviteRequest>()[0].connection.candidates.view(), SizeIs(3));
    bench.from_broker(InviteProgress{.call = call});
    bench.forget();
    bench.advance(timing::call_keep_alive);
    EXPECT_THAT(bench.all<ReflectRequest>(), SizeIs(2));
}

TEST_F(OutgoingCallEndTest, SeveralCallsAtOnceDoNotTouchEachOther) {
    call_in_hand();
    const CallId first = call;
    const ConnectionData first_own = own;
    bench.command(call_command());
    bench.answer_reflectors();
    const CallId second = bench.heard<CallStarted>().at(0).call;
    EXPECT_NE(first, second);
    EXPECT_NE(bench.all<InviteRequest>().at(0).connection.key, first_own.key);
    bench.command(CancelCommand{first});
    EXPECT_THAT(bench.heard<CallEnded>(), SizeIs(1));
    bench.from_broker(InviteProgress{.call = second});
    EXPECT_THAT(bench.heard<CallProgress>(), ElementsAre(CallProgress{.call = second}));
}

TEST_F(OutgoingCallEndTest, ACallToNobodyIsRefused) {
    bench.command(CallCommand{});
    EXPECT_THAT(bench.heard<CallFailed>(), SizeIs(1));
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(OutgoingCallEndTest, WhatComesFromElsewhereThanTheBrokerIsDropped) {
    call_in_hand();
    bench.from(peer_address,
               AcceptForward{.call = call, .device = device_of(2), .connection = connection_of(2)});
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_THAT(bench.told, IsEmpty());
    EXPECT_EQ(bench.count(RemarkKind::unexpected_dropped), 1U);
}

TEST_F(OutgoingCallEndTest, AWrongTagIsNotAnswered) {
    call_in_hand();
    accept_from(2);
    bench.forget();
    Check check = check_with({.high = 1, .low = 1});
    check.call = call;
    check.sender = device_of(2);
    bench.from(peer_address, with_tag(key_of(3), check));
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_EQ(bench.count(RemarkKind::unexpected_dropped), 1U);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
