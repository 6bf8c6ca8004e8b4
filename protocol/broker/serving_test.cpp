// What the broker does because time passes: repetitions, dismissals, expiry, forgetting.
#include "protocol/broker/broker_fixture_test.hpp"

namespace invitro::protocol::testing {
namespace {

using Serving = BrokerTest;

TEST_F(Serving, AnInvitationIsPushedAgainUntilTheDeviceAnswers) {
    register_devices({2});
    invite();
    const Outputs later = pass(10s);  // after 2 s, 6 s, 10 s
    ASSERT_EQ(count_pushed<InvitePush>(later, 2), 3U);
    EXPECT_EQ(count_remarks(later, RemarkKind::push_repeated), 3U);
    EXPECT_EQ(std::get<InvitePush>(later.pushed[0].message).age, 2s);
    EXPECT_EQ(later.pushed[0].time_to_live, 58s);
    EXPECT_EQ(later.pushed[0].collapse_key, call);
}

TEST_F(Serving, AnInvitationWhoseRequestHasWaitedSaysSo) {
    register_devices({2});
    const Instant came = now;
    now += 3s;
    receive_late(came, initiator, request());
    ASSERT_EQ(count_pushed<InvitePush>(last, 2), 1U);
    EXPECT_EQ(std::get<InvitePush>(last.pushed[0].message).age, 3s);
    EXPECT_EQ(last.pushed[0].time_to_live, 57s);
    EXPECT_EQ(count_pushed<InvitePush>(pass(1900ms), 2), 0U) << "repeated 2 s after the first";
    EXPECT_EQ(count_pushed<InvitePush>(pass(100ms), 2), 1U);
}

TEST_F(Serving, NobodyRingsForARequestThatWaitedUntilItsLifetimeWasOver) {
    register_devices({2});
    const Instant came = now;
    now += 60s;
    receive_late(came, initiator, request());
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 0U);
    const Outputs end = pass(Duration{});
    EXPECT_EQ(count_pushed<InvitePush>(end, 2), 0U);
    EXPECT_EQ(count_remarks(end, RemarkKind::invitation_expired), 1U);
}

TEST_F(Serving, NoTwoPushesHaveTheSameRequestNumber) {
    register_devices({2, 3});
    invite();
    Outputs all = last;
    append(all, pass(119s));
    std::vector<std::uint64_t> requests;
    for (const PushedMessage& push : all.pushed) {
        requests.push_back(push.request);
    }
    std::sort(requests.begin(), requests.end());
    EXPECT_GT(requests.size(), 30U);
    EXPECT_EQ(std::adjacent_find(requests.begin(), requests.end()), requests.end());
}

TEST_F(Serving, AtTheLifetimesEndDevicesAndInitiatorLearnThatItExpired) {
    register_devices({2, 3});
    invite();
    ring(2);
    pass(59s);
    const Outputs end = pass(1s);
    EXPECT_EQ(count_sent<InviteEnded>(end, 2), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(end, initiator), 1U);
    for (const SentMessage& one : end.sent) {
        EXPECT_EQ(std::get<InviteEnded>(one.message).reason, EndReason::expired);
    }
    EXPECT_EQ(only_push<InviteDismiss>(end),
              (InviteDismiss{call, device_id(3), EndReason::expired}));
    EXPECT_EQ(count_remarks(end, RemarkKind::invitation_expired), 1U);
}

TEST_F(Serving, AtTheLifetimesEndTheInitiatorLearnsThatItWasAnsweredIfSomebodyAccepted) {
    register_devices({2, 3});
    invite();
    accept(2);
    acknowledge_forward(2);
    ring(3);
    const Outputs end = pass(60s);
    EXPECT_EQ(count_sent<InviteEnded>(end, 2), 0U) << "an acceptor may be about to connect";
    ASSERT_EQ(count_sent<InviteEnded>(end, initiator), 1U);
    ASSERT_EQ(count_sent<InviteEnded>(end, 3), 1U);
    for (const SentMessage& one : end.sent) {
        const bool is_initiator = one.destination == address_of(initiator);
        EXPECT_EQ(std::get<InviteEnded>(one.message).reason,
                  is_initiator ? EndReason::answered : EndReason::expired);
    }
}

TEST_F(Serving, WhoHasBeenToldIsNotToldAgainAtTheLifetimesEnd) {
    register_devices({2, 3});
    invite();
    accept(2);
    acknowledge_forward(2);
    ring(3);
    choose({2});
    acknowledge_end(3);
    const Outputs end = pass(60s);
    EXPECT_EQ(count_sent<InviteEnded>(end, 2), 0U);
    EXPECT_EQ(count_sent<InviteEnded>(end, 3), 0U);
    EXPECT_EQ(count_sent<InviteEnded>(end, initiator), 1U);
}

TEST_F(Serving, AHeardDeviceIsToldTheEndUntilItAcknowledges) {
    register_devices({2});
    invite();
    ring(2);
    cancel();
    // After 500 ms and 1.5 s; with the third try comes a push as well, once.
    const Outputs later = pass(20s);
    EXPECT_EQ(count_sent<InviteEnded>(later, 2), 7U);
    EXPECT_EQ(count_pushed<InviteDismiss>(later, 2), 1U);
    acknowledge_end(2);
    EXPECT_TRUE(is_silent(pass(100s)));
}

TEST_F(Serving, ADeviceThatWasNeverHeardGetsThreeDismissalsAtMost) {
    register_devices({2});
    invite();
    cancel();
    EXPECT_EQ(count_pushed<InviteDismiss>(last, 2), 1U);
    const Outputs later = pass(119s);
    EXPECT_EQ(count_pushed<InviteDismiss>(later, 2), 2U);
    EXPECT_EQ(later.pushed.size(), 2U) << "after the end only dismissals are pushed";
}

TEST_F(Serving, AGoneTokenIsPushedToNoMoreNowOrLater) {
    register_devices({2, 3});
    invite();
    const std::uint64_t request_number =
        last.pushed[0].token == token(2) ? last.pushed[0].request : last.pushed[1].request;
    answer_push(request_number, PushOutcome::token_gone);
    EXPECT_EQ(count_remarks(last, RemarkKind::push_given_up), 1U);
    const Outputs later = pass(119s);
    EXPECT_EQ(count_pushed<InvitePush>(later, 2) + count_pushed<InviteDismiss>(later, 2), 0U);
    EXPECT_GT(count_pushed<InvitePush>(later, 3), 1U);
    pass(2s);
    call = call_id(2);
    invite();
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 0U);
    EXPECT_EQ(count_pushed<InvitePush>(last, 3), 1U);
}

