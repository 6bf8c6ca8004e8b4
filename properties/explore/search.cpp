#include "properties/explore/search.hpp"

#include "properties/explore/cycles.hpp"
#include "properties/explore/reduction.hpp"
#include "properties/explore/space.hpp"
#include "properties/explore/visited.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

namespace invitro::properties::explore {
namespace {

// States that a thread takes at a time, and between two looks at the limits.
constexpr std::size_t chunk_size = 256;

// What breaks a promise, in the order in which the search would come upon it alone.
struct Finding {
    std::uint64_t order = std::numeric_limits<std::uint64_t>::max();
    std::string promise;
    std::string sentence;
    StateId state = 0;
    std::optional<Move> move;  // with which it breaks; none: it is broken in that state
};

struct Counts {
    std::uint64_t transitions = 0;
    std::uint64_t last_states = 0;
    std::uint64_t reduced = 0;

    Counts& operator+=(const Counts& other) {
        transitions += other.transitions;
        last_states += other.last_states;
        reduced += other.reduced;
        return *this;
    }
};

// One thread's part of a level.
struct Part {
    Counts counts;
    Finding finding;
    std::vector<Edge> edges;
    bool is_overfull = false;
};

class Round {
public:
    Round(Space& space, Reduction* reduction, const SearchOptions& options, SearchReport& report)
        : space_(space), reduction_(reduction), options_(options), report_(report) {}

    // False if the search is over, whatever came of it.
    bool run() {
        begin();
        while (level_.size() != 0 && stopped_by_.empty() && finding_.promise.empty()) {
            expand_level();
            if (!tell_progress()) stopped_by_ = "it was told to stop";
        }
        if (stopped_by_.empty() && finding_.promise.empty() && options_.checks_cycles) {
            find_cycle();
        }
        finish();
        return stopped_by_.empty() && !report_.counterexample;
    }

private:
    void begin() {
        const WorldState first = first_state(space_, options_.rules.budget);
        visited_.offer({.fingerprint = fingerprint(space_, first)}, first);
        take_level(visited_.finish_level(0, 0, 1));
        for (const Promise& invariant : space_.subject().invariants) {
            if (!invariant.holds(first.fact_view())) {
                finding_ = {.order = 0,
                            .promise = invariant.id,
                            .sentence = invariant.sentence,
                            .state = 0,
                            .move = std::nullopt};
            }
        }
    }

    void take_level(Level level) {
        reached_.insert(reached_.end(), level.reached.begin(), level.reached.end());
        if (options_.checks_cycles) graph_.levels.push_back(level);
        level_ = std::move(level);
    }

    void expand_level() {
        next_chunk_ = 0;
        is_stopping_ = false;
        std::vector<Part> parts(std::max(1U, options_.threads));
        const bool is_small = level_.size() <= chunk_size;
        if (is_small || parts.size() == 1) {
            expand_chunks(parts.front());
        } else {
            std::vector<std::thread> threads;
            threads.reserve(parts.size());
            for (Part& part : parts) {
                threads.emplace_back([this, &part] { expand_chunks(part); });
            }
            for (std::thread& thread : threads) {
                thread.join();
            }
        }
        for (Part& part : parts) {
            counts_ += part.counts;
            if (part.finding.order < finding_.order) finding_ = std::move(part.finding);
            if (part.is_overfull) stopped_by_ = "more is on its way at once than there is room for";
            graph_.edges.insert(graph_.edges.end(), part.edges.begin(), part.edges.end());
        }
        const std::size_t memory = memory_use();
        report_.memory_peak = std::max(report_.memory_peak, memory);
        if (is_stopping_) stopped_by_ = limit_reached();
        const auto first = static_cast<StateId>(reached_.size());
        take_level(visited_.finish_level(first, level_.first, level_.size()));
        if (level_.size() != 0) ++depth_;
    }

