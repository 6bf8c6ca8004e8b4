// Proving a number or an address, registering for many, and unregistering: the client's side.
#include "protocol/client/client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const EndpointIdentifier number = identifier("+4915112345678");
const EndpointIdentifier address = identifier("ada@example.org");

RegisterCommand unproven(std::initializer_list<EndpointIdentifier> identifiers) {
    RegisterCommand command = register_command();
    command.identifiers = identifiers;
    command.credentials.clear();
    return command;
}

Credential credential_of(const EndpointIdentifier& one) {
    return earned_credential(service_key(), {device_of(1), register_command().profile, one}, 0);
}

PossessionChallenge challenge(const EndpointIdentifier& one, const TransactionId& attempt) {
    return {.device = device_of(1),
            .identifier = one,
            .attempt = attempt,
            .proof = {.issued = 1, .tag = {1, 2, 3}}};
}

CredentialGranted grant(const EndpointIdentifier& one, const TransactionId& attempt) {
    return {.device = device_of(1), .attempt = attempt, .credential = credential_of(one)};
}

RegisterAck ack(const RegisterDevice& message, Duration lease = 2h) {
    return {.device = device_of(1),
            .incarnation = message.incarnation,
            .lease = lease,
            .part = message.part,
            .credentials = message.credentials};
}

// ---- a number -----------------------------------------------------------------------------------

TEST(ClientValidation, ANumberIsProvenByTheChallengeThatAnswersAnSms) {
    ClientBench bench;
    bench.command(unproven({number}));
    ASSERT_THAT(bench.texted, SizeIs(1));
    EXPECT_EQ(bench.texted[0].token, register_command().token);
    EXPECT_EQ(bench.texted[0].device, device_of(1));
    EXPECT_THAT(bench.all<RegisterDevice>(), IsEmpty()) << "nothing is proven yet";
    const TransactionId attempt = bench.texted[0].attempt;
    bench.push(challenge(number, attempt));
    ASSERT_THAT(bench.all<ProvePossession>(), SizeIs(1));
    EXPECT_EQ(bench.all<ProvePossession>()[0].profile, register_command().profile);
    bench.advance(500ms);
    EXPECT_THAT(bench.all<ProvePossession>(), SizeIs(2)) << "until it is answered";
    bench.from_broker(grant(number, attempt));
    EXPECT_THAT(bench.heard<IdentifierValidated>(), ElementsAre(IdentifierValidated{number}));
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    EXPECT_THAT(bench.all<RegisterDevice>()[0].credentials.view(),
                ElementsAre(credential_of(number)));
    bench.from_broker(ack(bench.all<RegisterDevice>()[0]));
    EXPECT_THAT(bench.heard<Registered>(), SizeIs(1));
    EXPECT_TRUE(bench.client.is_idle());
}

TEST(ClientValidation, AnSmsIsRepeatedWithBackoffAndGivenUp) {
    ClientBench bench;
    bench.command(unproven({number}));
    bench.advance(timing::sms_repeat_first - 1ns);
    EXPECT_THAT(bench.texted, SizeIs(1));
    bench.advance(1ns);
    EXPECT_THAT(bench.texted, SizeIs(2));
    bench.advance(1h);
    EXPECT_THAT(bench.texted, SizeIs(timing::sms_tries_max));
    EXPECT_THAT(bench.heard<ValidationFailed>(), ElementsAre(ValidationFailed{number}));
    EXPECT_TRUE(bench.client.is_idle());
    bench.push(challenge(number, bench.texted[0].attempt));
    EXPECT_THAT(bench.all<ProvePossession>(), IsEmpty());
}

TEST(ClientValidation, AChallengeThatNobodyAskedForIsDropped) {
    ClientBench bench;
    bench.command(unproven({number}));
    const TransactionId attempt = bench.texted[0].attempt;
    bench.push(challenge(identifier("+4915100000000"), attempt));
    PossessionChallenge other = challenge(number, attempt);
    other.device = device_of(2);
    bench.push(other);
    bench.push(challenge(number, {.high = attempt.high + 1, .low = attempt.low}));
    EXPECT_THAT(bench.all<ProvePossession>(), IsEmpty());
    EXPECT_EQ(bench.count(RemarkKind::unexpected_dropped), 3U);
    bench.push(challenge(number, attempt));
    bench.push(challenge(number, attempt));
    EXPECT_THAT(bench.all<ProvePossession>(), SizeIs(1)) << "the same SMS came twice";
}

TEST(ClientValidation, AProofThatCameTooLateIsAskedForAnew) {
    ClientBench bench;
    bench.command(unproven({number}));
    const TransactionId attempt = bench.texted[0].attempt;
    bench.push(challenge(number, attempt));
    bench.from_broker(CredentialGranted{.device = device_of(1), .attempt = attempt});
    EXPECT_THAT(bench.heard<IdentifierValidated>(), IsEmpty());
    EXPECT_THAT(bench.texted, SizeIs(2));
}

