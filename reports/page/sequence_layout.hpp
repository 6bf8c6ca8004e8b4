// What of a call's trace is drawn in its sequence chart, and where.
#pragma once

#include "reports/trace.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace invitro::reports {

// A step with its places: rows are pixels from the top, columns are actors.
struct DrawnStep {
    const TraceStep* step = nullptr;
    std::uint64_t times = 1;  // equal ones handed to the push service at once are drawn as one
    double row = 0;           // where it begins
    double row_end = 0;       // where it arrives or is lost
};

// A stretch in which nothing happens, shortened in the drawing.
struct Pause {
    double row = 0;
    std::int64_t nanoseconds = 0;
};

struct SequenceLayout {
    std::vector<Actor> actors;
    std::vector<DrawnStep> steps;
    std::vector<Pause> pauses;
    double height = 0;
    std::uint64_t keep_alives = 0;   // not drawn
    std::uint64_t checks = 0;        // further ones of a pair that has one
    std::uint64_t devices = 0;       // beyond those drawn
    std::uint64_t steps_beyond = 0;  // too many
};

// The trace must outlive the layout.
SequenceLayout lay_out(const CallTrace& trace, double first_row);

}  // namespace invitro::reports
