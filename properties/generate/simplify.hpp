// The ways to make a world simpler by one step: what a person would try.
#pragma once

#include "scenarios/world.hpp"

#include <vector>

namespace invitro::properties {

// Worlds that are simpler in one thing, large steps first; each is consistent, and there is no way
// back from it to this one, so that following them always ends. A world of plain round numbers with
// nothing to leave out has none.
std::vector<scenarios::World> simplifications(const scenarios::World& world);

}  // namespace invitro::properties
