// A state of the explored world: a state of each machine, what is on its way, what was seen so far,
// what may still go wrong, and the time since the start.
#pragma once

#include "properties/explore/space.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace invitro::properties::explore {

// How often each of these may still happen.
struct Budget {
    std::uint8_t losses = 0;      // of messages
    std::uint8_t duplicates = 0;  // messages that come twice
    std::uint8_t crashes = 0;     // of machines whose crash kind is `crash`
    std::uint8_t kills = 0;       // ... `kill`
    std::uint8_t timeouts = 0;    // deadlines that come while something is still on its way

    bool operator==(const Budget&) const = default;

    [[nodiscard]] std::uint8_t of(CrashKind kind) const {
        if (kind == CrashKind::never) return 0;
        return kind == CrashKind::crash ? crashes : kills;
    }
};

struct WorldState {
    static constexpr std::size_t machines_max = 16;
    static constexpr std::size_t words_max = 48;
    static constexpr std::size_t flight_max = 96;

    // Since the start; negative where it is not kept, since the world has no end.
    Duration time{};
    Budget left;
    // There was no room for something on its way: this is not a state of the world.
    bool is_overfull = false;
    std::uint8_t machine_count = 0;
    std::uint8_t word_count = 0;
    std::uint8_t flight_count = 0;
    std::array<LocalId, machines_max> machines{};
    std::array<std::uint32_t, words_max> facts{};
    // Sorted by their exact hashes; what is there twice is on its way twice.
    std::array<ItemId, flight_max> flight{};

    [[nodiscard]] std::span<const LocalId> machine_view() const {
        return {machines.data(), machine_count};
    }

    [[nodiscard]] Facts fact_view() const { return {facts.data(), word_count}; }

    [[nodiscard]] std::span<const ItemId> flight_view() const {
        return {flight.data(), flight_count};
    }

    void put_on_its_way(const Space& space, ItemId item);
    // Precondition: it is on its way.
    void take_off(ItemId item);
    void change(const FactChange& change);
};

WorldState first_state(Space& space, const Budget& budget);

// Equal for states that will behave alike, also those that do so when machines are renamed.
Hash128 fingerprint(const Space& space, const WorldState& state);

// As numbers, one after the other, and back.
using Words = std::vector<std::uint32_t>;
void pack(const WorldState& state, Words& out);
WorldState unpack(std::span<const std::uint32_t> words);

}  // namespace invitro::properties::explore
