// What was measured in a world or, merged, in many: a value that adds up in any order.
//
// Each measured value lies in one cell, named by what was measured and under which circumstances
// (push provider, access, NAT pair). Totals and groups are merged from the cells when asked for, so
// that measuring costs one addition.
#pragma once

#include "model/nat/nat_box.hpp"
#include "model/network/access.hpp"
#include "properties/byte_stream.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "reports/metrics/histogram.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace invitro::reports {

// The metrics that are distributions. Times are in nanoseconds.
enum class Measure : std::uint8_t {
    time_to_ring = 0,
    accept_delivery = 1,
    time_to_first_accept = 2,
    time_to_connect = 3,
    time_to_silence = 4,
    messages_per_call = 5,
    bytes_per_call = 6,
    pushes_per_call = 7,
};

inline constexpr std::size_t measure_count = 8;

// As scenarios::metric_names() has it.
std::string_view to_string(Measure measure);
std::optional<Measure> parse_measure(std::string_view name);

constexpr bool is_duration(Measure measure) {
    return measure <= Measure::time_to_silence;
}

// Who calls whom, as far as NATs are concerned.
struct NatPair {
    model::NatKind initiator = model::NatKind::pub;
    model::NatKind recipient = model::NatKind::pub;

    auto operator<=>(const NatPair&) const = default;
};

// "EIM/APDF > PUB": initiator, then recipient.
std::string to_string(const NatPair& pair);

// Under which circumstances a device was measured.
struct Circumstances {
    protocol::PushProvider provider = protocol::PushProvider::apns;
    model::AccessKind access = model::AccessKind::fibre;  // of the recipient
    NatPair nat;

    auto operator<=>(const Circumstances&) const = default;
};

// A cell's name; what is measured per call has no circumstances.
struct Cell {
    Measure measure = Measure::time_to_ring;
    std::optional<Circumstances> circumstances;

    auto operator<=>(const Cell&) const = default;
};

// What became of a pair of devices of which one accepted and the other is the initiator. Pairs that
// the initiator gave up because another was chosen are not counted.
struct PairOutcomes {
    std::uint64_t direct = 0;
    std::uint64_t relayed = 0;
    std::uint64_t failed = 0;

    bool operator==(const PairOutcomes&) const = default;

    [[nodiscard]] std::uint64_t decided() const { return direct + relayed + failed; }

    void add(const PairOutcomes& other);
};

// Whose call it was: enough to run its world again and find it there.
struct CallReference {
    std::uint64_t world = 0;
    protocol::CallId call;

    auto operator<=>(const CallReference&) const = default;
};

// What happened how often, beside what the simulator counts by itself.
enum class Happening : std::uint8_t {
    calls = 0,
    calls_failed = 1,
    calls_cancelled = 2,
    rings = 3,
    accepts = 4,
    accepts_arrived = 5,
    accepts_rejected = 6,
    declines = 7,
    connections = 8,
    connections_failed = 9,
};

inline constexpr std::size_t happening_count = 10;

std::string_view to_string(Happening happening);

class Measurements {
public:
    void record(const Cell& cell, std::uint64_t value);

    void count(Happening happening) { ++happenings_[static_cast<std::size_t>(happening)]; }

    void add_pair(const NatPair& pair, const PairOutcomes& outcomes);

    // An accept of this call took so long to its initiator.
    void add_example(std::uint64_t accept_delivery, const CallReference& call);

    void merge(const Measurements& other);

    bool operator==(const Measurements&) const = default;

    [[nodiscard]] std::uint64_t happened(Happening happening) const {
        return happenings_[static_cast<std::size_t>(happening)];
    }

    [[nodiscard]] const std::map<Cell, Histogram>& cells() const { return cells_; }

    [[nodiscard]] const std::map<NatPair, PairOutcomes>& pairs() const { return pairs_; }

    [[nodiscard]] Histogram total(Measure measure) const;
    [[nodiscard]] PairOutcomes all_pairs() const;

    // By name of the circumstance.
    [[nodiscard]] std::map<std::string, Histogram> by_provider(Measure measure) const;
    [[nodiscard]] std::map<std::string, Histogram> by_access(Measure measure) const;
    [[nodiscard]] std::map<std::string, Histogram> by_nat(Measure measure) const;

    // Calls to look at, by about how long an accept took: one per 1.6 %, the first by number of
    // world and call. Keys are coarse buckets; middle_of_example() gives their time.
    [[nodiscard]] const std::map<std::uint32_t, CallReference>& examples() const {
        return examples_;
    }

    // The one nearest to the median, and the slowest; nothing where no accept arrived.
    [[nodiscard]] std::optional<CallReference> typical_call() const;
    [[nodiscard]] std::optional<CallReference> slowest_call() const;

    // Equal measurements give equal bytes.
    void write(properties::ByteWriter& writer) const;
    static Measurements read(properties::ByteReader& reader);

    // For a result file that is read again.
    struct Parts {
        std::map<Cell, Histogram> cells;
        std::map<NatPair, PairOutcomes> pairs;
        std::map<std::uint32_t, CallReference> examples;
        std::optional<std::pair<std::uint64_t, CallReference>> slowest;
        std::array<std::uint64_t, happening_count> happenings{};
    };

    static Measurements from_parts(Parts parts);

    [[nodiscard]] const std::optional<std::pair<std::uint64_t, CallReference>>& slowest() const {
        return slowest_;
    }

private:
    void add_slowest(std::uint64_t accept_delivery, const CallReference& call);

    std::map<Cell, Histogram> cells_;
    std::map<NatPair, PairOutcomes> pairs_;
    std::map<std::uint32_t, CallReference> examples_;
    std::optional<std::pair<std::uint64_t, CallReference>> slowest_;
    std::array<std::uint64_t, happening_count> happenings_{};
};

// About how long the accepts of an example's bucket took, in nanoseconds.
std::uint64_t middle_of_example(std::uint32_t coarse_bucket);

}  // namespace invitro::reports
