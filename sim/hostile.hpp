// What attackers send: each datagram is drawn from the world's seed, the attacker and how many it
// has sent before, so leaving one attacker out changes nothing of the others.
#pragma once

#include "model/hostile/attacker.hpp"
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
    explicit Hostile(const scenarios::World& world) : world_(world) {}

    // Keeps the newest few.
    void learn(const Leak& leak);

    // Precondition: the attacker has a deed. `count` is how many it has sent.
    [[nodiscard]] HostileDatagram next(const model::Attacker& attacker, std::uint64_t count) const;

private:
    static constexpr std::size_t leaks_max = 16;

    const scenarios::World& world_;
    std::vector<Leak> leaks_;
};

}  // namespace invitro::sim
