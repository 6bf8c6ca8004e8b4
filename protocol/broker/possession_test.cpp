// Who owns a number or an address: SMS, mails, proofs, credentials (docs/PROTOCOL.md,
// "Registration").
#include "protocol/broker/broker_fixture_test.hpp"
#include "protocol/broker/push_request.hpp"

namespace invitro::protocol::testing {
namespace {

EndpointIdentifier address(std::uint64_t number) {
    return EndpointIdentifier::parse("person" + std::to_string(number) + "@example.org").value();
}

class Possession : public BrokerTest {
protected:
    static constexpr TransactionId attempt{.high = 5, .low = 6};

    static RegisterBySms sms(std::uint32_t number) {
        return {.device = device_id(number),
                .profile = profile_of(phone(7)),
                .token = token(number),
                .attempt = attempt};
    }

    static ValidateEmail validation(std::uint32_t number) {
        return {.device = device_id(number),
                .profile = profile_of(address(7)),
                .address = address(7),
                .attempt = attempt};
    }

    static ProvePossession answer(const PossessionChallenge& challenge, const ProfileId& profile) {
        return {.device = challenge.device,
                .profile = profile,
                .identifier = challenge.identifier,
                .attempt = challenge.attempt,
                .proof = challenge.proof};
    }

    PossessionChallenge challenge_by_sms(std::uint32_t number) {
        return only_push<PossessionChallenge>(receive_sms(phone(7), sms(number)));
    }

    PossessionChallenge challenge_by_mail(std::uint32_t number) {
        receive(number, validation(number));
        EXPECT_EQ(last.mailed.size(), 1U);
        return std::get<PossessionChallenge>(last.mailed.at(0).message);
    }

    Credential credential_for(const ProvePossession& proof) {
        return only<CredentialGranted>(receive(2, proof)).credential;
    }

