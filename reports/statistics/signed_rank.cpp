#include "reports/statistics/signed_rank.hpp"

#include "protocol/vocabulary/check.hpp"
#include "reports/statistics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace invitro::reports {
namespace {

// Ranks are doubled, so that the mean of a group of ties is a whole number too.
struct RankedDifferences {
    std::vector<std::uint64_t> doubled_ranks;
    std::uint64_t doubled_positive = 0;
    double tied = 0;  // sum of t^3 - t over groups of ties
};

RankedDifferences rank(std::span<const double> differences) {
    std::vector<double> differing;
    for (const double difference : differences) {
        CHECK(std::isfinite(difference), "a difference of what was measured is finite");
        if (difference != 0) differing.push_back(difference);
    }
    std::sort(differing.begin(), differing.end(), [](double a, double b) {
        return std::fabs(a) < std::fabs(b);
    });
    RankedDifferences ranked;
    for (std::size_t first = 0; first < differing.size();) {
        std::size_t end = first + 1;
        while (end < differing.size() && std::fabs(differing[end]) == std::fabs(differing[first])) {
            ++end;
        }
        const std::uint64_t doubled = first + 1 + end;
        for (std::size_t i = first; i < end; ++i) {
            ranked.doubled_ranks.push_back(doubled);
            if (differing[i] > 0) ranked.doubled_positive += doubled;
        }
        const auto ties = static_cast<double>(end - first);
        ranked.tied += ties * ties * ties - ties;
        first = end;
    }
    return ranked;
}

double one_or_both(Alternative alternative, double at_least, double at_most) {
    if (alternative == Alternative::greater) return at_least;
    return std::min(1.0, 2 * std::min(at_least, at_most));
}

// By adding one rank after the other. Every probability is a multiple of 2^-50, so nothing is
// rounded.
double exact_p(const RankedDifferences& ranked, Alternative alternative) {
    const std::uint64_t total =
        std::accumulate(ranked.doubled_ranks.begin(), ranked.doubled_ranks.end(), std::uint64_t{0});
    std::vector<double> mass(total + 1, 0.0);
    mass[0] = 1;
    std::uint64_t reached = 0;
    for (const std::uint64_t step : ranked.doubled_ranks) {
        reached += step;
        for (std::uint64_t sum = reached + 1; sum-- > 0;) {
            const double with = sum >= step ? mass[sum - step] : 0.0;
            mass[sum] = (mass[sum] + with) / 2;
        }
    }
    double at_least = 0;
    double at_most = 0;
    for (std::uint64_t sum = 0; sum <= total; ++sum) {
        if (sum >= ranked.doubled_positive) at_least += mass[sum];
        if (sum <= ranked.doubled_positive) at_most += mass[sum];
    }
    return one_or_both(alternative, at_least, at_most);
}

double approximate_p(const RankedDifferences& ranked, Alternative alternative) {
    constexpr double continuity = 0.5;
    const auto n = static_cast<double>(ranked.doubled_ranks.size());
    const double deviation = std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - ranked.tied / 48);
    const double distance = static_cast<double>(ranked.doubled_positive) / 2 - n * (n + 1) / 4;
    return one_or_both(alternative,
                       normal_upper_tail((distance - continuity) / deviation),
                       normal_upper_tail((-distance - continuity) / deviation));
}

}  // namespace

SignedRank signed_rank(std::span<const double> differences, Alternative alternative) {
    const RankedDifferences ranked = rank(differences);
    SignedRank result{.pairs = ranked.doubled_ranks.size(),
                      .positive_ranks = static_cast<double>(ranked.doubled_positive) / 2};
    if (result.pairs == 0) return result;
    result.is_exact = result.pairs <= SignedRank::exact_max;
    result.p = result.is_exact ? exact_p(ranked, alternative) : approximate_p(ranked, alternative);
    return result;
}

}  // namespace invitro::reports
