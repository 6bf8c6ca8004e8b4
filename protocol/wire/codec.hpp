// The wire codec: messages to bytes and back.
//
// The bytes are CBOR (RFC 8949) in definite lengths with integer keys: the array
// [version, type, {key: value}]. Encoding and decoding never allocate. Decoding accepts any
// well-formed definite-length CBOR, skips unknown keys, and refuses everything else.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <tl/expected.hpp>

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/wire/messages.hpp"

namespace invitro::protocol {

// Writes the message to the start of `buffer` and returns its size. Precondition (checked): it
// fits; datagrams get datagram_size_max bytes, pushes push_size_max.
std::size_t encode(const Message& message, std::span<std::uint8_t> buffer);

// The same without building the variant.
template <class M>
std::size_t encode_message(const M& message, std::span<std::uint8_t> buffer);

enum class WireError : std::uint8_t {
    truncated = 0,        // the bytes end inside an item
    malformed = 1,        // not CBOR of the accepted form, or trailing bytes
    wrong_version = 2,
    unknown_type = 3,
    wrong_type = 4,       // a field holds an item of another kind
    out_of_range = 5,     // a number or length that the field cannot hold
    missing_field = 6,
    duplicate_field = 7,
};

std::string_view to_string(WireError error);

tl::expected<Message, WireError> decode(ByteView bytes);

// The call id of an encoded message without decoding it; none where there is none or the bytes are
// not ours. For drivers that label traffic.
CallId peek_call(ByteView bytes);

}  // namespace invitro::protocol
