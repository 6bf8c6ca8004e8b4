#include "reports/statistics/multiple.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace invitro::reports {

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return p_values[a] < p_values[b];
    });
    std::vector<double> adjusted(p_values.size());
    double least = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const double times = static_cast<double>(order.size() - k);
        least = std::max(least, std::min(1.0, p_values[order[k]] * times));
        adjusted[order[k]] = least;
    }
    return adjusted;
}

}  // namespace invitro::reports
