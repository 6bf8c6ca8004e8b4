#include "protocol/journal/records.hpp"

#include "protocol/vocabulary/check.hpp"

#include <fmt/format.h>

#include <optional>
#include <xxhash.h>

namespace invitro::protocol::journal {
namespace {

constexpr std::size_t number_at = 4;
constexpr std::size_t check_at = 12;

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

// Over size and number, and then, seeded with that, over the payload.
std::uint64_t check_of(std::uint64_t secret, ByteView head, ByteView payload) {
    const std::uint64_t seed = XXH3_64bits_withSeed(head.data(), check_at, secret);
    return XXH3_64bits_withSeed(payload.data(), payload.size(), seed);
}

// The record at the start of these bytes, if there is a whole one.
std::optional<Record> whole_record(std::uint64_t secret, ByteView bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    const auto size = get<std::uint32_t>(bytes, 0);
    if (size > bytes.size() - header_size) return std::nullopt;
    const ByteView payload = bytes.subspan(header_size, size);
    if (get<std::uint64_t>(bytes, check_at) != check_of(secret, bytes, payload)) {
        return std::nullopt;
    }
    return Record{.number = get<std::uint64_t>(bytes, number_at), .payload = payload};
}

}  // namespace

void append_record(std::uint64_t secret,
                   std::uint64_t number,
                   ByteView payload,
                   std::vector<std::uint8_t>& out) {
    CHECK(payload.size() <= payload_size_max, "a record has at most 2 GiB");
    const std::size_t start = out.size();
    put(static_cast<std::uint32_t>(payload.size()), out);
    put(number, out);
    put(check_of(secret, ByteView{out}.subspan(start), payload), out);
    out.insert(out.end(), payload.begin(), payload.end());
}

Result<Records> read_records(std::uint64_t secret, std::uint64_t durable, ByteView segment) {
    Records read;
    while (const auto whole = whole_record(secret, segment.subspan(read.size))) {
        if (!read.records.empty() && whole->number != read.records.back().number + 1) break;
        read.records.push_back(*whole);
        read.size += header_size + whole->payload.size();
    }
    if (!read.records.empty() && read.records.back().number < durable) {
        return fail(fmt::format("records {} to {}, which were durable, are damaged from byte {} on",
                                read.records.back().number + 1,
                                durable,
                                read.size));
    }
    return read;
}

}  // namespace invitro::protocol::journal
