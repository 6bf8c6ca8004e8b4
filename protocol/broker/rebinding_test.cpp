// A registration that changes: identifiers, accounts, tokens, the end; and what a push service says
// of a token meanwhile, in every order.
#include "protocol/broker/broker_fixture_test.hpp"
#include "protocol/broker/decision.hpp"

namespace invitro::protocol::testing {
namespace {

class Rebinding : public BrokerTest {
protected:
    static RegisterDevice numbered(std::uint32_t incarnation, std::uint32_t version = 2) {
        RegisterDevice message = registration(2, phone(7));
        message.incarnation = incarnation;
        message.token = token(version);
        return message;
    }

    static UnregisterDevice end(std::uint32_t incarnation) {
        const RegisterDevice known = vouched(numbered(1));
        return {.device = known.device,
                .profile = known.profile,
                .incarnation = incarnation,
                .identifier = phone(7),
                .credential = known.credentials[0]};
    }

    // How many of the device's tokens a call to the identifier pushes to.
    std::size_t reach(const EndpointIdentifier& callee = phone(7)) {
        InviteRequest message = request();
        message.call = call_id(++calls_);
        message.callee = callee;
        receive(initiator, message);
        return count_pushed<InvitePush>(last, 2);
    }

private:
    std::uint64_t calls_ = 100;
};

// ---- many identifiers ---------------------------------------------------------------------------

class Parts : public Rebinding {
protected:
    static RegisterDevice part_of(std::uint32_t incarnation,
                                  std::uint8_t part,
                                  std::initializer_list<std::uint64_t> phones,
                                  std::uint8_t parts = 2) {
        RegisterDevice message = registration(2, phone(7));
        message.incarnation = incarnation;
        message.identifiers.clear();
        for (const std::uint64_t number : phones) {
            message.identifiers.push_back(phone(number));
        }
        message.part = part;
        message.parts = parts;
        return message;
    }
};

TEST_F(Parts, AddUpToOneRegistration) {
    receive(2, part_of(1, 0, {7, 8}));
    EXPECT_EQ(only<RegisterAck>(last).part, 0U);
    receive(2, part_of(1, 1, {9}));
    EXPECT_EQ(only<RegisterAck>(last).part, 1U);
    for (const std::uint64_t number : {7U, 8U, 9U}) {
        EXPECT_EQ(reach(phone(number)), 1U) << number;
    }
}

TEST_F(Parts, OfTheNextRegistrationReplaceTheOneBeforeWhenAllHaveCome) {
    receive(2, part_of(1, 0, {7, 8}));
    receive(2, part_of(1, 1, {9}));
    receive(2, part_of(2, 1, {10}));
    EXPECT_EQ(reach(phone(8)), 1U) << "until it is whole, the one before counts too";
    EXPECT_EQ(reach(phone(10)), 1U);
    receive(2, part_of(2, 0, {7, 9}));
    EXPECT_EQ(reach(phone(8)), 0U);
    EXPECT_EQ(reach(phone(7)), 1U);
    EXPECT_EQ(reach(phone(9)), 1U);
}

TEST_F(Parts, ThatComeTwiceOrLateChangeNothing) {
    receive(2, part_of(1, 0, {7, 8}));
    receive(2, part_of(1, 1, {9}));
    receive(2, part_of(2, 0, {7}, 1));
    receive(2, part_of(1, 1, {9}));
    EXPECT_EQ(only<RegisterAck>(last).incarnation, 2U);
    EXPECT_EQ(only<RegisterAck>(last).part, RegisterAck::no_part);
    EXPECT_EQ(reach(phone(9)), 0U);
    receive(2, part_of(2, 0, {7}, 1));
    EXPECT_EQ(reach(phone(7)), 1U);
}

TEST_F(Parts, ThatAreNoneOrTooManyAreDropped) {
    EXPECT_TRUE(is_silent(receive(2, part_of(1, 2, {7}, 2))));
    EXPECT_TRUE(is_silent(receive(2, part_of(1, 0, {7}, 9))));
    EXPECT_TRUE(is_silent(receive(2, part_of(1, 0, {7}, 0))));
}

TEST_F(Rebinding, LeavingOutAnIdentifierEndsItAtOnce) {
    RegisterDevice both = numbered(1);
    both.identifiers.push_back(phone(8));
    receive(2, both);
    EXPECT_EQ(reach(phone(8)), 1U);
    receive(2, numbered(2));
    EXPECT_EQ(reach(phone(8)), 0U);
    EXPECT_EQ(reach(phone(7)), 1U);
    EXPECT_EQ(count_pushed<InvitePush>(pass(10s), 2), 3U)
        << "the open call to phone(8) is pushed no more, those to phone(7) are";
}

// ---- an identifier that moves to another account ------------------------------------------------

class TakingOver : public Rebinding {
protected:
    // Device 3 is of another account and proves phone(7) in this second.
    Outputs& claim(std::uint32_t proven, std::uint32_t incarnation = 1) {
        RegisterDevice message = registration(3, phone(7));
        message.incarnation = incarnation;
        message.profile.low += 1;
        return receive_as_it_is(3, vouched(message, proven));
    }
};

TEST_F(TakingOver, TheNewestProofOwnsANumber) {
    receive_as_it_is(2, vouched(numbered(1), 100));
    claim(99);
    EXPECT_TRUE(only<RegisterAck>(last).credentials[0].is_none());
    EXPECT_EQ(reach(), 1U);
    claim(101, 2);
    EXPECT_FALSE(only<RegisterAck>(last).credentials[0].is_none());
    EXPECT_EQ(reach(), 0U) << "the old account's token still rings";
    EXPECT_EQ(count_pushed<InvitePush>(last, 3), 1U);
}

TEST_F(TakingOver, TheOldAccountDoesNotComeBackWithItsOldCredential) {
    receive_as_it_is(2, vouched(numbered(1), 100));
    claim(101);
    RegisterDevice away = registration(3, phone(8));
    away.profile.low += 1;
    away.incarnation = 2;
    receive(3, away);
    receive_as_it_is(2, vouched(numbered(2), 100));
    EXPECT_TRUE(only<RegisterAck>(last).credentials[0].is_none());
    EXPECT_EQ(reach(), 0U);
    receive_as_it_is(2, vouched(numbered(3), 102));
    EXPECT_EQ(reach(), 1U) << "but with a newer proof it does";
}

TEST_F(TakingOver, IsForgottenWhenNoOldCredentialCanBeLeft) {
    receive_as_it_is(2, vouched(numbered(1), 1));
    claim(2);
    RegisterDevice away = registration(3, phone(8));
    away.profile.low += 1;
    away.incarnation = 2;
    receive(3, away);
    const auto count_known = [&] {
        const auto& all = broker.state().registry.identifiers;
        return std::count_if(
            all.begin(), all.end(), [](const auto& one) { return one.text.size != 0; });
    };
    EXPECT_EQ(count_known(), 2);
    now = instant_of(2) + timing::credential_lifetime;
    for (std::uint32_t i = 10; i < 14; ++i) {
        receive_as_it_is(i, vouched(registration(i, phone(20)), second_of(now)));
    }
    EXPECT_EQ(count_known(), 1);
}

// ---- the end ------------------------------------------------------------------------------------

TEST_F(Rebinding, UnregisteringTakesEffectAtOnce) {
    receive(2, numbered(1));
    receive(2, end(2));
    EXPECT_EQ(only<RegisterAck>(last), (RegisterAck{device_id(2), 2, 0s, 0, {}}));
    EXPECT_EQ(count_remarks(last, RemarkKind::device_unregistered), 1U);
    EXPECT_EQ(reach(), 0U);
}

TEST_F(Rebinding, UnregisteringEndsWhatIsPushedAlready) {
    receive(2, numbered(1));
    register_devices({3});
    invite();
    receive(2, end(2));
    const Outputs later = pass(59s);
    EXPECT_EQ(count_pushed<InvitePush>(later, 2), 0U);
    EXPECT_GT(count_pushed<InvitePush>(later, 3), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(later, initiator), 0U) << "it says nothing about device 2";
}

TEST_F(Rebinding, UnregisteringTheOnlyDeviceLooksLikeSilence) {
    receive(2, numbered(1));
    invite();
    receive(2, end(2));
    EXPECT_EQ(count_sent<InviteEnded>(pass(59s), initiator), 0U);
    EXPECT_EQ(only<InviteEnded>(pass(1s)).reason, EndReason::expired);
}

TEST_F(Rebinding, UnregisteringAllDevicesLooksLikeSilenceToo) {
    receive(2, numbered(1));
    register_devices({3});
    invite();
    receive(2, end(2));
    UnregisterDevice other = end(2);
    other.device = device_id(3);
    receive(3, other);
    EXPECT_EQ(only<RegisterAck>(last).lease, 0s);
    EXPECT_EQ(count_sent<InviteEnded>(pass(59s), initiator), 0U) << "nobody has declined";
}

TEST_F(Rebinding, UnregisteringTheLastWhoHadNotDeclinedEndsTheCall) {
    receive(2, numbered(1));
    register_devices({3});
    invite();
    decline(3);
    receive(2, end(2));
    EXPECT_EQ(only<InviteEnded>(pass(100ms)).reason, EndReason::declined);
}

TEST_F(Rebinding, ARegistrationThatComesAfterItsEndIsIgnored) {
    receive(2, end(2));
    EXPECT_EQ(only<RegisterAck>(last).lease, 0s);
    receive(2, numbered(1));
    EXPECT_EQ(only<RegisterAck>(last).incarnation, 2U);
    EXPECT_EQ(only<RegisterAck>(last).part, RegisterAck::no_part);
    EXPECT_EQ(reach(), 0U);
    receive(2, numbered(3));
    EXPECT_EQ(reach(), 1U) << "registering again";
}

TEST_F(Rebinding, AnEndThatComesAfterTheNextRegistrationIsIgnored) {
    receive(2, numbered(1));
    receive(2, numbered(3));
    receive(2, end(2));
    EXPECT_EQ(only<RegisterAck>(last).incarnation, 3U);
    EXPECT_EQ(only<RegisterAck>(last).part, RegisterAck::no_part);
    EXPECT_EQ(reach(), 1U);
}

TEST_F(Rebinding, TheEndOfAStrangerLeavesNothing) {
    UnregisterDevice unvouched = end(2);
    unvouched.credential.tag[0] ^= 1;
    receive(2, unvouched);
    EXPECT_EQ(only<RegisterAck>(last).lease, 0s);
    EXPECT_TRUE(broker.state().registry.bindings.empty());
}

TEST_F(Rebinding, WhatDecidesIsWhatHasACredentialOrADevice) {
    EXPECT_FALSE(decides(broker.state(), numbered(1)));
    EXPECT_TRUE(decides(broker.state(), vouched(numbered(1))));
    UnregisterDevice unvouched = end(2);
    unvouched.credential = {};
    EXPECT_FALSE(decides(broker.state(), unvouched));
    EXPECT_TRUE(decides(broker.state(), end(2)));
    receive(2, numbered(1));
    EXPECT_TRUE(decides(broker.state(), numbered(2))) << "it gives up what it had";
    EXPECT_TRUE(decides(broker.state(), unvouched));
}

// ---- a token that is gone -----------------------------------------------------------------------

class Gone : public Rebinding {
protected:
    // A push to token 2 is out; its answer is still to come.
    void SetUp() override {
        receive(2, numbered(1));
        invite();
        pushed_ = last.pushed.at(0).request;
    }

