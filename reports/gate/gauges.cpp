#include "reports/gate/gauges.hpp"

#include "reports/result.hpp"

#include <fmt/format.h>

namespace invitro::reports {
namespace {

std::vector<Gauge> all_gauges() {
    std::vector<Gauge> all;
    for (std::size_t i = 0; i < measure_count; ++i) {
        const auto measure = static_cast<Measure>(i);
        const std::string_view metric = to_string(measure);
        if (is_duration(measure)) {
            all.push_back(
                {.metric = metric, .statistic = "mean", .least_share = 0.05, .least_change = 1});
            all.push_back(
                {.metric = metric, .statistic = "p99", .least_share = 0.1, .least_change = 2});
        } else {
            all.push_back(
                {.metric = metric, .statistic = "mean", .least_share = 0.05, .least_change = 0.1});
        }
    }
    all.push_back({.metric = "direct_rate",
                   .statistic = "value",
                   .larger_is_better = true,
                   .least_share = 0,
                   .least_change = 0.02});
    return all;
}

}  // namespace

std::string Gauge::name() const {
    return fmt::format("{}.{}", metric, statistic);
}

bool Gauge::is_duration() const {
    const auto measure = parse_measure(metric);
    return measure && reports::is_duration(*measure);
}

const std::vector<Gauge>& gauges() {
    static const std::vector<Gauge> all = all_gauges();
    return all;
}

WorldFigures figures_of_world(std::uint64_t seed,
                              const sim::Fingerprint& fingerprint,
                              const Measurements& measurements) {
    WorldFigures figures{.seed = seed, .fingerprint = fingerprint, .values = {}};
    figures.values.reserve(gauges().size());
    for (const Gauge& gauge : gauges()) {
        figures.values.push_back(statistic_of(measurements, gauge.metric, gauge.statistic));
    }
    return figures;
}

}  // namespace invitro::reports
