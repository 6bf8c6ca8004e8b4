// A client that wakes asks for what it has missed.
#include "protocol/client/client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class PendingFetchTest : public ::testing::Test {
protected:
    PendingFetchTest() {
        bench.command(register_command());
        bench.from_broker(
            RegisterAck{.device = device_of(1), .incarnation = 1, .lease = timing::lease_max});
        bench.forget();
    }

    PendingFetch question() { return bench.all<PendingFetch>().back(); }

    static CallId call(std::uint64_t number) { return {.high = 5, .low = number}; }

    void invite(const PendingFetch& asked, std::uint64_t number) {
        bench.from_broker(PendingInvitation{.call = call(number),
                                            .transaction = asked.transaction,
                                            .invitation = {.call = call(number),
                                                           .device = device_of(1),
                                                           .ticket = {1},
                                                           .callee = identifier("ada@example.org"),
                                                           .caller = identifier("bob@example.org"),
                                                           .connection = {},
                                                           .age = 5s,
                                                           .lifetime = 60s}});
    }

    void list(const PendingFetch& asked, std::vector<std::uint64_t> numbers, bool is_last = true) {
        PendingList message{.transaction = asked.transaction,
                            .device = device_of(1),
                            .calls = {},
                            .is_last = is_last};
        for (const std::uint64_t number : numbers) {
            message.calls.push_back(call(number));
        }
        bench.from_broker(message);
    }

    ClientBench bench;
};

TEST_F(PendingFetchTest, RingsForWhatItIsTold) {
    bench.command(WokeUp{});
    ASSERT_THAT(bench.all<PendingFetch>(), SizeIs(1));
    invite(question(), 1);
    ASSERT_THAT(bench.heard<Ringing>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteRinging>(), SizeIs(1));
    list(question(), {1});
    bench.forget();
    bench.advance(10s);
    EXPECT_THAT(bench.all<PendingFetch>(), IsEmpty()) << "it has its answer";
}

TEST_F(PendingFetchTest, IsIdleAgainWhenNothingWaits) {
    bench.command(WokeUp{});
    EXPECT_FALSE(bench.client.is_idle());
    list(question(), {});
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(PendingFetchTest, AsksUntilAllThatIsListedHasCome) {
    bench.command(WokeUp{});
    list(question(), {1, 2});
    invite(question(), 2);
    bench.advance(500ms);
    ASSERT_THAT(bench.all<PendingFetch>(), SizeIs(2));
    EXPECT_EQ(bench.all<PendingFetch>()[0], bench.all<PendingFetch>()[1]);
    invite(question(), 1);
    invite(question(), 2);
    list(question(), {1, 2});
    bench.forget();
    bench.advance(10s);
    EXPECT_THAT(bench.all<PendingFetch>(), IsEmpty());
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty()) << "each has rung once, before";
}

TEST_F(PendingFetchTest, GoesOnBehindTheLastOfALongList) {
    bench.command(WokeUp{});
    const PendingFetch first = question();
    EXPECT_TRUE(first.after.is_none());
    invite(first, 1);
    invite(first, 2);
    list(first, {1, 2}, false);
    EXPECT_EQ(question().after, call(2));
    EXPECT_NE(question().transaction, first.transaction);
    list(question(), {});
    bench.forget();
    bench.advance(10s);
    EXPECT_THAT(bench.all<PendingFetch>(), IsEmpty());
}

TEST_F(PendingFetchTest, IsGivenUpWhenNoInvitationCanBeAliveAnyMore) {
    bench.command(WokeUp{});
    bench.advance(timing::invitation_lifetime_max + 1s);
    bench.forget();
    bench.advance(60s);
    EXPECT_THAT(bench.all<PendingFetch>(), IsEmpty());
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(PendingFetchTest, WaitsForTheRegistration) {
    ClientBench fresh(config_of(1));
    fresh.command(WokeUp{});
    fresh.command(register_command());
    EXPECT_THAT(fresh.all<PendingFetch>(), IsEmpty());
    fresh.from_broker(
        RegisterAck{.device = device_of(1), .incarnation = 1, .lease = timing::lease_max});
    EXPECT_THAT(fresh.all<PendingFetch>(), SizeIs(1));
}

TEST_F(PendingFetchTest, WaitsWhileTheRegistrationChanges) {
    bench.command(WokeUp{});
    ASSERT_THAT(bench.all<PendingFetch>(), SizeIs(1));
    bench.command(register_command());
    EXPECT_GT(bench.client.next_deadline(), bench.now);
    bench.forget();
    bench.advance(700ms);
    EXPECT_THAT(bench.all<PendingFetch>(), IsEmpty());
}

TEST_F(PendingFetchTest, AnEmptyPushIsAHint) {
    bench.handle(ReceivedPush{ByteView{}});
    EXPECT_THAT(bench.all<PendingFetch>(), SizeIs(1));
}

TEST_F(PendingFetchTest, BelievesNoAnswerToAnotherQuestion) {
    PendingFetch foreign{.transaction = {1, 2}, .device = device_of(1), .after = {}};
    invite(foreign, 1);
    bench.command(WokeUp{});
    invite(foreign, 1);
    list(foreign, {});
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    EXPECT_EQ(bench.count(RemarkKind::unexpected_dropped), 3U);
    bench.advance(500ms);
    EXPECT_THAT(bench.all<PendingFetch>(), SizeIs(2)) << "it still asks";
}

TEST_F(PendingFetchTest, WhatRangAlreadyIsAnsweredAgainAndRingsNobody) {
    bench.command(WokeUp{});
    invite(question(), 1);
    bench.command(DeclineCommand{.call = call(1)});
    bench.forget();
    invite(PendingFetch{}, 1);
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
}

}  // namespace
}  // namespace invitro::protocol::client_testing
