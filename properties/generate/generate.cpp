#include "properties/generate/generate.hpp"

#include "properties/generate/simplify.hpp"
#include "properties/generate/world.hpp"
#include "protocol/vocabulary/check.hpp"

#include <rapidcheck.h>

namespace invitro::properties {
namespace {

using scenarios::World;

// A value, since RapidCheck keeps it by its type.
constexpr auto simpler = [](const World& world) {
    return rc::seq::fromContainer(simplifications(world));
};

// What RapidCheck calls a generator: a world for a random and a size, with the ways to simplify it.
rc::Gen<World> world_generator() {
    return rc::Gen<World>([](const rc::Random& random, int size) {
        rc::Random own = random;
        return rc::shrinkable::shrinkRecur(generate_world(Draws{own.next()}, size), simpler);
    });
}

}  // namespace

int size_of_world(std::uint64_t index) {
    constexpr std::uint64_t sizes = 101;
    return static_cast<int>(index % sizes);
}

World generate(std::uint64_t seed, std::uint64_t index) {
    const rc::Random random(model::draw(seed, model::Subsystem::generation, index));
    return world_generator()(random, size_of_world(index)).value();
}

World shrink(World world,
             const std::function<bool(const World&)>& still_fails,
             std::uint64_t tries_max,
             ShrinkReport* report) {
    ShrinkReport ignored;
    ShrinkReport& result = report == nullptr ? ignored : *report;
    rc::Shrinkable<World> best = rc::shrinkable::shrinkRecur(std::move(world), simpler);
    while (!result.exhausted && result.tried < tries_max) {
        auto candidates = best.shrinks();
        std::uint32_t position = 0;
        while (true) {
            auto candidate = candidates.next();
            if (!candidate) {
                result.exhausted = true;
                break;
            }
            if (result.tried == tries_max) break;
            ++result.tried;
            if (still_fails(candidate->value())) {
                result.path.push_back(position);
                best = std::move(*candidate);
                break;
            }
            ++position;
        }
    }
    return best.value();
}

std::optional<World> follow(World world, const ShrinkPath& path) {
    for (const std::uint32_t position : path) {
        std::vector<World> candidates = simplifications(world);
        if (position >= candidates.size()) return std::nullopt;
        world = std::move(candidates[position]);
    }
    return world;
}

}  // namespace invitro::properties
