#include "reports/text/percentiles.hpp"

#include "protocol/vocabulary/check.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace invitro::reports {
namespace {

constexpr std::uint32_t whole_in_millionths = 1'000'000;

// 0, 0.1, ... 0.5, 0.55, ... 0.75, 0.775, ...: ten steps to the half, then five for each half of
// what is left, until a millionth is no step any more.
std::vector<std::uint32_t> steps() {
    std::vector<std::uint32_t> result;
    std::uint32_t begin = 0;
    for (std::uint32_t half = whole_in_millionths / 2; half >= 5; half /= 2) {
        for (std::uint32_t k = 0; k < 5; ++k) {
            result.push_back(begin + half * k / 5);
        }
        begin += half;
    }
    return result;
}

double deviation(const Histogram& histogram) {
    if (histogram.empty()) return 0;
    double sum = 0;
    for (const Bucket& bucket : histogram.buckets()) {
        const double distance =
            static_cast<double>(Histogram::middle_of(bucket.index)) - histogram.mean();
        sum += distance * distance * static_cast<double>(bucket.count);
    }
    return std::sqrt(sum / static_cast<double>(histogram.count()));
}

// How many values lie in the bucket of this one or in one below.
std::uint64_t count_up_to(const std::vector<Bucket>& buckets, std::uint64_t value) {
    const std::uint32_t last = Histogram::bucket_of(value);
    std::uint64_t count = 0;
    for (const Bucket& bucket : buckets) {
        if (bucket.index <= last) count += bucket.count;
    }
    return count;
}

}  // namespace

std::string percentiles_of(const Histogram& histogram, double unit) {
    CHECK(unit > 0, "values are measured in something");
    const std::vector<Bucket> buckets = histogram.buckets();
    std::string text = fmt::format(
        "{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    const auto value_text = [&](std::uint64_t value) {
        return fmt::format("{:12.3f}", static_cast<double>(value) / unit);
    };
    for (const std::uint32_t step : steps()) {
        const std::uint64_t value = histogram.value_at(Millionths{step});
        if (histogram.empty() || value == histogram.largest()) break;
        const double share = static_cast<double>(step) / whole_in_millionths;
        text += fmt::format("{} {:14.12f} {:10} {:14.2f}\n",
                            value_text(value),
                            share,
                            count_up_to(buckets, value),
                            1 / (1 - share));
    }
    if (!histogram.empty()) {
        text += fmt::format(
            "{} {:14.12f} {:10}\n", value_text(histogram.largest()), 1.0, histogram.count());
    }
    // The layout: 2048 values one by one, then 53 times 1024 buckets, each twice as wide.
    return text + fmt::format(
                      "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n"
                      "#[Max     = {}, Total count    = {:12}]\n"
                      "#[Buckets = {:12}, SubBuckets     = {:12}]\n",
                      histogram.mean() / unit,
                      deviation(histogram) / unit,
                      value_text(histogram.largest()),
                      histogram.count(),
                      54,
                      2048);
}

}  // namespace invitro::reports
