// Moves: what may happen next in a state of the explored world, and what the world is then.
#pragma once

#include "properties/explore/world_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace invitro::properties::explore {

// Of an input on its way: it arrives, is lost, arrives and is still on its way; its receiver
// crashes when what follows from it is durable, or just before. Of a machine: its deadline has
// come, it crashes. Of all: time goes on to the earliest deadline.
enum class MoveKind : std::uint8_t {
    deliver = 0,
    lose = 1,
    duplicate = 2,
    deliver_and_crash = 3,
    crash_before = 4,
    deadline = 5,
    crash = 6,
    advance = 7,
};

struct Move {
    MoveKind kind = MoveKind::deliver;
    std::uint32_t target = 0;  // an item or a node, by kind

    bool operator==(const Move&) const = default;

    [[nodiscard]] std::uint32_t packed() const {
        return static_cast<std::uint32_t>(kind) << 29 | target;
    }

    static Move unpacked(std::uint32_t number) {
        return {.kind = static_cast<MoveKind>(number >> 29), .target = number & (items_max - 1)};
    }

    // Something happens to what is on its way.
    [[nodiscard]] bool is_of_item() const { return kind <= MoveKind::crash_before; }
};

// The rules of the explored world.
struct Rules {
    Budget budget;
    // Later nothing happens any more. None: for ever, and only how long things are from now counts.
    Duration horizon = Duration::max();

    [[nodiscard]] bool has_end() const { return horizon != Duration::max(); }
};

// In an order that is the same in every run.
std::vector<Move> moves_of(const Space& space, const Rules& rules, const WorldState& state);

struct Moved {
    WorldState state;
    bool changed_facts = false;
    bool had_urgent = false;
    Duration waited{};        // advance
    bool is_endless = false;  // urgent inputs went on and on; the state is one in the middle of it
};

// Precondition: the move is possible.
Moved make_move(Space& space, const WorldState& state, const Move& move);

// The move as a person reads it, with what the machines make of it.
struct ToldMove {
    std::string what;
    std::vector<std::string> notes;
};

ToldMove tell_move(Space& space, const WorldState& state, const Move& move);

}  // namespace invitro::properties::explore
