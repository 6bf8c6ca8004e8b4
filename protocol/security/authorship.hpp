// Who a message says has written it, to be held against who has sealed it.
#pragma once

#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

#include <optional>
#include <type_traits>
#include <variant>

namespace invitro::protocol {

// The device that is the author of such a message, by name; none where it names none (an answer of
// the broker; a ForwardAck, which names another and is held against its call).
template <class M>
DeviceId author_of(const M& message) {
    constexpr bool names_its_author = !std::is_same_v<M, ForwardAck> && !is_between_brokers<M>;
    if constexpr (names_its_author && requires { message.initiator; }) {
        return message.initiator;
    } else if constexpr (names_its_author && requires { message.device; }) {
        return message.device;
    } else {
        return {};
    }
}

// The node of a cluster that says such a message is its own; nothing where no node does.
inline std::optional<NodeNumber> author_node_of(const Message& message) {
    return std::visit(
        []<class M>(const M& one) -> std::optional<NodeNumber> {
            if constexpr (std::is_same_v<M, ForwardedRequest>) {
                return one.entry;
            } else if constexpr (std::is_same_v<M, ForwardedAnswer>) {
                return one.owner;
            } else if constexpr (is_between_brokers<M>) {
                return one.node;
            } else {
                return std::nullopt;
            }
        },
        message);
}

inline DeviceId author_of(const Message& message) {
    return std::visit([](const auto& one) { return author_of(one); }, message);
}

}  // namespace invitro::protocol