// ---- an address ---------------------------------------------------------------------------------

TEST(ClientValidation, AnAddressIsProvenByTheLinkInAMail) {
    ClientBench bench;
    bench.command(unproven({address}));
    bench.advance(500ms);
    ASSERT_THAT(bench.all<ValidateEmail>(), SizeIs(2)) << "until it is answered";
    const TransactionId attempt = bench.all<ValidateEmail>()[0].attempt;
    bench.from_broker(ValidationPending{.device = device_of(1), .attempt = attempt});
    bench.advance(1min);
    EXPECT_THAT(bench.all<ValidateEmail>(), SizeIs(2)) << "the user has time";
    bench.command(ActivateCommand{challenge(address, attempt)});
    ASSERT_THAT(bench.all<ProvePossession>(), SizeIs(1));
    bench.from_broker(grant(address, attempt));
    EXPECT_THAT(bench.heard<IdentifierValidated>(), ElementsAre(IdentifierValidated{address}));
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
}

TEST(ClientValidation, AMailThatNobodyOpensIsAskedForAgainAndGivenUp) {
    ClientBench bench;
    bench.command(unproven({address}));
    for (int mail = 1; mail <= timing::mail_tries_max; ++mail) {
        const auto asked = bench.all<ValidateEmail>();
        ASSERT_THAT(asked, SizeIs(mail));
        bench.from_broker(
            ValidationPending{.device = device_of(1), .attempt = asked.back().attempt});
        bench.advance(timing::mail_repeat_max);
        if (mail == 1) continue;
        EXPECT_NE(asked[0].attempt, asked[1].attempt) << "or the broker would not mail again";
    }
    EXPECT_THAT(bench.heard<ValidationFailed>(), IsEmpty());
    bench.advance(timing::mail_link_lifetime);
    EXPECT_THAT(bench.heard<ValidationFailed>(), ElementsAre(ValidationFailed{address}));
    EXPECT_TRUE(bench.client.is_idle());
}

TEST(ClientValidation, TheLinkOfAnEarlierMailWorksToo) {
    ClientBench bench;
    bench.command(unproven({address}));
    const TransactionId first = bench.all<ValidateEmail>()[0].attempt;
    bench.from_broker(ValidationPending{.device = device_of(1), .attempt = first});
    bench.advance(timing::mail_repeat_first);
    EXPECT_NE(bench.all<ValidateEmail>().back().attempt, first);
    bench.command(ActivateCommand{challenge(address, first)});
    ASSERT_THAT(bench.all<ProvePossession>(), SizeIs(1));
    EXPECT_EQ(bench.all<ProvePossession>()[0].attempt, first);
}

// ---- many identifiers ---------------------------------------------------------------------------

TEST(ClientRegistration, WhatIsProvenIsRegisteredWhileTheRestIsValidated) {
    ClientBench bench;
    RegisterCommand command = unproven({number, address});
    command.credentials = {credential_of(number)};
    bench.command(command);
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    EXPECT_THAT(bench.all<RegisterDevice>()[0].identifiers.view(), ElementsAre(number));
    const TransactionId attempt = bench.all<ValidateEmail>().at(0).attempt;
    bench.command(ActivateCommand{challenge(address, attempt)});
    bench.from_broker(grant(address, attempt));
    const auto both = bench.all<RegisterDevice>().back();
    EXPECT_THAT(both.identifiers.view(), ElementsAre(number, address));
    EXPECT_EQ(both.incarnation, 2U);
}

TEST(ClientRegistration, ManyIdentifiersGoInPartsAndCountWhenAllAreAcknowledged) {
    ClientBench bench;
    RegisterCommand command = unproven({number,
                                        address,
                                        identifier("+4915112345679"),
                                        identifier("b@example.org"),
                                        identifier("c@example.org")});
    for (const EndpointIdentifier& one : command.identifiers) {
        command.credentials.push_back(credential_of(one));
    }
    bench.command(command);
    const auto parts = bench.all<RegisterDevice>();
    ASSERT_THAT(parts, SizeIs(3));
    EXPECT_EQ(parts[2].parts, 3U);
    EXPECT_THAT(parts[2].identifiers.view(), ElementsAre(identifier("c@example.org")));
    bench.from_broker(ack(parts[0]));
    bench.from_broker(ack(parts[2], 1h));
    EXPECT_THAT(bench.heard<Registered>(), IsEmpty());
    bench.forget();
    bench.advance(500ms);
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1)) << "only what is not acknowledged";
    EXPECT_EQ(bench.all<RegisterDevice>()[0].part, 1U);
    bench.from_broker(ack(parts[1]));
    EXPECT_THAT(bench.heard<Registered>(), ElementsAre(Registered{.lease = 1h}));
    EXPECT_EQ(bench.client.next_deadline(), bench.now + 30min) << "the shortest lease counts";
}

