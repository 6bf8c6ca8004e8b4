#include "reports/text/percentiles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>
#include <vector>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct Row {
    double value = 0;
    double percentile = 0;
    std::uint64_t count = 0;
};

// What a reader of the format takes from it: lines that are no heading and no comment.
std::vector<Row> rows_of(const std::string& text) {
    std::vector<Row> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        Row row;
        if (words >> row.value >> row.percentile >> row.count) rows.push_back(row);
    }
    return rows;
}

TEST(Percentiles, AreWrittenAsHdrHistogramDoes) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 100; ++value) {
        histogram.record(value * 1'000'000);
    }
    const std::string text = percentiles_of(histogram, 1e6);
    EXPECT_THAT(text, StartsWith("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
    EXPECT_THAT(text, HasSubstr(" 0.500000000000         50           2.00\n"));
    EXPECT_THAT(text, HasSubstr("     100.000 1.000000000000        100\n"));
    EXPECT_THAT(text, HasSubstr("#[Max     =      100.000, Total count    =          100]\n"));
    EXPECT_THAT(text, HasSubstr("#[Mean    =       50.500, StdDeviation   =       28.86"));
}

TEST(Percentiles, OfNothingAreNoRows) {
    EXPECT_THAT(rows_of(percentiles_of({}, 1)), SizeIs(0));
}

RC_GTEST_PROP(Percentiles, RiseAndCountWhatTheyCover, ()) {
    const auto values = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>()));
    Histogram histogram;
    for (const std::uint32_t value : values) {
        histogram.record(value);
    }
    const std::vector<Row> rows = rows_of(percentiles_of(histogram, 1));
    const auto total = static_cast<double>(values.size());
    RC_ASSERT(!rows.empty());
    RC_ASSERT(rows.back().value == static_cast<double>(histogram.largest()));
    RC_ASSERT(rows.back().count == values.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        RC_ASSERT(static_cast<double>(rows[i].count) / total >= rows[i].percentile - 1e-9);
        if (i == 0) continue;
        RC_ASSERT(rows[i].value >= rows[i - 1].value);
        RC_ASSERT(rows[i].percentile > rows[i - 1].percentile);
        RC_ASSERT(rows[i].count >= rows[i - 1].count);
    }
}

}  // namespace
}  // namespace invitro::reports