TEST_F(Serving, AGoneTokenThatWasRegisteredAnewIsKept) {
    register_devices({2});
    invite();
    const std::uint64_t request_number = last.pushed[0].request;
    RegisterDevice anew = registration(2, phone(7));
    anew.incarnation = 2;
    receive(2, anew);
    answer_push(request_number, PushOutcome::token_gone);
    call = call_id(2);
    invite();
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U);
}

TEST_F(Serving, AThrottledPushIsATryThatFailed) {
    register_devices({2});
    invite();
    answer_push(last.pushed[0].request, PushOutcome::throttled);
    EXPECT_TRUE(is_silent(last));
    EXPECT_EQ(count_pushed<InvitePush>(pass(2s), 2), 1U);
}

TEST_F(Serving, AnAnswerToAPushNobodyMadeIsDropped) {
    answer_push(0, PushOutcome::token_gone);
    register_devices({2});
    invite();
    answer_push(last.pushed[0].request + 0x100, PushOutcome::token_gone);
    EXPECT_EQ(count_remarks(last, RemarkKind::unexpected_dropped), 1U);
    EXPECT_EQ(count_pushed<InvitePush>(pass(2s), 2), 1U);
}

TEST_F(Serving, AfterLifetimeAndGraceACallLeavesNothingBehind) {
    register_devices({2, 3, 4});
    const BrokerState before = broker.state();
    for (std::uint64_t i = 0; i < 20; ++i) {
        call = call_id(i);
        tickets.clear();
        invite();
        accept(2);
        ring(3);
        if (i % 2 == 0) cancel();
        if (i % 3 == 0) choose({2});
        pass(7s);
    }
    EXPECT_FALSE(broker.state().calls.calls.empty());
    pass(120s);
    BrokerState after = broker.state();
    EXPECT_EQ(after.calls.next_number, before.calls.next_number + 20);
    after.calls.next_number = before.calls.next_number;
    after.counters = before.counters;
    EXPECT_TRUE(after == before);
    EXPECT_EQ(broker.next_deadline(), never);
}

TEST_F(Serving, ADeadlineIsServedLateWithoutHarm) {
    register_devices({2});
    invite();
    ring(2);
    now += 70s;
    broker.handle(now, DeadlineReached{});
    const Outputs late = drain(broker);
    EXPECT_EQ(count_sent<InviteEnded>(late, 2), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(late, initiator), 1U);
    now += 500s;
    broker.handle(now, DeadlineReached{});
    EXPECT_TRUE(is_silent(drain(broker)));
    EXPECT_TRUE(broker.state().calls.calls.empty());
}

TEST_F(Serving, ADeadlineServedEarlyDoesNothing) {
    register_devices({2});
    invite();
    const BrokerState before = broker.state();
    broker.handle(now, DeadlineReached{});
    EXPECT_TRUE(is_silent(drain(broker)));
    EXPECT_TRUE(broker.state() == before);
}

}  // namespace
}  // namespace invitro::protocol::testing
