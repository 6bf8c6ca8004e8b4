#include "properties/explore/space.hpp"

#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/leaf.hpp"

#include <algorithm>
#include <optional>

namespace invitro::properties::explore {
namespace {

// What kind of thing a hash is of.
constexpr std::uint64_t state_seed = 1;
constexpr std::uint64_t item_seed = 2;

// Of a step: the machine's state, what happened, and the input.
std::uint64_t step_key(LocalId before, Happening happening, ItemId item) {
    constexpr unsigned happening_bits = 2;
    return (std::uint64_t{before} << 32) | (std::uint64_t{item} << happening_bits) |
           static_cast<std::uint64_t>(happening);
}

Observation observation_of(std::uint64_t key) {
    return {.before = static_cast<LocalId>(key >> 32),
            .happening = static_cast<Happening>(key & 3U),
            .item = static_cast<ItemId>((key & 0xFFFFFFFFU) >> 2)};
}

Bytes exact_bytes(const Input& input) {
    Bytes bytes{static_cast<std::uint8_t>(input.to),
                static_cast<std::uint8_t>(input.kind),
                static_cast<std::uint8_t>(input.is_urgent)};
    bytes.insert(bytes.end(), input.content.begin(), input.content.end());
    return bytes;
}

template <class Id, class Shard, class Key>
std::optional<Id> look_up(Shard& shard, const Key& key) {
    const std::scoped_lock lock(shard.mutex);
    const Id* found = shard.map.find(key);
    return found == nullptr ? std::nullopt : std::optional<Id>{*found};
}

}  // namespace

Space::Space(const Subject& subject, bool uses_symmetries, bool keeps_time)
    : subject_(subject),
      symmetry_count_(uses_symmetries ? subject.symmetries.size() : 1),
      keeps_time_(keeps_time) {
    CHECK(!subject.symmetries.empty(), "the first symmetry renames nothing");
    items_.add({});  // no_item
    effects_.add({});
}

LocalId Space::first_state(Node node) {
    return intern(node, subject_.machines[node], Instant{});
}

Local Space::describe(Node node, const Machine& machine, Instant now) const {
    Local local{.node = node,
                .machine = machine,
                .now = now,
                .until_deadline = Duration::max(),
                .names = {},
                .references = {}};
    const Instant deadline = subject_.deadline(node, machine);
    if (deadline != protocol::never) local.until_deadline = std::max(deadline - now, Duration{});
    for (std::size_t i = 0; i < symmetry_count_; ++i) {
        const Symmetry& symmetry = subject_.symmetries[i];
        Name name = subject_.name_state(node, machine, now, symmetry);
        if (keeps_time_) protocol::leaf::put(name.bytes, now);
        local.names.push_back(hash_bytes(name.bytes, state_seed + 16 * symmetry.node[node]));
        if (i == 0) local.references = std::move(name.references);
    }
    return local;
}

LocalId Space::intern(Node node, const Machine& machine, Instant now) {
    Bytes bytes;
    subject_.write_state(node, machine, now, bytes);
    if (keeps_time_) protocol::leaf::put(bytes, now);
    const Hash128 exact = hash_bytes(bytes, node);
    const HashKey key{.high = exact.high, .low = exact.low};
    auto& shard = local_ids_.shard(key);
    if (const auto known = look_up<LocalId>(shard, key)) return *known;
    Local local = describe(node, machine, now);
    const std::scoped_lock lock(shard.mutex);
    const auto [id, is_new] = shard.map.try_emplace(key);
    if (is_new) *id = locals_.add(std::move(local));
    return *id;
}

ItemId Space::item_of(const Input& input) {
    const Hash128 exact = hash_bytes(exact_bytes(input), item_seed);
    const HashKey key{.high = exact.high, .low = exact.low};
    auto& shard = item_ids_.shard(key);
    if (const auto known = look_up<ItemId>(shard, key)) return *known;
    Item item{.input = input, .exact = exact, .names = {}, .references = {}};
    for (std::size_t i = 0; i < symmetry_count_; ++i) {
        const Symmetry& symmetry = subject_.symmetries[i];
        Name name = subject_.name_input(input, symmetry);
        const std::uint64_t seed =
            item_seed + 16 * (2 * symmetry.node[input.to] + static_cast<std::uint64_t>(input.kind));
        item.names.push_back(hash_bytes(name.bytes, seed));
        if (i == 0) item.references = std::move(name.references);
    }
    const std::scoped_lock lock(shard.mutex);
    const auto [id, is_new] = shard.map.try_emplace(key);
    if (is_new) *id = items_.add(std::move(item));
    CHECK(*id < items_max, "an input's number has 29 bits");
    return *id;
}

Step Space::work_out(LocalId before, Happening happening, ItemId item) {
    const Local& from = locals_[before];
    Outcome outcome =
        subject_.step(from.node, from.machine, from.now, happening, items_[item].input);
    Effects effects{.sent = {}, .facts = std::move(outcome.facts), .has_urgent = false};
    for (const Input& sent : outcome.sent) {
        effects.sent.push_back(item_of(sent));
        effects.has_urgent = effects.has_urgent || sent.is_urgent;
    }
    const bool is_silent = effects.sent.empty() && effects.facts.empty();
    return {.after = intern(from.node, outcome.after, from.now),
            .effects = is_silent ? 0 : effects_.add(std::move(effects))};
}

Step Space::step(LocalId before, Happening happening, ItemId item, bool is_observed) {
    const std::uint64_t key = step_key(before, happening, item);
    auto& shard = steps_.shard(key);
    {
        const std::scoped_lock lock(shard.mutex);
        if (StepEntry* known = shard.map.find(key)) {
            known->is_observed = known->is_observed || is_observed;
            return known->step;
        }
    }
    const Step step = work_out(before, happening, item);
    const std::scoped_lock lock(shard.mutex);
    StepEntry& entry = *shard.map.try_emplace(key, StepEntry{.step = step}).first;
    entry.is_observed = entry.is_observed || is_observed;
    return entry.step;
}

LocalId Space::advance(LocalId before, Duration by) {
    const HashKey key{.high = before, .low = static_cast<std::uint64_t>(by.count())};
    auto& shard = advances_.shard(key);
    if (const auto known = look_up<LocalId>(shard, key)) return *known;
    const Local& from = locals_[before];
    CHECK(by <= from.until_deadline, "time does not pass a deadline");
    const LocalId after = intern(from.node, from.machine, from.now + by);
    const std::scoped_lock lock(shard.mutex);
    return *shard.map.try_emplace(key, after).first;
}

std::vector<Observation> Space::observations() const {
    std::vector<Observation> all;
    for (const auto& shard : steps_.shards) {
        const std::scoped_lock lock(shard.mutex);
        for (const auto& entry : shard.map) {
            if (entry.value.is_observed) all.push_back(observation_of(entry.key));
        }
    }
    return all;
}

}  // namespace invitro::properties::explore
