// What attackers send: each datagram is drawn from the world's seed, the attacker and how many it
// has sent before, so leaving one attacker out changes nothing of the others.
#pragma once

#include "model/hostile/attacker.hpp"
#include "protocol/node.hpp"
#include "protocol/security/keys.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <vector>

namespace invitro::sim {

// Where an attacker sends from: 198.18.3.(1+n), port 6666. Nothing that is sent there arrives.
protocol::Address attacker_address(std::uint32_t number);
bool is_attacker(const protocol::Address& address);

// What an invited device has told: a call that rings, and its own ticket for it.
struct Leak {
    protocol::CallId call;
    protocol::DeviceId device;
    protocol::Ticket ticket{};
};

struct HostileDatagram {
    model::Deed deed = model::Deed::send_garbage;
    protocol::Address destination;
    std::vector<std::uint8_t> payload;
};

class Hostile {
public:
    // `cluster`: the brokers' public key, which everybody knows.
    Hostile(const scenarios::World& world, const protocol::PublicKey& cluster)
        : world_(world), cluster_(cluster) {}

    // Both keep the newest few.
    void learn(const Leak& leak);
    void overhear(const protocol::SendDatagram& datagram);

    // Precondition: the attacker has a deed. `count` is how many it has sent. What is for a broker
    // is sealed with keys of the attacker's own making, or, now and then, not at all.
    [[nodiscard]] HostileDatagram next(const model::Attacker& attacker, std::uint64_t count) const;

private:
    static constexpr std::size_t leaks_max = 16;
    static constexpr std::size_t overheard_max = 32;

    const scenarios::World& world_;
    protocol::PublicKey cluster_{};
    std::vector<Leak> leaks_;
    std::vector<HostileDatagram> overheard_;
};

}  // namespace invitro::sim
