// Time as the protocol knows it: integer nanoseconds that somebody else hands in.
//
// `VirtualClock` has no `now()`: no machine can read a clock, it is told the time with every input.
// The origin is whatever the owner chooses (the start of a simulated world, the boot of a live
// host); only differences mean anything, and no instant ever crosses the wire.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace invitro::protocol {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

struct VirtualClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = Duration;
    using time_point = std::chrono::time_point<VirtualClock, Duration>;
    static constexpr bool is_steady = true;
};

// A point in a node's local time.
using Instant = VirtualClock::time_point;

// "No deadline": later than everything.
inline constexpr Instant never{Duration{std::numeric_limits<std::int64_t>::max()}};

inline namespace literals {
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
}  // namespace literals

// Nanoseconds since the owner's origin.
constexpr std::int64_t nanoseconds(Instant at) {
    return at.time_since_epoch().count();
}

constexpr Instant instant_at(std::int64_t nanoseconds_since_origin) {
    return Instant{Duration{nanoseconds_since_origin}};
}

}  // namespace invitro::protocol
