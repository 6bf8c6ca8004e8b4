#include "reports/text/format.hpp"

#include <gtest/gtest.h>

namespace invitro::reports {
namespace {

TEST(Format, DurationsHaveThreeDigitsAndTheirUnit) {
    EXPECT_EQ(duration_text(0), "0 ms");
    EXPECT_EQ(duration_text(0.8432), "0.84 ms");
    EXPECT_EQ(duration_text(12.34), "12.3 ms");
    EXPECT_EQ(duration_text(843.4), "843 ms");
    EXPECT_EQ(duration_text(999.7), "1.00 s");
    EXPECT_EQ(duration_text(1240), "1.24 s");
    EXPECT_EQ(duration_text(125'000), "2 min 05 s");
}

TEST(Format, CountsAreGrouped) {
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(1'234'567), "1 234 567");
}

TEST(Format, AmountsAreGroupedAndHaveOneDecimalAtMost) {
    EXPECT_EQ(amount_text(77'902.96), "77 903");
    EXPECT_EQ(amount_text(1'234.56), "1 234.6");
    EXPECT_EQ(amount_text(0.4), "0.4");
    EXPECT_EQ(amount_text(7), "7");
}

TEST(Format, AShareSaysAllOrNothingOnlyIfItIs) {
    EXPECT_EQ(share_text(0, 0), "-");
    EXPECT_EQ(share_text(0, 7), "0 %");
    EXPECT_EQ(share_text(7, 7), "100 %");
    EXPECT_EQ(share_text(1, 1'000'000), "< 0.01 %");
    EXPECT_EQ(share_text(999'999, 1'000'000), "> 99.99 %");
    EXPECT_EQ(share_text(1, 3), "33.3 %");
}

}  // namespace
}  // namespace invitro::reports
