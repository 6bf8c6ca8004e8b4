// Where an answer to a client goes: straight to its address, or through the broker that heard it.
//
// A NAT box lets in only what comes from where a datagram went out to, so a client is answered by
// the node that it sent to. The path is kept with the call, in the journal too.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/cluster_messages.hpp"

#include <tuple>

namespace invitro::protocol {

struct ReturnPath {
    Address address;
    NodeNumber via = no_node;  // none: from here

    bool operator==(const ReturnPath&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("address", &ReturnPath::address), field("via", &ReturnPath::via)};
    }

    [[nodiscard]] bool is_none() const { return address.is_none(); }
};

}  // namespace invitro::protocol
