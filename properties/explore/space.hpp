// Space: the states that single machines get into, what brings one into the next, and what is sent.
//
// A state of the world is made of states of machines, and there are far fewer of these: each is
// kept once and has a number. What a machine makes of an input in a state is worked out by the real
// code once and looked up from then on, so exploring moves numbers about.
//
// Numbers are given in the order in which threads come upon things; nothing but equality may be
// concluded from them. What must be in the same order in every run is ordered by `exact` hashes.
#pragma once

#include "properties/explore/hash.hpp"
#include "properties/explore/stable_vector.hpp"
#include "properties/explore/subject.hpp"
#include "protocol/vocabulary/dense_map.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace invitro::properties::explore {

using LocalId = std::uint32_t;  // a state of a machine
using ItemId = std::uint32_t;   // an input, wherever it is on its way

inline constexpr ItemId no_item = 0;  // of happenings without an input
inline constexpr ItemId items_max = 1U << 29;

// A state of a machine, at an instant. Unless time is kept that is one of its own, and only what
// lies between two instants counts.
struct Local {
    Node node = 0;
    Machine machine;
    Instant now{};
    Duration until_deadline = Duration::max();  // max: there is none; never negative
    std::vector<Hash128> names;                 // by symmetry
    std::vector<Hash128> references;
};

struct Item {
    Input input;
    Hash128 exact;
    std::vector<Hash128> names;  // by symmetry
    std::vector<Hash128> references;
};

// What follows from a happening, beside the machine's next state.
struct Effects {
    std::vector<ItemId> sent;  // in this order
    std::vector<FactChange> facts;
    bool has_urgent = false;

    bool operator==(const Effects&) const = default;
};

struct Step {
    LocalId after = 0;
    std::uint32_t effects = 0;
};

// Something that has happened to a machine in a state while the world was explored.
struct Observation {
    LocalId before = 0;
    Happening happening = Happening::input;
    ItemId item = no_item;
};

class Space {
public:
    // The subject must outlive this. Symmetries other than the first are ignored unless asked for.
    // `keeps_time`: states at different times are different.
    Space(const Subject& subject, bool uses_symmetries, bool keeps_time);

    [[nodiscard]] bool keeps_time() const { return keeps_time_; }

    [[nodiscard]] const Subject& subject() const { return subject_; }

    [[nodiscard]] std::size_t symmetry_count() const { return symmetry_count_; }

    LocalId first_state(Node node);
    ItemId item_of(const Input& input);

    [[nodiscard]] const Local& local(LocalId id) const { return locals_[id]; }

    [[nodiscard]] const Item& item(ItemId id) const { return items_[id]; }

    [[nodiscard]] const Effects& effects(std::uint32_t id) const { return effects_[id]; }

    // `is_observed`: it happens in the world that is explored, and is not only tried.
    Step step(LocalId before, Happening happening, ItemId item, bool is_observed);

    // The same state, so much later. Precondition: not later than its deadline.
    LocalId advance(LocalId before, Duration by);

    // All that was observed so far, in no particular order.
    [[nodiscard]] std::vector<Observation> observations() const;

    [[nodiscard]] std::size_t local_count() const { return locals_.size(); }

    [[nodiscard]] std::size_t item_count() const { return items_.size(); }

private:
    struct StepEntry {
        Step step;
        bool is_observed = false;
    };

    // Keys are hashes or packed numbers.
    template <class Key, class Value>
    struct Table {
        static constexpr std::size_t shard_count = 64;

        struct Shard {
            mutable std::mutex mutex;
            protocol::DenseMap<Key, Value> map;
        };

        std::array<Shard, shard_count> shards;

        Shard& shard(const Key& key) {
            return shards[(protocol::DenseHash<Key>{}(key) >> 7) % shard_count];
        }
    };

    using HashKey = protocol::Id128<struct HashKeyTag>;

    LocalId intern(Node node, const Machine& machine, Instant now);
    Step work_out(LocalId before, Happening happening, ItemId item);
    [[nodiscard]] Local describe(Node node, const Machine& machine, Instant now) const;

    const Subject& subject_;
    std::size_t symmetry_count_;
    bool keeps_time_;
    StableVector<Local> locals_;
    StableVector<Item> items_;
    StableVector<Effects> effects_;
    Table<HashKey, LocalId> local_ids_;
    Table<HashKey, ItemId> item_ids_;
    Table<std::uint64_t, StepEntry> steps_;
    Table<HashKey, LocalId> advances_;
};

}  // namespace invitro::properties::explore
