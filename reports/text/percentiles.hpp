// A histogram in the percentile format of HdrHistogram, which its plotter and many other tools
// read.
#pragma once

#include "reports/metrics/histogram.hpp"

#include <string>

namespace invitro::reports {

// Rows of value, percentile, number of values up to it, and 1/(1 - percentile). Steps halve the
// rest of the distribution five by five, as HdrHistogram's outputPercentileDistribution does; the
// last row is the largest value. Values are divided by `unit`: 1e6 makes milliseconds of
// nanoseconds. Precondition: unit > 0.
std::string percentiles_of(const Histogram& histogram, double unit);

}  // namespace invitro::reports
