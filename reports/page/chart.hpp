// Charts of a result as SVG, drawn without a script. Colours and fonts come from the page's
// classes.
#pragma once

#include "reports/metrics/measurements.hpp"
#include "scenarios/scenario.hpp"

#include <string>
#include <vector>

namespace invitro::reports {

// One distribution as a curve.
struct Curve {
    std::string name;
    Histogram histogram;  // nanoseconds
    std::string colour;   // a class: "curve-1", ...
};

// A bound to show: at this percentile, no more than this.
struct Bound {
    std::string curve;
    double share = 0;
    double milliseconds = 0;
    bool is_met = true;
};

// How long, over which share of all: the tail is what is spread out (logarithmic in both
// directions).
std::string percentile_chart(const std::vector<Curve>& all, const std::vector<Bound>& bounds);

// Which share is done by when.
std::string cumulative_chart(const std::vector<Curve>& all);

// A distribution in a table's cell: smallest to largest as a thin line, p50 to p99 as a thick one,
// the median as a dot; all rows on one scale, from `low` to `high` milliseconds.
std::string strip(const Histogram& histogram, double low, double high, const std::string& label);

}  // namespace invitro::reports
