#include "reports/page/chart.hpp"

#include "reports/page/axis.hpp"
#include "reports/page/html.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace invitro::reports {
namespace {

constexpr double nanoseconds_per_millisecond = 1e6;

// The frame of both charts, in pixels of the viewBox.
constexpr double width = 720;
constexpr double height = 340;
constexpr double left = 64;
constexpr double right = 164;  // room for the curves' names
constexpr double top = 16;
constexpr double bottom = 50;

double milliseconds(std::uint64_t nanoseconds) {
    // A logarithm needs something: nothing below a microsecond is told apart.
    return std::max(1e-3, static_cast<double>(nanoseconds) / nanoseconds_per_millisecond);
}

// A corner of a curve: after this share of all values, this long.
struct Corner {
    double share = 0;
    double milliseconds = 0;
};

std::vector<Corner> corners_of(const Histogram& histogram) {
    std::vector<Corner> corners = {
        {.share = 0, .milliseconds = milliseconds(histogram.smallest())}};
    const auto count = static_cast<double>(histogram.count());
    std::uint64_t seen = 0;
    for (const Bucket& bucket : histogram.buckets()) {
        const std::uint64_t middle = std::clamp(
            Histogram::middle_of(bucket.index), histogram.smallest(), histogram.largest());
        corners.push_back(
            {.share = static_cast<double>(seen) / count, .milliseconds = milliseconds(middle)});
        seen += bucket.count;
        corners.push_back(
            {.share = static_cast<double>(seen) / count, .milliseconds = milliseconds(middle)});
    }
    return corners;
}

struct Range {
    double low = std::numeric_limits<double>::max();
    double high = 0;
};

Range range_of(const std::vector<Curve>& curves) {
    Range range;
    for (const Curve& curve : curves) {
        if (curve.histogram.empty()) continue;
        range.low = std::min(range.low, milliseconds(curve.histogram.smallest()));
        range.high = std::max(range.high, milliseconds(curve.histogram.largest()));
    }
    return range;
}

std::string line(double x1, double y1, double x2, double y2, std::string_view style) {
    return fmt::format(R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)",
                       style,
                       coordinate(x1),
                       coordinate(y1),
                       coordinate(x2),
                       coordinate(y2));
}

std::string text(double x, double y, std::string_view style, std::string_view words) {
    return fmt::format(R"(<text class="{}" x="{}" y="{}">{}</text>)",
                       style,
                       coordinate(x),
                       coordinate(y),
                       escaped(words));
}

// Points closer than half a pixel to the last one drawn add nothing.
class PathText {
public:
    void add(double x, double y) {
        if (!text_.empty() && std::abs(x - x_) + std::abs(y - y_) < 0.5) {
            skipped_ = true;
            last_x_ = x;
            last_y_ = y;
            return;
        }
        put(x, y);
    }

    std::string take() {
        if (skipped_) put(last_x_, last_y_);
        return text_;
    }

private:
    void put(double x, double y) {
        text_ += text_.empty() ? "M" : "L";
        text_ += coordinate(x) + " " + coordinate(y);
        x_ = x;
        y_ = y;
        skipped_ = false;
    }

    std::string text_;
    double x_ = 0;
    double y_ = 0;
    double last_x_ = 0;
    double last_y_ = 0;
    bool skipped_ = false;
};

// Names beside the ends of their curves, pushed apart where they would overlap.
std::string names_beside(std::vector<std::pair<double, const Curve*>> ends) {
    constexpr double gap = 17;
    std::sort(ends.begin(), ends.end());
    double lowest = top;
    std::string svg;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const double room_below = static_cast<double>(ends.size() - 1 - i) * gap;
        const double y = std::min(std::max(ends[i].first, lowest), height - bottom - room_below);
        svg += text(width - right + 8,
                    y + 4,
                    "curve-name " + ends[i].second->colour,
                    spaced(ends[i].second->name));
        lowest = y + gap;
    }
    return svg;
}

std::string opening(std::string_view id, std::string_view title, std::string_view description) {
    return fmt::format(
        R"(<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-text">)"
        R"(<title id="{}-title">{}</title><desc id="{}-text">{}</desc>)",
        coordinate(width),
        coordinate(height),
        id,
        id,
        id,
        escaped(title),
        id,
        escaped(description));
}

