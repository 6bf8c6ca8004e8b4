// What a worker tells of one world, as compact bytes for the pipe to its parent.
#pragma once

#include "properties/check.hpp"

#include <bitset>
#include <optional>
#include <vector>

namespace invitro::properties {

// Bit i: features()[i] is in the world.
using FeatureSet = std::bitset<128>;

struct WorldRecord {
    sim::Fingerprint fingerprint{};
    std::uint64_t events = 0;
    FeatureSet features{};
    std::array<std::uint64_t, protocol::remark_kind_count> remarks{};
    std::vector<Tally> tallies{};

    bool operator==(const WorldRecord&) const = default;
};

WorldRecord record_of(const scenarios::World& world, WorldVerdict verdict);

// The first violation of each property goes along, the others are only counted.
std::vector<std::uint8_t> encode(const WorldRecord& record);

// Nothing where the bytes are not those of a record.
std::optional<WorldRecord> decode_record(protocol::ByteView bytes);

// What a process that simplifies tells of each world it tried.
struct TrialRecord {
    bool fails = false;
    sim::Fingerprint fingerprint{};
    std::string explanation{};

    bool operator==(const TrialRecord&) const = default;
};

std::vector<std::uint8_t> encode(const TrialRecord& record);
std::optional<TrialRecord> decode_trial(protocol::ByteView bytes);

// What a process that runs a world again tells of it, unless it dies.
std::vector<std::uint8_t> encode(const Replayed& replayed);
std::optional<Replayed> decode_replayed(protocol::ByteView bytes);

}  // namespace invitro::properties
