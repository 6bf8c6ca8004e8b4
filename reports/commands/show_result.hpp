// How a command ends that has a Result: files in its folder, tables or JSON on stdout, failures on
// stderr, an exit code.
#pragma once

#include "reports/commands/options.hpp"
#include "reports/result.hpp"

#include <string>
#include <vector>

namespace invitro::reports {

// Writes result.json, report.html and the formats (formats.hpp) into the folder, and shows the
// result. False where a file could not be written, which is said on stderr.
bool show_result(const Result& result,
                 const std::string& folder,
                 const CommonOptions& options,
                 const std::vector<std::string>& formats);

// What is broken comes before what is unfinished, and that before what could not be written.
int exit_code_of(const Result& result, bool is_written);

}  // namespace invitro::reports