    Outputs& gone() { return answer_push(pushed_, PushOutcome::token_gone); }

    std::uint64_t pushed_ = 0;
};

TEST_F(Gone, EndsTheBinding) {
    gone();
    EXPECT_EQ(reach(), 0U);
}

TEST_F(Gone, ThenRegisteredAnewWithAnotherTokenIsReached) {
    gone();
    receive(2, numbered(2, 22));
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U) << "the open call, through the new token";
    EXPECT_EQ(reach(), 1U);
}

TEST_F(Gone, AfterAnotherTokenWasRegisteredEndsNothing) {
    receive(2, numbered(2, 22));
    gone();
    EXPECT_EQ(reach(), 1U);
    EXPECT_GT(count_pushed<InvitePush>(pass(10s), 2), 1U) << "in the open call too";
}

TEST_F(Gone, AfterTheSameTokenWasRegisteredEndsNothing) {
    receive(2, numbered(2));
    gone();
    EXPECT_EQ(reach(), 1U);
    EXPECT_GT(count_pushed<InvitePush>(pass(10s), 2), 1U) << "in the open call too";
}

TEST_F(Gone, SaidOfAPushAfterThatEndsItAll) {
    receive(2, numbered(2));
    gone();
    const Outputs later = pass(2s);
    ASSERT_EQ(later.pushed.size(), 1U);
    EXPECT_NE(later.pushed[0].request, pushed_);
    answer_push(later.pushed[0].request, PushOutcome::token_gone);
    EXPECT_EQ(reach(), 0U);
    EXPECT_TRUE(pass(10s).pushed.empty());
}

TEST_F(Gone, SaidTwiceWithARegistrationBetweenEndsNothing) {
    const Outputs later = pass(2s);
    ASSERT_EQ(later.pushed.size(), 1U);
    gone();
    receive(2, numbered(2));
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U) << "it is reached again";
    answer_push(later.pushed[0].request, PushOutcome::token_gone);
    EXPECT_EQ(reach(), 1U) << "that push was before the registration";
}

TEST_F(Gone, BetweenTwoRepetitionsOfOneRegistrationEndsWhatThePushWasFor) {
    gone();
    receive(2, numbered(1));
    EXPECT_EQ(only<RegisterAck>(last).incarnation, 1U);
    EXPECT_EQ(count_pushed<InvitePush>(last, 2), 1U) << "the device says that it is still good";
}

TEST_F(Gone, AfterTheEndOrTheLapseEndsNothingMore) {
    receive(2, end(2));
    gone();
    receive(2, numbered(3));
    EXPECT_EQ(reach(), 1U);
}

TEST_F(Gone, OfAnotherDeviceWithTheSameTokenSparesIt) {
    RegisterDevice other = registration(3, phone(7));
    other.token = token(2);
    receive(3, other);
    gone();
    reach();
    EXPECT_EQ(count_pushed<InvitePush>(last, 3), 1U);
}

}  // namespace
}  // namespace invitro::protocol::testing
