#include "reports/metrics/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace invitro::reports {
namespace {

std::vector<std::uint8_t> bytes_of(const Histogram& histogram) {
    properties::ByteWriter writer;
    histogram.write(writer);
    return writer.take();
}

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
    Histogram histogram;
    for (const std::uint64_t value : values) {
        histogram.record(value);
    }
    return histogram;
}

// Durations from nanoseconds to days, all magnitudes alike.
rc::Gen<std::vector<std::uint64_t>> durations() {
    const auto duration =
        rc::gen::apply([](std::uint64_t bits, unsigned shift) { return bits >> (16 + shift); },
                       rc::gen::arbitrary<std::uint64_t>(),
                       rc::gen::inRange(0U, 48U));
    return rc::gen::container<std::vector<std::uint64_t>>(duration);
}

TEST(Histogram, SmallValuesAreExact) {
    const Histogram histogram = histogram_of({3, 1, 2, 5, 4});
    EXPECT_EQ(histogram.count(), 5U);
    EXPECT_EQ(histogram.smallest(), 1U);
    EXPECT_EQ(histogram.largest(), 5U);
    EXPECT_DOUBLE_EQ(histogram.mean(), 3);
    EXPECT_EQ(histogram.value_at(Millionths{500'000}), 3U);
    EXPECT_EQ(histogram.value_at(Millionths{800'000}), 4U);
    EXPECT_EQ(histogram.value_at(Millionths{1'000'000}), 5U);
}

TEST(Histogram, WithoutValuesSaysZero) {
    const Histogram histogram;
    EXPECT_TRUE(histogram.empty());
    EXPECT_EQ(histogram.smallest(), 0U);
    EXPECT_EQ(histogram.value_at(Millionths{500'000}), 0U);
}

TEST(Histogram, BucketsAreInOrderOfValue) {
    for (std::uint64_t value = 1; value < (std::uint64_t{1} << 60); value += value / 7 + 1) {
        EXPECT_LE(Histogram::bucket_of(value), Histogram::bucket_of(value + 1));
        EXPECT_EQ(Histogram::bucket_of(Histogram::middle_of(Histogram::bucket_of(value))),
                  Histogram::bucket_of(value));
    }
}

RC_GTEST_PROP(Histogram, PercentilesAreWithinATenthOfAPercent, ()) {
    auto values = *rc::gen::nonEmpty(durations());
    const auto share = *rc::gen::inRange<std::uint32_t>(0, 1'000'001);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    const std::uint64_t asked = (values.size() * share + 999'999) / 1'000'000;
    const std::uint64_t exact = values[std::max<std::uint64_t>(1, asked) - 1];
    const std::uint64_t got = histogram.value_at(Millionths{share});
    RC_ASSERT((got > exact ? got - exact : exact - got) <= exact / 1000);
}

RC_GTEST_PROP(Histogram, EverySplitMergesToTheSameBytes, ()) {
    const auto values = *durations();
    Histogram parts[3];
    for (const std::uint64_t value : values) {
        parts[*rc::gen::inRange(0, 3)].record(value);
    }
    Histogram forwards = parts[0];
    forwards.merge(parts[1]);
    forwards.merge(parts[2]);
    Histogram inner = parts[1];
    inner.merge(parts[0]);
    Histogram backwards = parts[2];
    backwards.merge(inner);
    RC_ASSERT(bytes_of(forwards) == bytes_of(histogram_of(values)));
    RC_ASSERT(bytes_of(backwards) == bytes_of(forwards));
}

RC_GTEST_PROP(Histogram, IsReadAsItWasWritten, ()) {
    const Histogram histogram = histogram_of(*durations());
    const std::vector<std::uint8_t> bytes = bytes_of(histogram);
    properties::ByteReader reader(bytes);
    RC_ASSERT(Histogram::read(reader) == histogram);
    RC_ASSERT(reader.at_end());
}

TEST(Histogram, CutBytesAreRefused) {
    std::vector<std::uint8_t> bytes = bytes_of(histogram_of({1, 2, 1'000'000}));
    bytes.pop_back();
    properties::ByteReader reader(bytes);
    EXPECT_THROW(Histogram::read(reader), std::runtime_error);
}

}  // namespace
}  // namespace invitro::reports
