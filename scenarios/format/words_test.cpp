#include "scenarios/format/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::scenarios::format {
namespace {

TEST(EditDistance, CountsLettersAddedRemovedChangedAndSwapped) {
    EXPECT_EQ(edit_distance("loss", "loss"), 0U);
    EXPECT_EQ(edit_distance("loss", "losss"), 1U);
    EXPECT_EQ(edit_distance("loss", "los"), 1U);
    EXPECT_EQ(edit_distance("loss", "lass"), 1U);
    EXPECT_EQ(edit_distance("loss", "lsos"), 1U);
    EXPECT_EQ(edit_distance("loss", "LOSS"), 0U);
    EXPECT_EQ(edit_distance("", "loss"), 4U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
}

TEST(NearestWord, IsNothingWhereTooMuchIsWrong) {
    EXPECT_EQ(nearest_word("lss", {"delay", "loss"}), "loss");
    EXPECT_EQ(nearest_word("banana", {"delay", "loss"}), "");
    EXPECT_EQ(nearest_word(std::string(1'000'000, 'x'), {"delay"}), "");
}

TEST(KnownWords, AreListedWhereNoneIsNear) {
    EXPECT_EQ(known_words("lss", {"delay", "loss"}), "did you mean \"loss\"?");
    EXPECT_EQ(known_words("banana", {"delay", "loss"}), "known are \"delay\", \"loss\"");
    EXPECT_EQ(known_words("banana", {"value"}), "known is \"value\"");
    EXPECT_THAT(known_words("banana", std::vector<std::string>(14, "q")),
                testing::EndsWith("\"q\" and 2 more"));
}

}  // namespace
}  // namespace invitro::scenarios::format
