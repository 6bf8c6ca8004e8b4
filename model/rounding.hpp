// Rounding without the C library, the same on every machine.
#pragma once

#include <cstdint>

namespace invitro::model {

// The nearest whole number, halves upwards. Precondition: 0 <= value < 2^63.
constexpr std::int64_t rounded(double value) {
    const auto whole = static_cast<std::int64_t>(value);
    return value - static_cast<double>(whole) < 0.5 ? whole : whole + 1;
}

}  // namespace invitro::model
