// How large a scenario may be. What is beyond is taken for a slip of the pen and reported, so that
// a stray zero does not fill the machine's memory. Files and worlds are held to the same bounds:
// whatever world passes inconsistency() can be written as a file and read again.
#pragma once

#include "protocol/vocabulary/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace invitro::scenarios::limits {

// Every duration and every moment of a world.
inline constexpr protocol::Duration time_max = std::chrono::hours{24 * 366};

// Of an invitation; the longest is the protocol's.
inline constexpr protocol::Duration lifetime_min = std::chrono::seconds{1};

inline constexpr std::uint32_t people_max = 10'000'000;
inline constexpr std::uint32_t devices_per_person_max = 256;
inline constexpr std::uint32_t calls_max = 10'000'000;

// Each has an address that follows from its number (sim/places.cpp).
inline constexpr std::uint32_t device_number_max = (1U << 24) - 1;
inline constexpr std::uint32_t network_number_max = (1U << 27) - 1;

inline constexpr std::size_t brokers_max = 32;
inline constexpr std::size_t relays_max = 64;
inline constexpr std::uint32_t relay_couplings_max = 8192;
inline constexpr std::uint32_t infrastructure_number_max = 254;
inline constexpr std::uint32_t attacker_number_max = 249;
// At least so much lies between two datagrams of one attacker.
inline constexpr protocol::Duration attack_every_min = std::chrono::microseconds{100};

// Weights of a mix are summed in 32 bits.
inline constexpr std::uint32_t weight_max = 1'000'000;
inline constexpr std::size_t mix_entries_max = 1'000;

// People, devices, networks and calls that expand() draws are numbered from here, so that adding or
// removing a spelt-out one renumbers none of them. A scenario that draws must spell out lower ones.
inline constexpr std::uint32_t drawn_number_first = 1'000;

// Of a scenario file.
inline constexpr std::size_t file_bytes_max = std::size_t{256} << 20;
inline constexpr std::size_t nesting_max = 32;

}  // namespace invitro::scenarios::limits
