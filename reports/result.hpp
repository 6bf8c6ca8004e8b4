// The result of a run: what result.json holds and every report is made from.
//
// A Result is merged from the outcomes of its worlds, in any order, and has no time of day, no
// number of jobs and no machine in it: the same run gives the same bytes everywhere.
#pragma once

#include "properties/property.hpp"
#include "protocol/vocabulary/result.hpp"
#include "reports/metrics/abuse.hpp"
#include "reports/metrics/measurements.hpp"
#include "reports/trace.hpp"
#include "scenarios/scenario.hpp"
#include "sim/fingerprint.hpp"
#include "sim/run.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

// Grows when a reader of the older format could misunderstand the newer.
inline constexpr int result_format = 1;

// A breach, with the world that shows it.
struct Finding {
    std::uint64_t world = 0;
    std::uint64_t seed = 0;
    model::Sequence event = 0;
    std::string call;
    std::string explanation;

    bool operator==(const Finding&) const = default;
};

struct PropertyResult {
    // Of each property the first findings are kept, by number of world.
    static constexpr std::size_t findings_max = 8;

    std::string id;
    std::string sentence;
    std::string source;
    std::uint64_t checked = 0;
    std::uint64_t violated = 0;
    std::vector<Finding> findings;

    bool operator==(const PropertyResult&) const = default;

    [[nodiscard]] properties::Verdict verdict() const;
};

// A world that killed its worker.
struct Crash {
    std::uint64_t world = 0;
    std::uint64_t seed = 0;
    int signal = 0;
    int exit_code = 0;
    std::string last_words;

    bool operator==(const Crash&) const = default;
};

// What the simulator counted, over all worlds.
struct Totals {
    std::uint64_t worlds = 0;
    std::uint64_t worlds_quiescent = 0;  // ended because nothing was left to happen
    std::uint64_t events = 0;
    std::uint64_t datagrams_sent = 0;
    std::uint64_t datagrams_delivered = 0;
    std::array<std::uint64_t, model::drop_reason_count> datagrams_dropped{};
    std::array<std::uint64_t, model::deed_count> hostile_sent{};  // of attackers, by deed
    std::array<std::uint64_t, model::deed_count> hostile_delivered{};
    std::uint64_t pushes_submitted = 0;
    std::uint64_t pushes_delivered = 0;
    std::array<std::uint64_t, protocol::remark_kind_count> remarks{};

    bool operator==(const Totals&) const = default;

    void add(const sim::RunSummary& summary);

    [[nodiscard]] bool had_attackers() const;
};

struct ThresholdResult {
    scenarios::Threshold threshold;
    std::optional<double> measured;  // in the threshold's unit; nothing was measured: nothing

    bool operator==(const ThresholdResult&) const = default;

    // What was never measured is not met: a gate must not pass on silence.
    [[nodiscard]] bool is_met() const {
        return measured && *measured <= threshold.at_most && *measured >= threshold.at_least;
    }
};

// One number per outcome, as the program's exit code.
enum class Outcome : std::uint8_t {
    holds = 0,
    violated = 1,
    threshold_missed = 3,
    inconclusive = 5,  // nothing was exercised
};

// "holds", "violated", "threshold missed", "inconclusive".
std::string_view to_string(Outcome outcome);

struct Result {
    std::string scenario;  // its name
    std::string source;    // the file or name it was loaded by
    std::string description;
    std::uint64_t seed = 0;
    std::uint64_t worlds = 1;  // asked for, all shards together
    std::uint64_t shard = 0;
    std::uint64_t shards = 1;
    bool is_complete = true;  // not interrupted
    std::string version;
    sim::Fingerprint fingerprint;
    std::string fidelity = "latency";
    std::string security = "real";  // how traffic was sealed: "real" or "charged"
    std::vector<PropertyResult> properties;
    std::vector<ThresholdResult> thresholds;
    std::vector<Crash> crashes;
    Totals totals;
    Measurements measurements;
    Abuse abuse;  // nothing where no world had attackers
    // The typical call, then the slowest, if they are two.
    std::vector<CallTrace> traces;

    bool operator==(const Result&) const = default;

    [[nodiscard]] Outcome outcome() const;

    // The command that makes this result again, and the one for a single world of it.
    [[nodiscard]] std::string command() const;
    [[nodiscard]] std::string command_for_seed(std::uint64_t world_seed) const;
};

// The usual figures of a distribution; times in milliseconds, counts as they are.
struct Figures {
    std::uint64_t count = 0;
    double smallest = 0;
    double mean = 0;
    double p50 = 0;
    double p90 = 0;
    double p99 = 0;
    double p999 = 0;
    double largest = 0;
};

Figures figures_of(Measure measure, const Histogram& histogram);

// The statistic ("p99", "count", ...) of a metric as a threshold names them; nothing where nothing
// was measured. Times are in milliseconds.
std::optional<double> statistic_of(const Measurements& measurements,
                                   std::string_view metric,
                                   std::string_view statistic);

std::vector<ThresholdResult> judge(const std::vector<scenarios::Threshold>& thresholds,
                                   const Measurements& measurements);

// The text of result.json, and back. Errors: not JSON, another format, a part that is missing.
std::string to_json(const Result& result);
protocol::Result<Result> parse_result(std::string_view text);

}  // namespace invitro::reports
