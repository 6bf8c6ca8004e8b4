// `invitro merge`.
#include "reports/merge.hpp"

#include "invitro_version.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/formats.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/show_result.hpp"
#include "reports/run_scenario.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Join the results of the shards of one run into the result of the whole\n"
    "  invitro run office -n 1000 --shard 0/2 -o part0    on one machine\n"
    "  invitro run office -n 1000 --shard 1/2 -o part1    on another\n"
    "  invitro merge part0/result.json part1/result.json -o whole\n"
    "The merged result.json and report.html are, to the byte, those of the run in one piece. Ends\n"
    "as `invitro run` does; with 2 where a shard is missing or belongs to another run.";

struct Options {
    CommonOptions common;
    std::vector<std::string> parts;
    std::string scenario;
    std::vector<std::string> formats;
};

// The pictures of two calls are made by running their worlds again, for which the scenario is
// needed. Without it the result is still right, so it only says what is lacking.
void add_traces(Result& merged, const std::string& path) {
    const auto lacking = [](std::string_view why) {
        fmt::print(stderr, "merge: without the sequence charts of two calls: {}\n", why);
    };
    if (!merged.is_complete) return;
    if (merged.version != version_string) {
        lacking(fmt::format(
            "the parts were made by version {}, this is {}", merged.version, version_string));
        return;
    }
    auto scenario = scenarios::load_scenario(path);
    if (!scenario) {
        lacking(fmt::format("{}; --scenario names the file", scenario.error().front().text()));
        return;
    }
    std::vector<CallTrace> traces = trace_examples(*scenario, merged.seed, merged.measurements);
    const auto& slowest = merged.measurements.slowest();
    const bool is_the_same =
        !slowest || (!traces.empty() &&
                     traces.back().accept_delivery == static_cast<std::int64_t>(slowest->first));
    if (!is_the_same) {
        lacking(fmt::format("{} is not the scenario that the parts were made with", path));
        return;
    }
    merged.traces = std::move(traces);
}

int merge(const Options& options) {
    std::vector<ResultPart> parts;
    for (const std::string& path : options.parts) {
        auto part = parse_result(read_file(path));
        if (!part) throw BadInput(fmt::format("{}: {}", path, part.error().message));
        parts.push_back({.name = path, .result = std::move(*part)});
    }
    auto merged = merge_results(parts);
    if (!merged) throw BadInput(merged.error().message);
    prepare_folder(options.common.out);
    add_traces(*merged, options.scenario.empty() ? merged->source : options.scenario);
    const bool is_written =
        show_result(*merged, options.common.out, options.common, options.formats);
    return exit_code_of(*merged, is_written);
}

}  // namespace

CLI::App* add_merge_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    options->common.out = ".";
    CLI::App* command = program.add_subcommand("merge", description);
    command->add_option("parts", options->parts, "The result.json of every shard")->required();
    command->add_option("--scenario",
                        options->scenario,
                        "The scenario, where it is not at the place that the parts name");
    command->add_option("--out,-o", options->common.out, "Folder to write to")
        ->capture_default_str();
    add_output_options(*command, options->common);
    add_format_option(*command, options->formats);
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return merge(*options); }); });
    return command;
}

}  // namespace invitro::reports
