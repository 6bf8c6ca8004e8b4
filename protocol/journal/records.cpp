#include "protocol/journal/records.hpp"

#include "protocol/vocabulary/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <xxhash.h>

namespace invitro::protocol::journal {
namespace {

constexpr std::size_t number_at = 4;
constexpr std::size_t durable_at = 12;
constexpr std::size_t check_at = 20;

template <class Number>
void put(Number number, std::vector<std::uint8_t>& out) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
    }
}

template <class Number>
Number get(ByteView bytes, std::size_t at) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        number |= static_cast<Number>(Number{bytes[at + i]} << (8 * i));
    }
    return number;
}

// Over size, number and durable, and then, seeded with that, over the payload.
std::uint64_t check_of(std::uint64_t secret, ByteView head, ByteView payload) {
    const std::uint64_t seed = XXH3_64bits_withSeed(head.data(), check_at, secret);
    return XXH3_64bits_withSeed(payload.data(), payload.size(), seed);
}

struct Whole {
    Record record;
    std::uint64_t durable = 0;
    std::size_t size = 0;  // header and payload
};

// The record at the start of these bytes, if there is a whole one.
std::optional<Whole> whole_record(std::uint64_t secret, ByteView bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    const auto size = get<std::uint32_t>(bytes, 0);
    if (size > bytes.size() - header_size) return std::nullopt;
    const ByteView payload = bytes.subspan(header_size, size);
    if (get<std::uint64_t>(bytes, check_at) != check_of(secret, bytes, payload)) {
        return std::nullopt;
    }
    return Whole{.record = {.number = get<std::uint64_t>(bytes, number_at), .payload = payload},
                 .durable = get<std::uint64_t>(bytes, durable_at),
                 .size = header_size + size};
}

// The highest number that any whole record behind the bad one says was durable. A record can begin
// at any byte there, since the bad one's size is not to be trusted.
std::uint64_t durable_behind(std::uint64_t secret, ByteView bytes) {
    std::uint64_t durable = 0;
    for (std::size_t at = 1; at + header_size <= bytes.size(); ++at) {
        if (const auto whole = whole_record(secret, bytes.subspan(at))) {
            durable = std::max(durable, whole->durable);
        }
    }
    return durable;
}

}  // namespace

void append_record(std::uint64_t secret,
                   std::uint64_t number,
                   std::uint64_t durable,
                   ByteView payload,
                   std::vector<std::uint8_t>& out) {
    CHECK(payload.size() <= payload_size_max, "a record has at most 2 GiB");
    const std::size_t start = out.size();
    put(static_cast<std::uint32_t>(payload.size()), out);
    put(number, out);
    put(durable, out);
    put(check_of(secret, ByteView{out}.subspan(start), payload), out);
    out.insert(out.end(), payload.begin(), payload.end());
}

Result<Records> read_records(std::uint64_t secret, ByteView segment) {
    Records read;
    while (read.size < segment.size()) {
        const ByteView rest = segment.subspan(read.size);
        const auto whole = whole_record(secret, rest);
        const bool is_next = whole && (read.records.empty() ||
                                       whole->record.number == read.records.back().number + 1);
        if (is_next) {
            read.records.push_back(whole->record);
            read.size += whole->size;
            continue;
        }
        const std::uint64_t bad = read.records.empty() ? 0 : read.records.back().number + 1;
        const std::uint64_t durable = durable_behind(secret, rest);
        if (durable >= bad && durable != 0) {
            return fail(
                fmt::format("records {} to {}, which were persisted, are damaged from byte "
                            "{} on",
                            bad,
                            durable,
                            read.size));
        }
        break;
    }
    return read;
}

}  // namespace invitro::protocol::journal
