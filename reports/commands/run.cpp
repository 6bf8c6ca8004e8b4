// `invitro run`.
#include "properties/check.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/page/page.hpp"
#include "reports/run_scenario.hpp"
#include "reports/text/format.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Run a scenario: properties, metrics, report\n"
    "  invitro run household                       a shipped scenario, one world\n"
    "  invitro run mine.json --worlds 1000         a thousand seeds of a file\n"
    "  invitro run household --seed 7 --json       one other world, the result on stdout\n"
    "Ends with 0: all holds, 1: a property is violated, 2: bad input, 3: a threshold is missed,\n"
    "5: no property was exercised, 70: internal error, 130: interrupted.";

struct Options {
    CommonOptions common;
    std::string scenario;
    std::uint64_t worlds = 1;
};

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

FinishedRun run_worlds(const Options& options, const scenarios::Scenario& scenario) {
    const Shard shard = parse_shard(options.common.shard);
    const std::uint64_t here = (options.worlds + shard.count - 1 - shard.index) / shard.count;
    Progress progress(here, std::nullopt, options.common.quiet);
    return run_scenario(scenario,
                        {.source = options.scenario,
                         .seed = options.common.seed.value_or(scenario.world.seed),
                         .worlds = options.worlds,
                         .shard = shard.index,
                         .shards = shard.count,
                         .jobs = options.common.jobs,
                         .on_progress = [&](std::uint64_t done) { progress.show(done); }});
}

// What is broken comes before what is unfinished.
int exit_code_of(const FinishedRun& finished, bool is_written) {
    const Outcome outcome = finished.result.outcome();
    if (outcome == Outcome::violated) return exit_codes::violated;
    if (finished.interrupted) return exit_codes::interrupted;
    const int code = static_cast<int>(outcome);
    return code == exit_codes::holds && !is_written ? exit_codes::internal_error : code;
}

int run(const Options& options) {
    const scenarios::Scenario scenario = load(options.scenario);
    for (const std::string& id : scenario.properties) {
        known_property(id);
    }
    const std::string folder = options.common.out.empty()
                                   ? "invitro-out/" + file_name_of(scenario.world.name)
                                   : options.common.out;
    parse_shard(options.common.shard);
    prepare_folder(folder);
    const FinishedRun finished = run_worlds(options, scenario);
    const Result& result = finished.result;
    const std::string json = to_json(result);
    const bool has_result = try_write_file(folder + "/result.json", json);
    const bool has_page = try_write_file(folder + "/report.html", report_page(result));
    if (options.common.json) {
        print_data(json);
    } else if (!options.common.quiet) {
        print_tables(result, options.common);
    }
    std::fflush(stdout);
    print_failures(result);
    if (has_page && !options.common.quiet) {
        fmt::print(stderr, "report: {}/report.html\n", folder);
    }
    return exit_code_of(finished, has_result && has_page);
}

}  // namespace

CLI::App* add_run_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("run", description);
    command->add_option("scenario", options->scenario, "A scenario file, or a shipped one's name")
        ->required();
    command
        ->add_option("--worlds,-n", options->worlds, "So many seeds: the first and those after it")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
        ->capture_default_str();
    add_common_options(*command, options->common);
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return run(*options); }); });
    return command;
}

}  // namespace invitro::reports
