// A session that goes over to another device, with the real broker between the three.
#include "protocol/client/town_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class TransferTest : public ::testing::Test {
protected:
    // Device 1 has called; device 2 has taken it.
    void connect() {
        call = town.call_ringing_at_both();
        town.command(2, AcceptCommand{call});
        town.run(5s);
        ASSERT_THAT(town.heard<Connected>(1), SizeIs(1));
    }

    void transfer(std::uint32_t from, std::uint32_t to) {
        town.command(from, TransferCommand{.call = call, .peer = {}, .target = device_of(to)});
        town.run(1s);
        const auto offers = town.heard<TransferOffered>(to);
        if (!offers.empty()) leg = offers.back().call;
    }

    [[nodiscard]] std::vector<SessionEnd> ends(std::uint32_t number, const CallId& of) const {
        std::vector<SessionEnd> reasons;
        for (const Disconnected& one : town.heard<Disconnected>(number)) {
            if (one.call == of) reasons.push_back(one.reason);
        }
        return reasons;
    }

    static std::vector<SessionEnd> moved() { return {SessionEnd::moved}; }

    Town town{4};
    CallId call;
    CallId leg;
};

TEST_F(TransferTest, ARecipientsSessionMovesToItsOtherDevice) {
    connect();
    transfer(2, 3);
    ASSERT_THAT(town.heard<TransferOffered>(3), SizeIs(1));
    EXPECT_EQ(town.heard<TransferOffered>(3)[0].session, call);
    EXPECT_EQ(town.heard<TransferOffered>(3)[0].peer, device_of(1));
    town.command(3, AcceptCommand{leg});
    town.run(10s);
    ASSERT_THAT(town.heard<Connected>(3), SizeIs(1));
    EXPECT_EQ(town.heard<Connected>(3)[0].call, leg);
    ASSERT_THAT(town.heard<SessionMoved>(1), SizeIs(1));
    EXPECT_EQ(town.heard<SessionMoved>(1)[0].call, call);
    EXPECT_EQ(town.heard<SessionMoved>(1)[0].leg, leg);
    EXPECT_EQ(ends(1, call), moved());
    EXPECT_EQ(ends(2, call), moved());
    EXPECT_THAT(town.heard<TransferFailed>(2), IsEmpty());
    town.run(300s);
    EXPECT_THAT(ends(3, leg), IsEmpty()) << "it lives on";
    town.command(1, HangUpCommand{leg});
    town.run(1s);
    EXPECT_THAT(ends(3, leg), SizeIs(1));
}

TEST_F(TransferTest, AnInitiatorsSessionMovesToItsOtherDevice) {
    connect();
    transfer(1, 4);
    town.command(4, AcceptCommand{leg});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(4), SizeIs(1));
    EXPECT_EQ(ends(1, call), moved());
    EXPECT_EQ(ends(2, call), moved());
    EXPECT_THAT(town.heard<SessionMoved>(2), SizeIs(1));
}

TEST_F(TransferTest, ItMovesLongAfterTheInvitationIsForgotten) {
    connect();
    town.run(1000s);
    EXPECT_TRUE(town.broker().state().calls.calls.empty());
    EXPECT_EQ(town.broker().state().sessions.records.size(), 1U);
    transfer(2, 3);
    town.command(3, AcceptCommand{leg});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(3), SizeIs(1));
    EXPECT_EQ(ends(2, call), moved());
}

TEST_F(TransferTest, ALegMovesAgain) {
    connect();
    transfer(2, 3);
    town.command(3, AcceptCommand{leg});
    town.run(10s);
    const CallId first = leg;
    call = leg;
    transfer(3, 2);
    town.command(2, AcceptCommand{leg});
    town.run(10s);
    EXPECT_NE(leg, first);
    EXPECT_EQ(ends(3, first), moved());
    EXPECT_EQ(ends(1, first), moved());
    EXPECT_THAT(ends(2, leg), IsEmpty());
}

TEST_F(TransferTest, OneThatIsDeclinedLeavesTheOldSession) {
    connect();
    transfer(2, 3);
    town.command(3, DeclineCommand{leg});
    town.run(10s);
    ASSERT_THAT(town.heard<TransferFailed>(2), SizeIs(1));
    EXPECT_EQ(town.heard<TransferFailed>(2)[0].step, TransferStep::declined);
    town.run(100s);
    EXPECT_THAT(ends(1, call), IsEmpty());
    EXPECT_THAT(ends(2, call), IsEmpty());
}