    void expand_chunks(Part& part) {
        while (!is_stopping_) {
            const std::size_t begin = next_chunk_.fetch_add(chunk_size);
            if (begin >= level_.size()) return;
            const std::size_t end = std::min(begin + chunk_size, level_.size());
            for (std::size_t place = begin; place < end; ++place) {
                expand(level_.first + static_cast<StateId>(place), level_.state(place), part);
            }
            const std::size_t chunk = begin / chunk_size;
            constexpr std::size_t chunks_between_looks = 64;
            if (chunk % chunks_between_looks == 0 && !limit_reached().empty()) is_stopping_ = true;
        }
    }

    void expand(StateId id, const WorldState& state, Part& part) {
        std::vector<Move> moves = moves_of(space_, options_.rules, state);
        if (moves.empty()) {
            ++part.counts.last_states;
            check_goals(id, state, part);
            return;
        }
        std::size_t done = 0;
        std::uint32_t number = 0;
        for (std::size_t from = 0; done < moves.size();) {
            Reduction::Choice choice{.count = moves.size(), .next = moves.size()};
            if (reduction_ != nullptr) choice = reduction_->choose(state, moves, from);
            const bool is_reduced = choice.count < moves.size();
            bool leads_on = false;
            for (std::size_t i = 0; i < choice.count; ++i) {
                const bool is_new = follow(id, state, moves[i], number++, part);
                leads_on = leads_on || (i == 0 && is_new);
            }
            // Whoever is left waiting must not be left so by a cycle.
            if (is_reduced && !leads_on) {
                from = choice.next;
                continue;
            }
            if (is_reduced) ++part.counts.reduced;
            done = moves.size();
        }
    }

    // True if that leads to no state of this level or an earlier one.
    bool follow(
        StateId id, const WorldState& state, const Move& move, std::uint32_t number, Part& part) {
        ++part.counts.transitions;
        const Moved moved = make_move(space_, state, move);
        const std::uint64_t order = std::uint64_t{id} << Visited::moves_bits | number;
        if (moved.state.is_overfull) part.is_overfull = true;
        if (const char* mistake = mistake_in(state, move, moved)) {
            find(part,
                 {.order = order,
                  .promise = mistake,
                  .sentence = "machines go on at one instant for ever",
                  .state = id,
                  .move = move});
            return false;
        }
        if (moved.changed_facts) check_invariants(id, move, order, moved.state, part);
        const Visited::Offer offer{.fingerprint = fingerprint(space_, moved.state),
                                   .parent = id,
                                   .number = number,
                                   .move = move};
        if (options_.checks_cycles) {
            part.edges.push_back({.from = id, .to = offer.fingerprint, .move = move});
        }
        if (visited_.offer(offer, moved.state)) return true;
        return !visited_.is_old(offer.fingerprint);
    }

    // What no protocol may do, or null.
    static const char* mistake_in(const WorldState& state, const Move& move, const Moved& moved) {
        if (moved.is_endless) return "endless-exchange";
        const bool has_changed = moved.state.machines != state.machines ||
                                 moved.state.flight_count != state.flight_count;
        const bool is_deadline = move.kind == MoveKind::deadline;
        return is_deadline && !has_changed ? "deadline-not-served" : nullptr;
    }

    static void find(Part& part, Finding finding) {
        if (finding.order < part.finding.order) part.finding = std::move(finding);
    }

    void check_invariants(
        StateId id, const Move& move, std::uint64_t order, const WorldState& state, Part& part) {
        for (const Promise& invariant : space_.subject().invariants) {
            if (invariant.holds(state.fact_view())) continue;
            find(part,
                 {.order = order,
                  .promise = invariant.id,
                  .sentence = invariant.sentence,
                  .state = id,
                  .move = move});
        }
    }

    void check_goals(StateId id, const WorldState& state, Part& part) {
        for (const Promise& goal : space_.subject().goals) {
            if (goal.holds(state.fact_view())) continue;
            find(part,
                 {.order = std::uint64_t{id} << Visited::moves_bits,
                  .promise = goal.id,
                  .sentence = goal.sentence,
                  .state = id,
                  .move = std::nullopt});
        }
    }

