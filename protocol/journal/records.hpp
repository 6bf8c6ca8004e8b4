// The bytes of a journal: records one after the other, each with what it takes to notice that it is
// not whole.
//
//     size: u32, number: u64, check: u64 (XXH3-64 of all else), then `size` bytes of payload
//
// little-endian. The check is seeded with a secret of the service: payloads hold what strangers
// have sent, and nothing they send may look like a record. Numbers count up by one. Up to which
// number records were durable the owner knows apart from them (journal/persist.hpp), and that tells
// the two ways in which bytes can be wrong apart:
//
// - A crash may tear or lose whatever was not durable yet, in any order. Nobody has been told of
//   that, so it is cut off.
// - If a durable record is not whole or not there, something else has damaged the storage. What was
//   promised cannot be kept, and reading says so instead of guessing.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/result.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace invitro::protocol::journal {

inline constexpr std::size_t header_size = 20;

// A longer payload is not one of ours.
inline constexpr std::size_t payload_size_max = std::size_t{1} << 31;

// Appends a record to `out`. Precondition: the payload is no longer than payload_size_max.
void append_record(std::uint64_t secret,
                   std::uint64_t number,
                   ByteView payload,
                   std::vector<std::uint8_t>& out);

struct Record {
    std::uint64_t number = 0;
    ByteView payload;  // into the bytes that were read
};

// What a segment holds up to the first record that is not whole.
struct Records {
    std::vector<Record> records;
    std::size_t size = 0;  // of the bytes they take; what follows is torn and means nothing
};

// Reads a segment; the first record may have any number. `durable` is the highest number that was.
// Error: durable records are damaged or missing, which ones and from where on. A segment whose very
// first record is not whole has no records and is no error here: whether that is damage is for
// those to tell who know the segment before it.
Result<Records> read_records(std::uint64_t secret, std::uint64_t durable, ByteView segment);

}  // namespace invitro::protocol::journal
