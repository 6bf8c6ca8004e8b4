// Messages that find and keep paths: between client and reflector, and from peer to peer.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// client -> reflector: which address do I come from? (RFC 8489 Binding request)
struct ReflectRequest {
    static constexpr MessageType type = MessageType::reflect_request;

    TransactionId transaction;

    bool operator==(const ReflectRequest&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "transaction", &ReflectRequest::transaction)};
    }
};

struct ReflectResponse {
    static constexpr MessageType type = MessageType::reflect_response;

    TransactionId transaction;
    Address mapped;  // the source address of the request, as the reflector saw it

    bool operator==(const ReflectResponse&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "transaction", &ReflectResponse::transaction),
                          field(2, "mapped", &ReflectResponse::mapped)};
    }
};

// client -> reflector: the same question, to be answered with a ReflectResponse from elsewhere, or
// asked at the other port; only to learn how the NAT behaves (RFC 5780, 4.3 and 4.4).
struct ReflectProbe {
    static constexpr MessageType type = MessageType::reflect_probe;

    TransactionId transaction;
    ReflectOrigin origin = ReflectOrigin::same;

    bool operator==(const ReflectProbe&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "transaction", &ReflectProbe::transaction),
                          field(2, "origin", &ReflectProbe::origin)};
    }
};

// A reflector's other port, at the same IP address: the next one.
constexpr Address other_port_of(Address reflector) {
    reflector.port = static_cast<std::uint16_t>(reflector.port + 1);
    return reflector;
}

// peer -> peer: does this pair of addresses work? (RFC 8445 7.2)
struct Check {
    static constexpr MessageType type = MessageType::check;

    CallId call;
    DeviceId sender;
    TransactionId transaction;
    std::uint32_t priority = 0;  // of the candidate the receiver may learn from this check
    Tag128 tag{};                // authenticates the message under both call keys

    bool operator==(const Check&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &Check::call),
                          field(1, "sender", &Check::sender),
                          field(2, "transaction", &Check::transaction),
                          field(3, "priority", &Check::priority),
                          field(4, "tag", &Check::tag)};
    }
};

// peer -> peer, to where the check came from.
struct CheckResponse {
    static constexpr MessageType type = MessageType::check_response;

    CallId call;
    DeviceId sender;
    TransactionId transaction;  // of the check
    Address mapped;             // where the check came from
    Tag128 tag{};

    bool operator==(const CheckResponse&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &CheckResponse::call),
                          field(1, "sender", &CheckResponse::sender),
                          field(2, "transaction", &CheckResponse::transaction),
                          field(3, "mapped", &CheckResponse::mapped),
                          field(4, "tag", &CheckResponse::tag)};
    }
};

// What the two ends of a confirmed path say to each other.
template <MessageType message_type>
struct PathMessage {
    static constexpr MessageType type = message_type;

    CallId call;
    DeviceId sender;
    std::uint32_t sequence = 0;  // grows with every message of the sender on this session
    Tag128 tag{};

    bool operator==(const PathMessage&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &PathMessage::call),
                          field(1, "sender", &PathMessage::sender),
                          field(2, "sequence", &PathMessage::sequence),
                          field(3, "tag", &PathMessage::tag)};
    }
};

using Nominate = PathMessage<MessageType::nominate>;  // initiator -> recipient, and it decides
using NominateResponse = PathMessage<MessageType::nominate_response>;
using SessionData = PathMessage<MessageType::session_data>;    // keep-alive of the session
using SessionClose = PathMessage<MessageType::session_close>;  // hung up, or not chosen after all

}  // namespace invitro::protocol
