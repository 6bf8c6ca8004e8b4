// What sealing costs the simulated processors.
//
// A node does one thing after the other. What it sends leaves when it has sealed it, and it seals
// when it is through with everything before: under load, work queues up and everything it sends is
// late by that. Times are estimates, about twice what the benchmarks measure of an idle core,
// whatever the suite: a world says the same of time, whether it is really sealed or not.
#pragma once

#include "protocol/security/envelope.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/time.hpp"
#include "sim/places.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace invitro::sim {

// The suite `real`; compare `./dev bench --benchmark_filter=security`.
namespace sealing_cost {
using namespace protocol::literals;
inline constexpr protocol::Duration key_agreement = 60us;  // once for each stream, at both ends
inline constexpr protocol::Duration message = 1500ns;      // key set-up, MAC
inline constexpr std::int64_t nanoseconds_per_byte = 3;
}  // namespace sealing_cost

// How long it takes to seal or to open this payload; nothing where it is in clear.
inline protocol::Duration sealing_time(protocol::ByteView payload) {
    const auto header = protocol::read_envelope_header(payload);
    if (!header) return {};
    const bool is_first = header->nonce.number == 1;
    return (is_first ? sealing_cost::key_agreement : protocol::Duration{}) + sealing_cost::message +
           protocol::Duration{sealing_cost::nanoseconds_per_byte *
                              static_cast<std::int64_t>(payload.size())};
}

inline protocol::Duration opening_time(protocol::ByteView payload) {
    return sealing_time(payload);
}

// Until when each node is busy.
class Processors {
public:
    explicit Processors(std::size_t nodes) : busy_until_(nodes) {}

    // Gives the node this much more to do; says how long from now it takes it to be through.
    protocol::Duration work(NodeIndex node, protocol::Instant now, protocol::Duration time) {
        if (time == protocol::Duration{}) return std::max(busy_until_[raw(node)] - now, time);
        protocol::Instant& until = busy_until_[raw(node)];
        until = std::max(until, now) + time;
        return until - now;
    }

private:
    std::vector<protocol::Instant> busy_until_;
};

}  // namespace invitro::sim
