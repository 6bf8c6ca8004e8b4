// Random worlds, and the way from a world that breaks something to the smallest one that does.
//
// World i of a campaign is generate(seed, i) and depends on nothing else, so that index, jobs,
// shards and time limits do not matter. Worlds grow with the index, over and over: small ones
// first. RapidCheck generates and shrinks; none of its types show here.
#pragma once

#include "scenarios/world.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace invitro::properties {

// Grows whenever the same (seed, index) comes to give another world, or the same path another
// smaller one: a token of another version says so instead of replaying something else.
inline constexpr std::uint32_t generator_version = 10;

// World `index` of the campaign with this seed. inconsistency() of it is empty.
scenarios::World generate(std::uint64_t seed, std::uint64_t index);

// The size of world `index`: 0 to 100, over and over.
int size_of_world(std::uint64_t index);

// Which of a world's simplifications was taken, step by step.
using ShrinkPath = std::vector<std::uint32_t>;

struct ShrinkReport {
    ShrinkPath path{};
    std::uint64_t tried = 0;  // worlds looked at
    bool exhausted = false;   // nothing simpler fails: the result is minimal
};

// The simplest world reached from `world` in at most `tries_max` looks at which `still_fails`.
// Precondition: still_fails(world).
scenarios::World shrink(scenarios::World world,
                        const std::function<bool(const scenarios::World&)>& still_fails,
                        std::uint64_t tries_max,
                        ShrinkReport* report = nullptr);

// The world at the end of a path, without looking at the worlds beside it. Nothing where the path
// does not exist.
std::optional<scenarios::World> follow(scenarios::World world, const ShrinkPath& path);

// Things that a world can have; a campaign counts how many worlds had each.
struct Feature {
    std::string name;
    bool (*is_in)(const scenarios::World& world);
};

const std::vector<Feature>& features();

}  // namespace invitro::properties
