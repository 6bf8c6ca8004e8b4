// Numbers as people read them, the same on every machine: no locale, no rounding mode, no float
// that decides a digit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace invitro::reports {

// "0 ms", "0.84 ms", "12.3 ms", "843 ms", "1.24 s", "12.4 s", "2 min 05 s": three digits.
std::string duration_text(double milliseconds);

// "1234567" -> "1 234 567", with a narrow no-break space for pages or a plain one for terminals.
std::string count_text(std::uint64_t count, std::string_view separator = " ");

// "100 %", "99.9 %", "0.04 %"; never "100 %" or "0 %" for what only rounds to it.
std::string share_text(std::uint64_t part, std::uint64_t whole);

// A count's statistic: at most one decimal, the digits before it grouped.
std::string amount_text(double value, std::string_view separator = " ");

// At most one decimal.
std::string decimal_text(double value);

// One coordinate of a drawing: at most one decimal.
std::string coordinate(double value);

// "accept_delivery" -> "accept delivery".
std::string spaced(std::string_view name);

}  // namespace invitro::reports
