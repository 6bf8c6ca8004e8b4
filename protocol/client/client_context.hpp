// What a part of the client is handed with every input: path context, the client's identity, and
// the way to the broker.
#pragma once

#include "protocol/client/brokers.hpp"
#include "protocol/paths/sender.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <span>

namespace invitro::protocol {

struct ClientContext : PathContext {
    DeviceId device;
    Brokers brokers;
    std::span<const Address> reflectors;
    std::span<const Address> addresses;
    PublicKey key;

    // Messages to the broker leave from the preferred address of its IP family. Where there are
    // several, each node passes on what is not its own: after silence the next one is tried, and
    // what keeps the way back open goes to each in turn, so that it leads through one that is up.
    template <class M>
    void send_to_broker(const M& message) {
        if constexpr (M::type == MessageType::call_keep_alive) brokers.next();
        send_to_broker(message, brokers.chosen());
        if constexpr (wants_answer(M::type)) brokers.spoken_to();
    }

    // To this node, whichever is chosen.
    template <class M>
    void send_to_broker(const M& message, const Address& broker) {
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