TEST(ClientRegistration, ARefusedIdentifierIsProvenAnewAndTheOthersGoOn) {
    ClientBench bench;
    bench.command(register_command());
    RegisterAck refusal = ack(bench.all<RegisterDevice>()[0]);
    refusal.credentials[0] = {};
    bench.from_broker(refusal);
    EXPECT_THAT(bench.texted, SizeIs(1));
    const auto again = bench.all<RegisterDevice>().back();
    EXPECT_THAT(again.identifiers.view(), ElementsAre(address));
    EXPECT_EQ(again.incarnation, 2U);
    EXPECT_THAT(bench.heard<Registered>(), IsEmpty());
    bench.from_broker(ack(again));
    EXPECT_THAT(bench.heard<Registered>(), SizeIs(1));
}

TEST(ClientRegistration, ARenewedCredentialIsKept) {
    ClientBench bench;
    bench.command(register_command());
    RegisterAck renewal = ack(bench.all<RegisterDevice>()[0]);
    renewal.credentials[1].expiry += 1000;
    bench.from_broker(renewal);
    bench.advance(1h);
    EXPECT_EQ(bench.all<RegisterDevice>().back().credentials, renewal.credentials);
}

TEST(ClientRegistration, ANewTokenKeepsWhatIsProven) {
    ClientBench bench;
    bench.command(register_command());
    RegisterCommand rotated = unproven({number, address});
    rotated.token.value.assign(bytes_of("another token"));
    bench.command(rotated);
    EXPECT_THAT(bench.texted, IsEmpty());
    const auto message = bench.all<RegisterDevice>().back();
    EXPECT_EQ(message.token, rotated.token);
    EXPECT_THAT(message.credentials.view(),
                ElementsAre(credential_of(number), credential_of(address)));
    rotated.profile = {.high = 9, .low = 9};
    bench.command(rotated);
    EXPECT_THAT(bench.texted, SizeIs(1)) << "another account proves its own";
}

// ---- the end ------------------------------------------------------------------------------------

TEST(ClientRegistration, UnregisteringIsRepeatedUntilAcknowledged) {
    ClientBench bench;
    bench.command(register_command());
    bench.from_broker(ack(bench.all<RegisterDevice>()[0]));
    bench.command(UnregisterCommand{});
    bench.advance(500ms);
    const auto ends = bench.all<UnregisterDevice>();
    ASSERT_THAT(ends, SizeIs(2));
    EXPECT_EQ(ends[0].incarnation, 2U);
    EXPECT_FALSE(ends[0].credential.is_none());
    EXPECT_THAT(bench.heard<Unregistered>(), IsEmpty());
    bench.from_broker(RegisterAck{.device = device_of(1), .incarnation = 2});
    EXPECT_THAT(bench.heard<Unregistered>(), SizeIs(1));
    EXPECT_TRUE(bench.client.is_idle());
    bench.advance(24h);
    EXPECT_THAT(bench.all<UnregisterDevice>(), SizeIs(2));
}

TEST(ClientRegistration, UnregisteredItRingsNoMoreUntilItRegistersAgain) {
    ClientBench bench;
    bench.command(register_command());
    bench.command(UnregisterCommand{});
    InvitePush push;
    push.call = {.high = 1, .low = 2};
    push.device = device_of(1);
    push.callee = number;
    push.caller = identifier("bob@example.org");
    push.lifetime = 60s;
    bench.push(push);
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    bench.command(register_command());
    EXPECT_EQ(bench.all<RegisterDevice>().back().incarnation, 3U) << "above that of the end";
    bench.push(push);
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1));
}

TEST(ClientRegistration, UnregisteringDeclinesWhatRings) {
    ClientBench bench;
    bench.command(register_command());
    InvitePush push;
    push.call = {.high = 1, .low = 2};
    push.device = device_of(1);
    push.callee = number;
    push.caller = identifier("bob@example.org");
    push.lifetime = 60s;
    bench.push(push);
    bench.command(UnregisterCommand{});
    ASSERT_THAT(bench.all<InviteDecline>(), SizeIs(1));
    EXPECT_EQ(bench.all<InviteDecline>()[0].scope, DeclineScope::here);
}

TEST(ClientRegistration, WhatWasNeverProvenNeedNotBeUnregistered) {
    ClientBench bench;
    bench.command(unproven({number}));
    bench.command(UnregisterCommand{});
    EXPECT_THAT(bench.heard<Unregistered>(), SizeIs(1));
    EXPECT_THAT(bench.all<UnregisterDevice>(), IsEmpty());
    bench.advance(1h);
    EXPECT_THAT(bench.texted, SizeIs(1)) << "and is proven no more";
}

TEST(ClientRegistration, AnAnswerToSomethingOlderConfirmsNothing) {
    ClientBench bench;
    bench.command(register_command());
    RegisterAck stale = ack(bench.all<RegisterDevice>()[0]);
    stale.part = RegisterAck::no_part;
    stale.credentials.clear();
    bench.from_broker(stale);
    EXPECT_THAT(bench.heard<Registered>(), IsEmpty());
}

}  // namespace
}  // namespace invitro::protocol::client_testing
