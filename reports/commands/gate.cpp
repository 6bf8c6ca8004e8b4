// `invitro gate`.
#include "reports/gate/gate.hpp"

#include "reports/commands/commands.hpp"
#include "reports/commands/formats.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/page/page.hpp"
#include "reports/run_scenario.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Compare scenarios with their baselines: may this code be merged?\n"
    "  invitro gate household lossy --baseline gates --update    take today's behaviour as good\n"
    "  invitro gate household lossy --baseline gates             compare with it\n"
    "  invitro gate mine.json --baseline gates --format junit,github     in a CI job\n"
    "In this order: equal fingerprints (behaviour identical), properties, thresholds, figures of "
    "the\n"
    "same worlds on both sides. Ends with 0: identical or passed, 1: a property is violated, 2: "
    "bad\n"
    "input, 3: a threshold is missed, 4: regression, 5: inconclusive, with the number of seeds "
    "that\n"
    "would settle it, 70: internal error, 130: interrupted.";

struct Options {
    CommonOptions common;
    std::vector<std::string> scenarios;
    std::string baselines;
    std::uint64_t worlds = 0;  // as many as the baseline has
    bool update = false;
    std::vector<std::string> formats;
};

// A scenario that was run for the gate.
struct GateRun {
    Result result;
    std::vector<WorldFigures> worlds;
};

std::string baseline_path(const Options& options, const scenarios::Scenario& scenario) {
    return fmt::format("{}/{}.baseline.json", options.baselines, file_name_of(scenario.world.name));
}

std::string result_folder(const Options& options, const scenarios::Scenario& scenario) {
    return options.common.out + "/" + file_name_of(scenario.world.name);
}

Baseline read_baseline(const Options& options, const scenarios::Scenario& scenario) {
    const std::string path = baseline_path(options, scenario);
    if (!std::filesystem::exists(path)) {
        throw BadInput(fmt::format(
            "{}: there is no baseline of {}; --update makes one", path, scenario.world.name));
    }
    auto baseline = parse_baseline(read_file(path));
    if (!baseline) throw BadInput(fmt::format("{}: {}", path, baseline.error().message));
    return std::move(*baseline);
}

GateRun run_worlds_of(const Options& options,
                      const scenarios::Scenario& scenario,
                      const std::string& source,
                      std::uint64_t seed,
                      std::uint64_t worlds) {
    GateRun run;
    Progress progress(worlds, std::nullopt, options.common.quiet);
    const auto keep = [&](std::uint64_t index, const WorldOutcome& outcome) {
        run.worlds.push_back(
            figures_of_world(seed + index, outcome.summary.fingerprint, outcome.measurements));
    };
    run.result = run_scenario(scenario,
                              {.source = source,
                               .seed = seed,
                               .worlds = worlds,
                               .jobs = options.common.jobs,
                               .on_progress = [&](std::uint64_t done) { progress.show(done); },
                               .on_world = keep})
                     .result;
    return run;
}

bool write_result(const Options& options,
                  const scenarios::Scenario& scenario,
                  const Result& result) {
    const std::string folder = result_folder(options, scenario);
    const bool has_result = try_write_file(folder + "/result.json", to_json(result));
    return try_write_file(folder + "/report.html", report_page(result)) && has_result;
}

// A baseline is what others are held against, so it must hold itself.
int update_one(const Options& options, const std::string& source) {
    constexpr std::uint64_t worlds_default = 50;
    const scenarios::Scenario scenario = load(source);
    const std::uint64_t seed = options.common.seed.value_or(scenario.world.seed);
    const GateRun run = run_worlds_of(
        options, scenario, source, seed, options.worlds == 0 ? worlds_default : options.worlds);
    if (!run.result.is_complete) return exit_codes::interrupted;
    const bool is_written = write_result(options, scenario, run.result);
    const Outcome outcome = run.result.outcome();
    if (outcome != Outcome::holds) {
        fmt::print(stderr,
                   "{}: {}, which is no baseline\n  again: {}\n",
                   scenario.world.name,
                   to_string(outcome),
                   run.result.command());
        return static_cast<int>(outcome);
    }
    const std::string path = baseline_path(options, scenario);
    write_file(path, to_json(baseline_of(scenario, run.result, run.worlds)));
    print_data(path + "\n");
    return is_written ? exit_codes::holds : exit_codes::internal_error;
}

