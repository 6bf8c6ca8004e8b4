// How many pairs a test needs to see what is there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace invitro::reports {

struct PowerGoal {
    double alpha = 0.01;  // of the one-sided signed-rank test
    double power = 0.9;   // the chance to see a difference of this kind
};

// About so many pairs let signed_rank(greater) see differences distributed as these. By Noether
// (1987): (z_alpha + z_power)^2 / (3 (q - 1/2)^2) differing pairs, where q is the probability that
// the sum of two differences is positive, here its share among those given; at least the
// log2(1/alpha) pairs without which no p-value can be so small; divided by the share of pairs that
// differ. Nothing where they do not lean to the positive side.
std::optional<std::uint64_t> pairs_needed(std::span<const double> differences,
                                          const PowerGoal& goal);

// About so many units until an interval of this half-width around an estimate, which shrinks with
// the root of their number, no longer reaches a value at this distance. Nothing where the distance
// is zero. Precondition: units > 0, half_width >= 0, distance >= 0.
std::optional<std::uint64_t> units_needed(std::uint64_t units, double half_width, double distance);

}  // namespace invitro::reports
