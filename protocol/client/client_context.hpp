// What a part of the client is handed with every input: path context, the client's identity, and
// the way to the broker.
#pragma once

#include "protocol/paths/sender.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <span>

namespace invitro::protocol {

struct ClientContext : PathContext {
    DeviceId device;
    Address broker;  // as it is reached from the addresses of now
    std::span<const Address> reflectors;
    std::span<const Address> addresses;
    PublicKey key;

    // Messages to the broker leave from the preferred address of its IP family.
    template <class M>
    void send_to_broker(const M& message) {
        sender.send(source_for(broker), broker, message, Party::of_broker());
    }

    [[nodiscard]] Address source_for(const Address& destination) const {
        for (const Address& address : addresses) {
            if (address.ip.family == destination.ip.family) return address;
        }
        return {};
    }
};

}  // namespace invitro::protocol
