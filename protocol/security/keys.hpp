// Keys, and the names that follow from them.
//
// A device has a long-term X25519 key pair, and its DeviceId is a hash of the public key: whoever
// proves to hold the key is the device, and no register of keys has to be believed. The broker's
// nodes share one key pair; its public half is configured into every client.
#pragma once

#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace invitro::protocol {

// 32 bytes that may be known to everybody; all zero: none. (RFC 7748 section 5)
using PublicKey = std::array<std::uint8_t, 32>;

struct KeyPair {
    RandomValue secret;
    PublicKey public_key{};

    bool operator==(const KeyPair&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("secret", &KeyPair::secret),
                          field("public_key", &KeyPair::public_key)};
    }
};

// How messages are sealed; see security/suite.hpp.
enum class SealSuite : std::uint8_t { real = 0, charged = 1, symbolic = 2 };

inline constexpr std::size_t seal_suite_count = 3;

std::string_view to_string(SealSuite suite);

// The name of the device that holds this key: its BLAKE2b-128 (RFC 7693).
DeviceId device_id_of(const PublicKey& key);

}  // namespace invitro::protocol