std::string description_of(const std::vector<Curve>& curves) {
    std::string words;
    for (const Curve& curve : curves) {
        const auto at = [&](std::uint32_t millionths) {
            return duration_text(milliseconds(curve.histogram.value_at(Millionths{millionths})));
        };
        words += fmt::format("{}: median {}, 90 % within {}, 99 % within {}, all within {}. ",
                             spaced(curve.name),
                             at(500'000),
                             at(900'000),
                             at(990'000),
                             duration_text(milliseconds(curve.histogram.largest())));
    }
    return words;
}

std::vector<Curve> drawable(std::vector<Curve> curves) {
    std::erase_if(curves, [](const Curve& curve) { return curve.histogram.empty(); });
    return curves;
}

// The duration axis at the left, with a hairline for each tick.
std::string rows_of(const LogScale& y) {
    std::string svg;
    for (const Tick& tick : y.ticks()) {
        svg += line(left, y.at(tick.value), width - right, y.at(tick.value), "grid");
        svg += text(left - 8, y.at(tick.value) + 4, "tick end", tick.label);
    }
    return svg;
}

std::string columns_of(const std::vector<Tick>& ticks, const auto& x) {
    std::string svg;
    for (const Tick& tick : ticks) {
        svg += line(x.at(tick.value), top, x.at(tick.value), height - bottom, "grid");
        svg += text(x.at(tick.value), height - bottom + 18, "tick middle", tick.label);
    }
    return svg;
}

std::string bounds_of(const std::vector<Bound>& bounds,
                      const std::vector<Curve>& curves,
                      const PercentileScale& x,
                      const LogScale& y) {
    std::string svg;
    for (const Bound& bound : bounds) {
        const auto curve = std::find_if(curves.begin(), curves.end(), [&](const Curve& one) {
            return one.name == bound.curve;
        });
        if (curve == curves.end()) continue;
        const double at_x = x.at(bound.share);
        const double at_y = y.at(bound.milliseconds);
        svg +=
            fmt::format(R"(<path class="bound {}{}" d="M{} {}h-18m9 0v7"><title>{}</title></path>)",
                        curve->colour,
                        bound.is_met ? "" : " missed",
                        coordinate(at_x + 9),
                        coordinate(at_y),
                        escaped(fmt::format("threshold: {} at most {}",
                                            spaced(bound.curve),
                                            duration_text(bound.milliseconds))));
    }
    return svg;
}

}  // namespace

std::string percentile_chart(const std::vector<Curve>& all, const std::vector<Bound>& bounds) {
    const std::vector<Curve> curves = drawable(all);
    if (curves.empty()) return {};
    Range range = range_of(curves);
    std::uint64_t count = 0;
    for (const Curve& curve : curves) {
        count = std::max(count, curve.histogram.count());
    }
    for (const Bound& bound : bounds) {
        range.high = std::max(range.high, bound.milliseconds);
    }
    const LogScale y(range.low, range.high, height - bottom, top);
    const PercentileScale x(count, left, width - right);
    std::string svg = opening("percentiles", "Percentiles", description_of(curves));
    svg += rows_of(y) + columns_of(x.ticks(), x);
    svg += text((left + width - right) / 2,
                height - 8,
                "axis middle",
                "share of all within this time (each step right: ten times rarer to exceed)");
    std::vector<std::pair<double, const Curve*>> ends;
    for (const Curve& curve : curves) {
        PathText path;
        for (const Corner& corner : corners_of(curve.histogram)) {
            path.add(x.at(corner.share), y.at(corner.milliseconds));
        }
        svg += fmt::format(R"(<path class="curve {}" d="{}"/>)", curve.colour, path.take());
        ends.emplace_back(y.at(milliseconds(curve.histogram.largest())), &curve);
    }
    return svg + bounds_of(bounds, curves, x, y) + names_beside(std::move(ends)) + "</svg>";
}

std::string cumulative_chart(const std::vector<Curve>& all) {
    const std::vector<Curve> curves = drawable(all);
    if (curves.empty()) return {};
    const Range range = range_of(curves);
    const LogScale x(range.low, range.high, left, width - right);
    const auto y = [](double share) { return height - bottom - share * (height - bottom - top); };
    std::string svg = opening("cumulative", "Cumulative distribution", description_of(curves));
    for (const int percent : {0, 25, 50, 75, 100}) {
        svg += line(left, y(percent / 100.0), width - right, y(percent / 100.0), "grid");
        svg += text(left - 8, y(percent / 100.0) + 4, "tick end", fmt::format("{} %", percent));
    }
    svg += columns_of(x.ticks(), x);
    svg += text((left + width - right) / 2, height - 8, "axis middle", "time (logarithmic)");
    double key = height - bottom - 12 - 18 * static_cast<double>(curves.size() - 1);
    for (const Curve& curve : curves) {
        PathText path;
        for (const Corner& corner : corners_of(curve.histogram)) {
            path.add(x.at(corner.milliseconds), y(corner.share));
        }
        path.add(width - right, y(1));
        svg += fmt::format(R"(<path class="curve {}" d="{}"/>)", curve.colour, path.take());
        svg += fmt::format(R"(<path class="curve {}" d="M{} {}h22"/>)",
                           curve.colour,
                           coordinate(width - right + 8),
                           coordinate(key - 4));
        svg += text(width - right + 36, key, "curve-name " + curve.colour, spaced(curve.name));
        key += 18;
    }
    return svg + "</svg>";
}

std::string strip(const Histogram& histogram, double low, double high, const std::string& label) {
    if (histogram.empty()) return {};
    const LogScale x(low, high, 4, 216);
    const auto at = [&](std::uint32_t millionths) {
        return coordinate(x.at(milliseconds(histogram.value_at(Millionths{millionths}))));
    };
    std::string svg = fmt::format(
        R"(<svg class="strip" viewBox="0 0 220 16" role="img" aria-label="{}">)", escaped(label));
    for (const Tick& tick : x.ticks()) {
        svg += line(x.at(tick.value), 0, x.at(tick.value), 16, "grid");
    }
    svg += fmt::format(R"(<path class="whisker" d="M{} 8H{}"/>)",
                       coordinate(x.at(milliseconds(histogram.smallest()))),
                       coordinate(x.at(milliseconds(histogram.largest()))));
    svg += fmt::format(R"(<path class="bar" d="M{} 8H{}"/>)", at(500'000), at(990'000));
    return svg + fmt::format(R"(<circle class="median" cx="{}" cy="8" r="4"/></svg>)", at(500'000));
}

}  // namespace invitro::reports
