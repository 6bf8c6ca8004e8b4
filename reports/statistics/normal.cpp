#include "reports/statistics/normal.hpp"

#include "protocol/vocabulary/check.hpp"

#include <cmath>
#include <numbers>

namespace invitro::reports {

double normal_upper_tail(double z) {
    return std::erfc(z / std::numbers::sqrt2) / 2;
}

double normal_quantile(double p) {  // NOLINT(misc-no-recursion): once
    CHECK(p > 0 && p < 1, "a quantile is asked for a probability between 0 and 1");
    // Below one half the tail is the small number, and a small number is exact.
    if (p > 0.5) return -normal_quantile(1 - p);
    // Nothing that a double can hold lies beyond 40 standard deviations. Halving ends when the
    // middle is one of the ends.
    double low = 0;
    double high = 40;
    for (;;) {
        const double middle = (low + high) / 2;
        if (middle <= low || middle >= high) return -middle;
        if (normal_upper_tail(middle) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

}  // namespace invitro::reports
