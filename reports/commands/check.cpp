// `invitro check`.
#include "properties/check.hpp"

#include "properties/generate/generate.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"
#include "reports/commands/terminal.hpp"
#include "reports/text/format.hpp"
#include "scenarios/commands.hpp"

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
    "The first world that breaks one is written as a scenario file, then simplified for at most a\n"
    "minute (with --time: what is left of it, at least ten seconds) and written again.\n"
    "Ends with 0: nothing found, 1: found, 2: bad input, 5: no property was exercised,\n"
    "70: internal error, 130: interrupted before anything was found.";

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
    std::string file;    // empty: it could not be written
    std::string replay;  // empty: there is neither file nor token
};

Written write_finding(const properties::Finding& finding, const std::string& folder) {
    Written written{.file = fmt::format("{}/counterexample-{}.json", folder, finding.index),
                    .replay = {}};
    const auto done = properties::write_counterexample(finding, written.file);
    if (!done) {
        fmt::print(stderr, "{}\n", done.error());
        written.file.clear();
    }
    const std::string name = finding.token ? properties::to_string(*finding.token) : written.file;
    if (!name.empty()) written.replay = "invitro replay " + name;
    return written;
}

std::string_view to_string(properties::SimplifyEnd end) {
    switch (end) {
        case properties::SimplifyEnd::minimal:
            return "minimal";
        case properties::SimplifyEnd::tries:
            return "tries";
        case properties::SimplifyEnd::time:
            return "time";
        case properties::SimplifyEnd::interrupted:
            return "interrupted";
        case properties::SimplifyEnd::too_large:
            return "too large";
        case properties::SimplifyEnd::not_again:
            return "not again";
    }
    return "";
}

// How simplifying ended, for people.
std::string_view remark_on(properties::SimplifyEnd end) {
    switch (end) {
        case properties::SimplifyEnd::minimal:
            return "nothing simpler fails";
        case properties::SimplifyEnd::tries:
            return "the bound";
        case properties::SimplifyEnd::time:
            return "no time left; another run may come further";
        case properties::SimplifyEnd::interrupted:
            return "interrupted; another run may come further";
        case properties::SimplifyEnd::too_large:
            return "too large for smaller steps";
        case properties::SimplifyEnd::not_again:
            return "";
    }
    return "";
}

Json json_of(const properties::Finding& finding, const Written& written) {
    Json json{{"world", finding.index},
              {"property", finding.is_crash ? "crash" : finding.property},
              {"explanation", finding.explanation},
              {"file", written.file},
              {"replay", written.replay},
              {"devices", finding.world.devices.size()},
              {"calls", finding.world.calls.size()},
              {"faults", finding.world.faults.size()},
              {"simplified", nullptr},
              {"tried", finding.shrinking.tried}};
    if (finding.simplified) json["simplified"] = to_string(*finding.simplified);
    if (finding.is_crash) json["death"] = properties::to_string(finding.death);
    return json;
}

// How many worlds had each feature, by name.
std::vector<NamedCount> feature_counts(const properties::CheckReport& report) {
    std::vector<NamedCount> counts;
    for (std::size_t i = 0; i < report.features.size(); ++i) {
        counts.push_back({.name = properties::features()[i].name, .count = report.features[i]});
    }
    return counts;
}

// How often the machines came through each of the branches that they remark.
std::vector<NamedCount> branch_counts(const properties::CheckReport& report) {
    std::vector<NamedCount> counts;
    for (std::size_t i = 0; i < report.remarks.size(); ++i) {
        const auto kind = static_cast<protocol::RemarkKind>(i);
        counts.push_back({.name = spaced(to_string(kind)), .count = report.remarks[i]});
    }
    return counts;
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
    if (report.finding) json["violations"].push_back(json_of(*report.finding, *written));
    for (const VerdictRow& row : rows) {
        json["properties"].push_back({{"id", row.id},
                                      {"verdict", properties::to_string(row.verdict)},
                                      {"checked", row.checked},
                                      {"violated", row.violated}});
    }
    for (const NamedCount& feature : feature_counts(report)) {
        json["features"][feature.name] = feature.count;
    }
    for (const NamedCount& branch : branch_counts(report)) {
        json["branches"][branch.name] = branch.count;
    }
    return json;
}

void print_where(const properties::Finding& finding, const Written& written) {
    fmt::print(stderr,
               "{} devices, {} calls, {} faults{}{}\n",
               finding.world.devices.size(),
               finding.world.calls.size(),
               finding.world.faults.size(),
               written.file.empty() ? "" : ": ",
               written.file);
    if (!written.replay.empty()) fmt::print(stderr, "  again: {}\n", written.replay);
    std::fflush(stderr);
}

