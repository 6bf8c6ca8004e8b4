#include "properties/explore/moves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace invitro::properties::explore {
namespace {

// More urgent inputs than any move of an orderly protocol brings about.
constexpr std::size_t urgent_max = 10'000;

// Hears of what happens to machines, for whoever tells a story.
using Listener = std::function<void(LocalId before, Happening happening, ItemId item)>;

class Mover {
public:
    Mover(Space& space, const WorldState& state, const Listener& listener)
        : space_(space), listener_(listener) {
        moved_.state = state;
    }

    void happen(Node node, Happening happening, ItemId item) {
        take(node, happening, item);
        // In the order in which they were sent: those sent meanwhile come last.
        for (std::size_t next = 0; next < urgent_.size(); ++next) {
            moved_.had_urgent = true;
            moved_.is_endless = urgent_.size() > urgent_max;
            if (moved_.is_endless) return;
            take(space_.item(urgent_[next]).input.to, Happening::input, urgent_[next]);
        }
    }

    void advance() {
        WorldState& state = moved_.state;
        Duration wait = Duration::max();
        for (const LocalId id : state.machine_view()) {
            wait = std::min(wait, space_.local(id).until_deadline);
        }
        if (state.time >= Duration{}) state.time += wait;
        moved_.waited = wait;
        if (state.flight_count != 0) --state.left.timeouts;
        for (std::size_t node = 0; node < state.machine_count; ++node) {
            state.machines[node] = space_.advance(state.machines[node], wait);
        }
    }

    void pay_for_crash(Node node) {
        const bool is_kill = space_.subject().crash_kinds[node] == CrashKind::kill;
        Budget& left = moved_.state.left;
        --(is_kill ? left.kills : left.crashes);
    }

    Moved& moved() { return moved_; }

private:
    void take(Node node, Happening happening, ItemId item) {
        WorldState& state = moved_.state;
        if (listener_) listener_(state.machines[node], happening, item);
        const Step step = space_.step(state.machines[node], happening, item, true);
        state.machines[node] = step.after;
        const Effects& effects = space_.effects(step.effects);
        for (const FactChange& change : effects.facts) {
            state.change(change);
            moved_.changed_facts = true;
        }
        for (const ItemId sent : effects.sent) {
            if (space_.item(sent).input.is_urgent) {
                urgent_.push_back(sent);
            } else {
                state.put_on_its_way(space_, sent);
            }
        }
    }

