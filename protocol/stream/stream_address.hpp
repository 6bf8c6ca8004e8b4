// A stream as a place to send to: what a machine that answers datagrams takes for a source.
//
// Whoever came by a stream is answered on that stream (docs/PROTOCOL.md "Where UDP is blocked"). So
// that broker and relay need not know of streams, the layer in front of them names each stream by
// an address of a family of its own, which is never on the wire and never on a network.
#pragma once

#include "protocol/node.hpp"
#include "protocol/vocabulary/address.hpp"

#include <cstdint>

namespace invitro::protocol {

// The port of a server's streams, on each of its addresses (as HTTPS has it, and so most open).
inline constexpr std::uint16_t stream_port = 443;

constexpr Address stream_address(StreamId stream) {
    Address address;
    address.ip.family = IpFamily::stream;
    for (unsigned i = 0; i < 8; ++i) {
        address.ip.octets[i] =
            static_cast<std::uint8_t>(static_cast<std::uint64_t>(stream) >> (56 - 8 * i));
    }
    return address;
}

// The inverse. Precondition: the family is `stream`.
constexpr StreamId stream_of(const Address& address) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < 8; ++i) {
        number = (number << 8U) | address.ip.octets[i];
    }
    return StreamId{number};
}

}  // namespace invitro::protocol
