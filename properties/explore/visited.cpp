#include "properties/explore/visited.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace invitro::properties::explore {

Visited::Slot& Visited::Shard::find(const Key& key) {
    std::size_t at = key.low & (slots.size() - 1);
    while (slots[at].id != 0 && slots[at].key != key) {
        at = (at + 1) & (slots.size() - 1);
    }
    return slots[at];
}

void Visited::Shard::grow() {
    constexpr std::size_t slots_min = 1024;
    std::vector<Slot> before(std::max(slots_min, 2 * slots.size()));
    std::swap(before, slots);
    for (const Slot& slot : before) {
        if (slot.id != 0) find(slot.key) = slot;
    }
}

bool Visited::offer(const Offer& offer, const WorldState& state) {
    const Key key{.high = offer.fingerprint.high, .low = offer.fingerprint.low};
    CHECK(offer.number < 1U << moves_bits, "a state has fewer moves");
    const std::uint64_t order = std::uint64_t{offer.parent} << moves_bits | offer.number;
    Shard& shard = this->shard(key);
    const std::scoped_lock lock(shard.mutex);
    if (4 * (shard.used + 1) > 3 * shard.slots.size()) shard.grow();
    Slot& slot = shard.find(key);
    const bool is_new = slot.id == 0;
    if (!is_new && (!slot.is_pending || shard.pending[slot.id - 1].key <= order)) return false;
    if (is_new) {
        ++shard.used;
        shard.pending.emplace_back();
        slot = {.key = key, .id = static_cast<StateId>(shard.pending.size()), .is_pending = true};
    }
    const std::size_t begin = shard.words.size();
    pack(state, shard.words);
    shard.pending[slot.id - 1] = {.key = order,
                                  .move = offer.move.packed(),
                                  .fingerprint = key,
                                  .begin = begin,
                                  .size = shard.words.size() - begin};
    return is_new;
}

bool Visited::is_old(const Hash128& fingerprint) {
    const Key key{.high = fingerprint.high, .low = fingerprint.low};
    Shard& shard = this->shard(key);
    const std::scoped_lock lock(shard.mutex);
    if (shard.slots.empty()) return false;
    const Slot& slot = shard.find(key);
    return slot.id != 0 && !slot.is_pending;
}

StateId Visited::find(const Hash128& fingerprint) {
    const Key key{.high = fingerprint.high, .low = fingerprint.low};
    Shard& shard = this->shard(key);
    const std::scoped_lock lock(shard.mutex);
    CHECK(!shard.slots.empty(), "it has been offered");
    const Slot& slot = shard.find(key);
    CHECK(slot.id != 0 && !slot.is_pending, "it has been offered");
    return slot.id - 1;
}

// Sorts by counting: first by parent, then the few of each parent.
Level Visited::finish_level(StateId first, StateId first_parent, std::size_t parent_count) {
    std::vector<std::size_t> ends(parent_count + 1);
    std::size_t words = 0;
    for (const Shard& shard : shards_) {
        for (const Pending& one : shard.pending) {
            ++ends[(one.key >> moves_bits) - first_parent + 1];
            words += one.size;
        }
    }
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    std::vector<std::pair<const Pending*, Shard*>> sorted(ends.back());
    std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
    for (Shard& shard : shards_) {
        for (const Pending& one : shard.pending) {
            sorted[next[(one.key >> moves_bits) - first_parent]++] = {&one, &shard};
        }
    }
    for (std::size_t parent = 0; parent < parent_count; ++parent) {
        std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(ends[parent]),
                  sorted.begin() + static_cast<std::ptrdiff_t>(ends[parent + 1]),
                  [](const auto& a, const auto& b) { return a.first->key < b.first->key; });
    }
    Level level{.first = first};
    level.words.reserve(words);
    level.begins.reserve(sorted.size() + 1);
    level.reached.reserve(sorted.size());
    CHECK(sorted.size() < states_max - first, "a search ends before it has so many states");
    for (const auto& [pending, shard] : sorted) {
        const auto begin = shard->words.begin() + static_cast<std::ptrdiff_t>(pending->begin);
        level.words.insert(
            level.words.end(), begin, begin + static_cast<std::ptrdiff_t>(pending->size));
        level.begins.push_back(level.words.size());
        level.reached.push_back(
            {.parent = static_cast<StateId>(pending->key >> moves_bits), .move = pending->move});
        Slot& slot = shard->find(pending->fingerprint);
        slot.id = first + static_cast<StateId>(level.reached.size());
        slot.is_pending = false;
    }
    for (Shard& shard : shards_) {
        shard.pending.clear();
        shard.words.clear();
    }
    return level;
}

std::size_t Visited::size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards_) {
        const std::scoped_lock lock(shard.mutex);
        size += shard.used;
    }
    return size;
}

std::size_t Visited::memory() const {
    std::size_t memory = 0;
    for (const Shard& shard : shards_) {
        const std::scoped_lock lock(shard.mutex);
        memory += shard.slots.capacity() * sizeof(Slot) +
                  shard.pending.capacity() * sizeof(Pending) +
                  shard.words.capacity() * sizeof(std::uint32_t);
    }
    return memory;
}

}  // namespace invitro::properties::explore
