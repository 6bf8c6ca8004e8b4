#include "protocol/journal/records.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace invitro::protocol::journal {
namespace {

constexpr std::uint64_t secret = 0x5EC4E7;

using Bytes = std::vector<std::uint8_t>;

// Records 5 to 9. When each was written, the two before it were not yet known to be durable.
struct Written {
    Bytes bytes;
    std::vector<std::size_t> starts;
    std::vector<std::string> payloads{"snapshot", "", "an accept", std::string(300, 'x'), "end"};

    Written() {
        for (std::size_t i = 0; i < payloads.size(); ++i) {
            starts.push_back(bytes.size());
            append_record(secret, 5 + i, 2 + i, bytes_of(payloads[i]), bytes);
        }
        starts.push_back(bytes.size());
    }

    // How many records are whole within the first `size` bytes.
    [[nodiscard]] std::size_t whole_within(std::size_t size) const {
        std::size_t count = 0;
        while (count < payloads.size() && starts[count + 1] <= size) {
            ++count;
        }
        return count;
    }

    [[nodiscard]] std::size_t record_at(std::size_t byte) const { return whole_within(byte); }
};

void expect_first(const Written& written, const Records& read, std::size_t count) {
    ASSERT_EQ(read.records.size(), count);
    EXPECT_EQ(read.size, written.starts[count]);
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(read.records[i].number, 5 + i);
        EXPECT_EQ(text_of(read.records[i].payload), written.payloads[i]);
    }
}

TEST(JournalRecords, AreReadAsTheyWereWritten) {
    const Written written;
    expect_first(written, read_records(secret, written.bytes).value(), 5);
}

TEST(JournalRecords, OfAnEmptySegmentAreNone) {
    EXPECT_TRUE(read_records(secret, {}).value().records.empty());
}

TEST(JournalRecords, ATailTornAtAnyByteIsCutOff) {
    const Written written;
    for (std::size_t size = 0; size < written.bytes.size(); ++size) {
        const auto read = read_records(secret, ByteView{written.bytes}.first(size));
        ASSERT_TRUE(read.has_value()) << size;
        expect_first(written, *read, written.whole_within(size));
    }
}

TEST(JournalRecords, ATailThatIsGarbageFromAnyByteOnIsCutOff) {
    const Written written;
    for (std::size_t size = 0; size < written.bytes.size(); ++size) {
        Bytes bytes = written.bytes;
        for (std::size_t i = size; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
        }
        const auto read = read_records(secret, bytes);
        ASSERT_TRUE(read.has_value()) << size;
        expect_first(written, *read, written.whole_within(size));
    }
}

// Numbers 5 and 6 are durable by what number 9 says; 7, 8 and 9 may be lost to a crash.
TEST(JournalRecords, AFlippedBitIsDamageWhereItWasPersistedAndATornTailElsewhere) {
    const Written written;
    for (std::size_t bit = 0; bit < written.bytes.size() * 8; ++bit) {
        Bytes bytes = written.bytes;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const std::size_t hit = written.record_at(bit / 8);
        const auto read = read_records(secret, bytes);
        const bool was_persisted = hit <= 1;
        ASSERT_EQ(read.has_value(), !was_persisted) << bit;
        if (read) expect_first(written, *read, hit);
    }
}

TEST(JournalRecords, AMissingRecordIsNotSkipped) {
    Written written;
    const auto begin = written.bytes.begin();
    Bytes bytes(begin, begin + static_cast<std::ptrdiff_t>(written.starts[3]));
    bytes.insert(
        bytes.end(), begin + static_cast<std::ptrdiff_t>(written.starts[4]), written.bytes.end());
    expect_first(written, read_records(secret, bytes).value(), 3);
}

// A stranger's message, journalled, says of itself that it is a record and that all was durable.
TEST(JournalRecords, NothingAStrangerSendsLooksLikeARecord) {
    Bytes forged;
    append_record(0, 9, 1000, bytes_of("forged"), forged);
    Bytes bytes;
    append_record(secret, 1, 0, bytes_of("snapshot"), bytes);
    const std::size_t whole = bytes.size();
    append_record(secret, 2, 0, forged, bytes);
    bytes.pop_back();
    const auto read = read_records(secret, bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->size, whole);
}

TEST(JournalRecords, DamageSaysWhichRecordsAndWhere) {
    Written written;
    written.bytes[written.starts[1]] ^= 1;
    EXPECT_EQ(read_records(secret, written.bytes).error().message,
              "records 6 to 6, which were persisted, are damaged from byte 36 on");
}

}  // namespace
}  // namespace invitro::protocol::journal
