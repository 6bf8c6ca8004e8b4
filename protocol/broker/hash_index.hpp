// HashIndex: finds the position of a record in a vector by a keyed hash of its key.
//
// The records own their keys; the index holds 8 bytes per slot and nothing else, which is what lets
// a million registrations fit. Its owner says what a match is. Positions may be renamed, so that
// records can be kept dense by moving the last one into a gap.
//
// The hash is keyed because initiators choose call ids and anybody may choose identifiers: without
// the key nobody can make them collide on purpose. Costs: one probe or two at most three quarters
// full, whatever the number of records.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// "No record", wherever records are named by their position.
inline constexpr std::uint32_t no_position = 0xFFFFFFFF;

// The secret of a table's hashes.
struct IndexKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    bool operator==(const IndexKey&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("first", &IndexKey::first), field("second", &IndexKey::second)};
    }
};

// A key derived from a secret of the service; equal secrets give equal keys.
IndexKey derive_index_key(const RandomValue& secret);

std::uint64_t index_hash(const IndexKey& key, std::uint64_t high, std::uint64_t low);
std::uint64_t index_hash(const IndexKey& key, ByteView text);

template <class Tag>
std::uint64_t index_hash(const IndexKey& key, const Id128<Tag>& id) {
    return index_hash(key, id.high, id.low);
}

struct HashIndex {
    // Part of the hash is kept, so that probing touches the records only for a likely match and
    // growing touches them not at all.
    struct Slot {
        std::uint32_t position = no_position;
        std::uint32_t hash = 0;

        bool operator==(const Slot&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("position", &Slot::position), field("hash", &Slot::hash)};
        }

        [[nodiscard]] bool is_free() const { return position == no_position; }
    };

    std::vector<Slot> slots;
    std::uint32_t used = 0;

    bool operator==(const HashIndex&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("slots", &HashIndex::slots), field("used", &HashIndex::used)};
    }

    // The position for which is_match(position) holds, or no_position.
    template <class IsMatch>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, IsMatch&& is_match) const {
        if (slots.empty()) return no_position;
        const std::uint32_t kept = kept_part(hash);
        for (std::size_t at = home(kept); !slots[at].is_free(); at = next(at)) {
            if (slots[at].hash == kept && is_match(slots[at].position)) return slots[at].position;
        }
        return no_position;
    }

    void insert(std::uint64_t hash, std::uint32_t position);

    // Precondition of both: `position` was inserted under this hash.
    void erase(std::uint64_t hash, std::uint32_t position);
    void rename(std::uint64_t hash, std::uint32_t from, std::uint32_t to);

private:
    static std::uint32_t kept_part(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash >> 32);
    }

    [[nodiscard]] std::size_t home(std::uint32_t kept) const { return kept & (slots.size() - 1); }

    [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots.size() - 1); }

    [[nodiscard]] std::size_t slot_of(std::uint64_t hash, std::uint32_t position) const;
    void place(Slot slot);
    void grow();
    void close_gap(std::size_t gap);
};

}  // namespace invitro::protocol
