// The first, coarse steps from a large world that fails to a smaller one.
#pragma once

#include "scenarios/world.hpp"

#include <functional>
#include <optional>

namespace invitro::properties {

// Whether a world still fails; nothing: no more worlds are to be tried.
using StillFails = std::function<std::optional<bool>(const scenarios::World&)>;

// simplifications() of a world hold a copy of it for each single thing that could be left out:
// beyond so many devices and calls that is too much, and a step alone would take minutes.
bool is_large(const scenarios::World& world);

// Leaves out calls, half of them, a quarter, ..., and with them everybody whom no call concerns, as
// long as the world still fails. Two thousand calls of which one matters take some twenty tries.
scenarios::World coarsened(scenarios::World world, const StillFails& still_fails);

}  // namespace invitro::properties
