#include "protocol/broker/hash_index.hpp"

#include <cstring>

namespace invitro::protocol {
namespace {

constexpr std::size_t slots_min = 8;

// Bijective, every bit of the input reaches every bit of the result.
constexpr std::uint64_t spread(std::uint64_t bits) {
    bits = (bits ^ (bits >> 32)) * 0xD6E8FEB86659FD93U;
    bits = (bits ^ (bits >> 32)) * 0xD6E8FEB86659FD93U;
    return bits ^ (bits >> 32);
}

std::uint64_t load_word(const std::uint8_t* bytes, std::size_t size) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < size; ++i) {
        word |= std::uint64_t{bytes[i]} << (8 * i);
    }
    return word;
}

}  // namespace

IndexKey derive_index_key(const RandomValue& secret) {
    const Tag128 tag = authenticate(secret, bytes_of("index key"));
    return {.first = load_word(tag.data(), 8), .second = load_word(tag.data() + 8, 8)};
}

std::uint64_t index_hash(const IndexKey& key, std::uint64_t high, std::uint64_t low) {
    return spread(spread(high ^ key.first) + (low ^ key.second));
}

std::uint64_t index_hash(const IndexKey& key, ByteView text) {
    std::uint64_t hash = key.first + text.size();
    while (!text.empty()) {
        const std::size_t size = std::min<std::size_t>(text.size(), 8);
        hash = spread(hash ^ load_word(text.data(), size)) + key.second;
        text = text.subspan(size);
    }
    return spread(hash);
}

void HashIndex::insert(std::uint64_t hash, std::uint32_t position) {
    if ((used + std::size_t{1}) * 4 > slots.size() * 3) grow();
    place({.position = position, .hash = kept_part(hash)});
    ++used;
}

void HashIndex::erase(std::uint64_t hash, std::uint32_t position) {
    close_gap(slot_of(hash, position));
    --used;
    // An empty index keeps nothing, so that it equals one that was never used.
    if (used == 0) slots = {};
}

void HashIndex::rename(std::uint64_t hash, std::uint32_t from, std::uint32_t to) {
    slots[slot_of(hash, from)].position = to;
}

std::size_t HashIndex::slot_of(std::uint64_t hash, std::uint32_t position) const {
    CHECK(used != 0, "only what was inserted is erased or renamed");
    std::size_t at = home(kept_part(hash));
    while (slots[at].position != position) {
        CHECK(!slots[at].is_free(), "only what was inserted is erased or renamed");
        at = next(at);
    }
    return at;
}

void HashIndex::place(Slot slot) {
    std::size_t at = home(slot.hash);
    while (!slots[at].is_free()) {
        at = next(at);
    }
    slots[at] = slot;
}

void HashIndex::grow() {
    std::vector<Slot> old(std::max(slots_min, slots.size() * 2));
    old.swap(slots);
    for (const Slot& slot : old) {
        if (!slot.is_free()) place(slot);
    }
}

// Moves later slots of the same run forward, so that no search stops short at the gap. A slot may
// move if its home does not lie behind the gap.
void HashIndex::close_gap(std::size_t gap) {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = next(gap); !slots[at].is_free(); at = next(at)) {
        const std::size_t displacement = (at - home(slots[at].hash)) & mask;
        if (displacement < ((at - gap) & mask)) continue;
        slots[gap] = slots[at];
        gap = at;
    }
    slots[gap] = Slot{};
}

}  // namespace invitro::protocol
