#include "properties/explore/reduction.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace invitro::properties::explore {
namespace {

// What takes longer to find out counts as not inert.
constexpr std::size_t reached_max = 500;

bool is_due(const Space& space, LocalId local) {
    return space.local(local).until_deadline == Duration{};
}

// Whether the move belongs to what is chosen with this candidate.
bool concerns(const Move& move, const Move& candidate) {
    return candidate.kind == MoveKind::deadline
               ? move == candidate
               : move.is_of_item() && move.target == candidate.target;
}

const Hash128& class_of(const Local& local) {
    return *std::min_element(local.names.begin(), local.names.end());
}

// The same for observations that behave alike; of what only those who have its references
// understand, for none but the same.
Hash128 class_of(const Space& space, const Observation& observation) {
    const Local& local = space.local(observation.before);
    if (!space.item(observation.item).references.empty()) {
        Hash128 exact =
            hash_numbers(observation.before, static_cast<std::uint64_t>(observation.happening));
        exact += space.item(observation.item).exact;
        return exact;
    }
    const Hash128& least = class_of(local);
    const auto& names = space.item(observation.item).names;
    Hash128 best{.high = ~std::uint64_t{0}, .low = ~std::uint64_t{0}};
    for (std::size_t i = 0; i < local.names.size(); ++i) {
        const Hash128 name = observation.item == no_item ? Hash128{} : names[i];
        if (local.names[i] == least) best = std::min(best, name);
    }
    best += hash_numbers(static_cast<std::uint64_t>(observation.happening), least.high);
    best += least;
    return best;
}

}  // namespace

Reduction::Choice Reduction::choose(const WorldState& state,
                                    std::vector<Move>& moves,
                                    std::size_t from) {
    const Choice everything{.count = moves.size(), .next = moves.size()};
    if (state.left.timeouts != 0 || moves.size() < 2) return everything;
    for (std::size_t i = from; i < moves.size(); ++i) {
        const Move candidate = moves[i];
        const bool is_delivery = candidate.kind == MoveKind::deliver;
        if (!is_delivery && candidate.kind != MoveKind::deadline) continue;
        const Node node = is_delivery ? space_.item(candidate.target).input.to : candidate.target;
        const Observation observation{
            .before = state.machines[node],
            .happening = is_delivery ? Happening::input : Happening::deadline,
            .item = is_delivery ? candidate.target : no_item};
        if (!is_inert(observation)) continue;
        const auto end = std::stable_partition(moves.begin(), moves.end(), [&](const Move& move) {
            return concerns(move, candidate);
        });
        const auto count = static_cast<std::size_t>(end - moves.begin());
        return {.count = count, .next = std::max(i + 1, count)};
    }
    return everything;
}

bool Reduction::is_inert(const Observation& candidate) {
    const HashKey key{.high = candidate.before,
                      .low = std::uint64_t{candidate.item} << 2 |
                             static_cast<std::uint64_t>(candidate.happening)};
    Shard& shard = shards_[protocol::mix_bits(key.high + key.low) % shards_.size()];
    {
        const std::scoped_lock lock(shard.mutex);
        if (const Answer* known = shard.answers.find(key)) return known->is_inert;
    }
    const bool is_inert = work_out(candidate);
    const std::scoped_lock lock(shard.mutex);
    return shard.answers.try_emplace(key, candidate, is_inert).first->is_inert;
}

// Follows, side by side, the machine to which the candidate is still to come and the one to which
// it has come, through whatever may happen to the latter.
bool Reduction::work_out(const Observation& candidate) {
    const Step first = space_.step(candidate.before, candidate.happening, candidate.item, false);
    const Effects& effects = space_.effects(first.effects);
    if (!effects.facts.empty() || effects.has_urgent) return false;
    std::vector<Pair> reached{{candidate.before, first.after}};
    for (std::size_t next = 0; next < reached.size(); ++next) {
        if (reached.size() > reached_max) return false;
        const Pair pair = reached[next];
        if (!commutes_with_all(pair, candidate, reached)) return false;
    }
    return true;
}

bool Reduction::commutes_with_all(const Pair& pair,
                                  const Observation& candidate,
                                  std::vector<Pair>& reached) {
    const auto [without, with] = pair;
    const bool is_due_without = is_due(space_, without);
    const bool agree = candidate.happening == Happening::deadline
                           ? is_due_without
                           : is_due_without == is_due(space_, with);
    const auto others = agree ? possible_in(with) : std::nullopt;
    return others && std::all_of(others->begin(), others->end(), [&](const Observation& other) {
               return commutes(pair, candidate, other, reached);
           });
}

