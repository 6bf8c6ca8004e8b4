// Counter-based randomness: a draw is a hash of the world's seed and of *what it is for*.
//
// There is no stream to advance, so adding or removing a device, a message or a fault leaves every
// other draw as it was. Shrinking, paired comparison and `explain --diff` rest on this.
#pragma once

#include "model/rounding.hpp"

#include <cstdint>

namespace invitro::model {

// Which model asks. Part of the key, so that two models never share a draw.
enum class Subsystem : std::uint8_t {
    topology = 1,
    access = 2,
    network = 3,
    nat = 4,
    push = 5,
    people = 6,
    fault = 7,
    identity = 8,
    expansion = 9,
    generation = 10,
    disk = 11,
    hostile = 12,
    post = 13,
};

// 64 uniform bits for (seed, subsystem, keys...). The keys say whose draw it is, its purpose and
// its attempt. SplitMix64's finaliser (Steele, Lea, Flood 2014) over each key in turn.
constexpr std::uint64_t mix(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

template <class... Keys>
constexpr std::uint64_t draw(std::uint64_t seed, Subsystem subsystem, Keys... keys) {
    std::uint64_t hash = mix(seed ^ (static_cast<std::uint64_t>(subsystem) << 56));
    ((hash = mix(hash ^ static_cast<std::uint64_t>(keys))), ...);
    return hash;
}

// Probabilities are integers: parts of 2^32, so that no floating point decides anything.
enum class Probability : std::uint64_t {};

inline constexpr std::uint64_t probability_one = std::uint64_t{1} << 32;

// Precondition: 0 <= share <= 1.
constexpr Probability probability(double share) {
    return Probability{
        static_cast<std::uint64_t>(rounded(share * static_cast<double>(probability_one)))};
}

constexpr double share_of(Probability p) {
    return static_cast<double>(static_cast<std::uint64_t>(p)) /
           static_cast<double>(probability_one);
}

// Does an event of this probability happen for this draw?
constexpr bool happens(Probability p, std::uint64_t draw) {
    return (draw >> 32) < static_cast<std::uint64_t>(p);
}

// A whole number in [0, bound). Precondition: bound > 0.
constexpr std::uint32_t below(std::uint32_t bound, std::uint64_t draw) {
    return static_cast<std::uint32_t>(((draw >> 32) * bound) >> 32);
}

}  // namespace invitro::model
