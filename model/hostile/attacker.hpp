// Attackers: machines on the open network that wish the service ill, each with its own address.
//
// An attacker sends one datagram every `every` from `start` to `end`; which of its deeds it does
// each time, to whom and with what in it is a draw of its own (sim/hostile.hpp). It sees
// what others send to the brokers, and knows what an invited device may tell it: which calls ring,
// for whom, and that device's own ticket. It can make keys of its own, and has nobody else's.
#pragma once

#include "model/network/topology.hpp"
#include "protocol/vocabulary/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace invitro::model {

enum class Deed : std::uint8_t {
    forge_answers = 0,        // accepts, declines, ringing for real calls, with tickets not theirs
    guess_calls = 1,          // messages of an initiator or a recipient about calls made up
    flood_invitations = 2,    // invitations of made-up numbers
    flood_registrations = 3,  // of made-up devices for made-up numbers
    send_garbage = 4,         // random, cut, turned and oversized bytes, to every machine
    replay = 5,               // what others have sent to a broker, byte by byte
};

inline constexpr std::size_t deed_count = 6;

std::string_view to_string(Deed deed);

struct Attacker {
    std::uint32_t number = 0;
    SiteIndex site{};
    protocol::Instant start{};
    protocol::Instant end = protocol::never;
    protocol::Duration every = std::chrono::milliseconds{100};
    std::vector<Deed> deeds;  // at least one; each as often as the others

    bool operator==(const Attacker&) const = default;
};

}  // namespace invitro::model
