// Randomness as an input: everything a machine draws is a keyed hash of its incarnation's seed, a
// purpose and a counter.
//
// Each incarnation of a program is given a fresh seed (a live one takes it from the kernel, a
// simulated one from the world's seed), so no value is ever drawn twice, across crashes too, and
// the machine stays a plain value with no random stream inside.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace invitro::protocol {

// What a draw is for; values for different purposes never coincide.
enum class Purpose : std::uint8_t {
    call_id = 1,
    call_key = 2,
    transaction = 3,
    ticket_key = 4,
    journal_secret = 5,
    mac_key = 6,
    seal_stream = 7,
    relay_key = 40,
    relay_nonce = 41,
    relay_channel = 42,
    credential = 50,
    possession_proof = 51,
};

// 32 bytes: BLAKE2b (RFC 7693) keyed with the seed, over purpose and counter.
RandomValue draw(const RandomValue& seed, Purpose purpose, std::uint64_t counter);

// The first 128 bits of draw().
template <class Tag>
Id128<Tag> draw_id(const RandomValue& seed, Purpose purpose, std::uint64_t counter);

// A message authentication code of 16 bytes: BLAKE2b keyed with `key`, over `message`.
using Tag128 = std::array<std::uint8_t, 16>;

// It follows from a key, and nothing follows from it.
template <>
inline constexpr FieldKind field_kind<Tag128> = FieldKind::random;

Tag128 authenticate(const RandomValue& key, ByteView message);

}  // namespace invitro::protocol
