// Clients and the real broker together: the whole of claim 1, without NATs and without loss.
#include "protocol/client/town_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ClientWithBroker, DevicesRegisterAndAreRung) {
    Town town;
    EXPECT_THAT(town.heard<Registered>(2), SizeIs(1));
    town.call_ringing_at_both();
    EXPECT_THAT(town.heard<CallProgress>(1), SizeIs(1));
}

TEST(ClientWithBroker, UnderFirstOneConnectsAndTheOtherIsAnsweredElsewhere) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(2, AcceptCommand{call});
    town.run(5s);
    ASSERT_THAT(town.heard<AcceptArrived>(1), SizeIs(1));
    EXPECT_THAT(town.heard<AcceptConfirmed>(2), SizeIs(1));
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    ASSERT_THAT(town.heard<Connected>(2), SizeIs(1));
    EXPECT_EQ(town.heard<Connected>(2)[0].peer, device_of(1));
    ASSERT_THAT(town.heard<RingingStopped>(3), SizeIs(1));
    EXPECT_EQ(town.heard<RingingStopped>(3)[0].reason, EndReason::answered);
    town.run(300s);
    EXPECT_THAT(town.heard<Disconnected>(2), IsEmpty());
    town.command(2, HangUpCommand{call});
    EXPECT_THAT(town.heard<Disconnected>(1), SizeIs(1));
}

TEST(ClientWithBroker, UnderFirstASecondAcceptorIsNotChosen) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(2, AcceptCommand{call});
    town.command(3, AcceptCommand{call});
    town.run(10s);
    EXPECT_THAT(town.heard<AcceptArrived>(1), SizeIs(2));
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    ASSERT_THAT(town.heard<Disconnected>(3), SizeIs(1));
    EXPECT_EQ(town.heard<Disconnected>(3)[0].reason, SessionEnd::not_chosen);
}

TEST(ClientWithBroker, UnderAllBothConnect) {
    Town town;
    const CallId call = town.call_ringing_at_both(AnswerPolicy::all);
    town.command(2, AcceptCommand{call});
    town.run(10s);
    town.command(3, AcceptCommand{call});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(2));
    EXPECT_THAT(town.heard<Connected>(2), SizeIs(1));
    EXPECT_THAT(town.heard<Connected>(3), SizeIs(1));
}

TEST(ClientWithBroker, ACancelSilencesEverybodyWithTheTrueReason) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(1, CancelCommand{call});
    town.run(1s);
    for (const std::uint32_t number : {2U, 3U}) {
        ASSERT_THAT(town.heard<RingingStopped>(number), SizeIs(1));
        EXPECT_EQ(town.heard<RingingStopped>(number)[0].reason, EndReason::cancelled);
    }
}

TEST(ClientWithBroker, WhenAllHaveDeclinedTheInitiatorLearnsAtOnce) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(2, DeclineCommand{call});
    town.run(1s);
    EXPECT_THAT(town.heard<CallEnded>(1), IsEmpty());
    town.command(3, DeclineCommand{call});
    town.run(1s);
    ASSERT_THAT(town.heard<CallEnded>(1), SizeIs(1));
    EXPECT_EQ(town.heard<CallEnded>(1)[0].reason, EndReason::declined);
}

TEST(ClientWithBroker, AnAcceptInTheLastSecondStillConnects) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.run(58500ms);
    town.command(2, AcceptCommand{call});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    EXPECT_THAT(town.heard<Connected>(2), SizeIs(1));
}

TEST(ClientWithBroker, TwoWhoCallEachOtherHaveOneSessionAndNeitherRings) {
    Town town(4);
    town.run(1s);
    town.command(1, call_command());
    CallCommand back = call_command();
    std::swap(back.callee, back.caller);
    town.command(2, back);
    town.run(10s);
    const auto mine = town.heard<CallStarted>(1);
    const auto theirs = town.heard<CallStarted>(2);
    ASSERT_THAT(mine, SizeIs(1));
    ASSERT_THAT(theirs, SizeIs(1));
    const CallId smaller = std::min(mine[0].call, theirs[0].call);
    ASSERT_THAT(town.heard<Connected>(1), SizeIs(1));
    ASSERT_THAT(town.heard<Connected>(2), SizeIs(1));
    EXPECT_EQ(town.heard<Connected>(1)[0].call, smaller);
    EXPECT_EQ(town.heard<Connected>(2)[0].call, smaller);
    EXPECT_THAT(town.heard<Ringing>(1), IsEmpty());
    EXPECT_THAT(town.heard<Ringing>(2), IsEmpty());
    // Their other devices ring, and fall silent.
    EXPECT_EQ(town.heard<Ringing>(3).size(), town.heard<RingingStopped>(3).size());
    EXPECT_EQ(town.heard<Ringing>(4).size(), town.heard<RingingStopped>(4).size());
    town.run(200s);
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    EXPECT_THAT(town.heard<Ringing>(1), IsEmpty());
    EXPECT_THAT(town.heard<Ringing>(2), IsEmpty());
}

TEST(ClientWithBroker, OfTwoNamesOfOnePersonEachRingsForItself) {
    Town town;
    const CallId first = town.call_ringing_at_both();
    CallCommand other_name = call_command();
    other_name.callee = identifier("ada@example.org");
    town.command(1, other_name);
    town.run(1s);
    ASSERT_THAT(town.heard<Ringing>(2), SizeIs(2)) << "two calls, one ring for each";
    const CallId second = town.heard<CallStarted>(1).at(1).call;
    town.command(1, CancelCommand{first});
    town.command(2, AcceptCommand{second});
    town.run(10s);
    ASSERT_THAT(town.heard<Connected>(2), SizeIs(1));
    EXPECT_EQ(town.heard<Connected>(2)[0].call, second);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
