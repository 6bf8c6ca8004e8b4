#include "sim/fingerprint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>
#include <numeric>
#include <vector>

namespace invitro::sim {
namespace {

constexpr std::uint64_t all_ones = std::numeric_limits<std::uint64_t>::max();

Fingerprint any_fingerprint() {
    // Halves near the ends of their range, so that carries happen.
    const auto half = rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                                     rc::gen::element(std::uint64_t{0}, all_ones, all_ones - 1));
    const std::uint64_t high = *half;
    const std::uint64_t low = *half;
    return Fingerprint{.high = high, .low = low};
}

TEST(Fingerprint, is_written_as_32_lower_case_digits) {
    const Fingerprint fingerprint{.high = 0x0123456789ABCDEF, .low = 0xF};
    EXPECT_EQ(to_string(fingerprint), "0123456789abcdef000000000000000f");
}

TEST(Fingerprint, is_read_in_its_one_spelling_only) {
    const std::string text = "0123456789abcdef000000000000000f";
    EXPECT_EQ(parse_fingerprint(text), (Fingerprint{.high = 0x0123456789ABCDEF, .low = 0xF}));
    EXPECT_EQ(parse_fingerprint(""), std::nullopt);
    EXPECT_EQ(parse_fingerprint(text + "0"), std::nullopt);
    EXPECT_EQ(parse_fingerprint(text.substr(1)), std::nullopt);
    EXPECT_EQ(parse_fingerprint("0123456789ABCDEF000000000000000f"), std::nullopt);
    EXPECT_EQ(parse_fingerprint("0123456789abcdef0000 00000000000"), std::nullopt);
    EXPECT_EQ(parse_fingerprint("-123456789abcdef0000000000000000"), std::nullopt);
    EXPECT_EQ(parse_fingerprint("0x23456789abcdef0000000000000000"), std::nullopt);
}

TEST(Fingerprint, merging_carries_from_the_low_half_and_wraps_around) {
    const Fingerprint one{.high = 0, .low = 1};
    EXPECT_EQ(merge({.high = 0, .low = all_ones}, one), (Fingerprint{.high = 1, .low = 0}));
    EXPECT_EQ(merge({.high = all_ones, .low = all_ones}, one), Fingerprint{});
    EXPECT_EQ(merge({.high = 0, .low = all_ones}, {.high = 0, .low = all_ones}),
              (Fingerprint{.high = 1, .low = all_ones - 1}));
}

// XXH3-128 of the 24 bytes of (7, 1, 2), little-endian, as xxHash 0.8.1 gives it: results of
// campaigns are compared across machines and versions.
TEST(Fingerprint, combining_adds_the_hash_of_index_and_world) {
    EXPECT_EQ(to_string(combine({}, 7, {.high = 1, .low = 2})), "dc993143082c562668a7135601507528");
}

TEST(Fingerprint, the_world_and_its_index_both_count) {
    const Fingerprint a{.high = 1, .low = 2};
    const Fingerprint b{.high = 2, .low = 1};
    EXPECT_NE(combine({}, 0, a), combine({}, 1, a));
    EXPECT_NE(combine({}, 0, a), combine({}, 0, b));
    EXPECT_NE(combine(combine({}, 0, a), 1, b), combine(combine({}, 0, b), 1, a));
}

RC_GTEST_PROP(Fingerprint, reads_what_it_writes, ()) {
    const Fingerprint fingerprint = any_fingerprint();
    RC_ASSERT(parse_fingerprint(to_string(fingerprint)) == fingerprint);
}

RC_GTEST_PROP(Fingerprint, merging_is_associative_and_commutative, ()) {
    const Fingerprint a = any_fingerprint();
    const Fingerprint b = any_fingerprint();
    const Fingerprint c = any_fingerprint();
    RC_ASSERT(merge(a, b) == merge(b, a));
    RC_ASSERT(merge(merge(a, b), c) == merge(a, merge(b, c)));
    RC_ASSERT(merge(a, Fingerprint{}) == a);
}

RC_GTEST_PROP(Fingerprint, a_campaign_is_the_same_in_any_order_and_any_split, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(1, 20);
    std::vector<Fingerprint> worlds(count);
    for (Fingerprint& world : worlds) {
        world = any_fingerprint();
    }
    Fingerprint in_order;
    for (std::size_t i = 0; i < count; ++i) {
        in_order = combine(in_order, i, worlds[i]);
    }

    std::map<std::size_t, Fingerprint> shards;
    const auto shard_count = *rc::gen::inRange<std::size_t>(1, 5);
    for (std::size_t i = count; i-- > 0;) {
        shards[i % shard_count] = combine(shards[i % shard_count], i, worlds[i]);
    }
    Fingerprint merged;
    for (const auto& [shard, fingerprint] : shards) {
        merged = merge(fingerprint, merged);
    }
    RC_ASSERT(merged == in_order);
}

}  // namespace
}  // namespace invitro::sim
