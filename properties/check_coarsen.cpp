#include "properties/check_coarsen.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace invitro::properties {
namespace {

using scenarios::Call;
using scenarios::Device;
using scenarios::Profile;
using scenarios::World;
using Numbers = std::set<std::uint32_t>;

template <class Item, class Condition>
void keep_if(std::vector<Item>& items, Condition&& condition) {
    items.erase(std::remove_if(
                    items.begin(), items.end(), [&](const Item& item) { return !condition(item); }),
                items.end());
}

bool is_called(const World& world, const Profile& profile) {
    return std::any_of(world.calls.begin(), world.calls.end(), [&](const Call& call) {
        const auto& own = profile.identifiers;
        return std::find(own.begin(), own.end(), call.callee) != own.end();
    });
}

// The profiles that call or are called.
Numbers concerned_profiles(const World& world) {
    Numbers initiators;
    for (const Call& call : world.calls) {
        initiators.insert(call.initiator);
    }
    Numbers concerned;
    for (const Device& device : world.devices) {
        if (initiators.contains(device.number)) concerned.insert(device.profile);
    }
    for (const Profile& profile : world.profiles) {
        if (is_called(world, profile)) concerned.insert(profile.number);
    }
    return concerned;
}

// Without everybody whom no call concerns, and what only they have.
World with_only_the_concerned(World world) {
    const Numbers profiles = concerned_profiles(world);
    keep_if(world.profiles, [&](const Profile& one) { return profiles.contains(one.number); });
    keep_if(world.devices, [&](const Device& one) { return profiles.contains(one.profile); });
    Numbers devices;
    Numbers networks;
    for (const Device& device : world.devices) {
        devices.insert(device.number);
        networks.insert(device.network);
    }
    keep_if(world.moves, [&](const auto& one) { return devices.contains(one.device); });
    for (const auto& one : world.moves) {
        networks.insert(one.move.network);
    }
    keep_if(world.networks, [&](const auto& one) { return networks.contains(one.number); });
    keep_if(world.faults, [&](const model::Fault& one) {
        return one.target.kind != model::NodeKind::device || devices.contains(one.target.number);
    });
    return world;
}

World without_calls(World world, std::size_t begin, std::size_t count) {
    const auto from = world.calls.begin() + static_cast<std::ptrdiff_t>(begin);
    world.calls.erase(from, from + static_cast<std::ptrdiff_t>(count));
    return world;
}

// A world that becomes smaller as long as it still fails.
class Shrinking {
public:
    Shrinking(World world, const StillFails& still_fails)
        : world_(std::move(world)), still_fails_(still_fails) {}

    // Whether the simpler one took its place.
    bool attempt(World simpler) {
        if (is_over_ || simpler == world_ || !scenarios::inconsistency(simpler).empty()) {
            return false;
        }
        const std::optional<bool> fails = still_fails_(simpler);
        is_over_ = !fails;
        if (!fails.value_or(false)) return false;
        world_ = std::move(simpler);
        return true;
    }

    // Tries to do without each part of so many calls.
    void drop_calls(std::size_t part) {
        std::size_t begin = 0;
        while (!is_over_ && begin + part <= world_.calls.size() && part < world_.calls.size()) {
            const World simpler = without_calls(world_, begin, part);
            const bool is_simpler = attempt(with_only_the_concerned(simpler)) || attempt(simpler);
            if (!is_simpler) begin += part;
        }
    }

    [[nodiscard]] const World& world() const { return world_; }

private:
    World world_;
    const StillFails& still_fails_;
    bool is_over_ = false;
};

}  // namespace

bool is_large(const World& world) {
    constexpr std::size_t things_max = 300;
    return world.devices.size() + world.calls.size() > things_max;
}

World coarsened(World world, const StillFails& still_fails) {
    std::size_t part = (world.calls.size() + 1) / 2;
    Shrinking shrinking(std::move(world), still_fails);
    shrinking.attempt(with_only_the_concerned(shrinking.world()));
    for (; part > 0; part /= 2) {
        shrinking.drop_calls(part);
    }
    return shrinking.world();
}

}  // namespace invitro::properties