    void find_cycle() {
        const auto cycle = find_fair_cycle(space_, options_.rules, visited_, graph_);
        if (!cycle) return;
        const Promise& goal = space_.subject().goals[cycle->promise];
        finding_ = {.order = 0,
                    .promise = goal.id,
                    .sentence = goal.sentence,
                    .state = cycle->begin,
                    .move = std::nullopt};
        cycle_ = cycle->moves;
    }

    [[nodiscard]] std::size_t memory_use() const {
        return visited_.memory() + level_.words.capacity() * sizeof(std::uint32_t) +
               level_.begins.capacity() * sizeof(std::size_t) +
               (level_.reached.capacity() + reached_.capacity()) * sizeof(Reached);
    }

    // Which limit, or nothing.
    [[nodiscard]] std::string limit_reached() const {
        if (visited_.size() > std::min<std::uint64_t>(options_.states_max, explore::states_max)) {
            return "the number of states";
        }
        return memory_use() > options_.memory_max ? "the memory" : "";
    }

    bool tell_progress() {
        if (!options_.progress) return true;
        return options_.progress({.states = reached_.size(),
                                  .transitions = counts_.transitions,
                                  .depth = depth_,
                                  .round = report_.rounds,
                                  .frontier = level_.size(),
                                  .memory = memory_use()});
    }

    void finish() {
        report_.states = reached_.size();
        report_.transitions = counts_.transitions;
        report_.transitions_of_all_rounds += counts_.transitions;
        report_.last_states = counts_.last_states;
        report_.reduced = counts_.reduced;
        report_.depth = depth_;
        report_.stopped_by = stopped_by_;
        if (!finding_.promise.empty()) {
            report_.counterexample = tell_finding();
            report_.verdict = SearchVerdict::violated;
        } else if (!stopped_by_.empty()) {
            report_.verdict = SearchVerdict::unfinished;
        }
    }

    [[nodiscard]] Counterexample tell_finding() {
        Counterexample example{.promise = finding_.promise, .sentence = finding_.sentence};
        for (StateId id = finding_.state; id != 0; id = reached_[id].parent) {
            example.moves.push_back(Move::unpacked(reached_[id].move));
        }
        std::reverse(example.moves.begin(), example.moves.end());
        if (finding_.move) example.moves.push_back(*finding_.move);
        example.is_cycle = !cycle_.empty();
        example.cycle_begin = example.moves.size();
        example.moves.insert(example.moves.end(), cycle_.begin(), cycle_.end());
        WorldState state = first_state(space_, options_.rules.budget);
        for (const Move& move : example.moves) {
            example.told.push_back(tell_move(space_, state, move));
            state = make_move(space_, state, move).state;
        }
        return example;
    }

    Space& space_;
    Reduction* reduction_;
    const SearchOptions& options_;
    SearchReport& report_;
    Visited visited_;
    Level level_;
    std::vector<Reached> reached_;  // by state
    StateGraph graph_;
    Counts counts_;
    Finding finding_;
    std::vector<Move> cycle_;
    std::string stopped_by_;
    std::uint32_t depth_ = 0;
    std::atomic<std::size_t> next_chunk_{0};
    std::atomic<bool> is_stopping_{false};
};

}  // namespace

SearchReport search(const Subject& subject, const SearchOptions& options) {
    SearchReport report;
    const bool may_reduce = !options.checks_cycles;
    Space space(subject, options.uses_symmetries && may_reduce, options.rules.has_end());
    Reduction reduction(space);
    const bool reduces = options.reduces_order && may_reduce;
    bool goes_on = true;
    while (goes_on) {
        ++report.rounds;
        Round round(space, reduces ? &reduction : nullptr, options, report);
        const bool is_clean = round.run();
        // Another round, unless this one has left out nothing that it should not have.
        goes_on = is_clean && reduces && !reduction.learn();
    }
    report.local_states = space.local_count();
    report.inputs = space.item_count() - 1;
    return report;
}

}  // namespace invitro::properties::explore
