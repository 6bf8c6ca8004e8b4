#include "model/draw.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <set>

namespace invitro::model {
namespace {

TEST(Draw, every_key_and_its_place_matter) {
    const std::set<std::uint64_t> draws{draw(1, Subsystem::push, 2, 3),
                                        draw(2, Subsystem::push, 2, 3),
                                        draw(1, Subsystem::nat, 2, 3),
                                        draw(1, Subsystem::push, 3, 2),
                                        draw(1, Subsystem::push, 2),
                                        draw(1, Subsystem::push, 2, 3, 0)};
    EXPECT_EQ(draws.size(), 6U);
}

// The same everywhere: a change here changes every recorded world.
TEST(Draw, is_committed) {
    EXPECT_EQ(draw(1, Subsystem::push, 2, 3), 5'932'646'722'281'816'298U);
}

TEST(Draw, neighbouring_keys_give_even_draws) {
    std::array<int, 16> counts{};
    constexpr int samples = 16'000;
    for (int i = 0; i < samples; ++i) {
        ++counts.at(below(16, draw(1, Subsystem::access, i)));
    }
    for (const int count : counts) {
        EXPECT_NEAR(count, samples / 16.0, 150);
    }
}

// Flipping one bit of a key flips half of the draw's bits.
TEST(Draw, a_bit_of_the_key_moves_half_of_the_draw) {
    double flipped = 0;
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t one = draw(1, Subsystem::push, 12345);
        const std::uint64_t other = draw(1, Subsystem::push, 12345 ^ (std::uint64_t{1} << bit));
        flipped += std::popcount(one ^ other);
    }
    EXPECT_NEAR(flipped / 64, 32, 2);
}

TEST(Probabilities, are_exact_at_both_ends) {
    EXPECT_FALSE(happens(probability(0), 0));
    EXPECT_TRUE(happens(probability(1), ~std::uint64_t{0}));
    EXPECT_EQ(probability(1), Probability{probability_one});
    EXPECT_EQ(share_of(probability(0.25)), 0.25);
}

RC_GTEST_PROP(Probabilities, happen_as_often_as_they_say, ()) {
    const double share = *rc::gen::inRange(0, 101) / 100.0;
    int happened = 0;
    for (int i = 0; i < 2'000; ++i) {
        if (happens(probability(share), draw(1, Subsystem::fault, i))) ++happened;
    }
    RC_ASSERT(std::abs(happened - 2'000 * share) < 110);
}

RC_GTEST_PROP(Below, stays_below, (std::uint32_t bound, std::uint64_t draw)) {
    RC_PRE(bound > 0U);
    RC_ASSERT(below(bound, draw) < bound);
}

}  // namespace
}  // namespace invitro::model
