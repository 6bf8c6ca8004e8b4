#include "reports/gate/suggestion.hpp"

#include "protocol/vocabulary/check.hpp"
#include "reports/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace invitro::reports {
namespace {

struct BoundedStatistic {
    std::string metric;
    std::string name;
    bool is_at_least = false;
};

std::vector<BoundedStatistic> bounded_statistics() {
    std::vector<BoundedStatistic> all;
    for (std::size_t i = 0; i < measure_count; ++i) {
        const auto measure = static_cast<Measure>(i);
        if (!is_duration(measure)) continue;
        for (const char* const name : {"p50", "p99"}) {
            all.push_back({.metric = std::string(to_string(measure)), .name = name});
        }
    }
    all.push_back({.metric = std::string(to_string(Measure::messages_per_call)), .name = "mean"});
    all.push_back({.metric = "direct_rate", .name = "value", .is_at_least = true});
    return all;
}

// In order of size; nothing where a run has not measured it.
std::optional<std::vector<double>> sorted_values(const std::vector<Measurements>& runs,
                                                 const BoundedStatistic& statistic) {
    std::vector<double> values;
    for (const Measurements& run : runs) {
        const auto value = statistic_of(run, statistic.metric, statistic.name);
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    return values;
}

// Away from what was measured, to two significant digits.
double rounded_away(double value, bool is_at_least) {
    if (value <= 0) return 0;
    const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
    const double digits = value / unit;
    // A figure that is round already may lie a hair beside it.
    constexpr double hair = 1e-9;
    const double rounded = is_at_least ? std::floor(digits + hair) : std::ceil(digits - hair);
    return rounded * unit;
}

}  // namespace

std::uint64_t runs_needed(double false_alarm) {
    CHECK(false_alarm > 0 && false_alarm < 1, "a false alarm has a probability");
    const auto bounds = static_cast<double>(bounded_statistics().size());
    return static_cast<std::uint64_t>(std::ceil(bounds / false_alarm)) - 1;
}

std::vector<Suggestion> suggest_thresholds(const std::vector<Measurements>& runs) {
    std::vector<Suggestion> suggestions;
    for (const BoundedStatistic& one : bounded_statistics()) {
        const auto values = sorted_values(runs, one);
        if (!values) continue;
        const double worst_value = one.is_at_least ? values->front() : values->back();
        suggestions.push_back({.metric = one.metric,
                               .statistic = one.name,
                               .typical = (*values)[values->size() / 2],
                               .bound = rounded_away(worst_value, one.is_at_least),
                               .is_at_least = one.is_at_least});
    }
    return suggestions;
}

std::string thresholds_section_text(const std::vector<Suggestion>& suggestions) {
    std::string text = "\"thresholds\": {";
    const char* separator = "\n  ";
    for (const Suggestion& one : suggestions) {
        const auto measure = parse_measure(one.metric);
        std::string bound = fmt::format("{:g}", one.bound);
        if (measure && is_duration(*measure)) {
            // Whole microseconds, as they are measured.
            const auto microseconds = std::llround(one.bound * 1e3);
            bound = microseconds % 1000 == 0 ? fmt::format("\"{}ms\"", microseconds / 1000)
                                             : fmt::format("\"{}us\"", microseconds);
        } else if (one.is_at_least) {
            bound = fmt::format("{{\"at_least\": \"{:g}%\"}}", one.bound * 100);
        }
        text += fmt::format("{}\"{}.{}\": {}", separator, one.metric, one.statistic, bound);
        separator = ",\n  ";
    }
    return text + "\n}\n";
}

}  // namespace invitro::reports
