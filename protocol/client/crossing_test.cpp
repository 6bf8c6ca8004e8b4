// Rule 9: two people call each other.
#include "protocol/client/outgoing_call_test.hpp"

#include <gmock/gmock.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr CallId smallest{.high = 0, .low = 1};
constexpr CallId largest{.high = ~std::uint64_t{0}, .low = 0};

class CrossingTest : public OutgoingCallTest {
protected:
    // What the one that this device calls sends it: an invitation to a call of the other's.
    static InvitePush invitation(const CallId& id) {
        return {.call = id,
                .device = device_of(1),
                .ticket = {7},
                .callee = call_command().caller,
                .caller = call_command().callee,
                .connection = connection_of(2),
                .age = {},
                .lifetime = 60s};
    }
};

TEST_F(CrossingTest, TheLargerCallGivesWayToTheSmaller) {
    call_in_hand();
    bench.push(invitation(smallest));
    ASSERT_THAT(bench.heard<CallsCrossed>(), SizeIs(1));
    EXPECT_EQ(bench.heard<CallsCrossed>()[0].call, smallest);
    EXPECT_EQ(bench.heard<CallsCrossed>()[0].given_up, call);
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(1));
    EXPECT_THAT(bench.heard<CallEnded>(), SizeIs(1));
    bench.answer_reflectors();
    ASSERT_THAT(bench.all<InviteAccept>(), SizeIs(1));
    EXPECT_EQ(bench.all<InviteAccept>()[0].call, smallest);
    bench.from_broker(AcceptAck{.call = smallest, .device = device_of(1)});
    EXPECT_THAT(bench.heard<AcceptConfirmed>(), SizeIs(1));
}

TEST_F(CrossingTest, TheSmallerCallGoesOnAndDoesNotRingForTheLarger) {
    call_in_hand();
    bench.push(invitation(largest));
    bench.push(invitation(largest));
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    EXPECT_THAT(bench.heard<CallsCrossed>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteCancel>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteAccept>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(2)) << "so that the pushing stops";
    bench.from_broker(
        InviteEnded{.call = largest, .device = device_of(1), .reason = EndReason::cancelled});
    EXPECT_THAT(bench.heard<RingingStopped>(), IsEmpty()) << "the user never heard of it";
}

TEST_F(CrossingTest, ACallThatWasHeldRingsWhenTheOwnOneComesToNothing) {
    call_in_hand();
    bench.push(invitation(largest));
    bench.command(CancelCommand{.call = call});
    ASSERT_THAT(bench.heard<Ringing>(), SizeIs(1));
    EXPECT_EQ(bench.heard<Ringing>()[0].caller, call_command().callee);
    EXPECT_EQ(bench.heard<Ringing>()[0].connection, connection_of(2));
    bench.command(AcceptCommand{.call = largest});
    bench.answer_reflectors();
    EXPECT_THAT(bench.all<InviteAccept>(), SizeIs(1));
}

TEST_F(CrossingTest, ACallThatWasHeldRingsWhenEverybodyElseHasDeclined) {
    call_in_hand();
    bench.push(invitation(largest));
    bench.from_broker(
        InviteEnded{.call = call, .device = device_of(1), .reason = EndReason::declined});
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1));
}

TEST_F(CrossingTest, ACallThatWasHeldIsOverWithItsLifetimeAndNeverRings) {
    call_in_hand();
    bench.push(invitation(largest));
    bench.advance(61s);
    bench.command(CancelCommand{.call = call});
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    EXPECT_THAT(bench.heard<RingingStopped>(), IsEmpty());
}

TEST_F(CrossingTest, AfterANominationTheyAreOrdinaryCalls) {
    call_in_hand();
    accept_from(3);
    confirm_path(3);
    bench.advance(1s);
    ASSERT_FALSE(bench.all<Nominate>().empty());
    bench.push(invitation(smallest));
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1));
    EXPECT_THAT(bench.heard<CallsCrossed>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteCancel>(), IsEmpty());
}

TEST_F(CrossingTest, AnAcceptWithoutANominationDoesNotStopTheLargerFromGivingWay) {
    call_in_hand();
    accept_from(3);
    bench.push(invitation(smallest));
    EXPECT_THAT(bench.heard<CallsCrossed>(), SizeIs(1));
    ASSERT_THAT(bench.heard<Disconnected>(), SizeIs(1));
    EXPECT_EQ(bench.heard<Disconnected>()[0].reason, SessionEnd::not_chosen);
}

TEST_F(CrossingTest, CallingTheOneWhoIsCallingAnswersTheSmallerCall) {
    bench.push(invitation(smallest));
    ASSERT_THAT(bench.heard<Ringing>(), SizeIs(1));
    bench.command(call_command());
    ASSERT_THAT(bench.heard<CallsCrossed>(), SizeIs(1));
    bench.answer_reflectors();
    EXPECT_THAT(bench.all<InviteAccept>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteRequest>(), IsEmpty()) << "it was given up before it was made";
}

TEST_F(CrossingTest, CallingTheOneWhoIsCallingStopsTheRingingOfTheLargerCall) {
    bench.push(invitation(largest));
    bench.command(call_command());
    ASSERT_THAT(bench.heard<RingingStopped>(), SizeIs(1));
    EXPECT_EQ(bench.heard<RingingStopped>()[0].reason, EndReason::unknown);
    bench.answer_reflectors();
    EXPECT_THAT(bench.all<InviteRequest>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteAccept>(), IsEmpty());
}

TEST_F(CrossingTest, ACallFromSomebodyElseRings) {
    call_in_hand();
    InvitePush other = invitation(smallest);
    other.caller = identifier("carol@example.org");
    bench.push(other);
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1));
    EXPECT_THAT(bench.heard<CallsCrossed>(), IsEmpty());
}

TEST_F(CrossingTest, ACallToAnotherNameRings) {
    call_in_hand();
    InvitePush other = invitation(smallest);
    other.callee = identifier("bob.at.work@example.org");
    bench.push(other);
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1)) << "the other side cannot know";
}

TEST_F(CrossingTest, SeveralCallsToTheSameOneAllGiveWay) {
    call_in_hand();
    bench.command(call_command());
    bench.push(invitation(smallest));
    EXPECT_THAT(bench.heard<CallsCrossed>(), SizeIs(2));
    EXPECT_THAT(bench.heard<CallEnded>(), SizeIs(2));
    bench.answer_reflectors();
    EXPECT_THAT(bench.all<InviteAccept>(), SizeIs(1));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
