#include "reports/statistics/bootstrap.hpp"

#include "model/draw.hpp"
#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace invitro::reports {
namespace {

// Apart from the draws of worlds, which have a subsystem's number there.
constexpr std::uint64_t purpose = 0x626F'6F74'7374'7261U;

double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(place));
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double part = place - static_cast<double>(below);
    return sorted[below] + part * (sorted[above] - sorted[below]);
}

}  // namespace

Interval bootstrap_interval(std::size_t units, const BootstrapPlan& plan, const EstimateOf& of) {
    CHECK(units > 0 && plan.repetitions > 0, "there is something to draw");
    CHECK(plan.confidence > 0 && plan.confidence < 1, "a confidence lies between 0 and 1");
    const auto bound = static_cast<std::uint32_t>(units);
    std::vector<double> estimates;
    estimates.reserve(plan.repetitions);
    std::vector<std::uint32_t> times(units);
    for (std::uint32_t repetition = 0; repetition < plan.repetitions; ++repetition) {
        const std::uint64_t key = model::mix(model::mix(plan.seed ^ purpose) ^ repetition);
        std::fill(times.begin(), times.end(), 0U);
        for (std::size_t place = 0; place < units; ++place) {
            ++times[model::below(bound, model::mix(key ^ place))];
        }
        estimates.push_back(of(times));
    }
    std::sort(estimates.begin(), estimates.end());
    const double outside = (1 - plan.confidence) / 2;
    return {.low = quantile(estimates, outside), .high = quantile(estimates, 1 - outside)};
}

}  // namespace invitro::reports
