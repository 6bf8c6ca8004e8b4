// Wilcoxon's signed-rank test: do paired differences lean to one side?
//
// Given are the differences candidate - baseline, one for each seed. Under the null hypothesis each
// is as likely to be +d as -d. The statistic W+ is the sum of the ranks, by size, of the positive
// ones. Pairs without a difference say nothing and are left out (Wilcoxon 1945); equal sizes share
// the mean of their ranks.
//
// Up to 50 differing pairs the p-value is exact: W+ has its distribution over all 2^n choices of
// signs, given the ranks as they are, ties included. Above, the normal approximation is taken, with
// variance n(n+1)(2n+1)/24 - sum of (t^3 - t)/48 over groups of t ties, and 1/2 of continuity
// correction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace invitro::reports {

enum class Alternative : std::uint8_t {
    two_sided,
    greater,  // the differences lean to the positive side
};

struct SignedRank {
    static constexpr std::size_t exact_max = 50;

    std::size_t pairs = 0;      // that differ
    double positive_ranks = 0;  // W+
    double p = 1;               // 1 where no pair differs
    bool is_exact = true;

    bool operator==(const SignedRank&) const = default;
};

// Precondition: the differences are finite.
SignedRank signed_rank(std::span<const double> differences, Alternative alternative);

}  // namespace invitro::reports
