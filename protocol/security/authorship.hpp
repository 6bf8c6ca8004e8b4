// Who a message says has written it, to be held against who has sealed it.
#pragma once

#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

#include <variant>

namespace invitro::protocol {

// The device that is the author of such a message, by name; none where it names none (an answer of
// the broker; a ForwardAck, which names another and is held against its call).
template <class M>
DeviceId author_of(const M& message) {
    constexpr bool names_its_author = !std::is_same_v<M, ForwardAck>;
    if constexpr (names_its_author && requires { message.initiator; }) {
        return message.initiator;
    } else if constexpr (names_its_author && requires { message.device; }) {
        return message.device;
    } else {
        return {};
    }
}

inline DeviceId author_of(const Message& message) {
    return std::visit([](const auto& one) { return author_of(one); }, message);
}

}  // namespace invitro::protocol
