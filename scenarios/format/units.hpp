// Quantities with their units, as text: "250ms", "1.5s", "2h", "1%". Exact in both directions: what
// is written for a value reads back as that value, and what is read is never rounded silently
// (only a share is, to the nearest 2^-32).
#pragma once

#include "model/draw.hpp"
#include "protocol/vocabulary/result.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace invitro::scenarios::format {

// "0s", "2h", "4min", "90s", "1.5s", "250ms", "3.25us", "7ns": the largest unit that reads well.
std::string duration_text(protocol::Duration duration);

// Errors: no number, no unit, an unknown unit, finer than a nanosecond, longer than
// limits::time_max.
protocol::Result<protocol::Duration> parse_duration(std::string_view text);

// The shortest percentage that reads back as the same probability: "1%", "0.5%", "33.33333333%".
std::string share_text(model::Probability probability);

// Errors: no number, no percent sign, more than 100%, more than 12 decimals.
protocol::Result<model::Probability> parse_share(std::string_view text);

// The whole number, if the text is one of at most 64 bits; "1e3" and "1.0" are none.
protocol::Result<std::uint64_t> parse_whole(std::string_view text);

// Patterns of the texts above, for the schema (ECMA 262).
inline constexpr std::string_view duration_pattern = "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|min|h)$";
inline constexpr std::string_view share_pattern = "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]{1,12})?)%$";

}  // namespace invitro::scenarios::format
