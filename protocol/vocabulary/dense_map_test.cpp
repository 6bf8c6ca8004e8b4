#include "protocol/vocabulary/dense_map.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <concepts>
#include <map>
#include <string>
#include <vector>

namespace invitro::protocol {
namespace {

static_assert(std::regular<DenseMap<CallId, std::string>>);

TEST(DenseMap, finds_what_was_put_in) {
    DenseMap<std::string, int> map;
    EXPECT_EQ(map.find("ada"), nullptr);
    map.insert_or_assign("ada", 1);
    map["grace"] = 2;
    const auto [value, is_new] = map.try_emplace("ada", 3);
    EXPECT_FALSE(is_new);
    EXPECT_EQ(*value, 1);
    EXPECT_EQ(map.size(), 2U);
    EXPECT_TRUE(map.contains(std::string_view("grace")));
    EXPECT_FALSE(map.contains("grac"));
}

TEST(DenseMap, iterates_in_order_of_insertion_and_erasing_moves_the_last_entry_in) {
    DenseMap<int, char> map;
    for (int i = 0; i < 4; ++i) {
        map.try_emplace(i, static_cast<char>('a' + i));
    }
    EXPECT_TRUE(map.erase(1));
    EXPECT_FALSE(map.erase(1));
    std::string order;
    for (const auto& [key, value] : map) {
        order += value;
    }
    EXPECT_EQ(order, "adc");
}

TEST(DenseMap, equality_ignores_the_order) {
    DenseMap<int, int> a;
    DenseMap<int, int> b;
    a[1] = 10;
    a[2] = 20;
    b[2] = 20;
    b[3] = 30;
    b[1] = 10;
    EXPECT_NE(a, b);
    b.erase(3);
    EXPECT_EQ(a, b);
    b[1] = 11;
    EXPECT_NE(a, b);
}

TEST(DenseMap, a_copy_goes_its_own_way) {
    DenseMap<int, int> a;
    a[1] = 10;
    DenseMap<int, int> b = a;
    b[1] = 20;
    b[2] = 30;
    EXPECT_EQ(a.size(), 1U);
    EXPECT_EQ(*a.find(1), 10);
}

TEST(DenseMap, keys_that_differ_in_one_half_of_an_id_are_told_apart) {
    DenseMap<DeviceId, int> map;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        map[DeviceId{.high = i, .low = 0}] = static_cast<int>(i);
        map[DeviceId{.high = 0, .low = i}] = static_cast<int>(i);
    }
    EXPECT_EQ(map.size(), 1999U);
    EXPECT_EQ(*map.find(DeviceId{.high = 500, .low = 0}), 500);
    EXPECT_EQ(map.find(DeviceId{.high = 500, .low = 1}), nullptr);
}

TEST(DenseMap, endpoint_identifiers_are_keys) {
    DenseMap<EndpointIdentifier, int> map;
    const auto ada = EndpointIdentifier::parse("ada@example.org").value();
    map[ada] = 1;
    map[EndpointIdentifier::parse("+4915112345678").value()] = 2;
    EXPECT_EQ(*map.find(ada), 1);
}

// One step of a history that is played on our map and on the standard's.
struct Step {
    int what = 0;
    unsigned key = 0;
    int value = 0;
};

std::vector<Step> any_history() {
    // Few different keys, so that most steps meet an entry that is there.
    const auto step = rc::gen::construct<Step>(
        rc::gen::inRange(0, 6), rc::gen::inRange(0U, 60U), rc::gen::arbitrary<int>());
    return *rc::gen::container<std::vector<Step>>(step);
}

template <class Map, class Key>
void apply_to_both(Map& map, std::map<Key, int>& model, const Step& step, const Key& key) {
    switch (step.what) {
        case 0:
            RC_ASSERT(map.erase(key) == (model.erase(key) == 1));
            break;
        case 1:
            map.insert_or_assign(key, step.value);
            model.insert_or_assign(key, step.value);
            break;
        case 2: {
            const auto condition = [&](const auto& entry) {
                return entry.value % 4 == step.value % 4;
            };
            const std::size_t erased = map.erase_if(condition);
            RC_ASSERT(erased == std::erase_if(model, [&](const auto& entry) {
                          return entry.second % 4 == step.value % 4;
                      }));
            break;
        }
        default: {
            const bool is_new = map.try_emplace(key, step.value).second;
            RC_ASSERT(is_new == model.try_emplace(key, step.value).second);
        }
    }
}

template <class Map, class Key>
void expect_the_same(const Map& map, const std::map<Key, int>& model) {
    RC_ASSERT(map.size() == model.size());
    std::map<Key, int> seen;
    for (const auto& [key, value] : map) {
        seen[key] = value;
    }
    RC_ASSERT(seen == model);
    for (const auto& [key, value] : model) {
        RC_ASSERT(map.contains(key));
        RC_ASSERT(*map.find(key) == value);
    }
}

template <class Key, class MakeKey>
void play_lockstep(MakeKey make_key) {
    DenseMap<Key, int> map;
    std::map<Key, int> model;
    for (const Step& step : any_history()) {
        apply_to_both(map, model, step, make_key(step.key));
        expect_the_same(map, model);
        RC_ASSERT(!map.contains(make_key(1000)));
    }
    DenseMap<Key, int> rebuilt;
    for (const auto& [key, value] : model) {
        rebuilt[key] = value;
    }
    RC_ASSERT(rebuilt == map);
}

RC_GTEST_PROP(DenseMap, does_what_a_standard_map_does_with_integers, ()) {
    play_lockstep<std::uint32_t>([](unsigned number) { return std::uint32_t{number}; });
}

RC_GTEST_PROP(DenseMap, does_what_a_standard_map_does_with_ids, ()) {
    play_lockstep<CallId>(
        [](unsigned number) { return CallId{.high = number / 8, .low = number % 8}; });
}

RC_GTEST_PROP(DenseMap, does_what_a_standard_map_does_with_texts, ()) {
    play_lockstep<std::string>(
        [](unsigned number) { return std::string(number % 20, 'x') + std::to_string(number); });
}

RC_GTEST_PROP(DenseMap, reserving_changes_nothing_else, (const std::vector<int>& keys)) {
    DenseMap<int, int> plain;
    DenseMap<int, int> reserved;
    reserved.reserve(keys.size());
    for (const int key : keys) {
        ++plain[key];
        ++reserved[key];
    }
    RC_ASSERT(plain == reserved);
    RC_ASSERT(std::equal(plain.begin(), plain.end(), reserved.begin(), reserved.end()));
}

}  // namespace
}  // namespace invitro::protocol
