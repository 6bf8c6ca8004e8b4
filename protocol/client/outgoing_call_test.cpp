// The initiator's side of docs/PROTOCOL.md "The client, call by call", sentence by sentence: from
// the call to its sessions.
#include "protocol/client/outgoing_call_test.hpp"

#include <gmock/gmock.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(OutgoingCallTest, ACallCommandIsAnsweredAtOnceAndTheReflectorsAreAsked) {
    bench.command(call_command());
    EXPECT_THAT(bench.heard<CallStarted>(), SizeIs(1));
    EXPECT_THAT(bench.all<ReflectRequest>(), SizeIs(2));
    EXPECT_THAT(bench.all<InviteRequest>(), IsEmpty());
}

TEST_F(OutgoingCallTest, TheRequestGoesOutAsSoonAsBothReflectorsHaveAnswered) {
    call_and_gather();
    ASSERT_THAT(own.candidates.view(), SizeIs(2));
    EXPECT_EQ(own.candidates[0].address, home_of(1));
    EXPECT_EQ(own.candidates[1].address, outside_of(1));
    EXPECT_EQ(own.mapping, MappingBehaviour::endpoint_independent);
    EXPECT_NE(own.key, CallKey{});
}

TEST_F(OutgoingCallTest, WithoutReflectorsTheRequestGoesOutAfterTwoSecondsWithWhatThereIs) {
    bench.command(call_command());
    bench.advance(timing::gathering_max - 1ms);
    EXPECT_THAT(bench.all<InviteRequest>(), IsEmpty());
    bench.advance(1ms);
    ASSERT_THAT(bench.all<InviteRequest>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteRequest>()[0].connection.candidates.view(), SizeIs(1));
    EXPECT_EQ(bench.all<InviteRequest>()[0].connection.mapping, MappingBehaviour::unknown);
}

TEST_F(OutgoingCallTest, TheRequestIsRepeatedUntilTheBrokerHasItInHand) {
    call_and_gather();
    bench.advance(1500ms);
    EXPECT_THAT(bench.all<InviteRequest>(), SizeIs(3));
    bench.from_broker(InviteProgress{.call = call});
    bench.from_broker(InviteProgress{.call = call});
    EXPECT_THAT(bench.heard<CallProgress>(), SizeIs(1));
    bench.advance(30s);
    EXPECT_THAT(bench.all<InviteRequest>(), SizeIs(3));
}

TEST_F(OutgoingCallTest, ARequestThatNobodyAnswersFailsWithTheLifetime) {
    call_and_gather();
    bench.advance(60s - 1ms);
    EXPECT_THAT(bench.heard<CallFailed>(), IsEmpty());
    bench.advance(1ms);
    EXPECT_THAT(bench.heard<CallFailed>(),
                ElementsAre(CallFailed{.call = call, .reason = FailureReason::refused}));
}

TEST_F(OutgoingCallTest, ARefusedCallFailsWithTheBrokersReason) {
    call_and_gather();
    bench.from_broker(InviteFailed{.call = call, .reason = FailureReason::refused});
    EXPECT_THAT(bench.heard<CallFailed>(),
                ElementsAre(CallFailed{.call = call, .reason = FailureReason::refused}));
    bench.forget();
    bench.advance(10s);
    EXPECT_THAT(bench.sent, IsEmpty());
}

TEST_F(OutgoingCallTest, ARequestRefusedForOverloadIsRepeatedWhenTheBrokerSays) {
    call_and_gather();
    bench.forget();
    const InviteFailed refusal{
        .call = call, .reason = FailureReason::overloaded, .retry_after = 4s};
    bench.from_broker(refusal);
    bench.advance(1s);
    bench.from_broker(refusal);  // of a repetition that was under way
    bench.advance(2999ms);
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_THAT(bench.told, IsEmpty());
    bench.advance(2s);  // at most half as long again
    ASSERT_THAT(bench.all<InviteRequest>(), SizeIs(::testing::Ge(1)));
    EXPECT_EQ(bench.all<InviteRequest>()[0].call, call);
    bench.from_broker(InviteProgress{.call = call});
    EXPECT_THAT(bench.heard<CallProgress>(), SizeIs(1));
}