    Space& space_;
    const Listener& listener_;
    Moved moved_;
    std::vector<ItemId> urgent_;
};

Moved move_heard(Space& space,
                 const WorldState& state,
                 const Move& move,
                 const Listener& listener) {
    Mover mover(space, state, listener);
    Moved& moved = mover.moved();
    const Node node = move.is_of_item() ? space.item(move.target).input.to : move.target;
    if (move.is_of_item() && move.kind != MoveKind::duplicate) moved.state.take_off(move.target);
    switch (move.kind) {
        case MoveKind::deliver:
            mover.happen(node, Happening::input, move.target);
            break;
        case MoveKind::lose:
            --moved.state.left.losses;
            break;
        case MoveKind::duplicate:
            --moved.state.left.duplicates;
            mover.happen(node, Happening::input, move.target);
            break;
        case MoveKind::deliver_and_crash:
            mover.pay_for_crash(node);
            mover.happen(node, Happening::input_then_crash, move.target);
            break;
        case MoveKind::crash_before:
        case MoveKind::crash:
            mover.pay_for_crash(node);
            mover.happen(node, Happening::crash, no_item);
            break;
        case MoveKind::deadline:
            mover.happen(node, Happening::deadline, no_item);
            break;
        case MoveKind::advance:
            mover.advance();
            break;
    }
    return std::move(moved);
}

void add_moves_of_item(const Space& space,
                       const WorldState& state,
                       ItemId id,
                       std::vector<Move>& moves) {
    const Input& input = space.item(id).input;
    moves.push_back({.kind = MoveKind::deliver, .target = id});
    if (input.kind == InputKind::act) return;
    if (state.left.losses != 0) moves.push_back({.kind = MoveKind::lose, .target = id});
    if (state.left.duplicates != 0) moves.push_back({.kind = MoveKind::duplicate, .target = id});
    if (state.left.of(space.subject().crash_kinds[input.to]) == 0) return;
    moves.push_back({.kind = MoveKind::deliver_and_crash, .target = id});
    moves.push_back({.kind = MoveKind::crash_before, .target = id});
}

// Whether time may go on: no deadline waits to be served, and the next one is not too late.
bool may_advance(const Space& space, const Rules& rules, const WorldState& state) {
    Duration wait = Duration::max();
    for (const LocalId id : state.machine_view()) {
        wait = std::min(wait, space.local(id).until_deadline);
    }
    if (wait == Duration::max() || wait == Duration{}) return false;
    if (rules.has_end() && wait > rules.horizon - state.time) return false;
    return state.flight_count == 0 || state.left.timeouts != 0;
}

std::string text_of(const Space& space, const Move& move) {
    const Subject& subject = space.subject();
    const bool is_of_item = move.is_of_item();
    const std::string what = is_of_item ? subject.describe(space.item(move.target).input) : "";
    switch (move.kind) {
        case MoveKind::deliver:
            return what;
        case MoveKind::lose:
            return what + " is lost";
        case MoveKind::duplicate:
            return what + ", and will come again";
        case MoveKind::deliver_and_crash:
            return what + ", whose receiver crashes before it says anything";
        case MoveKind::crash_before:
            return what + " is lost in a crash of its receiver";
        case MoveKind::deadline:
            return subject.describe_node(move.target) + ": its deadline has come";
        case MoveKind::crash:
            return subject.describe_node(move.target) + " crashes and begins again";
        case MoveKind::advance:
            break;
    }
    return "time goes on";
}

std::string seconds_text(Duration time) {
    constexpr double second = 1e9;
    return fmt::format("{:.3f} s", static_cast<double>(time.count()) / second);
}

}  // namespace

std::vector<Move> moves_of(const Space& space, const Rules& rules, const WorldState& state) {
    std::vector<Move> moves;
    const auto flight = state.flight_view();
    for (std::size_t i = 0; i < flight.size(); ++i) {
        const bool is_seen = i > 0 && flight[i] == flight[i - 1];
        if (!is_seen) add_moves_of_item(space, state, flight[i], moves);
    }
    for (Node node = 0; node < state.machine_count; ++node) {
        if (space.local(state.machines[node]).until_deadline == Duration{}) {
            moves.push_back({.kind = MoveKind::deadline, .target = node});
        }
        if (state.left.of(space.subject().crash_kinds[node]) != 0) {
            moves.push_back({.kind = MoveKind::crash, .target = node});
        }
    }
    if (may_advance(space, rules, state)) moves.push_back({.kind = MoveKind::advance});
    return moves;
}

Moved make_move(Space& space, const WorldState& state, const Move& move) {
    return move_heard(space, state, move, {});
}

ToldMove tell_move(Space& space, const WorldState& state, const Move& move) {
    ToldMove told{.what = text_of(space, move), .notes = {}};
    const Subject& subject = space.subject();
    bool is_first = true;
    const Moved moved =
        move_heard(space, state, move, [&](LocalId before, Happening happening, ItemId item) {
            const Local& local = space.local(before);
            const Input& input = space.item(item).input;
            if (!is_first) told.notes.push_back("at once: " + subject.describe(input));
            is_first = false;
            const Outcome outcome =
                subject.step(local.node, local.machine, local.now, happening, input);
            told.notes.insert(told.notes.end(), outcome.notes.begin(), outcome.notes.end());
        });
    if (move.kind == MoveKind::advance) told.what += " by " + seconds_text(moved.waited);
    return told;
}

}  // namespace invitro::properties::explore
