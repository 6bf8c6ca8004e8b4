// Bootstrap: how far an estimate could be from the truth, by drawing the worlds again.
//
// A repetition draws as many seeds as there are, with replacement, and computes the estimate of
// what it drew; the interval lies between two percentiles of these estimates (Efron's percentile
// interval), interpolated linearly between neighbours. Whole worlds are drawn, never single calls:
// calls of one world share its network and its faults.
//
// Each draw is a hash of seed, repetition and place, so the interval is the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace invitro::reports {

struct Interval {
    double low = 0;
    double high = 0;

    bool operator==(const Interval&) const = default;
};

struct BootstrapPlan {
    std::uint64_t seed = 1;
    std::uint32_t repetitions = 2000;
    double confidence = 0.95;  // between 0 and 1
};

// An estimate, given how many times each unit was drawn.
using EstimateOf = std::function<double(std::span<const std::uint32_t> times)>;

// Precondition: at least one unit, one repetition; estimates are finite.
Interval bootstrap_interval(std::size_t units, const BootstrapPlan& plan, const EstimateOf& of);

}  // namespace invitro::reports
