#include "protocol/journal/records.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace invitro::protocol::journal {
namespace {

constexpr std::uint64_t secret = 0x5EC4E7;

using Bytes = std::vector<std::uint8_t>;

// Records 5 to 9, of which those up to 6 were durable.
constexpr std::uint64_t durable = 6;

struct Written {
    Bytes bytes;
    std::vector<std::size_t> starts;
    std::vector<std::string> payloads{"snapshot", "", "an accept", std::string(300, 'x'), "end"};

    Written() {
        for (std::size_t i = 0; i < payloads.size(); ++i) {
            starts.push_back(bytes.size());
            append_record(secret, 5 + i, bytes_of(payloads[i]), bytes);
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
    expect_first(written, read_records(secret, durable, written.bytes).value(), 5);
}

TEST(JournalRecords, OfAnEmptySegmentAreNone) {
    EXPECT_TRUE(read_records(secret, durable, {}).value().records.empty());
}

// Torn or garbled from this byte on: what follows the last whole record is cut off, unless that
// takes a durable one. Of a segment whose first record is gone nothing can be said.
void expect_cut_off(const Written& written, ByteView bytes, std::size_t from) {
    const std::size_t whole = written.whole_within(from);
    const auto read = read_records(secret, durable, bytes);
    ASSERT_EQ(read.has_value(), whole == 0 || whole >= 2) << from;
    if (read) expect_first(written, *read, whole);
}

TEST(JournalRecords, ATailTornAtAnyByteIsCutOff) {
    const Written written;
    for (std::size_t size = 0; size < written.bytes.size(); ++size) {
        expect_cut_off(written, ByteView{written.bytes}.first(size), size);
    }
}

TEST(JournalRecords, ATailThatIsGarbageFromAnyByteOnIsCutOff) {
    const Written written;
    for (std::size_t size = 0; size < written.bytes.size(); ++size) {
        Bytes bytes = written.bytes;
        for (std::size_t i = size; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
        }
        expect_cut_off(written, bytes, size);
    }
}

// The blocks of a write may reach the disk in any order: a hole is no better than an end.
TEST(JournalRecords, AHoleAtAnyByteCutsOffWhatIsBehindIt) {
    const Written written;
    for (std::size_t at = 0; at < written.bytes.size(); ++at) {
        Bytes bytes = written.bytes;
        bytes[at] ^= 0xFF;
        expect_cut_off(written, bytes, at);
    }
}

TEST(JournalRecords, AFlippedBitIsDamageWhereItWasDurableAndATornTailElsewhere) {
    const Written written;
    for (std::size_t bit = 0; bit < written.bytes.size() * 8; ++bit) {
        Bytes bytes = written.bytes;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        expect_cut_off(written, bytes, bit / 8);
    }
}

TEST(JournalRecords, ALostSuffixIsDamageEvenIfItTakesTheVeryLastRecord) {
    const Written written;
    for (std::size_t lost = 1; lost < written.bytes.size(); ++lost) {
        const std::size_t left = written.bytes.size() - lost;
        const auto read = read_records(secret, 9, ByteView{written.bytes}.first(left));
        EXPECT_EQ(read.has_value(), written.whole_within(left) == 0) << lost;
    }
}

TEST(JournalRecords, AMissingRecordIsNotSkipped) {
    Written written;
    const auto begin = written.bytes.begin();
    Bytes bytes(begin, begin + static_cast<std::ptrdiff_t>(written.starts[3]));
    bytes.insert(
        bytes.end(), begin + static_cast<std::ptrdiff_t>(written.starts[4]), written.bytes.end());
    expect_first(written, read_records(secret, durable, bytes).value(), 3);
}

// A stranger's message, journalled, says of itself that it is a record.
TEST(JournalRecords, NothingAStrangerSendsLooksLikeARecord) {
    Bytes forged;
    append_record(0, 2, bytes_of("forged"), forged);
    Bytes bytes;
    append_record(secret, 1, bytes_of("snapshot"), bytes);
    const std::size_t whole = bytes.size();
    append_record(secret, 2, forged, bytes);
    bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                bytes.begin() + static_cast<std::ptrdiff_t>(whole + header_size));
    const auto read = read_records(secret, 1, bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->size, whole);
}

TEST(JournalRecords, DamageSaysWhichRecordsAndWhere) {
    Written written;
    written.bytes[written.starts[1]] ^= 1;
    EXPECT_EQ(read_records(secret, durable, written.bytes).error().message,
              "records 6 to 6, which were durable, are damaged from byte 28 on");
}

}  // namespace
}  // namespace invitro::protocol::journal
