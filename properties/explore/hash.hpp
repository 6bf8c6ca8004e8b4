// Hashes of 128 bits that can be added: the hash of a whole is the sum of the hashes of its parts.
//
// A sum does not tell the order of the parts, so a part whose place matters has its place in its
// own hash. Two different wholes have equal sums with a probability of about 2^-128 for each pair.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/dense_map.hpp"

#include <compare>
#include <cstdint>

namespace invitro::properties::explore {

struct Hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const Hash128&) const = default;

    // Modulo 2^128.
    Hash128& operator+=(const Hash128& other) {
        low += other.low;
        high += other.high + (low < other.low ? 1 : 0);
        return *this;
    }
};

// Of bytes, as a part of kind `seed`.
Hash128 hash_bytes(protocol::ByteView bytes, std::uint64_t seed);

// Of two numbers.
constexpr Hash128 hash_numbers(std::uint64_t one, std::uint64_t other) {
    const std::uint64_t low =
        protocol::mix_bits(one * protocol::golden_ratio_bits + protocol::mix_bits(other + 1));
    const std::uint64_t high = protocol::mix_bits(low ^ protocol::mix_bits(~one + 3 * other));
    return {.high = high, .low = low};
}

}  // namespace invitro::properties::explore
