// Messages about relays: a client asks the broker for the right to use one with a peer, and the
// relay for an allocation; what passes through is RelayData (docs/PROTOCOL.md "The relay").
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/invitation_messages.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// Proves knowledge of the secret that the broker has given for one pair of devices of one call.
using RelaySecret = Tag128;
// The relay made it for one source address and one stretch of time: who repeats it receives there.
using RelayNonce = Tag128;

// client -> broker: may these two use a relay? Asked only where no direct path was found.
struct RelayRequest {
    static constexpr MessageType type = MessageType::relay_request;

    CallId call;
    DeviceId device;  // who asks
    DeviceId peer;    // the acceptor; none where an acceptor asks, whose peer is the initiator
    Ticket ticket{};  // of an acceptor; the initiator has none

    bool operator==(const RelayRequest&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &RelayRequest::call),
                          field(1, "device", &RelayRequest::device),
                          field(2, "peer", &RelayRequest::peer),
                          field(3, "ticket", &RelayRequest::ticket)};
    }
};

// broker -> client: these relays couple the two. None where there is no relay.
struct RelayOffer {
    static constexpr MessageType type = MessageType::relay_offer;
    static constexpr std::size_t relays_max = 2;

    CallId call;
    DeviceId device;
    DeviceId peer;
    Duration expires{};    // on the service's clock; for relays, which no client need understand
    RelaySecret secret{};  // MAC over all of the above under a key that brokers and relays share
    InlineVector<Address, relays_max> relays;  // the first is tried first, by both

    bool operator==(const RelayOffer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &RelayOffer::call),
                          field(1, "device", &RelayOffer::device),
                          field(2, "peer", &RelayOffer::peer),
                          field(3, "expires", &RelayOffer::expires),
                          field(4, "secret", &RelayOffer::secret),
                          field(5, "relays", &RelayOffer::relays)};
    }
};

// client -> relay: begin, go on, or end (lifetime zero). RFC 8656 7 (Allocate, Refresh, and the
// permission for the one peer) in one message.
struct RelayAllocate {
    static constexpr MessageType type = MessageType::relay_allocate;

    CallId call;
    DeviceId device;
    DeviceId peer;
    Duration expires{};          // as offered
    RelayNonce nonce{};          // the relay's last; zero at first
    std::uint32_t sequence = 0;  // grows with every try
    Duration lifetime{};
    Tag128 tag{};  // under the secret, over all other fields

    bool operator==(const RelayAllocate&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &RelayAllocate::call),
                          field(1, "device", &RelayAllocate::device),
                          field(2, "peer", &RelayAllocate::peer),
                          field(3, "expires", &RelayAllocate::expires),
                          field(4, "nonce", &RelayAllocate::nonce),
                          field(5, "sequence", &RelayAllocate::sequence),
                          field(6, "lifetime", &RelayAllocate::lifetime),
                          field(7, "tag", &RelayAllocate::tag)};
    }
};

// relay -> client: in force for that long, from the address that the request came from.
struct RelayGranted {
    static constexpr MessageType type = MessageType::relay_granted;

    CallId call;
    DeviceId device;
    DeviceId peer;
    std::uint32_t sequence = 0;  // of the request
    RelayNonce nonce{};          // for the next request
    std::uint16_t channel = 0;   // names this end in RelayData
    Address relayed;             // names this end of the path; nothing but RelayData gets through
    Address peer_relayed;        // names the other
    Duration lifetime{};
    Tag128 tag{};

    bool operator==(const RelayGranted&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &RelayGranted::call),
                          field(1, "device", &RelayGranted::device),
                          field(2, "peer", &RelayGranted::peer),
                          field(3, "sequence", &RelayGranted::sequence),
                          field(4, "nonce", &RelayGranted::nonce),
                          field(5, "channel", &RelayGranted::channel),
                          field(6, "relayed", &RelayGranted::relayed),
                          field(7, "peer_relayed", &RelayGranted::peer_relayed),
                          field(8, "lifetime", &RelayGranted::lifetime),
                          field(9, "tag", &RelayGranted::tag)};
    }
};

// relay -> client: not so, and why.
struct RelayRefused {
    static constexpr MessageType type = MessageType::relay_refused;

    CallId call;
    DeviceId device;
    DeviceId peer;
    std::uint32_t sequence = 0;  // of the request
    RelayRefusal reason = RelayRefusal::stale_nonce;
    RelayNonce nonce{};  // for the next request
    Tag128 tag{};

    bool operator==(const RelayRefused&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &RelayRefused::call),
                          field(1, "device", &RelayRefused::device),
                          field(2, "peer", &RelayRefused::peer),
                          field(3, "sequence", &RelayRefused::sequence),
                          field(4, "reason", &RelayRefused::reason),
                          field(5, "nonce", &RelayRefused::nonce),
                          field(6, "tag", &RelayRefused::tag)};
    }
};

// client -> relay -> peer: a datagram from peer to peer, wrapped (RFC 8656 12.4, ChannelData). The
// channel is that of the end which sends it to, or gets it from, the relay.
struct RelayData {
    static constexpr MessageType type = MessageType::relay_data;
    static constexpr std::size_t payload_max = 1024;

    std::uint16_t channel = 0;
    InlineBytes<payload_max> payload;

    bool operator==(const RelayData&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "channel", &RelayData::channel),
                          field(2, "payload", &RelayData::payload)};
    }
};

}  // namespace invitro::protocol
