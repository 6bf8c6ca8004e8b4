// One plausible message of each type: what docs/MESSAGES.md shows, and what tests and fuzz targets
// begin with.
#pragma once

#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

#include <string_view>
#include <vector>

namespace invitro::protocol {

inline constexpr CallId example_call{.high = 0x0123456789ABCDEF, .low = 0xFEDCBA9876543210};
inline constexpr DeviceId example_device{.high = 0x0011223344556677, .low = 0x8899AABBCCDDEEFF};

// Precondition: the text names somebody.
EndpointIdentifier example_identifier(std::string_view text);

ConnectionData example_connection();

// In no particular order.
std::vector<Message> example_messages();

}  // namespace invitro::protocol
