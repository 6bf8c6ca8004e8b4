// `invitro replay`.
#include "model/network/topology.hpp"
#include "properties/byte_stream.hpp"
#include "properties/check.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"
#include "sim/campaign/worker.hpp"
#include "sim/platform.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>
#include <variant>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Run a counterexample again and compare it with what was recorded\n"
    "  invitro replay invitro-out/check/counterexample-17.json\n"
    "  invitro replay 0.1.0:g1:s42:w17:3.0.2       the token that `invitro check` printed\n"
    "Ends with 0: no property is violated, 1: one is, 2: bad input, 70: internal error.";

struct Options {
    std::string file_or_token;
    bool json = false;
};

// What the forked process tells: a world that kills its process must not take the command along.
struct Told {
    std::string property;  // the first violated one; empty: none
    std::string explanation;
    sim::Fingerprint fingerprint;
    bool fingerprint_matches = true;
    bool verdict_matches = true;
    bool died = false;
};

std::vector<std::uint8_t> replay_in_child(const properties::Replayable& what) {
    sim::Platform platform(model::builtin_metros());
    const properties::ReplayOutcome outcome = properties::replay(what, platform);
    properties::ByteWriter writer;
    const auto violated = outcome.verdict.first_violated();
    writer.text(violated ? properties::catalogue()[*violated].id : "");
    const bool explained = violated && !outcome.verdict.tallies[*violated].violations.empty();
    writer.text(explained ? outcome.verdict.tallies[*violated].violations.front().explanation : "");
    writer.number(outcome.verdict.summary.fingerprint.high);
    writer.number(outcome.verdict.summary.fingerprint.low);
    writer.number(outcome.fingerprint_matches ? 1 : 0);
    writer.number(outcome.verdict_matches ? 1 : 0);
    return writer.take();
}

Told read_told(const std::vector<std::uint8_t>& bytes) {
    properties::ByteReader reader(bytes);
    Told told;
    told.property = reader.text();
    told.explanation = reader.text();
    told.fingerprint.high = reader.number();
    told.fingerprint.low = reader.number();
    told.fingerprint_matches = reader.number() != 0;
    told.verdict_matches = reader.number() != 0;
    return told;
}

Told run_again(const properties::Replayable& what) {
    const auto end = sim::run_forked([&] { return replay_in_child(what); });
    if (const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&end)) return read_told(*bytes);
    // A crash is what was recorded if no property was.
    const bool expected = what.expected && what.expected->property.empty();
    return {.property = {},
            .explanation = std::get<sim::WorldCrash>(end).last_words,
            .fingerprint = {},
            .verdict_matches = expected || !what.expected,
            .died = true};
}

std::string comparison(const Told& told, const properties::Replayable& what) {
    if (!what.expected) return "nothing is recorded to compare with";
    const properties::Expectation& expected = *what.expected;
    if (told.verdict_matches && (told.fingerprint_matches || told.died)) {
        return told.died ? "it died again, as recorded" : "same verdict, same fingerprint";
    }
    std::string text;
    if (!told.verdict_matches) {
        text = fmt::format("another verdict: {} was recorded",
                           expected.property.empty() ? "a death" : expected.property + " violated");
    }
    if (!told.fingerprint_matches) {
        text += fmt::format("{}another fingerprint: {} was recorded, by version {}",
                            text.empty() ? "same verdict, but " : "; ",
                            sim::to_string(expected.fingerprint),
                            expected.version);
    }
    return text;
}

int replay(const Options& options) {
    const auto what = properties::load_replayable(options.file_or_token);
    if (!what) throw BadInput(what.error());
    const Told told = run_again(*what);
    const std::string verdict = told.died               ? "the program died"
                                : told.property.empty() ? "no property is violated"
                                                        : told.property + " is violated";
    if (options.json) {
        const nlohmann::ordered_json json{{"violated", told.property},
                                          {"died", told.died},
                                          {"explanation", told.explanation},
                                          {"fingerprint", sim::to_string(told.fingerprint)},
                                          {"same_verdict", told.verdict_matches},
                                          {"same_fingerprint", told.fingerprint_matches}};
        fmt::print("{}\n",
                   json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    } else {
        fmt::print("{}{}{}\n", verdict, told.explanation.empty() ? "" : ": ", told.explanation);
        fmt::print(
            "fingerprint {}\n{}\n", sim::to_string(told.fingerprint), comparison(told, *what));
    }
    const bool broken = told.died || !told.property.empty();
    return broken ? exit_codes::violated : exit_codes::holds;
}

}  // namespace

CLI::App* add_replay_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("replay", description);
    command
        ->add_option("counterexample",
                     options->file_or_token,
                     "A counterexample's file, or the token that names it")
        ->required();
    command->add_flag("--json", options->json, "Print what happened as JSON");
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return replay(*options); }); });
    return command;
}

}  // namespace invitro::reports
