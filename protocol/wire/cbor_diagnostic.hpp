// CBOR for people: the diagnostic notation of RFC 8949, 8.
//
//     83010ba10043010203   [1, 11, {0: h'010203'}]
//
// Reads what Reader reads, items of definite length, and of those no floating-point numbers, which
// no message of ours holds.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/wire/wire_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace invitro::protocol::cbor {

// `lines`: each pair of a map in a line of its own, four blanks further in than the map.
enum class Layout : std::uint8_t { one_line = 0, lines = 1 };

// Items deeper inside one another are refused, so that the text is never much longer than the
// bytes.
inline constexpr std::size_t depth_max = 64;

// Exactly one item. Errors: `truncated`; `malformed` for bytes behind the item, indefinite lengths,
// reserved values and text that is not UTF-8; `wrong_type` for a floating-point number;
// `out_of_range` for what is nested too deeply.
tl::expected<std::string, WireError> diagnostic(ByteView bytes, Layout layout = Layout::one_line);

}  // namespace invitro::protocol::cbor
