// Messages of registration: how a device comes to be found under an identifier.
//
// A number or an address is proven first (docs/PROTOCOL.md, "Registration"): by RegisterBySms and
// PossessionChallenge, or by ValidateEmail and a mailed link; ProvePossession then earns a
// credential, and RegisterDevice carries it.
#pragma once

#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// That this device of this profile has proven to own an identifier. Who bears it names all three
// beside it; any node with the service's key can check it, and nobody else can make one. The times
// are seconds of the service's own time: a device keeps them as it keeps the tag, unread.
struct Credential {
    std::uint32_t proven = 0;  // when possession was shown; the latest proof owns the identifier
    std::uint32_t expiry = 0;
    Tag128 tag{};

    bool operator==(const Credential&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "proven", &Credential::proven),
                          field(1, "expiry", &Credential::expiry),
                          field(2, "tag", &Credential::tag)};
    }

    // All zero: no credential.
    [[nodiscard]] bool is_none() const { return *this == Credential{}; }
};

// What the broker sends to where possession is to be shown: to the push token of a device that sent
// an SMS, to the mailbox of an address. Whoever brings it back has received it there.
struct PossessionProof {
    std::uint32_t issued = 0;  // second of the service's time
    Tag128 tag{};              // over device, profile, identifier, attempt and that second

    bool operator==(const PossessionProof&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "issued", &PossessionProof::issued),
                          field(1, "tag", &PossessionProof::tag)};
    }
};

// device -> SMS gateway -> broker, as the body of an SMS: its sender's number is to reach this
// device. One part of 140 octets holds it with a token of 32 octets.
struct RegisterBySms {
    static constexpr MessageType type = MessageType::register_by_sms;

    DeviceId device;
    ProfileId profile;
    PushToken token;
    TransactionId attempt;
    PublicKey key{};  // whose hash `device` is; the challenge is sealed with it

    bool operator==(const RegisterBySms&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &RegisterBySms::device),
                          field(2, "profile", &RegisterBySms::profile),
                          field(3, "token", &RegisterBySms::token),
                          field(4, "attempt", &RegisterBySms::attempt),
                          field(5, "key", &RegisterBySms::key)};
    }
};

// broker -> device, as a push (number) or in a mailed link (address).
struct PossessionChallenge {
    static constexpr MessageType type = MessageType::possession_challenge;

    DeviceId device;
    EndpointIdentifier identifier;  // the number that the gateway saw, the address mailed to
    TransactionId attempt;
    PossessionProof proof;

    bool operator==(const PossessionChallenge&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &PossessionChallenge::device),
                          field(2, "identifier", &PossessionChallenge::identifier),
                          field(3, "attempt", &PossessionChallenge::attempt),
                          field(4, "proof", &PossessionChallenge::proof)};
    }
};

// device -> broker: the challenge has reached this device, or the link its user.
struct ProvePossession {
    static constexpr MessageType type = MessageType::prove_possession;

    DeviceId device;
    ProfileId profile;
    EndpointIdentifier identifier;
    TransactionId attempt;
    PossessionProof proof;

    bool operator==(const ProvePossession&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &ProvePossession::device),
                          field(2, "profile", &ProvePossession::profile),
                          field(3, "identifier", &ProvePossession::identifier),
                          field(4, "attempt", &ProvePossession::attempt),
                          field(5, "proof", &ProvePossession::proof)};
    }
};

// broker -> device: the credential earned; none where the proof came too late.
struct CredentialGranted {
    static constexpr MessageType type = MessageType::credential_granted;

    DeviceId device;
    TransactionId attempt;
    Credential credential{};

    bool operator==(const CredentialGranted&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &CredentialGranted::device),
                          field(2, "attempt", &CredentialGranted::attempt),
                          field(3, "credential", &CredentialGranted::credential)};
    }
};

// device -> broker: mail a link to this address.
struct ValidateEmail {
    static constexpr MessageType type = MessageType::validate_email;

    DeviceId device;
    ProfileId profile;
    EndpointIdentifier address;
    TransactionId attempt;

