// The envelope around a sealed message: what stands before and behind the ciphertext.
//
//     to a broker    kind 1, version 1, sender's public key 32,              nonce 24 | text | tag
//     16 to a device    kind 1, version 1, sending node 2, the device's id 16,  nonce 24 | text |
//     tag 16 to a node      kind 1, version 1, sending node 2, receiving node 2,    nonce 24 | text
//     | tag 16 a push         as to a device
//
// Numbers are little-endian; an id is its two halves, the high one first. All before the text is
// authenticated with it. No message in clear begins like a kind: those are CBOR arrays.
//
// The nonce is stream 8, fresh 8, number 8. A *stream* is what one incarnation of a sender says to
// one receiver: its number is (incarnation << 32 | count), so later ones are larger; `fresh` is a
// hash of the incarnation's seed and the stream's number; `number` counts the messages of the
// stream from 1. No two messages under one key have the same nonce, whatever has crashed between
// them: within a stream the number differs, within an incarnation the stream, and from one
// incarnation to another `fresh`, as seeds are never used twice.
#pragma once

#include "protocol/security/keys.hpp"
#include "protocol/security/suite.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace invitro::protocol {

// The first byte of an envelope.
enum class SealKind : std::uint8_t {
    to_broker = 0xE1,
    to_device = 0xE2,
    to_node = 0xE3,
    push = 0xE4,
};

inline constexpr std::uint8_t seal_version = 1;

// Bytes before the ciphertext, nonce included.
constexpr std::size_t seal_header_size(SealKind kind) {
    switch (kind) {
        case SealKind::to_broker:
            return 2 + 32 + seal_nonce_size;
        case SealKind::to_device:
        case SealKind::push:
            return 2 + 2 + 16 + seal_nonce_size;
        case SealKind::to_node:
            return 2 + 2 + 2 + seal_nonce_size;
    }
    return 0;
}

// What sealing adds to a message.
constexpr std::size_t seal_overhead(SealKind kind) {
    return seal_header_size(kind) + seal_tag_size;
}

inline constexpr std::size_t seal_overhead_max = seal_overhead(SealKind::to_broker);

struct SealNonce {
    std::uint64_t stream = 0;
    std::uint64_t fresh = 0;
    std::uint64_t number = 0;

    auto operator<=>(const SealNonce&) const = default;
};

struct EnvelopeHeader {
    SealKind kind = SealKind::to_broker;
    PublicKey key{};              // to_broker: the sender's
    DeviceId device;              // to_device, push: for whom
    std::uint16_t from_node = 0;  // of all but to_broker
    std::uint16_t to_node = 0;    // to_node
    SealNonce nonce;

    bool operator==(const EnvelopeHeader&) const = default;
};

// Is this an envelope, as opposed to a message in clear?
inline bool is_sealed(ByteView bytes) {
    return !bytes.empty() && bytes[0] >= static_cast<std::uint8_t>(SealKind::to_broker) &&
           bytes[0] <= static_cast<std::uint8_t>(SealKind::push);
}

// Writes the header to the start of `to`, which has room for it; gives its size.
std::size_t write_envelope_header(const EnvelopeHeader& header, std::span<std::uint8_t> to);

// The header of an envelope; nothing where the bytes are none, or too short for one.
std::optional<EnvelopeHeader> read_envelope_header(ByteView bytes);

}  // namespace invitro::protocol