    RegisterDevice with(const Credential& credential, const EndpointIdentifier& identifier) {
        RegisterDevice message = registration(2, identifier);
        message.credentials = {credential};
        return message;
    }
};

TEST_F(Possession, OfANumberIsShownByAPushToTheTokenInTheSms) {
    const auto challenge = challenge_by_sms(2);
    EXPECT_EQ(last.pushed[0].token, token(2));
    EXPECT_EQ(last.pushed[0].time_to_live, timing::challenge_lifetime);
    EXPECT_EQ(challenge.identifier, phone(7));
    EXPECT_EQ(challenge.attempt, attempt);
    EXPECT_TRUE(last.sent.empty());
    const auto credential = credential_for(answer(challenge, profile_of(phone(7))));
    receive(2, with(credential, phone(7)));
    EXPECT_EQ(only<RegisterAck>(last).lease, timing::lease_max);
    EXPECT_EQ(count_pushed<InvitePush>(invite(), 2), 1U);
}

TEST_F(Possession, OfAnAddressIsShownByAMailedLink) {
    const auto challenge = challenge_by_mail(2);
    EXPECT_EQ(last.mailed[0].recipient, address(7));
    EXPECT_EQ(only<ValidationPending>(last), (ValidationPending{device_id(2), attempt}));
    const auto credential = credential_for(answer(challenge, profile_of(address(7))));
    receive(2, with(credential, address(7)));
    EXPECT_EQ(only<RegisterAck>(last).lease, timing::lease_max);
}

TEST_F(Possession, IsAskedForByTheSameMailOnlyOnce) {
    challenge_by_mail(2);
    receive(2, validation(2));
    EXPECT_EQ(count_sent<ValidationPending>(last, 2), 1U) << "the answer may have been lost";
    EXPECT_TRUE(last.mailed.empty());
    receive(3, validation(3));
    EXPECT_EQ(last.mailed.size(), 1U) << "another device's attempt of the same number";
    ValidateEmail next = validation(2);
    next.attempt.low += 1;
    receive(2, next);
    EXPECT_EQ(last.mailed.size(), 1U);
}

TEST_F(Possession, OfAKnownAddressIsAskedForAsThatOfAnUnknownOne) {
    receive(3, vouched(registration(3, address(7))));
    const Outputs known = receive(2, validation(2));
    ValidateEmail unknown = validation(2);
    unknown.address = address(8);
    unknown.attempt.low += 1;
    receive(2, unknown);
    ASSERT_EQ(known.sent.size(), 1U);
    ASSERT_EQ(last.sent.size(), 1U);
    EXPECT_EQ(encoded(known.sent[0].message).size(), encoded(last.sent[0].message).size());
    EXPECT_EQ(known.mailed.size(), last.mailed.size());
    EXPECT_EQ(encoded(known.mailed[0].message).size(), encoded(last.mailed[0].message).size());
}

TEST_F(Possession, ShownTwiceEarnsTheSameCredentialAgain) {
    const auto proof = answer(challenge_by_mail(2), profile_of(address(7)));
    const auto first = credential_for(proof);
    now += 10min;
    EXPECT_EQ(credential_for(proof), first) << "a link opened twice is worth nothing more";
    // However late: the credential's times follow from the mail's.
    EXPECT_EQ(instant_of(first.expiry) - instant_of(first.proven), timing::credential_lifetime);
    EXPECT_LT(instant_of(first.proven), now - 9min);
}

TEST_F(Possession, IsBelievedOfNobodyElse) {
    const auto proof = answer(challenge_by_sms(2), profile_of(phone(7)));
    ProvePossession other = proof;
    other.device = device_id(3);
    EXPECT_TRUE(is_silent(receive(3, other)));
    other = proof;
    other.profile = profile_of(phone(8));
    EXPECT_TRUE(is_silent(receive(2, other)));
    other = proof;
    other.identifier = phone(8);
    EXPECT_TRUE(is_silent(receive(2, other)));
    other = proof;
    other.attempt.low += 1;
    EXPECT_TRUE(is_silent(receive(2, other)));
    other = proof;
    other.proof.issued += 1;
    EXPECT_TRUE(is_silent(receive(2, other)));
    other = proof;
    other.proof.tag[15] ^= 1;
    EXPECT_TRUE(is_silent(receive(2, other)));
    EXPECT_FALSE(credential_for(proof).is_none());
}

TEST_F(Possession, ShownTooLateEarnsNothing) {
    const auto by_sms = answer(challenge_by_sms(2), profile_of(phone(7)));
    const auto by_mail = answer(challenge_by_mail(2), profile_of(address(7)));
    now += timing::challenge_lifetime - 1s;
    EXPECT_FALSE(credential_for(by_sms).is_none());
    now += 1s;
    EXPECT_TRUE(credential_for(by_sms).is_none());
    EXPECT_FALSE(credential_for(by_mail).is_none()) << "a mailbox is looked at less often";
    now += timing::mail_link_lifetime;
    EXPECT_TRUE(credential_for(by_mail).is_none());
}

TEST_F(Possession, OfAStrangersTokenIsChallengedThereOnly) {
    RegisterBySms theft = sms(2);
    theft.token = token(9);
    const auto challenge = only_push<PossessionChallenge>(receive_sms(phone(7), theft));
    EXPECT_EQ(last.pushed[0].token, token(9)) << "whoever sent the SMS does not see it";
    EXPECT_EQ(challenge.device, device_id(2)) << "and who sees it is somebody else";
}

TEST_F(Possession, AnSmsThatIsNoneOfOursIsDropped) {
    EXPECT_TRUE(is_silent(receive_sms(phone(7), validation(2))));
    EXPECT_TRUE(is_silent(receive_sms(address(7), sms(2))));
    RegisterBySms without_token = sms(2);
    without_token.token.value.clear();
    EXPECT_TRUE(is_silent(receive_sms(phone(7), without_token)));
    EXPECT_EQ(count_remarks(last, RemarkKind::malformed_dropped), 1U);
    ValidateEmail no_address = validation(2);
    no_address.address = phone(7);
    EXPECT_TRUE(is_silent(receive(2, no_address)));
}

TEST_F(Possession, AChallengedTokenThatIsGoneEndsNothing) {
    register_devices({2});
    challenge_by_sms(2);
    EXPECT_EQ(last.pushed[0].request, no_call_request);
    answer_push(no_call_request, PushOutcome::token_gone);
    EXPECT_TRUE(last.remarks.empty());
    EXPECT_EQ(count_pushed<InvitePush>(invite(), 2), 1U);
}

TEST(SmsSize, OneWithAnApnsTokenFitsOnePartAndTheLongestThree) {
    RegisterBySms message{.device = device_id(~std::uint64_t{0}),
                          .profile = {.high = ~std::uint64_t{0}, .low = 1},
                          .token = token(1),
                          .attempt = {},
                          .key = {}};
    message.token.value.assign(std::vector<std::uint8_t>(32, 0xFF));
    EXPECT_EQ(sms_parts(encoded(message).size()), 1U);
    message.token.value.assign(std::vector<std::uint8_t>(PushToken::length_max, 0xFF));
    EXPECT_EQ(sms_parts(encoded(message).size()), 3U);
    EXPECT_EQ(sms_parts(140), 1U);
    EXPECT_EQ(sms_parts(141), 2U);
    EXPECT_EQ(sms_parts(268), 2U);
    EXPECT_EQ(sms_parts(269), 3U);
}

// What seals a datagram takes 100 bytes of it.
TEST(RegistrationSize, TheLongestLeavesRoomForTheSeal) {
    RegisterDevice longest = registration(2, phone(7));
    const std::string text = "a@" + std::string(EndpointIdentifier::length_max - 2, 'x');
    longest.identifiers.clear();
    for (std::size_t i = 0; i < RegisterDevice::identifiers_max; ++i) {
        longest.identifiers.push_back(EndpointIdentifier::parse(text).value());
        longest.credentials.push_back({.proven = ~0U, .expiry = ~0U, .tag = {}});
    }
    longest.profile = {.high = ~std::uint64_t{0}, .low = ~std::uint64_t{0}};
    longest.incarnation = ~0U;
    longest.lease = Duration::max();
    longest.token.value.assign(std::vector<std::uint8_t>(PushToken::length_max, 0xFF));
    EXPECT_LE(encoded(longest).size(), datagram_size_max - 100);
}

// ---- credentials --------------------------------------------------------------------------------

TEST_F(Possession, NothingIsRoutedToAnIdentifierWithoutACredential) {
    receive_as_it_is(2, registration(2, phone(7)));
    EXPECT_EQ(only<RegisterAck>(last).lease, 0s);
    EXPECT_EQ(count_remarks(last, RemarkKind::identifier_refused), 1U);
    EXPECT_TRUE(broker.state().registry.bindings.empty()) << "who shows nothing leaves nothing";
    EXPECT_TRUE(invite().pushed.empty());
}

TEST_F(Possession, ACredentialServesItsDeviceProfileAndIdentifierOnly) {
    const RegisterDevice genuine = vouched(registration(2, phone(7)));
    const auto is_refused = [&](RegisterDevice message) {
        message.credentials = genuine.credentials;
        receive_as_it_is(2, message);
        return only<RegisterAck>(last).credentials[0].is_none();
    };
    RegisterDevice other = genuine;
    other.device = device_id(3);
    EXPECT_TRUE(is_refused(other));
    other = genuine;
    other.profile.low += 1;
    EXPECT_TRUE(is_refused(other));
    other = genuine;
    other.identifiers = {phone(8)};
    EXPECT_TRUE(is_refused(other));
    EXPECT_FALSE(is_refused(genuine));
}

TEST_F(Possession, ACredentialExpiresAndTheLeaseEndsNoLater) {
    const RegisterDevice message = vouched(registration(2, phone(7)));
    now = instant_of(message.credentials[0].expiry) - 10s;
    receive_as_it_is(2, message);
    EXPECT_EQ(only<RegisterAck>(last).lease, 10s);
    now += 10s;
    receive_as_it_is(2, message);
    EXPECT_TRUE(only<RegisterAck>(last).credentials[0].is_none());
    EXPECT_TRUE(invite().pushed.empty());
}

TEST_F(Possession, ACredentialInTheSecondHalfOfItsLifeIsRenewed) {
    const RegisterDevice message = vouched(registration(2, phone(7)));
    receive_as_it_is(2, message);
    EXPECT_EQ(only<RegisterAck>(last).credentials[0], message.credentials[0]);
    now += timing::credential_lifetime / 2 + 1h;
    receive_as_it_is(2, message);
    const Credential renewed = only<RegisterAck>(last).credentials[0];
    EXPECT_GT(renewed.expiry, message.credentials[0].expiry);
    EXPECT_EQ(renewed.proven, message.credentials[0].proven) << "nothing was proven anew";
    RegisterDevice next = message;
    next.credentials = {renewed};
    next.incarnation = 2;
    receive_as_it_is(2, next);
    EXPECT_EQ(only<RegisterAck>(last).credentials[0], renewed);
}

// Any node with the service's key goes on where another one began.
TEST_F(Possession, AnotherNodeWithTheSameKeyBelievesIt) {
    const auto proof = answer(challenge_by_sms(2), profile_of(phone(7)));
    BrokerConfig elsewhere = broker_config();
    elsewhere.address.port += 1;
    elsewhere.seed.octets.fill(9);
    broker = Broker(elsewhere);
    const auto credential = credential_for(proof);
    ASSERT_FALSE(credential.is_none());
    broker = Broker(broker_config());
    receive(2, with(credential, phone(7)));
    EXPECT_EQ(count_pushed<InvitePush>(invite(), 2), 1U);
    BrokerConfig stranger = broker_config();
    stranger.ticket_key.octets.fill(3);
    broker = Broker(stranger);
    receive(2, with(credential, phone(7)));
    EXPECT_TRUE(only<RegisterAck>(last).credentials[0].is_none());
}

}  // namespace
}  // namespace invitro::protocol::testing
