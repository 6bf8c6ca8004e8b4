// `invitro run`.
#include "reports/commands/commands.hpp"
#include "reports/commands/formats.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/show_result.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/run_scenario.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Run a scenario: properties, metrics, report\n"
    "  invitro run household                       a shipped scenario, one world\n"
    "  invitro run mine.json --worlds 1000         a thousand seeds of a file\n"
    "  invitro run household --seed 7 --json       one other world, the result on stdout\n"
    "  invitro run office --format junit,github    for a CI job, too\n"
    "Ends with 0: all holds, 1: a property is violated, 2: bad input, 3: a threshold is missed,\n"
    "5: no property was exercised, 70: internal error, 130: interrupted.";

struct Options {
    CommonOptions common;
    std::string scenario;
    std::uint64_t worlds = 1;
    std::vector<std::string> formats;
};

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
    const bool is_written = show_result(finished.result, folder, options.common, options.formats);
    return exit_code_of(finished.result, is_written);
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
    add_format_option(*command, options->formats);
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return run(*options); }); });
    return command;
}

}  // namespace invitro::reports
