#include "properties/explore/world_state.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::properties::explore {
namespace {

constexpr std::uint64_t fact_seed = 0x5EED0000;
constexpr std::uint64_t reference_seed = 0x4EF00000;
constexpr std::size_t header_words = 5;

std::uint64_t number_of(const Budget& budget) {
    std::uint64_t number = 0;
    for (const std::uint8_t one :
         {budget.losses, budget.duplicates, budget.crashes, budget.kills, budget.timeouts}) {
        number = number << 8 | one;
    }
    return number;
}

// Where the references of an item stand in the states of those who have them. Of nobody's: as it
// is.
Hash128 hash_references(const Space& space,
                        const WorldState& state,
                        std::size_t symmetry,
                        const Item& item) {
    Hash128 sum;
    const auto& renamed = space.subject().symmetries[symmetry].node;
    for (std::size_t i = 0; i < item.references.size(); ++i) {
        bool is_known = false;
        const std::uint64_t place = reference_seed + i;
        for (const LocalId id : state.machine_view()) {
            const Local& local = space.local(id);
            const auto found =
                std::find(local.references.begin(), local.references.end(), item.references[i]);
            if (found == local.references.end()) continue;
            is_known = true;
            const auto at = static_cast<std::uint64_t>(found - local.references.begin());
            sum += hash_numbers(place ^ item.names[symmetry].low,
                                std::uint64_t{renamed[local.node]} << 32 | at);
        }
        const Hash128& raw = item.references[i];
        if (!is_known) sum += hash_numbers(place ^ item.names[symmetry].low ^ raw.high, raw.low);
    }
    return sum;
}

Hash128 sum_of(const Space& space, const WorldState& state, std::size_t symmetry) {
    Hash128 sum =
        hash_numbers(static_cast<std::uint64_t>(state.time.count()), number_of(state.left));
    for (const LocalId id : state.machine_view()) {
        sum += space.local(id).names[symmetry];
    }
    for (const ItemId id : state.flight_view()) {
        const Item& item = space.item(id);
        sum += item.names[symmetry];
        if (!item.references.empty()) sum += hash_references(space, state, symmetry, item);
    }
    const auto& renamed = space.subject().symmetries[symmetry].word;
    for (std::size_t word = 0; word < state.word_count; ++word) {
        if (state.facts[word] == 0) continue;
        sum += hash_numbers(fact_seed + renamed[word], state.facts[word]);
    }
    return sum;
}

}  // namespace

void WorldState::put_on_its_way(const Space& space, ItemId item) {
    if (flight_count == flight_max) {
        is_overfull = true;
        return;
    }
    const Hash128& exact = space.item(item).exact;
    std::size_t place = flight_count++;
    for (; place > 0 && exact < space.item(flight[place - 1]).exact; --place) {
        flight[place] = flight[place - 1];
    }
    flight[place] = item;
}

void WorldState::take_off(ItemId item) {
    const auto end = flight.begin() + flight_count;
    const auto found = std::find(flight.begin(), end, item);
    CHECK(found != end, "what is taken off is on its way");
    std::copy(found + 1, end, found);
    flight[--flight_count] = no_item;
}

void WorldState::change(const FactChange& change) {
    std::uint32_t& word = facts[change.word];
    const std::uint32_t bit = std::uint32_t{1} << change.bit;
    switch (change.operation) {
        case FactOperation::set:
            word |= bit;
            break;
        case FactOperation::count:
            word |= (word & bit) == 0 ? bit : bit << 1;
            break;
        case FactOperation::clear:
            word &= ~bit;
            break;
    }
}

WorldState first_state(Space& space, const Budget& budget) {
    const Subject& subject = space.subject();
    CHECK(subject.machines.size() <= WorldState::machines_max, "an explored world is small");
    CHECK(subject.fact_words <= WorldState::words_max, "an explored world is small");
    WorldState state;
    state.left = budget;
    if (!space.keeps_time()) state.time = Duration{-1};
    state.machine_count = static_cast<std::uint8_t>(subject.machines.size());
    state.word_count = static_cast<std::uint8_t>(subject.fact_words);
    for (Node node = 0; node < subject.machines.size(); ++node) {
        state.machines[node] = space.first_state(node);
    }
    for (const Input& input : subject.inputs) {
        state.put_on_its_way(space, space.item_of(input));
    }
    return state;
}

Hash128 fingerprint(const Space& space, const WorldState& state) {
    Hash128 least = sum_of(space, state, 0);
    for (std::size_t symmetry = 1; symmetry < space.symmetry_count(); ++symmetry) {
        least = std::min(least, sum_of(space, state, symmetry));
    }
    return least;
}

void pack(const WorldState& state, Words& out) {
    const auto time = static_cast<std::uint64_t>(state.time.count());
    const std::uint64_t budget = number_of(state.left);
    out.push_back(static_cast<std::uint32_t>(time));
    out.push_back(static_cast<std::uint32_t>(time >> 32));
    out.push_back(static_cast<std::uint32_t>(budget));
    out.push_back(static_cast<std::uint32_t>(budget >> 32));
    out.push_back(std::uint32_t{state.machine_count} << 16 | std::uint32_t{state.word_count} << 8 |
                  state.flight_count);
    out.insert(out.end(), state.machines.begin(), state.machines.begin() + state.machine_count);
    out.insert(out.end(), state.facts.begin(), state.facts.begin() + state.word_count);
    out.insert(out.end(), state.flight.begin(), state.flight.begin() + state.flight_count);
}

WorldState unpack(std::span<const std::uint32_t> words) {
    WorldState state;
    state.time = Duration{static_cast<Duration::rep>(std::uint64_t{words[1]} << 32 | words[0])};
    const std::uint64_t budget = std::uint64_t{words[3]} << 32 | words[2];
    state.left = {.losses = static_cast<std::uint8_t>(budget >> 32),
                  .duplicates = static_cast<std::uint8_t>(budget >> 24),
                  .crashes = static_cast<std::uint8_t>(budget >> 16),
                  .kills = static_cast<std::uint8_t>(budget >> 8),
                  .timeouts = static_cast<std::uint8_t>(budget)};
    state.machine_count = static_cast<std::uint8_t>(words[4] >> 16);
    state.word_count = static_cast<std::uint8_t>(words[4] >> 8);
    state.flight_count = static_cast<std::uint8_t>(words[4]);
    const auto* next = words.data() + header_words;
    std::copy_n(next, state.machine_count, state.machines.begin());
    next += state.machine_count;
    std::copy_n(next, state.word_count, state.facts.begin());
    next += state.word_count;
    std::copy_n(next, state.flight_count, state.flight.begin());
    return state;
}

}  // namespace invitro::properties::explore
