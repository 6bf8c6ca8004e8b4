#include "reports/text/check_list.hpp"

#include <fmt/format.h>

#include <string_view>

namespace invitro::reports {
namespace {

constexpr double milliseconds_per_second = 1e3;

// In a label's value a backslash, a quote and a new line are escaped.
std::string label(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') {
            result += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') result += '\\';
        result += c;
    }
    return result;
}

std::string name_of(Measure measure) {
    return fmt::format("invitro_{}{}", to_string(measure), is_duration(measure) ? "_seconds" : "");
}

std::string summary_of(const Result& result, Measure measure) {
    const Histogram histogram = result.measurements.total(measure);
    if (histogram.empty()) return {};
    const Figures figures = figures_of(measure, histogram);
    const double unit = is_duration(measure) ? milliseconds_per_second : 1;
    const std::string scenario = fmt::format("scenario=\"{}\"", label(result.scenario));
    const std::string name = name_of(measure);
    std::string text;
    const auto quantile = [&](std::string_view share, double value) {
        text += fmt::format("{}{{{},quantile=\"{}\"}} {}\n", name, scenario, share, value / unit);
    };
    quantile("0.5", figures.p50);
    quantile("0.9", figures.p90);
    quantile("0.99", figures.p99);
    quantile("0.999", figures.p999);
    quantile("1", figures.largest);
    const auto count = static_cast<double>(figures.count);
    text += fmt::format("{}_sum{{{}}} {}\n", name, scenario, figures.mean * count / unit);
    return text + fmt::format("{}_count{{{}}} {}\n", name, scenario, figures.count);
}

}  // namespace

std::string open_metrics_of(const std::vector<Result>& results) {
    std::string text;
    for (std::size_t i = 0; i < measure_count; ++i) {
        const auto measure = static_cast<Measure>(i);
        const std::string unit =
            is_duration(measure) ? fmt::format("# UNIT {} seconds\n", name_of(measure)) : "";
        text += fmt::format("# TYPE {} summary\n{}", name_of(measure), unit);
        for (const Result& result : results) {
            text += summary_of(result, measure);
        }
    }
    text += "# TYPE invitro_direct_rate gauge\n";
    for (const Result& result : results) {
        const auto rate = statistic_of(result.measurements, "direct_rate", "value");
        if (!rate) continue;
        text += fmt::format(
            "invitro_direct_rate{{scenario=\"{}\"}} {}\n", label(result.scenario), *rate);
    }
    return text + "# EOF\n";
}

}  // namespace invitro::reports
