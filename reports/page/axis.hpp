// Axes of the charts: a scale from values to pixels, and where its ticks stand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace invitro::reports {

struct Tick {
    double value = 0;
    std::string label;
};

// A logarithmic scale for durations in milliseconds. Pixels may run either way.
class LogScale {
public:
    // Widened to whole ticks, so that no curve touches the frame. Precondition: 0 < low <= high.
    LogScale(double low, double high, double pixel_low, double pixel_high);

    // Values beyond the ends are drawn at the ends.
    [[nodiscard]] double at(double value) const;

    [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }

private:
    double low_;
    double high_;
    double pixel_low_;
    double pixel_high_;
    std::vector<Tick> ticks_;
};

// The scale on which percentiles of a distribution's tail are spread evenly: 0, 90, 99, 99.9 % are
// equally far apart, since each is a tenth as likely to be exceeded as the one before.
class PercentileScale {
public:
    // Reaches as far as `count` values can tell: up to the last nines of which one value is left.
    PercentileScale(std::uint64_t count, double pixel_low, double pixel_high);

    // Of a share below one.
    [[nodiscard]] double at(double share) const;

    [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }

    // The largest share there is.
    [[nodiscard]] double share_max() const { return share_max_; }

private:
    double pixel_low_;
    double pixel_high_;
    double share_max_ = 0.9;
    std::vector<Tick> ticks_;
};

}  // namespace invitro::reports
