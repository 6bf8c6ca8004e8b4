#include "protocol/broker/credential.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace invitro::protocol {
namespace {

constexpr std::uint32_t credential_seconds =
    std::chrono::duration_cast<std::chrono::seconds>(timing::credential_lifetime).count();

// What a MAC is over: fixed fields first, the identifier last, so that no two subjects coincide.
class Subject {
public:
    explicit Subject(Purpose purpose) { put(static_cast<std::uint64_t>(purpose), 1); }

    Subject& add(const Claim& claim) {
        add(claim.device);
        return add(claim.profile);
    }

    template <class Tag>
    Subject& add(const Id128<Tag>& id) {
        put(id.high, 8);
        put(id.low, 8);
        return *this;
    }

    Subject& add(std::uint32_t number) {
        put(number, 4);
        return *this;
    }

    Tag128 authenticate_with(const RandomValue& key, const EndpointIdentifier& identifier) {
        for (const char c : identifier.text()) {
            bytes_.push_back(static_cast<std::uint8_t>(c));
        }
        return authenticate(key, bytes_.view());
    }

private:
    void put(std::uint64_t number, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            bytes_.push_back(static_cast<std::uint8_t>(number >> (8 * (size - 1 - i))));
        }
    }

    InlineBytes<64 + EndpointIdentifier::length_max> bytes_;
};

}  // namespace

std::uint32_t second_of(Instant at) {
    const auto second =
        std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
    constexpr std::int64_t second_max = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(second, 0, second_max));
}

Instant instant_of(std::uint32_t second) {
    return Instant{std::chrono::seconds{second}};
}

Duration proof_lifetime(const EndpointIdentifier& identifier) {
    return identifier.is_phone() ? timing::challenge_lifetime : timing::mail_link_lifetime;
}

PossessionProof make_proof(const RandomValue& key,
                           const Claim& claim,
                           const TransactionId& attempt,
                           std::uint32_t issued) {
    const Tag128 tag = Subject(Purpose::possession_proof)
                           .add(claim)
                           .add(attempt)
                           .add(issued)
                           .authenticate_with(key, claim.identifier);
    return {.issued = issued, .tag = tag};
}

bool is_authentic(const RandomValue& key,
                  const Claim& claim,
                  const TransactionId& attempt,
                  const PossessionProof& proof) {
    return make_proof(key, claim, attempt, proof.issued) == proof;
}

Credential make_credential(const RandomValue& key,
                           const Claim& claim,
                           std::uint32_t proven,
                           std::uint32_t expiry) {
    const Tag128 tag = Subject(Purpose::credential)
                           .add(claim)
                           .add(proven)
                           .add(expiry)
                           .authenticate_with(key, claim.identifier);
    return {.proven = proven, .expiry = expiry, .tag = tag};
}

bool is_authentic(const RandomValue& key, const Claim& claim, const Credential& credential) {
    return make_credential(key, claim, credential.proven, credential.expiry) == credential;
}

Credential earned_credential(const RandomValue& key, const Claim& claim, std::uint32_t proven) {
    return make_credential(key, claim, proven, proven + credential_seconds);
}

Credential renewed(const RandomValue& key,
                   const Claim& claim,
                   const Credential& credential,
                   Instant now) {
    const std::uint32_t expiry = second_of(now) + credential_seconds;
    const bool is_fresh = credential.expiry > expiry - credential_seconds / 2;
    return is_fresh ? credential : make_credential(key, claim, credential.proven, expiry);
}

}  // namespace invitro::protocol
