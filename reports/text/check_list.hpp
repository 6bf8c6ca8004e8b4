// What a CI system shows of a run: checks by name that passed, failed or were put to no test, as
// JUnit XML, as annotations of GitHub, and as a code quality report of GitLab.
#pragma once

#include "reports/result.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace invitro::reports {

enum class CheckState : std::uint8_t {
    passed,
    failed,   // a property, a threshold, a comparison
    died,     // a world killed the program
    skipped,  // nothing put it to the test
};

struct CheckItem {
    std::string name;
    CheckState state = CheckState::passed;
    std::string message;  // one line of why; empty where it passed
    std::string details;  // more lines: sentence, seeds, and the commands that show it again

    bool operator==(const CheckItem&) const = default;
};

struct CheckList {
    std::string name;                                             // "household"
    std::string file;                                             // of the scenario; may be empty
    std::vector<std::pair<std::string, std::string>> properties;  // seed, version, ...
    std::vector<CheckItem> items;

    bool operator==(const CheckList&) const = default;
};

// Every property, threshold and crash of a result.
CheckList check_list_of(const Result& result);

// JUnit's XML in the subset that Jenkins, GitLab, GitHub's actions and Bamboo all read; junit.xsd
// beside this file is its schema. Times are 0: simulated ones would be taken for real. What XML
// cannot hold (control characters, broken UTF-8) is replaced by U+FFFD.
std::string junit_of(const std::vector<CheckList>& lists);

// A line for each check that did not pass, failures first, as GitHub's workflow commands.
std::string github_annotations_of(const std::vector<CheckList>& lists);

// A JSON array with an object for each failure, as GitLab's artifacts:reports:codequality takes it.
std::string gitlab_code_quality_of(const std::vector<CheckList>& lists);

// Every statistic of every metric in OpenMetrics' text format, as GitLab's
// artifacts:reports:metrics takes it and Prometheus scrapes it; times in seconds, as its rules want
// them.
std::string open_metrics_of(const std::vector<Result>& results);

}  // namespace invitro::reports
