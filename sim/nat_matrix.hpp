// Who can connect to whom: every pair of the twelve NAT kinds, tried by two real clients.
//
// Each cell is a world of its own: two devices, each behind its own box with its own public address
// and random ports, and a relay; one calls the other, the other accepts. The cell says what became
// of it; no table anywhere says what should.
#pragma once

#include "model/nat/nat_box.hpp"
#include "scenarios/world.hpp"
#include "sim/platform.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace invitro::sim {

enum class Connectivity : std::uint8_t { direct = 0, relay = 1, failed = 2 };

std::string_view to_string(Connectivity connectivity);

// Rows: the initiator's NAT kind; columns: the recipient's.
using NatMatrix =
    std::array<std::array<Connectivity, model::nat_kind_count>, model::nat_kind_count>;

// The world of one cell.
scenarios::World nat_world(model::NatKind initiator, model::NatKind recipient, std::uint64_t seed);

// `direct` or `relay` only where both ends were connected; `relay` where their session went through
// it.
Connectivity try_world(const scenarios::World& world, Platform& platform);
Connectivity try_pair(model::NatKind initiator,
                      model::NatKind recipient,
                      std::uint64_t seed,
                      Platform& platform,
                      bool has_fallback = true);

// `has_fallback`: clients go on over streams where UDP is blocked.
NatMatrix nat_matrix(std::uint64_t seed, Platform& platform, bool has_fallback = true);

}  // namespace invitro::sim