bool Reduction::commutes(const Pair& pair,
                         const Observation& candidate,
                         const Observation& other,
                         std::vector<Pair>& reached) {
    const auto [without, with] = pair;
    // Another copy of the same is as good.
    const bool is_same = other.happening == candidate.happening && other.item == candidate.item;
    if (is_same && candidate.happening == Happening::input) return true;
    const auto take = [&](LocalId local, const Observation& what) {
        return space_.step(local, what.happening, what.item, false);
    };
    const Step first = take(without, candidate);
    const Step other_first = take(without, other);
    const Step other_last = take(with, other);
    const Step last = take(other_first.after, candidate);
    const bool agree = last.after == other_last.after &&
                       space_.effects(last.effects) == space_.effects(first.effects) &&
                       space_.effects(other_first.effects) == space_.effects(other_last.effects);
    if (!agree) return false;
    const Pair next{other_first.after, other_last.after};
    if (std::find(reached.begin(), reached.end(), next) == reached.end()) reached.push_back(next);
    return true;
}

std::optional<std::vector<Observation>> Reduction::possible_in(LocalId local) const {
    std::vector<Observation> all;
    const Local& here = space_.local(local);
    const Possible* possible = possible_.find(key_of(class_of(here)));
    if (possible == nullptr) return all;
    if (possible->is_unknown) return std::nullopt;
    for (const Observation& seen : possible->all) {
        const Local& there = space_.local(seen.before);
        const bool is_personal = !space_.item(seen.item).references.empty();
        for (std::size_t i = 0; i < there.names.size(); ++i) {
            if (there.names[i] != here.names[0]) continue;
            const bool is_itself = seen.before == local && i == 0;
            const ItemId* item = &seen.item;
            if (seen.item != no_item && !is_itself) {
                item = items_.find(key_of(space_.item(seen.item).names[i]));
            }
            // What only those who have its references understand cannot be told to others.
            if (item == nullptr || (is_personal && !is_itself)) return std::nullopt;
            all.push_back({.before = local, .happening = seen.happening, .item = *item});
        }
    }
    std::sort(all.begin(), all.end(), [&](const Observation& a, const Observation& b) {
        return std::tie(a.happening, space_.item(a.item).exact) <
               std::tie(b.happening, space_.item(b.item).exact);
    });
    return all;
}

bool Reduction::add(const Observation& observation) {
    const Hash128 name = class_of(space_, observation);
    Possible& possible = possible_[key_of(class_of(space_.local(observation.before)))];
    const auto place = std::lower_bound(possible.seen.begin(), possible.seen.end(), name);
    if (place != possible.seen.end() && *place == name) return false;
    possible.seen.insert(place, name);
    possible.all.push_back(observation);
    return true;
}

// What may happen after an inert input may happen before it. True if that is news.
bool Reduction::pass_on(Answer& inert) {
    const Observation& what = inert.candidate;
    const LocalId after = space_.step(what.before, what.happening, what.item, false).after;
    const Possible* later = possible_.find(key_of(class_of(space_.local(after))));
    if (later == nullptr || later->extent() == inert.passed_on) return false;
    inert.passed_on = later->extent();
    const auto possible = possible_in(after);
    if (!possible) {
        auto& before = possible_[key_of(class_of(space_.local(what.before)))];
        return !std::exchange(before.is_unknown, true);
    }
    bool is_news = false;
    for (Observation one : *possible) {
        one.before = what.before;
        is_news = add(one) || is_news;
    }
    return is_news;
}

bool Reduction::learn() {
    for (; items_known_ < space_.item_count(); ++items_known_) {
        const auto id = static_cast<ItemId>(items_known_);
        ItemId& known = *items_.try_emplace(key_of(space_.item(id).names[0]), id).first;
        if (space_.item(id).exact < space_.item(known).exact) known = id;
    }
    for (const Observation& one : space_.observations()) {
        add(one);
    }
    std::vector<Answer*> inert;
    for (Shard& shard : shards_) {
        for (auto& entry : shard.answers) {
            if (entry.value.is_inert) inert.push_back(&entry.value);
        }
    }
    for (bool is_news = true; is_news;) {
        is_news = false;
        for (Answer* answer : inert) {
            is_news = pass_on(*answer) || is_news;
        }
    }
    bool stands = true;
    for (Answer* answer : inert) {
        answer->is_inert = work_out(answer->candidate);
        stands = stands && answer->is_inert;
    }
    return stands;
}

}  // namespace invitro::properties::explore
