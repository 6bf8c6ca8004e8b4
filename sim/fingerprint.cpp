#include "sim/fingerprint.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <xxhash.h>

namespace invitro::sim {
namespace {

constexpr std::size_t digits_per_half = 16;

// Little-endian whatever the machine: a fingerprint is compared across machines.
void put(std::uint8_t* bytes, std::uint64_t value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

std::optional<std::uint64_t> parse_half(std::string_view digits) {
    // Capitals are turned away so that a fingerprint has one spelling.
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

}  // namespace

std::string to_string(const Fingerprint& fingerprint) {
    return fmt::format("{:016x}{:016x}", fingerprint.high, fingerprint.low);
}

std::optional<Fingerprint> parse_fingerprint(std::string_view text) {
    if (text.size() != 2 * digits_per_half) return std::nullopt;
    const std::optional<std::uint64_t> high = parse_half(text.substr(0, digits_per_half));
    const std::optional<std::uint64_t> low = parse_half(text.substr(digits_per_half));
    if (!high.has_value() || !low.has_value()) return std::nullopt;
    return Fingerprint{.high = *high, .low = *low};
}

Fingerprint combine(Fingerprint campaign, std::uint64_t index, Fingerprint world) {
    std::array<std::uint8_t, 3 * sizeof(std::uint64_t)> bytes{};
    put(bytes.data(), index);
    put(bytes.data() + 8, world.high);
    put(bytes.data() + 16, world.low);
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return merge(campaign, Fingerprint{.high = hash.high64, .low = hash.low64});
}

Fingerprint merge(Fingerprint a, Fingerprint b) {
    const std::uint64_t low = a.low + b.low;
    const std::uint64_t carry = low < a.low ? 1 : 0;
    return Fingerprint{.high = a.high + b.high + carry, .low = low};
}

}  // namespace invitro::sim