TEST_F(OutgoingCallTest, ARefusalIsToldOnceAskingAgainWouldComeTooLate) {
    call_and_gather(AnswerPolicy::first, 10s);
    bench.forget();
    bench.from_broker(
        InviteFailed{.call = call, .reason = FailureReason::overloaded, .retry_after = 11s});
    EXPECT_THAT(bench.heard<CallFailed>(),
                ElementsAre(CallFailed{.call = call, .reason = FailureReason::overloaded}));
    bench.advance(20s);
    EXPECT_THAT(bench.sent, IsEmpty());
}

TEST_F(OutgoingCallTest, ARefusalThatNamesNoTimeDoesNotLeadToAStorm) {
    call_and_gather();
    bench.forget();
    bench.from_broker(InviteFailed{.call = call, .reason = FailureReason::overloaded});
    bench.advance(999ms);
    EXPECT_THAT(bench.sent, IsEmpty());
}

TEST_F(OutgoingCallTest, AParticipantKeepsItsAddressFreshEveryTwelveSeconds) {
    call_in_hand();
    bench.advance(36s);
    EXPECT_THAT(bench.all<CallKeepAlive>(), SizeIs(3));
}

TEST_F(OutgoingCallTest, EachAcceptForwardIsAcknowledgedAndTheFirstPerDeviceIsTold) {
    call_in_hand();
    accept_from(2);
    accept_from(2);
    accept_from(3);
    EXPECT_THAT(bench.all<ForwardAck>(), SizeIs(3));
    ASSERT_THAT(bench.heard<AcceptArrived>(), SizeIs(2));
    EXPECT_EQ(bench.heard<AcceptArrived>()[0].connection, connection_of(2));
}

TEST_F(OutgoingCallTest, AnAcceptThatOvertakesTheProgressMeansProgress) {
    call_and_gather();
    accept_from(2);
    EXPECT_THAT(bench.heard<CallProgress>(), SizeIs(1));
    EXPECT_THAT(bench.heard<AcceptArrived>(), SizeIs(1));
}

TEST_F(OutgoingCallTest, APathIsNominatedOnlyWhenBothDirectionsAreConfirmed) {
    call_in_hand();
    accept_from(2);
    bench.advance(timing::check_pacing);
    const Check check = bench.all<Check>().at(0);
    from_peer(2, response_to(check));
    bench.advance(2s);
    EXPECT_EQ(nominations_of(2), 0U);
    from_peer(2, check_with({.high = 7, .low = 7}));
    EXPECT_EQ(nominations_of(2), 1U);
}

TEST_F(OutgoingCallTest, UnderFirstOneIsNominatedAndTheOthersAreLetGoOnceItIsConnected) {
    call_in_hand();
    accept_from(2);
    accept_from(3);
    confirm_path(3);
    confirm_path(2);
    EXPECT_EQ(nominations_of(3), 1U);
    EXPECT_EQ(nominations_of(2), 0U);
    EXPECT_THAT(bench.all<InviteUpdate>(), IsEmpty());
    from_peer(3, numbered<NominateResponse>(1));
    ASSERT_THAT(bench.heard<Connected>(), SizeIs(1));
    EXPECT_EQ(bench.heard<Connected>()[0].peer, device_of(3));
    EXPECT_EQ(bench.heard<Connected>()[0].remote, peer_address);
    EXPECT_EQ(bench.heard<Connected>()[0].local_kind, CandidateKind::server_reflexive);
    ASSERT_THAT(bench.all<InviteUpdate>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteUpdate>()[0].chosen.view(), ElementsAre(device_of(3)));
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(2), .reason = SessionEnd::not_chosen}));
}

TEST_F(OutgoingCallTest, UnderFirstTheNextIsNominatedWhenTheNomineeNeverAnswers) {
    call_in_hand();
    accept_from(2);
    confirm_path(2);
    accept_from(3);
    confirm_path(3);
    bench.advance(timing::session_silence_max);
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(2), .reason = SessionEnd::no_path}));
    EXPECT_EQ(nominations_of(3), 1U);
    from_peer(3, numbered<NominateResponse>(1));
    EXPECT_THAT(bench.heard<Connected>(), SizeIs(1));
    EXPECT_THAT(bench.all<SessionClose>(), ::testing::Not(IsEmpty()));
}

