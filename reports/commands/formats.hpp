// --format: in which forms, beside result.json and report.html, a result is written, and how CI
// systems get to see it.
#pragma once

#include "reports/result.hpp"
#include "reports/text/check_list.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}  // namespace CLI

namespace invitro::reports {

// Adds --format to a command that has results:
//   markdown  report.md, one for each result        csv  report.csv
//   junit     junit.xml                             hdr  <metric>.hgrm
//   gitlab    gl-code-quality-report.json, metrics.txt
//   github    annotations and the step's summary
void add_format_option(CLI::App& command, std::vector<std::string>& formats);

// The same for a command that has check lists alone: junit, gitlab, github.
void add_ci_format_option(CLI::App& command, std::vector<std::string>& formats);

struct NamedText {
    std::string name;  // of a file
    std::string text;
};

// The files of a format.
std::vector<NamedText> files_of(const std::vector<Result>& results, std::string_view format);
std::vector<NamedText> files_of(const std::vector<CheckList>& lists, std::string_view format);

// Annotations go to stderr, where the runner finds them too and stdout stays the data's. The
// summary is appended to the file that $GITHUB_STEP_SUMMARY names; without it, it is summary.md in
// the folder. False where it cannot be written, which is said on stderr.
bool tell_github(const std::vector<CheckList>& lists,
                 std::string_view summary,
                 const std::string& folder);

// All formats of the results into the folder. False where a file could not be written, which is
// said on stderr.
bool write_formats(const std::vector<Result>& results,
                   const std::vector<std::string>& formats,
                   const std::string& folder);

}  // namespace invitro::reports
