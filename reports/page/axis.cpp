#include "reports/page/axis.hpp"

#include "reports/text/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace invitro::reports {
namespace {

constexpr double milliseconds_per_second = 1e3;

// "5 ms", "0.2 ms", "2 s", "50 s".
std::string tick_label(double milliseconds) {
    const bool seconds = milliseconds >= milliseconds_per_second;
    const double value = seconds ? milliseconds / milliseconds_per_second : milliseconds;
    std::string digits = std::to_string(std::llround(value));
    if (value < 0.95) {
        digits = "0." + std::string(value < 0.095 ? "0" : "") +
                 std::to_string(std::llround(value * (value < 0.095 ? 100 : 10)));
    }
    return digits + (seconds ? " s" : " ms");
}

// 1, 2, 5, 10, 20, ... from at most `low` to at least `high`; only the powers of ten where there
// would be too many.
std::vector<Tick> ticks_between(double low, double high) {
    const bool wide = high / low > 3e3;
    std::vector<Tick> ticks;
    for (int exponent = -2; exponent < 9; ++exponent) {
        for (const int step : {1, 2, 5}) {
            if (wide && step != 1) continue;
            const double value = step * std::pow(10.0, exponent);
            const double next = wide ? value * 10 : value * (step == 2 ? 2.5 : 2);
            if (next <= low * 1.0001) continue;
            ticks.push_back({.value = value, .label = tick_label(value)});
            if (value >= high) return ticks;
        }
    }
    return ticks;
}

}  // namespace

LogScale::LogScale(double low, double high, double pixel_low, double pixel_high)
    : low_(low),
      high_(high),
      pixel_low_(pixel_low),
      pixel_high_(pixel_high),
      ticks_(ticks_between(low, high)) {
    if (ticks_.empty()) return;
    low_ = std::min(low_, ticks_.front().value);
    high_ = std::max(high_, ticks_.back().value);
}

double LogScale::at(double value) const {
    const double clamped = std::clamp(value, low_, high_);
    const double place = high_ > low_ ? std::log(clamped / low_) / std::log(high_ / low_) : 0.5;
    return pixel_low_ + place * (pixel_high_ - pixel_low_);
}

PercentileScale::PercentileScale(std::uint64_t count, double pixel_low, double pixel_high)
    : pixel_low_(pixel_low), pixel_high_(pixel_high) {
    static constexpr std::array<const char*, 7> nines = {
        "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %", "99.99999 %"};
    ticks_ = {{.value = 0, .label = "0 %"},
              {.value = 0.5, .label = "50 %"},
              {.value = 0.9, .label = nines[0]}};
    double rest = 0.1;
    for (std::size_t i = 1; i < nines.size() && rest * static_cast<double>(count) > 1.5; ++i) {
        rest /= 10;
        share_max_ = 1 - rest;
        ticks_.push_back({.value = share_max_, .label = nines[i]});
    }
}

double PercentileScale::at(double share) const {
    const double clamped = std::clamp(share, 0.0, share_max_);
    const double place = std::log10(1 - clamped) / std::log10(1 - share_max_);
    return pixel_low_ + place * (pixel_high_ - pixel_low_);
}

}  // namespace invitro::reports
