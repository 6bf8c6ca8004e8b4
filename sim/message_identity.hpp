// The stable names of messages, by which the draws about them are made.
#pragma once

#include "model/draw.hpp"
#include "model/node_id.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>

namespace invitro::sim::detail {

// The stable name of a datagram or a push: who sent which message where, and when. It is of the
// message and not of the envelope, whose nonce counts what was sent before. Repetitions differ
// by their time, so each has a fate of its own, and no other's removal changes it.
inline std::uint64_t identity_of(std::uint64_t seed,
                                 model::NodeId sender,
                                 std::uint64_t target,
                                 std::uint64_t digest,
                                 protocol::Instant now) {
    return model::draw(seed,
                       model::Subsystem::network,
                       model::key_of(sender),
                       target,
                       digest,
                       protocol::nanoseconds(now));
}

inline std::uint64_t key_of(const protocol::Address& address) {
    if (address.ip.family == protocol::IpFamily::v4) {
        return (std::uint64_t{protocol::ipv4_number(address.ip)} << 16) | address.port;
    }
    std::uint64_t key = address.port;
    for (const std::uint8_t octet : address.ip.octets) {
        key = model::mix(key ^ octet);
    }
    return key;
}

}  // namespace invitro::sim::detail
