#include "reports/commands/show_result.hpp"

#include "properties/check.hpp"
#include "reports/commands/formats.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/page/page.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace invitro::reports {
namespace {

std::vector<VerdictRow> verdict_rows(const Result& result) {
    std::vector<VerdictRow> rows;
    for (const PropertyResult& property : result.properties) {
        rows.push_back({.id = property.id,
                        .verdict = property.verdict(),
                        .checked = property.checked,
                        .violated = property.violated,
                        .sentence = property.sentence});
    }
    return rows;
}

// One line of why and one to see it again, for the first of each property's findings.
void print_failures(const Result& result) {
    for (const PropertyResult& property : result.properties) {
        if (property.findings.empty()) continue;
        const Finding& first = property.findings.front();
        fmt::print(stderr,
                   "{}: {}\n  again: {}\n",
                   property.id,
                   first.explanation,
                   result.command_for_seed(first.seed));
    }
    for (const Crash& crash : result.crashes) {
        fmt::print(stderr,
                   "world {} killed the program ({}): {}\n  again: {}\n",
                   crash.world,
                   properties::to_string(
                       properties::Death{.signal = crash.signal, .exit_code = crash.exit_code}),
                   crash.last_words,
                   result.command_for_seed(crash.seed));
    }
    for (const ThresholdResult& one : result.thresholds) {
        if (one.is_met()) continue;
        fmt::print(stderr,
                   "threshold missed: {} {} is {}, expected {}\n  again: {}\n",
                   one.threshold.metric,
                   one.threshold.statistic,
                   measured_text(one),
                   bound_text(one),
                   result.command());
    }
}

void print_tables(const Result& result, const CommonOptions& options) {
    const Terminal terminal = Terminal::of_stdout(options.no_color);
    print_data(fmt::format(
        "{}: {} (seed {}, {}{})\n\n",
        result.scenario,
        headline(result),
        result.seed,
        result.totals.worlds == 1 ? "1 world" : count_text(result.totals.worlds) + " worlds",
        result.security == "real" ? "" : ", sealing " + result.security));
    print_data(verdict_table(verdict_rows(result), terminal) + "\n");
    print_data(metrics_table(result, terminal));
    const std::string attacks = attacks_table(result, terminal);
    if (!attacks.empty()) print_data("\n" + attacks);
    if (!result.thresholds.empty()) print_data("\n" + thresholds_table(result, terminal));
}

}  // namespace

bool show_result(const Result& result,
                 const std::string& folder,
                 const CommonOptions& options,
                 const std::vector<std::string>& formats) {
    const std::string json = to_json(result);
    bool is_written = try_write_file(folder + "/result.json", json);
    const bool has_page = try_write_file(folder + "/report.html", report_page(result));
    if (options.json) {
        print_data(json);
    } else if (!options.quiet) {
        print_tables(result, options);
    }
    std::fflush(stdout);
    is_written &= write_formats({result}, formats, folder);
    print_failures(result);
    if (has_page && !options.quiet) fmt::print(stderr, "report: {}/report.html\n", folder);
    return is_written && has_page;
}

int exit_code_of(const Result& result, bool is_written) {
    const Outcome outcome = result.outcome();
    if (outcome == Outcome::violated) return exit_codes::violated;
    if (!result.is_complete) return exit_codes::interrupted;
    const int code = static_cast<int>(outcome);
    return code == exit_codes::holds && !is_written ? exit_codes::internal_error : code;
}

}  // namespace invitro::reports
