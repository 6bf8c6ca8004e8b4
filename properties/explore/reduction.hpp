// Partial-order reduction: where one move can go first, without anything being missed.
//
// Moves of different machines commute: each changes its own machine and adds to what is on its way.
// An input m of a machine in state s is *inert* there if nobody outside can tell when in its
// instant it arrives: it changes no facts, and whatever else may happen to the machine meanwhile
// comes to the same after it as before it. Then every order of events is, but for moves that
// commute, one in which m comes first, and the other moves of the state need not be explored from
// there (an ample set; C. Baier, J.-P. Katoen, Principles of Model Checking, 8.2). The same goes
// for a deadline that has come.
//
// What may happen meanwhile is not known beforehand. It is learnt: the world is explored in rounds,
// and in each an input counts as inert if it commutes with all that earlier rounds have shown may
// happen to the machine once it has come. After a round that is asked again, with what this round
// has shown; what turns out not to be inert never is again, and another round follows. In the last
// round everything that was left out rested on what is true of all that happens: by induction over
// the length of a run of the full search, all that happens in it up to its first move that does not
// commute happens in a run of the reduced one too, and would have been seen there.
//
// Where states are merged because they behave alike (renamed devices), what was seen to happen in
// one of them may happen in all of them. And what was seen after an inert input may happen before.
//
// All this holds while time cannot go on under an input on its way, so nothing is left out as long
// as timeouts may still be spent. Losing or repeating m itself is explored beside delivering it.
//
// Decisions rest on what earlier rounds have shown and on nothing of this round, so they do not
// depend on the order in which threads explore.
#pragma once

#include "properties/explore/moves.hpp"
#include "properties/explore/space.hpp"
#include "protocol/vocabulary/dense_map.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace invitro::properties::explore {

class Reduction {
public:
    explicit Reduction(Space& space) : space_(space) {}

    // The first `count` moves suffice. If they lead nowhere new others have to be chosen, from
    // candidate `next` on.
    struct Choice {
        std::size_t count = 0;
        std::size_t next = 0;
    };

    // Puts the moves in order; candidates before `from` have been tried.
    Choice choose(const WorldState& state, std::vector<Move>& moves, std::size_t from);

    // After a round: takes note of what it has shown. True if all that was left out rightly was.
    bool learn();

private:
    using HashKey = protocol::Id128<struct ReductionKeyTag>;
    using Pair = std::pair<LocalId, LocalId>;

    struct Answer {
        Observation candidate;
        bool is_inert = false;
        std::size_t passed_on = 0;  // how much was possible afterwards when it was last passed on
    };

    struct Shard {
        std::mutex mutex;
        protocol::DenseMap<HashKey, Answer> answers;
    };

    // What may happen to machines in states that behave alike: with each, a state of these in which
    // it was seen.
    struct Possible {
        std::vector<Observation> all;
        std::vector<Hash128> seen;  // sorted
        bool is_unknown = false;    // more than can be told

        // Grows with whatever is added.
        [[nodiscard]] std::size_t extent() const { return 2 * all.size() + (is_unknown ? 1 : 0); }
    };

    static HashKey key_of(const Hash128& hash) { return {.high = hash.high, .low = hash.low}; }

    bool is_inert(const Observation& candidate);
    [[nodiscard]] bool work_out(const Observation& candidate);
    bool commutes_with_all(const Pair& pair,
                           const Observation& candidate,
                           std::vector<Pair>& reached);
    bool commutes(const Pair& pair,
                  const Observation& candidate,
                  const Observation& other,
                  std::vector<Pair>& reached);
    // All that may happen in this state, in the same order in every run; nothing where that is more
    // than can be told.
    [[nodiscard]] std::optional<std::vector<Observation>> possible_in(LocalId local) const;
    bool add(const Observation& observation);
    bool pass_on(Answer& inert);

    Space& space_;
    std::array<Shard, 64> shards_;
    protocol::DenseMap<HashKey, Possible> possible_;  // by class
    protocol::DenseMap<HashKey, ItemId> items_;       // by name
    std::size_t items_known_ = 1;
};

}  // namespace invitro::properties::explore
