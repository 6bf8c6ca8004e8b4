// Traces of calls as JSON, for result.json and for the way from a forked process.
#pragma once

#include "protocol/vocabulary/result.hpp"
#include "reports/json_part.hpp"
#include "reports/trace.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {

std::string to_json(const std::vector<CallTrace>& traces);

// Throws JsonMistake where it is not what to_json() wrote.
std::vector<CallTrace> traces_of(const JsonPart& json);
// Errors: not what to_json() wrote.
protocol::Result<std::vector<CallTrace>> parse_traces(std::string_view text);

// 32 hexadecimal digits, and back. Errors: not that.
protocol::Result<protocol::CallId> parse_call_id(std::string_view text);

}  // namespace invitro::reports
