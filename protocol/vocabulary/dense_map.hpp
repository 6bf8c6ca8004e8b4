// DenseMap: a hash map whose entries lie side by side in one vector.
//
// An open-addressing index of 8 bytes per slot (at most three quarters full) points into the
// entries. Iteration runs over the entries in order of insertion, except that erasing one moves the
// last entry into its place. That order, and with it everything a machine derives from it, depends
// on the operations alone and never on the hash: the same history gives the same order everywhere.
//
// Two maps are equal when they hold the same keys with the same values, in whatever order.
// Inserting and erasing invalidate pointers and iterators. Through a mutable iterator only
// `Entry::value` may be changed.
//
// The hashes are fast, fixed and not keyed: who may choose keys freely, and millions of them, can
// make look-ups slow but never wrong.
#pragma once

#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace invitro::protocol {

// Spreads every bit of the input over every bit of the result (the finaliser of SplitMix64).
constexpr std::uint64_t mix_bits(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
}

inline constexpr std::uint64_t golden_ratio_bits = 0x9E3779B97F4A7C15U;

inline std::uint64_t hash_text(std::string_view text) {
    std::uint64_t hash = text.size() * golden_ratio_bits;
    while (!text.empty()) {
        std::uint64_t word = 0;
        const std::size_t length = std::min(text.size(), sizeof word);
        std::memcpy(&word, text.data(), length);
        hash = mix_bits(hash + word) + golden_ratio_bits;
        text.remove_prefix(length);
    }
    return hash;
}

// How a key is hashed, and as what it is looked up.
template <class Key>
struct DenseHash;

template <class Key>
requires std::integral<Key> || std::is_enum_v<Key>

struct DenseHash<Key> {
    using Argument = Key;

    std::uint64_t operator()(Key key) const { return mix_bits(static_cast<std::uint64_t>(key)); }
};

template <class Tag>
struct DenseHash<Id128<Tag>> {
    using Argument = const Id128<Tag>&;

    std::uint64_t operator()(const Id128<Tag>& key) const {
        return mix_bits(key.high * golden_ratio_bits + key.low);
    }
};

template <>
struct DenseHash<std::string> {
    using Argument = std::string_view;

    std::uint64_t operator()(std::string_view key) const { return hash_text(key); }
};

template <>
struct DenseHash<EndpointIdentifier> {
    using Argument = const EndpointIdentifier&;

    std::uint64_t operator()(const EndpointIdentifier& key) const { return hash_text(key.text()); }
};

template <class Key, class Value>
class DenseMap {
public:
    struct Entry {
        Key key;
        Value value;

        bool operator==(const Entry&) const = default;
    };

    using key_type = Key;
    using mapped_type = Value;
    // const Key&, or what a key can be looked up by without making one (std::string_view).
    using Argument = typename DenseHash<Key>::Argument;

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    [[nodiscard]] bool empty() const { return entries_.empty(); }

    [[nodiscard]] auto begin() const { return entries_.begin(); }

    [[nodiscard]] auto end() const { return entries_.end(); }

    [[nodiscard]] auto begin() { return entries_.begin(); }

    [[nodiscard]] auto end() { return entries_.end(); }

    // The value of `key`, or null.
    [[nodiscard]] const Value* find(Argument key) const {
        const Slot slot = slots_.empty() ? Slot{} : slots_[slot_of(key)];
        return slot.is_free() ? nullptr : &entries_[slot.entry].value;
    }

    [[nodiscard]] Value* find(Argument key) {
        return const_cast<Value*>(std::as_const(*this).find(key));
    }

    [[nodiscard]] bool contains(Argument key) const { return find(key) != nullptr; }

    // The value of `key`, made as Value{arguments...} if there was none; true if it was made.
    template <class... Arguments>
    std::pair<Value*, bool> try_emplace(Argument key, Arguments&&... arguments) {
        if (slots_.size() < slots_needed(entries_.size() + 1)) grow(entries_.size() + 1);
        Slot& slot = slots_[slot_of(key)];
        if (!slot.is_free()) return {&entries_[slot.entry].value, false};
        entries_.push_back({Key{key}, Value{std::forward<Arguments>(arguments)...}});
        slot = {.entry = static_cast<std::uint32_t>(entries_.size() - 1), .hash = hash_of(key)};
        return {&entries_.back().value, true};
    }