    bool operator==(const ValidateEmail&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &ValidateEmail::device),
                          field(2, "profile", &ValidateEmail::profile),
                          field(3, "address", &ValidateEmail::address),
                          field(4, "attempt", &ValidateEmail::attempt)};
    }
};

// broker -> device: the mail is on its way, whoever's the address is.
struct ValidationPending {
    static constexpr MessageType type = MessageType::validation_pending;

    DeviceId device;
    TransactionId attempt;

    bool operator==(const ValidationPending&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &ValidationPending::device),
                          field(2, "attempt", &ValidationPending::attempt)};
    }
};

// device -> broker: this device is reached through this token, for these identifiers. A device with
// more of them says so in several parts of one incarnation.
struct RegisterDevice {
    static constexpr MessageType type = MessageType::register_device;
    static constexpr std::size_t identifiers_max = 2;  // so that the longest fit into a datagram
    static constexpr std::size_t parts_max = 8;

    DeviceId device;
    ProfileId profile;
    std::uint32_t incarnation = 0;  // grows with every registration of the device: the newest wins
    InlineVector<EndpointIdentifier, identifiers_max> identifiers;
    PushToken token;
    Duration lease{};  // asked for
    PublicKey key{};   // whose hash `device` is; what is pushed to the device is sealed with it
    InlineVector<Credential, identifiers_max> credentials{};  // of the identifiers, in their order
    std::uint8_t part = 0;                                    // from 0
    std::uint8_t parts = 1;

    bool operator==(const RegisterDevice&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &RegisterDevice::device),
                          field(2, "profile", &RegisterDevice::profile),
                          field(3, "incarnation", &RegisterDevice::incarnation),
                          field(4, "identifiers", &RegisterDevice::identifiers),
                          field(5, "token", &RegisterDevice::token),
                          field(6, "lease", &RegisterDevice::lease),
                          field(7, "key", &RegisterDevice::key),
                          field(8, "credentials", &RegisterDevice::credentials),
                          field(9, "part", &RegisterDevice::part),
                          field(10, "parts", &RegisterDevice::parts)};
    }

    // The credential of that identifier; none where there is none.
    [[nodiscard]] Credential credential(std::size_t index) const {
        return index < credentials.size() ? credentials[index] : Credential{};
    }
};

// broker -> device: that part of the registration is in force for the lease granted. Also the
// answer to UnregisterDevice, with a lease of zero.
struct RegisterAck {
    static constexpr MessageType type = MessageType::register_ack;
    // Of an answer to something older than what is known: it only says what is the newest.
    static constexpr std::uint8_t no_part = 255;

    DeviceId device;
    std::uint32_t incarnation = 0;
    Duration lease{};
    std::uint8_t part = 0;
    // For each credential of the part the one to keep from now on: the same, a renewed one, or none
    // where its identifier is not registered.
    InlineVector<Credential, RegisterDevice::identifiers_max> credentials{};

    bool operator==(const RegisterAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &RegisterAck::device),
                          field(2, "incarnation", &RegisterAck::incarnation),
                          field(3, "lease", &RegisterAck::lease),
                          field(4, "part", &RegisterAck::part),
                          field(5, "credentials", &RegisterAck::credentials)};
    }
};

// device -> broker: this device is not to be reached any more. The credential is one of those it
// was registered with, so that a broker which has not heard of it yet remembers the end.
struct UnregisterDevice {
    static constexpr MessageType type = MessageType::unregister_device;

    DeviceId device;
    ProfileId profile;
    std::uint32_t incarnation = 0;  // above that of the registration it ends
    EndpointIdentifier identifier{};
    Credential credential{};

    bool operator==(const UnregisterDevice&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &UnregisterDevice::device),
                          field(2, "profile", &UnregisterDevice::profile),
                          field(3, "incarnation", &UnregisterDevice::incarnation),
                          field(4, "identifier", &UnregisterDevice::identifier),
                          field(5, "credential", &UnregisterDevice::credential)};
    }
};

}  // namespace invitro::protocol
