#include "protocol/vocabulary/entropy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <set>

namespace invitro::protocol {
namespace {

RandomValue seed_of(std::uint8_t number) {
    RandomValue seed;
    seed.octets[0] = number;
    return seed;
}

// How many of the 256 bits of two values differ.
int distance(const RandomValue& a, const RandomValue& b) {
    int bits = 0;
    for (std::size_t i = 0; i < a.octets.size(); ++i) {
        bits += std::popcount(static_cast<unsigned>(a.octets[i] ^ b.octets[i]));
    }
    return bits;
}

TEST(Entropy, the_same_seed_purpose_and_counter_give_the_same_value) {
    EXPECT_EQ(draw(seed_of(1), Purpose::call_id, 7), draw(seed_of(1), Purpose::call_id, 7));
    const Tag128 tag = authenticate(seed_of(1), bytes_of("message"));
    EXPECT_EQ(authenticate(seed_of(1), bytes_of("message")), tag);
}

TEST(Entropy, a_change_of_any_input_gives_a_value_that_has_nothing_in_common) {
    const RandomValue value = draw(seed_of(1), Purpose::call_id, 7);
    RandomValue last_octet = seed_of(1);
    last_octet.octets.back() = 1;
    // Two independent values differ in 128 bits on average, and in fewer than 64 once in 2^60.
    EXPECT_GT(distance(value, draw(seed_of(2), Purpose::call_id, 7)), 64);
    EXPECT_GT(distance(value, draw(last_octet, Purpose::call_id, 7)), 64);
    EXPECT_GT(distance(value, draw(seed_of(1), Purpose::call_key, 7)), 64);
    EXPECT_GT(distance(value, draw(seed_of(1), Purpose::call_id, 8)), 64);
    EXPECT_GT(distance(value, draw(seed_of(1), Purpose::call_id, std::uint64_t{7} << 56)), 64);
}

TEST(Entropy, no_value_comes_twice) {
    std::set<RandomValue> values;
    std::size_t draws = 0;
    for (const Purpose purpose : {Purpose::call_id, Purpose::call_key, Purpose::transaction}) {
        for (std::uint64_t counter = 0; counter < 1000; ++counter, ++draws) {
            values.insert(draw(seed_of(1), purpose, counter));
        }
    }
    EXPECT_EQ(values.size(), draws);
}

// Pinned, so that a change of the construction is seen: recorded traces depend on it. The value is
// that of Python's hashlib.blake2b(b"\x01" + bytes(8), digest_size=32, key=b"\x01" + bytes(31)).
TEST(Entropy, it_is_blake2b_keyed_with_the_seed) {
    const RandomValue value = draw(seed_of(1), Purpose::call_id, 0);
    const std::array<std::uint8_t, 4> start{0x1F, 0x81, 0xF5, 0x83};
    EXPECT_TRUE(std::equal(start.begin(), start.end(), value.octets.begin()));
    const auto id = draw_id<CallIdTag>(seed_of(1), Purpose::call_id, 0);
    EXPECT_EQ(id.high & 0xFF, value.octets[0]);
    EXPECT_EQ(id.low & 0xFF, value.octets[8]);
    EXPECT_FALSE(id.is_none());
}

RC_GTEST_PROP(Entropy, every_octet_of_key_and_message_counts, (std::vector<std::uint8_t> message)) {
    RandomValue key = seed_of(3);
    const Tag128 tag = authenticate(key, message);
    key.octets[*rc::gen::inRange<std::size_t>(0, 32)] ^= 1;
    RC_ASSERT(authenticate(key, message) != tag);
    message.push_back(0);
    RC_ASSERT(authenticate(seed_of(3), message) != tag);
    message.pop_back();
    if (message.empty()) return;
    message[*rc::gen::inRange<std::size_t>(0, message.size())] ^= 0x80;
    RC_ASSERT(authenticate(seed_of(3), message) != tag);
}

}  // namespace
}  // namespace invitro::protocol
