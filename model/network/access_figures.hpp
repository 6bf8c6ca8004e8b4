// Measured figures of one operator, laid over a kind of access.
//
// A kind's profile (access.hpp) is a middle case. Operators differ: of the 4G networks behind that
// profile, mean round trips were 83 to 113 ms and their standard deviations 39 to 82 ms. What is
// known of an operator is seldom more than such figures, so they move and stretch the kind's delays
// and leave their shape, the heavy tail, as it is.
#pragma once

#include "model/network/access.hpp"

#include <optional>

namespace invitro::model {

// Zero: as the kind is.
struct AccessFigures {
    Duration round_trip{};  // the mean, of small datagrams over this access alone, there and back
    Duration deviation{};   // the standard deviation of that
    Duration burst{};       // the mean length of the moments in which much is lost

    auto operator<=>(const AccessFigures&) const = default;
};

// The kind's profile with these figures; nothing where there is none: so much deviation at so small
// a mean that some delay would be negative, or bursts shorter than the kind's slots of time.
std::optional<AccessProfile> with_figures(const AccessProfile& kind, const AccessFigures& figures);

// Of what a table gives when it is sampled, in nanoseconds; exact but for rounding.
struct Moments {
    double mean = 0;
    double deviation = 0;
};

Moments moments_of(const QuantileTable& table);

}  // namespace invitro::model
