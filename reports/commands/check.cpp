// `invitro check`.
#include "properties/check.hpp"

#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/text/format.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* description =
    "Search random worlds for one that breaks a property\n"
    "  invitro check                               a thousand generated worlds\n"
    "  invitro check --time 60s --seed 2           as many as a minute allows\n"
    "  invitro check household --worlds 500        random seeds of a scenario instead\n"
    "  invitro check --property accept-delivery    only this property counts\n"
    "The first world that breaks one is simplified and written as a scenario file.\n"
    "Ends with 0: nothing found, 1: found, 2: bad input, 5: no property was exercised,\n"
    "70: internal error, 130: interrupted.";

struct Options {
    CommonOptions common;
    std::vector<std::string> scenarios;
    std::vector<std::string> properties;
    std::optional<std::uint64_t> worlds;
    std::string time;
    bool keep_going = false;
};

properties::CheckOptions check_options(const Options& options) {
    const Shard shard = parse_shard(options.common.shard);
    properties::CheckOptions check;
    check.seed = options.common.seed.value_or(check.seed);
    if (!options.time.empty()) {
        check.time_limit = parse_time(options.time);
        check.worlds = std::numeric_limits<std::uint64_t>::max();
    }
    check.worlds = options.worlds.value_or(check.worlds);
    check.jobs = options.common.jobs;
    check.shard = shard.index;
    check.shards = shard.count;
    check.keep_going = options.keep_going;
    for (const std::string& id : options.properties) {
        check.properties.push_back(known_property(id));
    }
    for (const std::string& scenario : options.scenarios) {
        check.scenarios.push_back(load(scenario));
    }
    return check;
}

// The properties that were asked about, with how they fared.
std::vector<VerdictRow> verdict_rows(const properties::CheckReport& report,
                                     const std::vector<std::string>& asked) {
    std::vector<VerdictRow> rows;
    for (std::size_t i = 0; i < report.tallies.size(); ++i) {
        const properties::PropertyInfo& info = properties::catalogue()[i];
        const bool counts =
            asked.empty() || std::find(asked.begin(), asked.end(), info.id) != asked.end();
        if (!counts) continue;
        rows.push_back({.id = std::string(info.id),
                        .verdict = report.tallies[i].verdict(),
                        .checked = report.tallies[i].checked,
                        .violated = report.tallies[i].violated,
                        .sentence = std::string(info.sentence)});
    }
    return rows;
}

// What a finding leaves behind: the file, and the words of the command that runs it again.
struct Written {
    std::string file;
    std::string replay;
};

Written write_finding(const properties::Finding& finding, const std::string& folder) {
    const std::string file = fmt::format("{}/counterexample-{}.json", folder, finding.index);
    write_file(file, "");  // makes the folder
    const auto written = properties::write_counterexample(finding, file);
    if (!written) throw BadInput(written.error());
    const std::string token = finding.token ? properties::to_string(*finding.token) : "";
    return {.file = file, .replay = "invitro replay " + (token.empty() ? file : token)};
}

Json json_of(const properties::CheckReport& report,
             const std::vector<VerdictRow>& rows,
             const std::optional<Written>& written) {
    Json json{{"worlds", report.worlds},
              {"events", report.events},
              {"seconds", report.seconds},
              {"fingerprint", sim::to_string(report.fingerprint)},
              {"complete", !report.interrupted},
              {"violations", Json::array()},
              {"properties", Json::array()}};
    if (report.finding) {
        const properties::Finding& finding = *report.finding;
        json["violations"].push_back({{"world", finding.index},
                                      {"property", finding.is_crash ? "crash" : finding.property},
                                      {"explanation", finding.explanation},
                                      {"file", written->file},
                                      {"replay", written->replay},
                                      {"devices", finding.world.devices.size()},
                                      {"calls", finding.world.calls.size()},
                                      {"faults", finding.world.faults.size()}});
    }
    for (const VerdictRow& row : rows) {
        json["properties"].push_back({{"id", row.id},
                                      {"verdict", properties::to_string(row.verdict)},
                                      {"checked", row.checked},
                                      {"violated", row.violated}});
    }
    return json;
}

void print_finding(const properties::Finding& finding, const Written& written) {
    fmt::print(stderr,
               "world {}: {}: {}\n",
               finding.index,
               finding.is_crash ? "the program died" : finding.property,
               finding.explanation);
    fmt::print(stderr,
               "  simplified to {} devices, {} calls, {} faults: {}\n  again: {}\n",
               finding.world.devices.size(),
               finding.world.calls.size(),
               finding.world.faults.size(),
               written.file,
               written.replay);
}

int exit_code_of(const properties::CheckReport& report, const std::vector<VerdictRow>& rows) {
    if (report.interrupted) return exit_codes::interrupted;
    if (report.finding) return exit_codes::violated;
    const bool exercised = std::any_of(
        rows.begin(), rows.end(), [](const VerdictRow& row) { return row.checked != 0; });
    return exercised ? exit_codes::holds : exit_codes::inconclusive;
}

properties::CheckReport run_campaign(const properties::CheckOptions& check, bool quiet) {
    const bool bounded = check.worlds != std::numeric_limits<std::uint64_t>::max();
    const auto total = bounded ? std::optional{check.worlds / check.shards} : std::nullopt;
    Progress progress(total, check.time_limit, quiet);
    return properties::check_campaign(
        check, [&](const properties::CheckProgress& p) { progress.show(p.worlds); });
}

int check(const Options& options) {
    const properties::CheckOptions check = check_options(options);
    const properties::CheckReport report = run_campaign(check, options.common.quiet);
    const std::vector<VerdictRow> rows = verdict_rows(report, check.properties);
    const std::string folder =
        options.common.out.empty() ? "invitro-out/check" : options.common.out;
    std::optional<Written> written;
    if (report.finding) written = write_finding(*report.finding, folder);
    if (options.common.json) {
        fmt::print(
            "{}\n",
            json_of(report, rows, written).dump(2, ' ', false, Json::error_handler_t::replace));
    } else if (!options.common.quiet) {
        fmt::print("{}", verdict_table(rows, Terminal::of_stdout(options.common.no_color)));
        fmt::print("\n{} worlds, {} events, {}: {}\n",
                   count_text(report.worlds),
                   count_text(report.events),
                   duration_text(report.seconds * 1e3),
                   report.finding ? "a property is violated" : "no violation found");
    }
    std::fflush(stdout);
    if (report.finding) print_finding(*report.finding, *written);
    return exit_code_of(report, rows);
}

}  // namespace

CLI::App* add_check_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("check", description);
    command->add_option("scenarios",
                        options->scenarios,
                        "Random seeds of these, in turn, instead of generated worlds");
    command->add_option("--worlds,-n", options->worlds, "So many worlds (default 1000)");
    command->add_option("--time", options->time, "As many worlds as fit, as in 60s or 5min");
    command->add_option("--property", options->properties, "Only this property (may be repeated)");
    command->add_flag(
        "--keep-going", options->keep_going, "Past the first finding, for the counts");
    add_common_options(*command, options->common);
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return check(*options); }); });
    return command;
}

}  // namespace invitro::reports
