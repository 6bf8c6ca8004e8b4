// The reference page of the wire format, docs/MESSAGES.md (Markdown): every message with its
// fields, their sizes and an example in CBOR diagnostic notation.
//
// Each example is what the codec has encoded, decoded again by cbor_diagnostic.hpp. A test compares
// the page with the file.
#pragma once

#include <string>

namespace invitro::protocol {

std::string message_page();

}  // namespace invitro::protocol
