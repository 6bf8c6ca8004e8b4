// The search: every state of a small world, breadth first, until something breaks a promise.
//
// All states of a level are expanded before the next one, by several threads; what is found and in
// which order does not depend on how many. So the first violation found is one of the fewest moves
// that the search has (with partial-order reduction: that the reduced search has).
//
// A search that a limit stops has not shown anything of what it has not seen; it says so.
#pragma once

#include "properties/explore/moves.hpp"
#include "properties/explore/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace invitro::properties::explore {

struct Progress {
    std::uint64_t states = 0;
    std::uint64_t transitions = 0;
    std::uint32_t depth = 0;  // of the level being expanded
    std::uint32_t round = 1;
    std::size_t frontier = 0;  // states of that level
    std::size_t memory = 0;    // bytes, of the visited states and the frontier
};

struct SearchOptions {
    Rules rules;
    unsigned threads = 1;
    bool reduces_order = true;    // partial-order reduction
    bool uses_symmetries = true;  // renamed machines count as the same
    bool checks_cycles = false;   // goals under fairness; switches both reductions off
    std::uint64_t states_max = 50'000'000;
    std::size_t memory_max = std::size_t{4} << 30;  // bytes, as of Progress::memory
    // Called after each level and now and then within; false stops the search.
    std::function<bool(const Progress&)> progress;
};

enum class SearchVerdict : std::uint8_t {
    holds = 0,  // every state within the bounds was seen
    violated = 1,
    unfinished = 2,  // stopped before
};

struct Counterexample {
    std::string promise;  // its id, or what is wrong by itself ("endless exchange")
    std::string sentence;
    std::vector<Move> moves{};
    std::vector<ToldMove> told{};
    std::size_t cycle_begin = 0;  // where there is a cycle: the move with which it begins
    bool is_cycle = false;
};

struct SearchReport {
    SearchVerdict verdict = SearchVerdict::holds;
    std::string stopped_by;  // unfinished: which limit
    std::optional<Counterexample> counterexample;
    std::uint64_t states = 0;       // of the last round
    std::uint64_t transitions = 0;  // of the last round
    std::uint64_t last_states = 0;  // in which nothing was left to happen
    std::uint64_t reduced = 0;      // states of which not every move was explored
    std::uint64_t transitions_of_all_rounds = 0;
    std::uint32_t depth = 0;
    std::uint32_t rounds = 0;
    std::size_t local_states = 0;  // of single machines
    std::size_t inputs = 0;        // different ones
    std::size_t memory_peak = 0;
};

SearchReport search(const Subject& subject, const SearchOptions& options);

}  // namespace invitro::properties::explore
