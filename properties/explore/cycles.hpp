// Liveness: cycles in which something that was promised never comes.
//
// A promise that must hold in the end is broken where nothing is left to happen, and also where
// things go on happening for ever without it. The latter is a cycle of states in none of which it
// holds, and which is *fair*: nobody who could act all the time is left waiting for ever. Whatever
// can happen in every state of the cycle (an input on its way arrives, a deadline is served, time
// goes on) does happen in it. Faults need not happen. A strongly connected component that is fair
// is such a cycle; one that is not has none inside.
#pragma once

#include "properties/explore/moves.hpp"
#include "properties/explore/visited.hpp"

#include <optional>
#include <span>
#include <vector>

namespace invitro::properties::explore {

struct Edge {
    StateId from = 0;
    Hash128 to;  // a fingerprint
    Move move;
};

struct StateGraph {
    std::vector<Level> levels;
    std::vector<Edge> edges;
};

struct FairCycle {
    std::size_t promise = 0;  // of the subject's goals
    StateId begin = 0;
    std::vector<Move> moves;  // from there, and back again
};

// The first goal that a fair cycle leaves unmet, with the cycle that begins at the least state.
std::optional<FairCycle> find_fair_cycle(const Space& space,
                                         const Rules& rules,
                                         Visited& visited,
                                         const StateGraph& graph);

}  // namespace invitro::properties::explore
