// The metrics of a result, as far as a scenario must know them: which there are, in which unit they
// are measured and which of their statistics can be bounded by a threshold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::scenarios {

enum class MetricUnit : std::uint8_t { milliseconds = 0, share = 1, count = 2 };

struct Metric {
    std::string_view name;
    MetricUnit unit = MetricUnit::milliseconds;
    std::string_view description;
};

// In the order in which reports list them.
const std::vector<Metric>& metrics();

// What can be bounded: the one statistic "value" for a share, the usual ones for the others.
const std::vector<std::string>& statistics(const Metric& metric);

// How a threshold on this statistic is written: a count is a number whatever the metric measures.
MetricUnit unit_of(const Metric& metric, std::string_view statistic);

}  // namespace invitro::scenarios
