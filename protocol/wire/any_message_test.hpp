// Messages for property tests. What is "any" is drawn from RapidCheck: call it inside a property.
#pragma once

#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <vector>

namespace invitro::protocol {

// A number from 0 to `max`; small ones and the edges of CBOR's lengths come more often.
std::uint64_t any_number(std::uint64_t max);

Message any_message();
std::vector<Message> any_message_of_every_type();

// One message of every type, with every number at its largest and every list and text full.
std::vector<Message> longest_message_of_every_type();

// Whether every value in the message is one that its type allows, so that nobody behind the codec
// need ask again.
bool is_as_its_types_promise(const Message& message);

}  // namespace invitro::protocol
