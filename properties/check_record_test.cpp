#include "properties/check_record.hpp"

#include <gtest/gtest.h>

namespace invitro::properties {
namespace {

WorldRecord some_record() {
    WorldRecord record{.fingerprint = {.high = 0x8000000000000001U, .low = 5},
                       .events = 300,
                       .features = FeatureSet{0x123456789AU} << 70,
                       .tallies = std::vector<Tally>(catalogue().size())};
    record.remarks[3] = 128;
    record.tallies[0] = {.checked = 3, .violated = 0, .violations = {}};
    record.tallies[1] = {
        .checked = 4,
        .violated = 2,
        .violations = {
            {.at = 77, .call = {.high = 1, .low = 2}, .explanation = "device 3 did not ring"}}};
    return record;
}

TEST(CheckRecord, survives_the_pipe) {
    const auto read = decode_record(encode(some_record()));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, some_record());
}

TEST(CheckRecord, that_is_cut_short_anywhere_is_none) {
    const std::vector<std::uint8_t> bytes = encode(some_record());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_record(protocol::ByteView{bytes}.first(size)).has_value()) << size;
    }
}

TEST(CheckRecord, of_a_world_without_violations_is_small) {
    WorldRecord record{.tallies = std::vector<Tally>(catalogue().size())};
    // Little more than an octet for each count.
    EXPECT_LE(encode(record).size(), 10 + record.remarks.size() + 2 * record.tallies.size());
}

TEST(TrialRecord, survives_the_pipe) {
    const TrialRecord record{
        .fails = true, .fingerprint = {.high = 1, .low = 2}, .explanation = "why"};
    EXPECT_EQ(decode_trial(encode(record)), record);
    EXPECT_EQ(decode_trial({}), std::nullopt);
}

}  // namespace
}  // namespace invitro::properties
