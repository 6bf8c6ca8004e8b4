#include "model/network/access_figures.hpp"

#include "model/rounding.hpp"

#include <array>
#include <cmath>

namespace invitro::model {
namespace {

// The quantiles of a QuantileTable.
double quantile(std::size_t point) {
    constexpr std::array<double, 5> tail{0.98, 0.99, 0.995, 0.999, 1};
    return point < 32 ? static_cast<double>(point) / 32 : tail[point - 32];
}

// The values of `table`, moved and stretched about its mean. Nothing if one gets negative.
std::optional<QuantileTable> stretched(const QuantileTable& table,
                                       const Moments& from,
                                       const Moments& to) {
    const double scale = from.deviation == 0 ? 0 : to.deviation / from.deviation;
    QuantileTable result;
    for (std::size_t i = 0; i < QuantileTable::size; ++i) {
        const double value =
            to.mean + scale * (static_cast<double>(table.nanoseconds[i]) - from.mean);
        if (value < 0) return std::nullopt;
        result.nanoseconds[i] = rounded(value);
    }
    return result;
}

double nanoseconds(Duration duration) {
    return static_cast<double>(duration.count());
}

}  // namespace

// Between two quantiles the distribution is uniform: from a to b it has the mean (a + b) / 2 and
// the mean square (a^2 + ab + b^2) / 3.
Moments moments_of(const QuantileTable& table) {
    // About the median, so that nothing large cancels out.
    const double median = nanoseconds(table.median());
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i + 1 < QuantileTable::size; ++i) {
        const double width = quantile(i + 1) - quantile(i);
        const double a = static_cast<double>(table.nanoseconds[i]) - median;
        const double b = static_cast<double>(table.nanoseconds[i + 1]) - median;
        sum += width * (a + b) / 2;
        squares += width * (a * a + a * b + b * b) / 3;
    }
    const double variance = squares - sum * sum;
    return {.mean = median + sum, .deviation = variance > 0 ? std::sqrt(variance) : 0};
}

std::optional<AccessProfile> with_figures(const AccessProfile& kind, const AccessFigures& figures) {
    AccessProfile profile = kind;
    const Moments before = moments_of(kind.delay);
    Moments wanted = before;
    // A round trip crosses the access twice, each time with a delay of its own.
    if (figures.round_trip != Duration::zero()) wanted.mean = nanoseconds(figures.round_trip) / 2;
    if (figures.deviation != Duration::zero()) {
        wanted.deviation = nanoseconds(figures.deviation) / std::sqrt(2.0);
    }
    if (wanted.mean != before.mean || wanted.deviation != before.deviation) {
        const auto delay = stretched(kind.delay, before, wanted);
        if (!delay) return std::nullopt;
        profile.delay = *delay;
    }
    if (figures.burst != Duration::zero()) {
        // A bad moment goes on until its state is drawn anew and comes out good.
        const double good = 1 - share_of(kind.bad_share);
        const double renewal = nanoseconds(kind.slot) / (nanoseconds(figures.burst) * good);
        if (!(renewal <= 1)) return std::nullopt;
        profile.renewal = probability(renewal);
    }
    return profile;
}

}  // namespace invitro::model
