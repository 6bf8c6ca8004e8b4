#include "reports/statistics/power.hpp"

#include "protocol/vocabulary/check.hpp"
#include "reports/statistics/normal.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

namespace invitro::reports {
namespace {

// More than anybody will run; what needs more is not there for practical purposes.
constexpr double needed_max = 1e12;

std::optional<std::uint64_t> whole(double needed) {
    if (!(needed <= needed_max)) return std::nullopt;
    return static_cast<std::uint64_t>(std::ceil(needed));
}

// The share of the sums of two that are positive, each of two different ones; zero sums count half.
double positive_sums(const std::vector<double>& sorted) {
    double positive = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto rest = sorted.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        const auto [equal, above] = std::equal_range(rest, sorted.end(), -sorted[i]);
        positive += static_cast<double>(sorted.end() - above);
        positive += static_cast<double>(above - equal) / 2;
    }
    const auto n = static_cast<double>(sorted.size());
    return positive / (n * (n - 1) / 2);
}

}  // namespace

std::optional<std::uint64_t> pairs_needed(std::span<const double> differences,
                                          const PowerGoal& goal) {
    CHECK(goal.alpha > 0 && goal.alpha < 1 && goal.power > 0 && goal.power < 1,
          "alpha and power are probabilities");
    std::vector<double> differing;
    std::copy_if(differences.begin(),
                 differences.end(),
                 std::back_inserter(differing),
                 [](double difference) { return difference != 0; });
    if (differing.empty()) return std::nullopt;
    std::sort(differing.begin(), differing.end());
    const double leaning =
        differing.size() == 1 ? (differing.front() > 0 ? 1.0 : 0.0) : positive_sums(differing);
    if (leaning <= 0.5) return std::nullopt;
    const double z = normal_quantile(1 - goal.alpha) + normal_quantile(goal.power);
    const double distance = leaning - 0.5;
    const double by_power = z * z / (3 * distance * distance);
    const double by_granularity = std::ceil(-std::log2(goal.alpha));
    const double share =
        static_cast<double>(differing.size()) / static_cast<double>(differences.size());
    return whole(std::ceil(std::max(by_power, by_granularity)) / share);
}

std::optional<std::uint64_t> units_needed(std::uint64_t units, double half_width, double distance) {
    CHECK(units > 0 && half_width >= 0 && distance >= 0, "what is needed follows from what is");
    if (distance == 0) return std::nullopt;
    const double ratio = half_width / distance;
    return whole(static_cast<double>(units) * ratio * ratio);
}

}  // namespace invitro::reports
