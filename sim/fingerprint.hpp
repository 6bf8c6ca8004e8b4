// Fingerprints: 128 bits that say whether two runs behaved the same.
//
// A world's fingerprint is XXH3-128 over the fixed-width fields of its event stream; a campaign's
// is the sum modulo 2^128 of a hash of (index, fingerprint) of each world, so that it does not
// depend on order, jobs or shards.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace invitro::sim {

struct Fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const Fingerprint&) const = default;
};

// 32 hexadecimal digits, and back.
std::string to_string(const Fingerprint& fingerprint);
std::optional<Fingerprint> parse_fingerprint(std::string_view text);

// Adds world `index` with this fingerprint to a campaign's.
Fingerprint combine(Fingerprint campaign, std::uint64_t index, Fingerprint world);

// Joins two campaigns over disjoint worlds. Associative and commutative.
Fingerprint merge(Fingerprint a, Fingerprint b);

}  // namespace invitro::sim
