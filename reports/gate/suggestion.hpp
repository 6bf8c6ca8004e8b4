// Thresholds that unchanged code keeps: bounds beyond what chance does to a run on other seeds.
//
// The scenario is run many times, each time on seeds of its own, and a bound is the worst that any
// of these runs came to. Whatever the distribution, one more run of the same code is the worst of K
// + 1 with probability 1 / (K + 1) only, so that with m bounds it misses any with at most m / (K +
// 1).
#pragma once

#include "reports/metrics/measurements.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace invitro::reports {

// In milliseconds, a share, or a number, as a threshold of the scenario takes it.
struct Suggestion {
    std::string metric;
    std::string statistic;
    double typical = 0;  // the median of the runs
    double bound = 0;
    bool is_at_least = false;

    bool operator==(const Suggestion&) const = default;
};

// So many runs let one more miss any bound with at most this probability. Precondition: it lies
// between 0 and 1.
std::uint64_t runs_needed(double false_alarm);

// Of p50 and p99 of each duration, the mean of messages per call and the direct rate, those that
// were measured in every run, each rounded away to two digits. What they promise holds for further
// runs of as many worlds as each of these.
std::vector<Suggestion> suggest_thresholds(const std::vector<Measurements>& runs);

// The section of a scenario file: "thresholds": {...}.
std::string thresholds_section_text(const std::vector<Suggestion>& suggestions);

}  // namespace invitro::reports
