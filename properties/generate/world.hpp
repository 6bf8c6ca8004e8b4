// The generator behind generate(): one world of a given size from a stream of draws.
//
// *Swarm* style (Groce et al. 2012): each world first switches a random subset of features on, so
// that some worlds have much of one thing and none of another. A world has two phases: until the
// heal time faults come and go, most of them at the moments that matter (ringing, accepting,
// cancelling); then the network is left in peace for longer than a lifetime and grace.
#pragma once

#include "properties/generate/draws.hpp"
#include "scenarios/world.hpp"

namespace invitro::properties {

// `size` from 0 to 100.
scenarios::World generate_world(Draws draws, int size);

}  // namespace invitro::properties
