// The format of scenario files: one table per section, in tables.cpp. Parsing, defaults, messages,
// to_json(), the schema and the reference page all come from these tables.
#pragma once

#include "scenarios/format/notation.hpp"
#include "scenarios/scenario.hpp"

namespace invitro::scenarios::format {

// A whole file.
const Section<Scenario>& scenario_section();

}  // namespace invitro::scenarios::format
