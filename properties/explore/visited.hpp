// Visited: which states of the world have been seen, by fingerprint, one level of a breadth-first
// search after the other.
//
// Threads offer what they reach from the states of one level. Of equal offers the one with the
// least key stays (the place of the state it was reached from, then of the move), so what a level
// holds, and how each of its states was reached, does not depend on which thread was first.
#pragma once

#include "properties/explore/hash.hpp"
#include "properties/explore/moves.hpp"
#include "properties/explore/world_state.hpp"
#include "protocol/vocabulary/dense_map.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace invitro::properties::explore {

// The number of a state, in the order of levels and, within one, of keys.
using StateId = std::uint32_t;

inline constexpr StateId states_max = 0xFFFFFF00;

// A state of a new level, and how it was reached.
struct Reached {
    StateId parent = 0;
    std::uint32_t move = 0;  // Move::packed()
};

// The states of one level, one after the other.
struct Level {
    StateId first = 0;
    Words words{};
    std::vector<std::size_t> begins = {0};  // and the end of the last
    std::vector<Reached> reached{};

    [[nodiscard]] std::size_t size() const { return begins.size() - 1; }

    [[nodiscard]] WorldState state(std::size_t place) const {
        return unpack(std::span(words).subspan(begins[place], begins[place + 1] - begins[place]));
    }
};

class Visited {
public:
    static constexpr unsigned moves_bits = 16;

    struct Offer {
        Hash128 fingerprint;
        StateId parent = 0;
        std::uint32_t number = 0;  // among those of its parent
        Move move{};
    };

    // False if it has been seen in this level or an earlier one.
    bool offer(const Offer& offer, const WorldState& state);

    // Whether it was seen in an earlier level than the one being reached.
    [[nodiscard]] bool is_old(const Hash128& fingerprint);

    // The number of a state of a finished level. Precondition: it has been offered.
    [[nodiscard]] StateId find(const Hash128& fingerprint);

    // What was offered since, numbered from `first` on; `parents` are the numbers of the level
    // before. Not while others offer.
    Level finish_level(StateId first, StateId first_parent, std::size_t parent_count);

    [[nodiscard]] std::size_t size() const;

    // An estimate, in bytes.
    [[nodiscard]] std::size_t memory() const;

private:
    using Key = protocol::Id128<struct VisitedKeyTag>;

    struct Pending {
        std::uint64_t key = 0;
        std::uint32_t move = 0;
        Key fingerprint;
        std::size_t begin = 0;  // of its words
        std::size_t size = 0;
    };

    // An open-addressed table: a quarter of its slots at least are free.
    struct Slot {
        Key key;
        StateId id = 0;  // 0: free; else one more than the number, or than the place in `pending`
        bool is_pending = false;
    };

    struct Shard {
        mutable std::mutex mutex;
        std::vector<Slot> slots;
        std::size_t used = 0;
        std::vector<Pending> pending;
        Words words;

        Slot& find(const Key& key);
        void grow();
    };

    static constexpr std::size_t shard_count = 64;

    Shard& shard(const Key& key) { return shards_[key.high % shard_count]; }

    std::array<Shard, shard_count> shards_;
};

}  // namespace invitro::properties::explore
