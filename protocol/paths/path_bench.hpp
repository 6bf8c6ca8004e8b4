// A test bench for the parts of a path: an outbox, a clock, draws, and what was sent, decoded.
#pragma once

#include "protocol/paths/path_identity.hpp"
#include "protocol/paths/sender.hpp"
#include "protocol/wire/codec.hpp"

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol::client_testing {

using namespace literals;

struct PathBench {
    struct Sent {
        Address source;
        Address destination;
        Message message;
    };

    PathContext context() {
        return {.now = now, .sender = Sender(outbox), .draws = Draws(seed, draws)};
    }

    // What was sent since the last call.
    std::vector<Sent> take() {
        std::vector<Sent> sent;
        while (const auto output = outbox.poll()) {
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram == nullptr) continue;
            sent.push_back(
                {datagram->source, datagram->destination, decode(datagram->payload).value()});
        }
        return sent;
    }

    template <class Part>
    void serve_until(Part& part, Instant until) {
        while (part.next_deadline() <= until) {
            now = std::max(now, part.next_deadline());
            PathContext at = context();
            part.serve(at);
        }
        now = until;
    }

    Instant now = instant_at(5'000'000'000);
    RandomValue seed;
    std::uint64_t draws = 0;
    ServiceOutbox outbox;
};

inline Address address_at(std::uint32_t host, std::uint16_t port = 5000) {
    return {.ip = ipv4(0x0A000000U + host), .port = port};
}

inline PathIdentity identity_of(bool initiates) {
    PathIdentity identity;
    identity.call = {.high = 1, .low = 1};
    identity.self = {.high = 2, .low = initiates ? 1U : 2U};
    identity.peer = {.high = 2, .low = initiates ? 2U : 1U};
    identity.key.octets.fill(7);
    identity.initiates = initiates;
    return identity;
}

inline ReceivedDatagram arriving(const Address& source, const Address& destination) {
    return {.source = source, .destination = destination, .payload = {}};
}

}  // namespace invitro::protocol::client_testing
