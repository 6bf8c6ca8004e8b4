// A message of one type, out of its bytes.
#pragma once

#include "protocol/wire/codec.hpp"

#include <variant>

namespace invitro::properties {

// Calls `use` with the decoded message, if it is an M.
template <class M, class Use>
void decode_as(protocol::ByteView payload, Use&& use) {
    const auto message = protocol::decode(payload);
    if (!message) return;
    if (const M* one = std::get_if<M>(&*message)) use(*one);
}

}  // namespace invitro::properties
