// What a gate compares: a few figures of every world.
//
// A world is the unit, because calls of one world share its network and its faults. Of durations
// the mean and the 99th percentile of the world are taken, of costs the mean per call, and the rate
// of direct connections.
#pragma once

#include "reports/metrics/measurements.hpp"
#include "sim/fingerprint.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

struct Gauge {
    std::string_view metric;     // as scenarios::metric_names() has it
    std::string_view statistic;  // "mean", "p99", "value"
    bool larger_is_better = false;
    // What is worth failing for: this share of the baseline's mean, and no less than this much, in
    // milliseconds or the metric's own unit.
    double least_share = 0;
    double least_change = 0;

    // "time_to_ring.mean", as thresholds are written.
    [[nodiscard]] std::string name() const;
    [[nodiscard]] bool is_duration() const;
};

const std::vector<Gauge>& gauges();

// A world's figures, one for each gauge; nothing where nothing was measured.
struct WorldFigures {
    std::uint64_t seed = 0;
    sim::Fingerprint fingerprint;
    std::vector<std::optional<double>> values;

    bool operator==(const WorldFigures&) const = default;
};

WorldFigures figures_of_world(std::uint64_t seed,
                              const sim::Fingerprint& fingerprint,
                              const Measurements& measurements);

}  // namespace invitro::reports
