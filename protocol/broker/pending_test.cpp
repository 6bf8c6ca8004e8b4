// What a device that wakes is told, and rule 1 where a device has several names or tokens.
#include "protocol/broker/broker_fixture_test.hpp"

#include <gmock/gmock.h>

namespace invitro::protocol::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class PendingTest : public BrokerTest {
protected:
    Outputs& fetch(std::uint32_t number, CallId after = {}) {
        return receive(number,
                       PendingFetch{.transaction = {.high = 1, .low = number},
                                    .device = device_id(number),
                                    .after = after});
    }

    static std::vector<PendingInvitation> invitations(const Outputs& outputs) {
        std::vector<PendingInvitation> found;
        for (const SentMessage& one : outputs.sent) {
            if (const auto* message = std::get_if<PendingInvitation>(&one.message)) {
                found.push_back(*message);
            }
        }
        return found;
    }

    void invite_to(std::uint64_t call_number, std::uint64_t callee = 7) {
        InviteRequest message = request();
        message.call = call_id(call_number);
        message.callee = phone(callee);
        receive(initiator, message);
        keep_tickets();
    }
};

TEST_F(PendingTest, ADeviceThatWakesIsToldWhatItsPushesWouldHave) {
    register_devices({2, 3});
    invite();
    const auto pushed = last.pushed;
    pass(1s);
    fetch(2);
    const auto told = invitations(last);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].invitation.ticket, ticket(2));
    EXPECT_EQ(told[0].invitation.device, device_id(2));
    EXPECT_EQ(told[0].invitation.connection, connection(initiator));
    EXPECT_EQ(told[0].invitation.age, 1s);
    EXPECT_EQ(told[0].transaction, (TransactionId{.high = 1, .low = 2}));
    EXPECT_THAT(only<PendingList>(last).calls.view(), ElementsAre(call));
    EXPECT_TRUE(only<PendingList>(last).is_last);
    for (const SentMessage& one : last.sent) {
        EXPECT_EQ(one.destination, address_of(2)) << "nobody else hears of it";
    }
}

TEST_F(PendingTest, OneThatRangInAnEarlierLifeIsToldAgain) {
    register_devices({2});
    invite();
    ring(2);
    EXPECT_THAT(invitations(fetch(2)), SizeIs(1));
}

TEST_F(PendingTest, WhatIsAnsweredDismissedOrOverDoesNotWait) {
    register_devices({2, 3, 4});
    invite();
    accept(2);
    decline(3);
    EXPECT_THAT(invitations(fetch(2)), SizeIs(0));
    EXPECT_THAT(invitations(fetch(3)), SizeIs(0));
    EXPECT_THAT(invitations(fetch(4)), SizeIs(1));
    choose({2});
    EXPECT_THAT(invitations(fetch(4)), SizeIs(0));
    invite_to(2);
    EXPECT_THAT(invitations(fetch(4)), SizeIs(1));
    pass(61s);
    EXPECT_THAT(invitations(fetch(4)), SizeIs(0));
}

TEST_F(PendingTest, ADeviceThatIsNotKnownIsAnsweredLikeOneThatNobodyCalls) {
    register_devices({2});
    const Outputs known = fetch(2);
    receive(
        9, PendingFetch{.transaction = {.high = 1, .low = 2}, .device = device_id(2), .after = {}});
    const std::size_t size = encoded(known.sent.at(0).message).size();
    fetch(9);
    ASSERT_THAT(last.sent, SizeIs(1));
    EXPECT_EQ(encoded(last.sent[0].message).size(), size);
}

TEST_F(PendingTest, MoreThanOneAnswerHoldsComeInSeveralEachOnce) {
    register_devices({2});
    for (std::uint64_t number = 1; number <= PendingList::calls_max + 3; ++number) {
        invite_to(number);
    }
    const PendingList first = only<PendingList>(fetch(2));
    EXPECT_EQ(first.calls.size(), PendingList::calls_max);
    EXPECT_FALSE(first.is_last);
    const PendingList second = only<PendingList>(fetch(2, first.calls[PendingList::calls_max - 1]));
    EXPECT_EQ(second.calls.size(), 3U);
    EXPECT_TRUE(second.is_last);
    EXPECT_EQ(second.calls[0], call_id(PendingList::calls_max + 1));
}

TEST_F(PendingTest, TheLongestAnswerFitsIntoADatagramAndItsSeal) {
    const std::string local(64, 'a');
    const std::string long_name = local + "@" + std::string(180, 'b') + ".example";
    InvitePush invitation;
    invitation.call = call;
    invitation.device = device_id(2);
    invitation.callee = EndpointIdentifier::parse(long_name).value();
    invitation.caller = invitation.callee;
    for (std::size_t i = 0; i < ConnectionData::candidates_max; ++i) {
        Address address{.ip = {}, .port = 65535};
        address.ip.family = IpFamily::v6;
        address.ip.octets.fill(0xFF);
        invitation.connection.candidates.push_back(
            {.kind = CandidateKind::relayed, .address = address, .priority = 0xFFFFFFFF});
    }
    invitation.age = timing::invitation_lifetime_max;
    invitation.lifetime = timing::invitation_lifetime_max;
    const auto bytes =
        encoded(PendingInvitation{.call = call, .transaction = {1, 2}, .invitation = invitation});
    EXPECT_LE(bytes.size(), datagram_size_max - 100);
}

// ---- rule 1: names, tokens, late joiners --------------------------------------------------------

TEST_F(PendingTest, ADeviceWithSeveralTokensIsPushedOnEachAndCountsOnce) {
    RegisterDevice twice = registration(2, phone(7));
    twice.identifiers = {phone(7), phone(8)};
    receive(2, twice);
    twice.token = token(22, PushProvider::fcm);
    receive(2, twice);
    invite();
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 2U);
    EXPECT_THAT(invitations(fetch(2)), SizeIs(1));
    decline(2);
    EXPECT_EQ(told(initiator), EndReason::declined) << "the only device has declined";
}

TEST_F(PendingTest, CallsToTwoNamesOfOneDeviceDoNotAffectEachOther) {
    RegisterDevice named = registration(2, phone(7));
    named.identifiers = {phone(7), phone(8)};
    receive(2, named);
    register_devices({3});
    invite();
    const Ticket first = ticket(2);
    tickets.clear();
    invite_to(2, 8);
    const Ticket second = ticket(2);
    EXPECT_NE(first, second);
    cancel();
    const PendingList list = only<PendingList>(fetch(2));
    EXPECT_THAT(list.calls.view(), ElementsAre(call_id(2)));
    receive(2, InviteAccept{call_id(2), device_id(2), second, connection(2)});
    EXPECT_EQ(count_sent<AcceptAck>(last, 2), 1U);
    receive(2, InviteAccept{call, device_id(2), first, connection(2)});
    EXPECT_EQ(only<AcceptRefused>(last).reason, EndReason::cancelled);
}

TEST_F(PendingTest, ALateJoinerIsInvitedOnlyIfTheCallAdmitsIt) {
    register_devices({2});
    InviteRequest closed = request();
    closed.admits_late_joiners = false;
    receive(initiator, closed);
    keep_tickets();
    receive(3, registration(3, phone(7)));
    EXPECT_EQ(count_pushed<InvitePush>(last, 3), 0U);
    EXPECT_THAT(invitations(fetch(3)), SizeIs(0));
    invite_to(2);
    receive(4, registration(4, phone(7)));
    EXPECT_EQ(count_pushed<InvitePush>(last, 4), 1U) << "the other call admits it";
}

}  // namespace
}  // namespace invitro::protocol::testing
