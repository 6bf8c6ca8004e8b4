#include "reports/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace invitro::reports {
namespace {

constexpr double nanoseconds_per_microsecond = 1e3;
constexpr double microseconds_per_millisecond = 1e3;

// Whole microseconds, so that no more digits are shown than were measured.
double milliseconds(double nanoseconds) {
    return std::round(nanoseconds / nanoseconds_per_microsecond) / microseconds_per_millisecond;
}

double thousandths(double value) {
    return std::round(value * 1e3) / 1e3;
}

double in_unit(Measure measure, double value) {
    return is_duration(measure) ? milliseconds(value) : thousandths(value);
}

// What a shell would take apart goes into quotes.
std::string quoted(const std::string& word) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '/' || c == '_' || c == '-' || c == '+';
    });
    if (plain) return word;
    std::string result = "'";
    for (const char c : word) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

}  // namespace

properties::Verdict PropertyResult::verdict() const {
    return properties::Tally{.checked = checked, .violated = violated, .violations = {}}.verdict();
}

void Totals::add(const sim::RunSummary& summary) {
    ++worlds;
    worlds_quiescent += summary.quiescent ? 1 : 0;
    events += summary.events;
    datagrams_sent += summary.datagrams_sent;
    datagrams_delivered += summary.datagrams_delivered;
    for (std::size_t i = 0; i < datagrams_dropped.size(); ++i) {
        datagrams_dropped[i] += summary.datagrams_dropped[i];
    }
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        hostile_sent[i] += summary.hostile_sent[i];
        hostile_delivered[i] += summary.hostile_delivered[i];
    }
    pushes_submitted += summary.pushes_submitted;
    pushes_delivered += summary.pushes_delivered;
    for (std::size_t i = 0; i < remarks.size(); ++i) {
        remarks[i] += summary.remarks[i];
    }
}

bool Totals::had_attackers() const {
    return std::any_of(
        hostile_sent.begin(), hostile_sent.end(), [](std::uint64_t sent) { return sent != 0; });
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::holds:
            return "holds";
        case Outcome::violated:
            return "violated";
        case Outcome::threshold_missed:
            return "threshold missed";
        case Outcome::inconclusive:
            return "inconclusive";
    }
    return "unknown";
}

Outcome Result::outcome() const {
    const auto is_violated = [](const PropertyResult& p) { return p.violated != 0; };
    const auto is_exercised = [](const PropertyResult& p) { return p.checked != 0; };
    const auto is_met = [](const ThresholdResult& t) { return t.is_met(); };
    if (!crashes.empty() || std::any_of(properties.begin(), properties.end(), is_violated)) {
        return Outcome::violated;
    }
    if (std::none_of(properties.begin(), properties.end(), is_exercised)) {
        return Outcome::inconclusive;
    }
    if (!std::all_of(thresholds.begin(), thresholds.end(), is_met)) {
        return Outcome::threshold_missed;
    }
    return Outcome::holds;
}

std::string Result::command() const {
    std::string text = fmt::format("invitro run {} --seed {}", quoted(source), seed);
    if (worlds != 1) text += fmt::format(" --worlds {}", worlds);
    if (shards != 1) text += fmt::format(" --shard {}/{}", shard, shards);
    return text;
}

std::string Result::command_for_seed(std::uint64_t world_seed) const {
    return fmt::format("invitro run {} --seed {}", quoted(source), world_seed);
}

Figures figures_of(Measure measure, const Histogram& histogram) {
    const auto at = [&](std::uint32_t millionths) {
        return in_unit(measure, static_cast<double>(histogram.value_at(Millionths{millionths})));
    };
    return {.count = histogram.count(),
            .smallest = in_unit(measure, static_cast<double>(histogram.smallest())),
            .mean = in_unit(measure, histogram.mean()),
            .p50 = at(500'000),
            .p90 = at(900'000),
            .p99 = at(990'000),
            .p999 = at(999'000),
            .largest = in_unit(measure, static_cast<double>(histogram.largest()))};
}

std::optional<double> statistic_of(const Measurements& measurements,
                                   std::string_view metric,
                                   std::string_view statistic) {
    const std::optional<Measure> measure = parse_measure(metric);
    if (!measure) {
        const PairOutcomes pairs = measurements.all_pairs();
        if (metric != "direct_rate" || pairs.decided() == 0) return std::nullopt;
        return static_cast<double>(pairs.direct) / static_cast<double>(pairs.decided());
    }
    const Histogram histogram = measurements.total(*measure);
    const Figures figures = figures_of(*measure, histogram);
    if (statistic == "count") return static_cast<double>(figures.count);
    if (histogram.empty()) return std::nullopt;
    if (statistic == "min") return figures.smallest;
    if (statistic == "mean") return figures.mean;
    if (statistic == "p50") return figures.p50;
    if (statistic == "p90") return figures.p90;
    if (statistic == "p99") return figures.p99;
    if (statistic == "p99.9") return figures.p999;
    if (statistic == "max") return figures.largest;
    return std::nullopt;
}

std::vector<ThresholdResult> judge(const std::vector<scenarios::Threshold>& thresholds,
                                   const Measurements& measurements) {
    std::vector<ThresholdResult> results;
    results.reserve(thresholds.size());
    for (const scenarios::Threshold& threshold : thresholds) {
        results.push_back(
            {.threshold = threshold,
             .measured = statistic_of(measurements, threshold.metric, threshold.statistic)});
    }
    return results;
}

}  // namespace invitro::reports
