// `invitro thresholds`.
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/gate/suggestion.hpp"
#include "reports/run_scenario.hpp"
#include "scenarios/format/units.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Suggest thresholds that unchanged code keeps\n"
    "  invitro thresholds suggest household\n"
    "  invitro thresholds suggest mine.json -n 100 --false-alarm 5%\n"
    "Runs the scenario many times, on other seeds each time (1199 times for a false alarm of 1%), "
    "and\n"
    "prints a section for its file: bounds that one more such run misses with at most this\n"
    "probability, all of them together. Ends with 0, or 5 where nothing is measured in every run.";

struct Options {
    CommonOptions common;
    std::string action;
    std::string scenario;
    std::uint64_t worlds = 10;
    std::string false_alarm = "1%";
};

double parse_rate(const std::string& text) {
    const auto share = scenarios::format::parse_share(text);
    if (!share || model::share_of(*share) <= 0 || model::share_of(*share) >= 1) {
        throw BadInput(
            fmt::format("--false-alarm {}: expected a share between 0% and 100%, as in 1%", text));
    }
    return model::share_of(*share);
}

int suggest(const Options& options) {
    const double rate = parse_rate(options.false_alarm);
    const scenarios::Scenario scenario = load(options.scenario);
    const std::uint64_t count = runs_needed(rate);
    std::vector<Measurements> runs(count);
    Progress progress(count * options.worlds, std::nullopt, options.common.quiet);
    const FinishedRun finished =
        run_scenario(scenario,
                     {.source = options.scenario,
                      .seed = options.common.seed.value_or(scenario.world.seed),
                      .worlds = count * options.worlds,
                      .jobs = options.common.jobs,
                      .on_progress = [&](std::uint64_t done) { progress.show(done); },
                      .on_world =
                          [&](std::uint64_t index, const WorldOutcome& outcome) {
                              runs[index / options.worlds].merge(outcome.measurements);
                          }});
    if (finished.interrupted) return exit_codes::interrupted;
    const std::vector<Suggestion> suggestions = suggest_thresholds(runs);
    if (suggestions.empty()) {
        fmt::print(stderr, "{}: nothing is measured in every run\n", scenario.world.name);
        return exit_codes::inconclusive;
    }
    print_data(thresholds_section_text(suggestions));
    if (!options.common.quiet) {
        fmt::print(
            stderr,
            "the worst of {} runs of {} worlds; unchanged code misses any of {} bounds with a "
            "probability of at most {}\n",
            count,
            options.worlds,
            suggestions.size(),
            options.false_alarm);
    }
    return exit_codes::holds;
}

}  // namespace

CLI::App* add_thresholds_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("thresholds", description);
    command->add_option("action", options->action, "What to do: suggest")
        ->required()
        ->check(CLI::IsMember({"suggest"}));
    command->add_option("scenario", options->scenario, "A scenario file, or a shipped one's name")
        ->required();
    command->add_option("--worlds,-n", options->worlds, "So many seeds in each run")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000}))
        ->capture_default_str();
    command
        ->add_option("--false-alarm",
                     options->false_alarm,
                     "The chance that unchanged code misses any of them")
        ->capture_default_str();
    add_worker_options(*command, options->common);
    command->add_flag("--quiet,-q", options->common.quiet, "Print nothing but the section");
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return suggest(*options); }); });
    return command;
}

}  // namespace invitro::reports
