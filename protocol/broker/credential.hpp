// Credentials and proofs of possession: made and checked with the service's key and nothing else.
//
// The broker remembers nobody who is about to prove a number or an address. What it sends to the
// push token or the mailbox is a MAC over who asked for what and when; whoever brings it back has
// received it. For that it gives a credential, another MAC, and the same one however often it is
// asked: its times follow from the proof's. So a proof can be used twice and earns nothing new, no
// crash forgets any of it, and every node with the key can go on where another one began.
#pragma once

#include "protocol/timing.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/registration_messages.hpp"

#include <cstdint>

namespace invitro::protocol {

// "This device, of this profile, owns this identifier."
struct Claim {
    DeviceId device;
    ProfileId profile;
    const EndpointIdentifier& identifier;
};

// The second in which an instant falls, by the service's time.
std::uint32_t second_of(Instant at);
Instant instant_of(std::uint32_t second);

// How long a proof of this identifier may be on its way.
Duration proof_lifetime(const EndpointIdentifier& identifier);

PossessionProof make_proof(const RandomValue& key,
                           const Claim& claim,
                           const TransactionId& attempt,
                           std::uint32_t issued);

bool is_authentic(const RandomValue& key,
                  const Claim& claim,
                  const TransactionId& attempt,
                  const PossessionProof& proof);

Credential make_credential(const RandomValue& key,
                           const Claim& claim,
                           std::uint32_t proven,
                           std::uint32_t expiry);

// It is of our making; it may have expired.
bool is_authentic(const RandomValue& key, const Claim& claim, const Credential& credential);

// The credential that possession shown in this second earns.
Credential earned_credential(const RandomValue& key, const Claim& claim, std::uint32_t proven);

// The same one, or in the second half of its life one with a full life. Precondition: authentic.
Credential renewed(const RandomValue& key,
                   const Claim& claim,
                   const Credential& credential,
                   Instant now);

}  // namespace invitro::protocol
