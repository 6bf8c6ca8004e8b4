#include "protocol/vocabulary/bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace invitro::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Bytes, text_and_bytes_are_two_views_of_the_same) {
    const std::string text = "ada";
    EXPECT_THAT(bytes_of(text), ElementsAre('a', 'd', 'a'));
    EXPECT_EQ(text_of(bytes_of(text)), text);
    EXPECT_EQ(static_cast<const void*>(bytes_of(text).data()), text.data());
}

TEST(InlineVector, it_grows_to_its_capacity) {
    InlineVector<std::uint32_t, 3> numbers;
    EXPECT_TRUE(numbers.empty());
    EXPECT_THAT(numbers, IsEmpty());
    numbers.push_back(7);
    numbers.push_back(8);
    EXPECT_FALSE(numbers.full());
    numbers.push_back(9);
    EXPECT_TRUE(numbers.full());
    EXPECT_THAT(numbers, ElementsAre(7, 8, 9));
    EXPECT_EQ(numbers[1], 8U);
    numbers[1] = 1;
    EXPECT_THAT(numbers.view(), ElementsAre(7, 1, 9));
    numbers.clear();
    EXPECT_TRUE(numbers.empty());
    EXPECT_EQ(numbers.capacity(), 3U);
}

TEST(InlineVectorDeathTest, going_over_the_capacity_is_our_bug) {
    InlineVector<int, 1> numbers{1};
    EXPECT_DEATH(numbers.push_back(2), "fixed capacity");
    const std::vector<int> two{1, 2};
    EXPECT_DEATH(numbers.assign(two), "fixed capacity");
}

TEST(InlineVector, equality_and_order_look_at_the_elements_in_use) {
    using Numbers = InlineVector<int, 4>;
    Numbers once_longer{1, 2, 3};
    once_longer.clear();
    once_longer.push_back(1);
    EXPECT_EQ(once_longer, Numbers{1});
    EXPECT_LT(Numbers{}, Numbers{1});
    EXPECT_LT(Numbers{1}, (Numbers{1, 0}));
    EXPECT_LT((Numbers{1, 9}), Numbers{2});
    EXPECT_EQ(Numbers{2} <=> Numbers{1}, std::strong_ordering::greater);
}

TEST(InlineVector, assigning_it_to_itself_changes_nothing) {
    InlineVector<int, 4> numbers{1, 2, 3};
    const auto& same = numbers;
    numbers = same;
    EXPECT_THAT(numbers, ElementsAre(1, 2, 3));
}

// An element that is larger than a register and has members of its own to copy.
struct Named {
    InlineBytes<10> name;
    std::uint64_t number = 0;

    bool operator==(const Named&) const = default;
};

RC_GTEST_PROP(InlineVector, it_holds_what_a_vector_holds, (const std::vector<std::uint64_t>& all)) {
    using Vector = InlineVector<Named, 8>;
    std::vector<Named> model;
    Vector vector;
    for (const std::uint64_t number : all) {
        if (vector.full()) break;
        Named item{.name = {}, .number = number};
        for (std::uint64_t i = 0; i < number % 10; ++i) {
            item.name.push_back(std::uint8_t{7});
        }
        vector.push_back(item);
        model.push_back(item);
        RC_ASSERT(std::equal(vector.begin(), vector.end(), model.begin(), model.end()));
    }
    const Vector copy = vector;
    RC_ASSERT(copy == vector);
    Vector other{Named{}, Named{}};
    other = copy;
    RC_ASSERT(other == vector);
    RC_ASSERT(Vector(std::span<const Named>(model)) == vector);
    vector.clear();
    RC_ASSERT(copy.size() == model.size());
}

}  // namespace
}  // namespace invitro::protocol
