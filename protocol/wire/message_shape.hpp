// The message catalogue as data: each message with its fields, as a reader wants to know them.
//
// Made from the field lists that the codec goes by, so it says nothing but what is on the wire. A
// type of field that has no words yet does not compile.
#pragma once

#include "protocol/wire/message_types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::protocol {

struct FieldShape {
    std::uint8_t key = 0;  // on the wire; of an array the place, from 0
    std::string_view name;
    std::string type;          // in words, Markdown
    std::size_t size_max = 0;  // octets of the value, encoded

    bool operator==(const FieldShape&) const = default;
};

struct MessageShape {
    MessageType type{};
    std::vector<FieldShape> fields;
    std::size_t size_max = 0;  // octets, not sealed
    std::size_t room = 0;      // octets, sealed where it is sealed
};

// A value that several messages have among their fields.
struct PartShape {
    std::string_view name;
    bool is_map = true;  // with these keys; else an array with these places
    std::vector<FieldShape> fields;
};

// In the order of the variant Message.
std::vector<MessageShape> message_shapes();

// Those that are messages of their own are not among them.
std::vector<PartShape> part_shapes();

}  // namespace invitro::protocol