TEST_F(OutgoingCallTest, UnderFirstALateAcceptIsToldAndNotChosen) {
    call_in_hand();
    accept_from(2);
    connect(2);
    bench.forget();
    accept_from(3);
    EXPECT_THAT(bench.all<ForwardAck>(), SizeIs(1));
    EXPECT_THAT(bench.heard<AcceptArrived>(), SizeIs(1));
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(3), .reason = SessionEnd::not_chosen}));
}

TEST_F(OutgoingCallTest, UnderAllEveryAcceptorIsConnectedAndNoUpdateSent) {
    call_in_hand(AnswerPolicy::all);
    for (const std::uint64_t device : {2U, 3U, 4U}) {
        accept_from(device);
        connect(device);
    }
    EXPECT_THAT(bench.heard<Connected>(), SizeIs(3));
    EXPECT_THAT(bench.all<InviteUpdate>(), IsEmpty());
    EXPECT_THAT(bench.heard<Disconnected>(), IsEmpty());
}

TEST_F(OutgoingCallTest, UnderChooseNobodyIsNominatedUntilTheUserPicks) {
    call_in_hand(AnswerPolicy::choose);
    accept_from(2);
    accept_from(3);
    confirm_path(2);
    confirm_path(3);
    bench.advance(5s);
    EXPECT_THAT(bench.all<Nominate>(), IsEmpty());
    bench.command(ChooseCommand{.call = call, .device = device_of(3)});
    EXPECT_EQ(nominations_of(3), 1U);
    EXPECT_EQ(nominations_of(2), 0U);
    from_peer(3, numbered<NominateResponse>(1));
    ASSERT_THAT(bench.all<InviteUpdate>(), SizeIs(1));
    bench.command(ChooseCommand{.call = call, .device = device_of(2)});
    from_peer(2, numbered<NominateResponse>(1));
    ASSERT_THAT(bench.all<InviteUpdate>(), SizeIs(2));
    EXPECT_EQ(bench.all<InviteUpdate>()[1].generation, 2U);
    EXPECT_THAT(bench.all<InviteUpdate>()[1].chosen.view(),
                ElementsAre(device_of(3), device_of(2)));
}

TEST_F(OutgoingCallTest, AConfirmedPathIsKeptOpenUntilItIsChosen) {
    call_in_hand(AnswerPolicy::choose);
    accept_from(2);
    confirm_path(2);
    bench.forget();
    bench.advance(timing::call_keep_alive);
    EXPECT_THAT(bench.all<Check>(), SizeIs(1));
}

TEST_F(OutgoingCallTest, AnAcceptorWithoutAPathIsToldSoAfterTheTimeToConnect) {
    call_in_hand();
    accept_from(2);
    bench.advance(timing::connect_max - 1ms);
    EXPECT_THAT(bench.heard<Disconnected>(), IsEmpty());
    bench.advance(1ms);
    EXPECT_THAT(bench.heard<Disconnected>(),
                ElementsAre(Disconnected{
                    .call = call, .peer = device_of(2), .reason = SessionEnd::no_path}));
    bench.forget();
    bench.advance(5s);
    EXPECT_THAT(bench.all<Check>(), IsEmpty());
}

TEST_F(OutgoingCallTest, AnUpdateIsRepeatedUntilItsGenerationIsAcknowledged) {
    call_in_hand();
    accept_from(2);
    connect(2);
    bench.from_broker(UpdateAck{.call = call, .generation = 7});
    bench.advance(500ms);
    EXPECT_THAT(bench.all<InviteUpdate>(), SizeIs(2));
    bench.from_broker(UpdateAck{.call = call, .generation = 1});
    bench.advance(10s);
    EXPECT_THAT(bench.all<InviteUpdate>(), SizeIs(2));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
