// Why bytes from outside are not a message of ours.
#pragma once

#include <cstdint>
#include <string_view>

namespace invitro::protocol {

enum class WireError : std::uint8_t {
    truncated = 0,  // the bytes end inside an item
    malformed = 1,  // not CBOR of the accepted form, or trailing bytes
    wrong_version = 2,
    unknown_type = 3,
    wrong_type = 4,    // a field holds an item of another kind
    out_of_range = 5,  // a number or length that the field cannot hold
    missing_field = 6,
    duplicate_field = 7,
};

std::string_view to_string(WireError error);

}  // namespace invitro::protocol
