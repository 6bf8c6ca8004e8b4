// The wire codec: messages to bytes and back.
//
// The bytes are CBOR (RFC 8949) in definite lengths with integer keys: the array
// [version, type, {key: value}]. Encoding and decoding never allocate. Decoding accepts any
// well-formed definite-length CBOR, skips unknown keys, and refuses everything else.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/wire/messages.hpp"
#include "protocol/wire/wire_error.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <span>

namespace invitro::protocol {

// Writes the message to the start of `buffer` and returns its size. Preconditions (checked): it
// fits, its endpoint identifiers name somebody and its durations are not negative. Every datagram
// fits datagram_size_max bytes and every push push_size_max.
std::size_t encode(const Message& message, std::span<std::uint8_t> buffer);

// The same without building the variant.
template <class M>
std::size_t encode_message(const M& message, std::span<std::uint8_t> buffer);

tl::expected<Message, WireError> decode(ByteView bytes);

// The call id of an encoded message without decoding it; none where there is none or the bytes are
// not ours. What a relay passes belongs to the call of what is inside. For drivers that label
// traffic.
CallId peek_call(ByteView bytes);

}  // namespace invitro::protocol