TEST_F(TransferTest, OneThatNobodyAnswersExpiresAndLeavesTheOldSession) {
    connect();
    transfer(2, 3);
    town.run(65s);
    ASSERT_THAT(town.heard<TransferFailed>(2), SizeIs(1));
    EXPECT_EQ(town.heard<TransferFailed>(2)[0].step, TransferStep::expired);
    EXPECT_EQ(town.heard<RingingStopped>(3).back().call, leg);
    EXPECT_THAT(ends(2, call), IsEmpty());
}

TEST_F(TransferTest, OneWithoutAPathLeavesTheOldSession) {
    connect();
    town.cut(1, 3);
    transfer(2, 3);
    town.command(3, AcceptCommand{leg});
    town.run(120s);
    EXPECT_THAT(town.heard<TransferFailed>(2), SizeIs(1));
    EXPECT_THAT(town.heard<SessionMoved>(1), IsEmpty());
    EXPECT_THAT(ends(1, call), IsEmpty());
    EXPECT_THAT(ends(2, call), IsEmpty());
    EXPECT_EQ(ends(3, leg), (std::vector<SessionEnd>{SessionEnd::no_path}));
}

TEST_F(TransferTest, OneToAnotherProfileIsRefused) {
    connect();
    transfer(2, 4);
    EXPECT_THAT(town.heard<TransferOffered>(4), IsEmpty());
    ASSERT_THAT(town.heard<TransferFailed>(2), SizeIs(1));
    EXPECT_EQ(town.heard<TransferFailed>(2)[0].step, TransferStep::refused);
    EXPECT_THAT(ends(2, call), IsEmpty());
}

TEST_F(TransferTest, OnlyOneEndAtATimeTransfers) {
    connect();
    town.command(2, TransferCommand{.call = call, .peer = {}, .target = device_of(3)});
    town.command(1, TransferCommand{.call = call, .peer = {}, .target = device_of(4)});
    town.run(1s);
    const auto offered = town.heard<TransferOffered>(3);
    ASSERT_THAT(offered, SizeIs(1));
    EXPECT_THAT(town.heard<TransferOffered>(4), IsEmpty());
    EXPECT_THAT(town.heard<TransferFailed>(1), SizeIs(1));
    town.command(3, AcceptCommand{offered[0].call});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(3), SizeIs(1));
}

TEST_F(TransferTest, HangingUpWithdrawsTheOffer) {
    connect();
    transfer(2, 3);
    town.command(2, HangUpCommand{call});
    town.run(1s);
    ASSERT_FALSE(town.heard<RingingStopped>(3).empty());
    EXPECT_EQ(town.heard<RingingStopped>(3).back().call, leg);
    EXPECT_EQ(town.heard<RingingStopped>(3).back().reason, EndReason::cancelled);
    town.command(3, AcceptCommand{leg});
    town.run(100s);
    EXPECT_THAT(town.heard<Connected>(3), IsEmpty());
}

TEST_F(TransferTest, WhoHasNoSessionTransfersNone) {
    town.command(2, TransferCommand{.call = {1, 2}, .peer = {}, .target = device_of(3)});
    ASSERT_THAT(town.heard<TransferFailed>(2), SizeIs(1));
    EXPECT_THAT(town.heard<TransferOffered>(3), IsEmpty());
}

TEST(OfferedLegTest, WhoTakesASessionTellsWhereTheReflectorsSeeIt) {
    ClientBench bench;
    TransferOffer offer;
    offer.device = device_of(1);
    offer.session = {.high = 1, .low = 1};
    offer.leg = {.high = 2, .low = 2};
    offer.lifetime = 60s;
    bench.push(offer);
    bench.command(AcceptCommand{offer.leg});
    bench.answer_reflectors();
    const auto answers = bench.all<TransferAnswer>();
    ASSERT_FALSE(answers.empty());
    EXPECT_EQ(answers.back().step, TransferStep::accepted);
    const auto& candidates = answers.back().connection.candidates;
    ASSERT_THAT(candidates.view(), SizeIs(2));
    EXPECT_EQ(candidates[0].address, home_of(1));
    EXPECT_EQ(candidates[1].kind, CandidateKind::server_reflexive);
    EXPECT_EQ(candidates[1].address, outside_of(1));
}

TEST_F(TransferTest, EverythingReturnsToBaseline) {
    connect();
    transfer(2, 3);
    town.command(3, AcceptCommand{leg});
    town.run(10s);
    town.command(3, HangUpCommand{leg});
    town.run(300s);
    EXPECT_TRUE(town.broker().state().sessions.records.empty());
    EXPECT_EQ(town.broker().state().sessions.deadlines.first_due(), never);
    for (const std::uint32_t number : {1U, 2U, 3U, 4U}) {
        EXPECT_TRUE(town.client(number).is_idle()) << number;
    }
}

}  // namespace
}  // namespace invitro::protocol::client_testing