void print_finding(const properties::Finding& finding, const Written& written) {
    fmt::print(stderr,
               "world {}: {}: {}\n  as it was found: ",
               finding.index,
               finding.is_crash ? fmt::format("the program died ({})", to_string(finding.death))
                                : finding.property,
               finding.explanation);
    print_where(finding, written);
}

void print_simplified(const properties::Finding& finding, const Written& written) {
    const properties::SimplifyEnd end = *finding.simplified;
    if (end == properties::SimplifyEnd::not_again) {
        fmt::print(stderr,
                   "  {} again when this world was tried alone; it is left as it was found\n",
                   finding.is_crash ? "the program did not die" : "it was not violated");
        return;
    }
    fmt::print(stderr,
               "  {}\n  simplified ({} tries; {}) to ",
               finding.explanation,
               count_text(finding.shrinking.tried),
               remark_on(end));
    print_where(finding, written);
}

// A minute, but not longer than what is left of the time given, nor less than ten seconds.
std::chrono::nanoseconds time_to_simplify(const properties::CheckOptions& check, double seconds) {
    using namespace std::chrono_literals;
    constexpr std::chrono::nanoseconds longest = 60s;
    if (!check.time_limit) return longest;
    const auto spent = std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
    return std::clamp<std::chrono::nanoseconds>(*check.time_limit - spent, 10s, longest);
}

// Prints and writes the finding first as it was found, for simplifying takes its time.
Written handle_finding(properties::CheckReport& report,
                       const properties::CheckOptions& check,
                       const std::string& folder,
                       bool quiet) {
    properties::Finding& finding = *report.finding;
    Written written = write_finding(finding, folder);
    print_finding(finding, written);
    if (report.interrupted) return written;
    properties::SimplifyOptions options;
    options.time_max = time_to_simplify(check, report.seconds);
    if (!quiet) {
        fmt::print(stderr,
                   "  simplifying for at most {}; Ctrl-C keeps the best so far\n",
                   duration_text(static_cast<double>(options.time_max.count()) / 1e6));
    }
    {
        Progress progress(options.tries_max, options.time_max, quiet, "tries");
        properties::simplify(finding, options, [&](std::uint64_t tried) { progress.show(tried); });
    }
    written = write_finding(finding, folder);
    print_simplified(finding, written);
    return written;
}

// A finding is one even where the search was interrupted.
int exit_code_of(const properties::CheckReport& report, const std::vector<VerdictRow>& rows) {
    if (report.finding) return exit_codes::violated;
    if (report.interrupted) return exit_codes::interrupted;
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

std::string summary(const properties::CheckReport& report) {
    const char* verdict = "no violation found";
    if (report.finding) {
        verdict =
            report.finding->is_crash ? "a world killed the program" : "a property is violated";
    }
    return fmt::format("\n{} worlds, {} events, {}: {}\n",
                       count_text(report.worlds),
                       count_text(report.events),
                       duration_text(report.seconds * 1e3),
                       verdict);
}

int check(const Options& options) {
    const properties::CheckOptions check = check_options(options);
    const std::string folder =
        options.common.out.empty() ? "invitro-out/check" : options.common.out;
    prepare_folder(folder);
    properties::CheckReport report = run_campaign(check, options.common.quiet);
    std::optional<Written> written;
    if (report.finding) written = handle_finding(report, check, folder, options.common.quiet);
    const std::vector<VerdictRow> rows = verdict_rows(report, check.properties);
    if (options.common.json) {
        print_data(
            json_of(report, rows, written).dump(2, ' ', false, Json::error_handler_t::replace) +
            "\n");
    } else if (!options.common.quiet) {
        const Terminal terminal = Terminal::of_stdout(options.common.no_color);
        print_data(verdict_table(rows, terminal) + "\n");
        print_data(counts_table("worlds with", feature_counts(report), terminal) + "\n");
        print_data(counts_table("branches reached, so often", branch_counts(report), terminal));
        print_data(summary(report));
    }
    return exit_code_of(report, rows);
}

}  // namespace

CLI::App* add_check_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("check", description);
    command->add_option("scenarios",
                        options->scenarios,
                        "Random seeds of these, in turn, instead of generated worlds");
    command->add_option("--worlds,-n", options->worlds, "So many worlds (default 1000)")
        ->check(scenarios::whole_number_mistake)
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
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
