// The report: one HTML file of its own, without scripts, pictures or fonts from elsewhere. Reads on
// paper and on a phone, in the light and in the dark.
#pragma once

#include "reports/result.hpp"

#include <string>
#include <string_view>

namespace invitro::reports {

// The report of one result.
std::string report_page(const Result& result);

// The page's style sheet.
std::string_view style_sheet();

// Parts of the page, each a <section> with its heading, or empty where there is nothing to show.
std::string verdict_section(const Result& result);
std::string properties_section(const Result& result);
std::string thresholds_section(const Result& result);
std::string metrics_section(const Result& result);
std::string nat_section(const Result& result);
std::string calls_section(const Result& result);
std::string attacks_section(const Result& result);
std::string counts_section(const Result& result);
std::string method_section(const Result& result);

// The headline: "All 31 properties hold", "2 of 31 properties are violated", ...
std::string headline(const Result& result);

// A bound and what was measured against it, in words: "at most 2.00 s", "1.35 s".
std::string bound_text(const ThresholdResult& result);
std::string measured_text(const ThresholdResult& result);

}  // namespace invitro::reports
