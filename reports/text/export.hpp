// A result as Markdown, for a pull request or a wiki, and as CSV, for a spreadsheet.
#pragma once

#include "reports/result.hpp"

#include <string>
#include <vector>

namespace invitro::reports {

std::string markdown_of(const Result& result);

// A line for every metric, in all and by group: scenario, seed, worlds, metric, group, value of the
// group, count, min, mean, p50, p90, p99, p99.9, max. Times in milliseconds.
std::string csv_of(const std::vector<Result>& results);

}  // namespace invitro::reports
