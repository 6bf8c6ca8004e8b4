#include "properties/check_record.hpp"

#include <algorithm>

namespace invitro::properties {
namespace {

// Numbers of seven bits a byte, least significant first; the high bit says that more follow
// (LEB128).
class Writer {
public:
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }

    void text(std::string_view value) {
        number(value.size());
        bytes_.insert(bytes_.end(), value.begin(), value.end());
    }

    void fingerprint(const sim::Fingerprint& value) {
        number(value.high);
        number(value.low);
    }

    std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    std::vector<std::uint8_t> bytes_;
};

// Reads what a Writer wrote; after a first mistake everything is zero and is_good() false.
class Reader {
public:
    explicit Reader(protocol::ByteView bytes) : rest_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty()) break;
            const std::uint8_t byte = rest_.front();
            rest_ = rest_.subspan(1);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return value;
        }
        is_good_ = false;
        return 0;
    }

    std::string text() {
        const std::uint64_t size = number();
        if (size > rest_.size()) is_good_ = false;
        if (!is_good_) return {};
        const std::string value{protocol::text_of(rest_.first(size))};
        rest_ = rest_.subspan(size);
        return value;
    }

    sim::Fingerprint fingerprint() {
        const std::uint64_t high = number();
        const std::uint64_t low = number();
        return {.high = high, .low = low};
    }

    // Everything was read, and it was well formed.
    [[nodiscard]] bool is_done() const { return is_good_ && rest_.empty(); }

    [[nodiscard]] bool is_good() const { return is_good_; }

private:
    protocol::ByteView rest_;
    bool is_good_ = true;
};

void write(Writer& writer, const Tally& tally) {
    writer.number(tally.checked);
    writer.number(tally.violated);
    if (tally.violated == 0) return;
    const Violation& first = tally.violations.front();
    writer.number(first.at);
    writer.number(first.call.high);
    writer.number(first.call.low);
    writer.text(first.explanation);
}

Tally read_tally(Reader& reader) {
    Tally tally;
    tally.checked = reader.number();
    tally.violated = reader.number();
    if (tally.violated == 0) return tally;
    Violation first;
    first.at = reader.number();
    first.call.high = reader.number();
    first.call.low = reader.number();
    first.explanation = reader.text();
    tally.violations.push_back(std::move(first));
    return tally;
}

}  // namespace

WorldRecord record_of(const scenarios::World& world, WorldVerdict verdict) {
    WorldRecord record{.fingerprint = verdict.summary.fingerprint,
                       .events = verdict.summary.events,
                       .remarks = verdict.summary.remarks,
                       .tallies = std::move(verdict.tallies)};
    for (std::size_t i = 0; i < features().size(); ++i) {
        if (features()[i].is_in(world)) record.features |= std::uint64_t{1} << i;
    }
    return record;
}

std::vector<std::uint8_t> encode(const WorldRecord& record) {
    Writer writer;
    writer.fingerprint(record.fingerprint);
    writer.number(record.events);
    writer.number(record.features);
    for (const std::uint64_t count : record.remarks)
        writer.number(count);
    for (const Tally& tally : record.tallies)
        write(writer, tally);
    return writer.take();
}

std::optional<WorldRecord> decode_record(protocol::ByteView bytes) {
    Reader reader(bytes);
    WorldRecord record;
    record.fingerprint = reader.fingerprint();
    record.events = reader.number();
    record.features = reader.number();
    for (std::uint64_t& count : record.remarks)
        count = reader.number();
    for (std::size_t i = 0; i < catalogue().size(); ++i)
        record.tallies.push_back(read_tally(reader));
    if (!reader.is_done()) return std::nullopt;
    return record;
}

std::vector<std::uint8_t> encode(const ShrinkRecord& record) {
    Writer writer;
    writer.number(record.report.path.size());
    for (const std::uint32_t position : record.report.path)
        writer.number(position);
    writer.number(record.report.tried);
    writer.number(record.report.exhausted ? 1 : 0);
    writer.fingerprint(record.fingerprint);
    writer.text(record.explanation);
    return writer.take();
}

std::optional<ShrinkRecord> decode_shrink_record(protocol::ByteView bytes) {
    Reader reader(bytes);
    ShrinkRecord record;
    const std::uint64_t steps = reader.number();
    for (std::uint64_t i = 0; i < steps && reader.is_good(); ++i)
        record.report.path.push_back(static_cast<std::uint32_t>(reader.number()));
    record.report.tried = reader.number();
    record.report.exhausted = reader.number() == 1;
    record.fingerprint = reader.fingerprint();
    record.explanation = reader.text();
    if (!reader.is_done()) return std::nullopt;
    return record;
}

}  // namespace invitro::properties
