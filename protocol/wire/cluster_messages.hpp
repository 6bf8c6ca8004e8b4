// Messages between the brokers of a cluster (docs/PROTOCOL.md "Cluster").
//
// No client sends or gets one. They travel between the operator's own machines, where a datagram of
// `cluster_datagram_size_max` bytes passes unfragmented, so a client's datagram fits into one
// whole.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstddef>
#include <cstdint>
#include <tuple>

namespace invitro::protocol {

inline constexpr std::size_t cluster_datagram_size_max = 1400;

// A broker's number in its cluster.
using NodeNumber = std::uint8_t;
inline constexpr NodeNumber no_node = 255;

struct Member {
    NodeNumber node = no_node;
    Address address;

    bool operator==(const Member&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "node", &Member::node), field(2, "address", &Member::address)};
    }
};

// Who belongs to the cluster, as the operator numbered it. No members: a broker on its own.
struct Membership {
    static constexpr std::size_t members_max = 32;

    std::uint64_t epoch = 0;
    InlineVector<Member, members_max> members;  // sorted by number

    bool operator==(const Membership&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "epoch", &Membership::epoch),
                          field(2, "members", &Membership::members)};
    }
};

// entry -> owner: a client's datagram, for the node that owns what it is about.
struct ForwardedRequest {
    static constexpr MessageType type = MessageType::forwarded_request;
    static constexpr std::size_t datagram_max = 1200;

    CallId call;  // none for a registration
    std::uint64_t epoch = 0;
    NodeNumber entry = no_node;
    Address client;   // where the entry heard it; none: on a stream
    DeviceId sender;  // who sealed it, as the entry found; none: nobody
    InlineBytes<datagram_max> datagram;
    std::uint64_t stream = 0;  // the entry's name for that stream

    bool operator==(const ForwardedRequest&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &ForwardedRequest::call),
                          field(1, "epoch", &ForwardedRequest::epoch),
                          field(2, "entry", &ForwardedRequest::entry),
                          field(3, "client", &ForwardedRequest::client),
                          field(4, "sender", &ForwardedRequest::sender),
                          field(5, "datagram", &ForwardedRequest::datagram),
                          field(6, "stream", &ForwardedRequest::stream)};
    }
};

// owner -> entry: send this datagram to that client, who can be reached from you.
struct ForwardedAnswer {
    static constexpr MessageType type = MessageType::forwarded_answer;

    CallId call;
    NodeNumber owner = no_node;
    DeviceId device;  // for whom to seal it
    Address client;   // none: on the stream
    InlineBytes<ForwardedRequest::datagram_max> datagram;
    std::uint64_t stream = 0;

    bool operator==(const ForwardedAnswer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &ForwardedAnswer::call),
                          field(1, "owner", &ForwardedAnswer::owner),
                          field(2, "device", &ForwardedAnswer::device),
                          field(3, "client", &ForwardedAnswer::client),
                          field(4, "datagram", &ForwardedAnswer::datagram),
                          field(5, "stream", &ForwardedAnswer::stream)};
    }
};

// node -> node: this is the newest membership I know.
struct MembershipNotice {
    static constexpr MessageType type = MessageType::membership_notice;

    NodeNumber node = no_node;  // who says so; none: the operator
    Membership membership;

    bool operator==(const MembershipNotice&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "node", &MembershipNotice::node),
                          field(2, "membership", &MembershipNotice::membership)};
    }
};

// node -> node: this epoch is in my journal.
struct MembershipAck {
    static constexpr MessageType type = MessageType::membership_ack;

    NodeNumber node = no_node;
    std::uint64_t epoch = 0;

    bool operator==(const MembershipAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "node", &MembershipAck::node),
                          field(2, "epoch", &MembershipAck::epoch)};
    }
};

// old owner -> new owner: a piece of what is handed over.
struct HandoverPart {
    static constexpr MessageType type = MessageType::handover_part;
    static constexpr std::size_t bytes_max = 1024;

    NodeNumber node = no_node;   // who hands over
    std::uint64_t transfer = 0;  // counts what that node has handed over
    std::uint64_t epoch = 0;     // by which the other is the owner
    std::uint32_t total = 0;     // bytes of the whole
    std::uint32_t offset = 0;    // of this piece
    InlineBytes<bytes_max> bytes;

    bool operator==(const HandoverPart&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "node", &HandoverPart::node),
                          field(2, "transfer", &HandoverPart::transfer),
                          field(3, "epoch", &HandoverPart::epoch),
                          field(4, "total", &HandoverPart::total),
                          field(5, "offset", &HandoverPart::offset),
                          field(6, "bytes", &HandoverPart::bytes)};
    }
};

// new owner -> old owner: so many bytes are in my journal.
struct HandoverAck {
    static constexpr MessageType type = MessageType::handover_ack;

    NodeNumber node = no_node;
    std::uint64_t transfer = 0;
    std::uint32_t received = 0;

    bool operator==(const HandoverAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "node", &HandoverAck::node),
                          field(2, "transfer", &HandoverAck::transfer),
                          field(3, "received", &HandoverAck::received)};
    }
};

}  // namespace invitro::protocol