int update(const Options& options) {
    int code = exit_codes::holds;
    for (const std::string& source : options.scenarios) {
        const int one = update_one(options, source);
        if (one == exit_codes::interrupted) return one;
        if (code == exit_codes::holds) code = one;
    }
    return code;
}

Colour colour_of_gate(GateVerdict verdict) {
    switch (verdict) {
        case GateVerdict::identical:
        case GateVerdict::passed:
            return Colour::good;
        case GateVerdict::inconclusive:
            return Colour::warning;
        case GateVerdict::violated:
        case GateVerdict::threshold_missed:
        case GateVerdict::regression:
            return Colour::bad;
    }
    return Colour::plain;
}

void print_report(const GateReport& report, const Terminal& terminal) {
    print_data(
        fmt::format("{}: {}\n",
                    report.scenario,
                    terminal.paint(to_string(report.verdict), colour_of_gate(report.verdict))));
    for (const std::string& reason : report.reasons) {
        print_data(fmt::format("  {}\n", reason));
    }
}

bool write_reports(const Options& options, const std::vector<GateReport>& reports) {
    bool all = try_write_file(options.common.out + "/gate.json", to_json(reports));
    all &= try_write_file(options.common.out + "/gate.md", markdown_of(reports));
    std::vector<CheckList> lists;
    for (const GateReport& report : reports) {
        lists.push_back(check_list_of(report));
    }
    for (const std::string& format : options.formats) {
        for (const NamedText& file : files_of(lists, format)) {
            all &= try_write_file(options.common.out + "/" + file.name, file.text);
        }
        if (format == "github") all &= tell_github(lists, markdown_of(reports), options.common.out);
    }
    return all;
}

int gate(const Options& options) {
    prepare_folder(options.common.out);
    if (options.update) return update(options);
    // All that could be wrong with the input is said before anything is run.
    std::vector<std::pair<scenarios::Scenario, Baseline>> pairs;
    for (const std::string& source : options.scenarios) {
        scenarios::Scenario scenario = load(source);
        Baseline baseline = read_baseline(options, scenario);
        pairs.emplace_back(std::move(scenario), std::move(baseline));
    }
    const Terminal terminal = Terminal::of_stdout(options.common.no_color);
    std::vector<GateReport> reports;
    bool is_written = true;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto& [scenario, baseline] = pairs[i];
        const GateRun run = run_worlds_of(options,
                                          scenario,
                                          options.scenarios[i],
                                          options.common.seed.value_or(baseline.seed),
                                          baseline.worlds.size());
        if (!run.result.is_complete) return exit_codes::interrupted;
        is_written &= write_result(options, scenario, run.result);
        const Candidate candidate{.scenario = scenario, .result = run.result, .worlds = run.worlds};
        reports.push_back(judge(baseline, candidate, GatePolicy{}));
        if (!options.common.json && !options.common.quiet) print_report(reports.back(), terminal);
    }
    if (options.common.json) print_data(to_json(reports));
    std::fflush(stdout);
    is_written &= write_reports(options, reports);
    const int code = exit_code_of(worst(reports));
    return code == exit_codes::holds && !is_written ? exit_codes::internal_error : code;
}

}  // namespace

CLI::App* add_gate_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    options->common.out = "invitro-out/gate";
    CLI::App* command = program.add_subcommand("gate", description);
    command->add_option("scenarios", options->scenarios, "Scenario files, or shipped ones' names")
        ->required();
    command->add_option("--baseline", options->baselines, "Folder of <scenario>.baseline.json")
        ->required();
    CLI::Option* const updates = command->add_flag(
        "--update", options->update, "Write the baselines instead of comparing with them");
    command
        ->add_option("--worlds,-n",
                     options->worlds,
                     "So many seeds for the baseline (default: 50); a comparison has as many as it")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
        ->needs(updates);
    add_worker_options(*command, options->common);
    command->add_option("--out,-o", options->common.out, "Folder to write reports to")
        ->capture_default_str();
    add_output_options(*command, options->common);
    add_ci_format_option(*command, options->formats);
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return gate(*options); }); });
    return command;
}

}  // namespace invitro::reports
