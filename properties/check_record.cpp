#include "properties/check_record.hpp"

#include "properties/byte_stream.hpp"
#include "properties/generate/generate.hpp"
#include "protocol/vocabulary/check.hpp"

#include <stdexcept>

namespace invitro::properties {
namespace {

void write(ByteWriter& writer, const sim::Fingerprint& value) {
    writer.number(value.high);
    writer.number(value.low);
}

sim::Fingerprint read_fingerprint(ByteReader& reader) {
    const std::uint64_t high = reader.number();
    const std::uint64_t low = reader.number();
    return {.high = high, .low = low};
}

void write(ByteWriter& writer, const Tally& tally) {
    writer.number(tally.checked);
    writer.number(tally.violated);
    if (tally.violated == 0) return;
    const Violation& first = tally.violations.front();
    writer.number(first.at);
    writer.number(first.call.high);
    writer.number(first.call.low);
    writer.text(first.explanation);
}

// In words, the lowest first.
constexpr std::size_t word_bits = 64;

void write(ByteWriter& writer, const FeatureSet& features) {
    const FeatureSet word_mask{~std::uint64_t{0}};
    for (std::size_t bit = 0; bit < features.size(); bit += word_bits) {
        writer.number(((features >> bit) & word_mask).to_ullong());
    }
}

FeatureSet read_features(ByteReader& reader) {
    FeatureSet features;
    for (std::size_t bit = 0; bit < features.size(); bit += word_bits) {
        features |= FeatureSet{reader.number()} << bit;
    }
    return features;
}

Tally read_tally(ByteReader& reader) {
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

WorldRecord read_record(ByteReader& reader) {
    WorldRecord record;
    record.fingerprint = read_fingerprint(reader);
    record.events = reader.number();
    record.features = read_features(reader);
    for (std::uint64_t& count : record.remarks) {
        count = reader.number();
    }
    for (std::size_t i = 0; i < catalogue().size(); ++i) {
        record.tallies.push_back(read_tally(reader));
    }
    return record;
}

TrialRecord read_trial(ByteReader& reader) {
    TrialRecord record;
    record.fails = reader.number() == 1;
    record.fingerprint = read_fingerprint(reader);
    record.explanation = reader.text();
    return record;
}

Replayed read_replayed(ByteReader& reader) {
    Replayed replayed;
    replayed.property = reader.text();
    replayed.explanation = reader.text();
    replayed.fingerprint = read_fingerprint(reader);
    replayed.checked = reader.number();
    return replayed;
}

// What `read` makes of the bytes, if it reads them all and they are well formed.
template <class Record>
std::optional<Record> whole(protocol::ByteView bytes, Record (*read)(ByteReader&)) {
    try {
        ByteReader reader(bytes);
        Record record = read(reader);
        if (reader.at_end()) return record;
    } catch (const std::runtime_error&) {
        // Cut short.
    }
    return std::nullopt;
}

}  // namespace

WorldRecord record_of(const scenarios::World& world, WorldVerdict verdict) {
    WorldRecord record{.fingerprint = verdict.summary.fingerprint,
                       .events = verdict.summary.events,
                       .remarks = verdict.summary.remarks,
                       .tallies = std::move(verdict.tallies)};
    CHECK(features().size() <= record.features.size(), "each feature has a bit");
    for (std::size_t i = 0; i < features().size(); ++i) {
        if (features()[i].is_in(world)) record.features.set(i);
    }
    return record;
}

std::vector<std::uint8_t> encode(const WorldRecord& record) {
    ByteWriter writer;
    write(writer, record.fingerprint);
    writer.number(record.events);
    write(writer, record.features);
    for (const std::uint64_t count : record.remarks) {
        writer.number(count);
    }
    for (const Tally& tally : record.tallies) {
        write(writer, tally);
    }
    return writer.take();
}

std::optional<WorldRecord> decode_record(protocol::ByteView bytes) {
    return whole<WorldRecord>(bytes, read_record);
}

std::vector<std::uint8_t> encode(const TrialRecord& record) {
    ByteWriter writer;
    writer.number(record.fails ? 1 : 0);
    write(writer, record.fingerprint);
    writer.text(record.explanation);
    return writer.take();
}

std::optional<TrialRecord> decode_trial(protocol::ByteView bytes) {
    return whole<TrialRecord>(bytes, read_trial);
}

std::vector<std::uint8_t> encode(const Replayed& replayed) {
    ByteWriter writer;
    writer.text(replayed.property);
    writer.text(replayed.explanation);
    write(writer, replayed.fingerprint);
    writer.number(replayed.checked);
    return writer.take();
}

std::optional<Replayed> decode_replayed(protocol::ByteView bytes) {
    return whole<Replayed>(bytes, read_replayed);
}

}  // namespace invitro::properties