    Value& operator[](Argument key) { return *try_emplace(key).first; }

    Value& insert_or_assign(Argument key, Value value) {
        if (Value* present = find(key)) return *present = std::move(value);
        return *try_emplace(key, std::move(value)).first;
    }

    // False if there was no such key.
    bool erase(Argument key) {
        if (slots_.empty()) return false;
        const std::size_t slot = slot_of(key);
        if (slots_[slot].is_free()) return false;
        erase_slot(slot);
        return true;
    }

    // Erases the entries for which `condition(entry)` holds; says how many.
    template <class Condition>
    std::size_t erase_if(Condition condition) {
        const std::size_t size_before = size();
        for (std::size_t i = 0; i < size();) {
            if (condition(std::as_const(entries_[i]))) {
                erase_slot(slot_of(entries_[i].key));
            } else {
                ++i;
            }
        }
        return size_before - size();
    }

    void clear() {
        entries_.clear();
        slots_.clear();
    }

    // Makes room for `count` entries in all.
    void reserve(std::size_t count) {
        entries_.reserve(count);
        if (slots_.size() < slots_needed(count)) grow(count);
    }

    friend bool operator==(const DenseMap& a, const DenseMap& b) {
        return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Entry& entry) {
                   const Value* other = b.find(entry.key);
                   return other != nullptr && *other == entry.value;
               });
    }

private:
    static constexpr std::uint32_t no_entry = 0xFFFFFFFF;

    // Part of the hash is kept, so that probing touches the entries only for a likely match and
    // moving slots touches them not at all.
    struct Slot {
        std::uint32_t entry = no_entry;
        std::uint32_t hash = 0;

        [[nodiscard]] bool is_free() const { return entry == no_entry; }
    };

    static std::uint32_t hash_of(Argument key) {
        return static_cast<std::uint32_t>(DenseHash<Key>{}(key) >> 32);
    }

    static std::size_t slots_needed(std::size_t count) {
        return count == 0 ? 0 : std::max<std::size_t>(8, std::bit_ceil(count + (count + 2) / 3));
    }

    [[nodiscard]] std::size_t next(std::size_t slot) const {
        return (slot + 1) & (slots_.size() - 1);
    }

    // Where a hash would sit if nothing were in its way.
    [[nodiscard]] std::size_t home(std::uint32_t hash) const { return hash & (slots_.size() - 1); }

    // The slot that holds `key`, or the free one where it would go. Precondition: there are slots;
    // one of them is always free.
    [[nodiscard]] std::size_t slot_of(Argument key) const {
        const std::uint32_t hash = hash_of(key);
        std::size_t slot = home(hash);
        while (!slots_[slot].is_free() &&
               (slots_[slot].hash != hash || !(entries_[slots_[slot].entry].key == key))) {
            slot = next(slot);
        }
        return slot;
    }

    void grow(std::size_t count) {
        CHECK(count <= no_entry / 2, "slots count entries in 32 bits");
        slots_.assign(slots_needed(count), Slot{});
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const std::uint32_t hash = hash_of(entries_[i].key);
            std::size_t slot = home(hash);
            while (!slots_[slot].is_free()) {
                slot = next(slot);
            }
            slots_[slot] = {.entry = static_cast<std::uint32_t>(i), .hash = hash};
        }
    }

    // Frees the slot and fills its entry's place with the last entry.
    void erase_slot(std::size_t slot) {
        const std::uint32_t entry = slots_[slot].entry;
        const std::size_t last = entries_.size() - 1;
        slots_[slot_of(entries_[last].key)].entry = entry;
        if (entry != last) entries_[entry] = std::move(entries_[last]);
        entries_.pop_back();
        close_gap(slot);
    }

    // Moves later slots of the same run forward, so that no search stops short at the gap. A slot
    // may move if its home does not lie behind the gap.
    void close_gap(std::size_t gap) {
        for (std::size_t slot = next(gap); !slots_[slot].is_free(); slot = next(slot)) {
            const std::size_t mask = slots_.size() - 1;
            const std::size_t displacement = (slot - home(slots_[slot].hash)) & mask;
            if (displacement >= ((slot - gap) & mask)) {
                slots_[gap] = slots_[slot];
                gap = slot;
            }
        }
        slots_[gap] = Slot{};
    }

    std::vector<Entry> entries_;
    std::vector<Slot> slots_;
};

}  // namespace invitro::protocol
