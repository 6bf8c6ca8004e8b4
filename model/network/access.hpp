// The last mile: what an access network adds to every datagram that crosses it.
//
// Latency, jitter with a heavy tail and bursty loss (after Gilbert 1960 and Elliott 1963) per kind
// of access; the figures and their sources stand in the .cpp, and those of single operators can be
// laid over them (access_figures.hpp). Stateless: the loss state of a moment
// is itself a draw, keyed by the network and a slot of time, so that nothing has to be kept for an
// access network that carries no traffic.
#pragma once

#include "model/draw.hpp"
#include "model/quantiles.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace invitro::model {

using protocol::Duration;
using protocol::Instant;

enum class AccessKind : std::uint8_t {
    datacentre = 0,
    fibre = 1,
    cable = 2,
    dsl = 3,
    wifi = 4,
    cellular_3g = 5,
    cellular_4g = 6,
    cellular_5g = 7,
    satellite = 8,
};

inline constexpr std::size_t access_kind_count = 9;

// "datacentre", "fibre", ..., "4g", "5g", "satellite".
std::string_view to_string(AccessKind kind);
std::optional<AccessKind> parse_access_kind(std::string_view text);

struct AccessProfile {
    QuantileTable delay{};                 // one way, jitter included
    std::uint64_t up_bits_per_second = 0;  // serialisation delay is added from these; 0: none
    std::uint64_t down_bits_per_second = 0;
    Probability loss_in_good{};
    Probability loss_in_bad{};
    Probability bad_share{};                  // of time slots that are bad
    Duration slot = std::chrono::seconds{1};  // length of a loss state, more than zero
    // Share of the slots whose state is drawn anew; in the others that of the slot before goes on.
    // So the states are the Markov chain of Gilbert and Elliott: from bad to good with renewal x
    // (1 - bad_share), from good to bad with renewal x bad_share. One: each slot by itself.
    Probability renewal{probability_one};

    auto operator<=>(const AccessProfile&) const = default;
};

const AccessProfile& access_profile(AccessKind kind);

enum class Direction : std::uint8_t { up = 0, down = 1 };

// What happens to one datagram that crosses an access network.
struct Crossing {
    bool lost = false;
    Duration delay{};
};

struct CrossingKey {
    std::uint64_t seed = 0;      // of the world
    std::uint64_t network = 0;   // whose access
    std::uint64_t datagram = 0;  // stable identity of the datagram
    Direction direction = Direction::up;
};

// Pure: equal arguments, equal fate. `now` decides only whether the slot of time is a bad one.
Crossing cross(const AccessProfile& profile,
               const CrossingKey& key,
               Instant now,
               std::size_t size_bytes);

}  // namespace invitro::model
