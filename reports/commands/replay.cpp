// `invitro replay`.
#include "invitro_version.hpp"
#include "properties/check.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

namespace invitro::reports {
namespace {

using properties::Likeness;
using properties::Replayable;
using properties::Replayed;

constexpr const char* description =
    "Run a counterexample again and compare it with what was recorded\n"
    "  invitro replay invitro-out/check/counterexample-17.json\n"
    "  invitro replay TOKEN                        as `invitro check` printed it\n"
    "Ends with 1: a property is violated or the program died, as recorded or otherwise; 0: "
    "nothing\n"
    "is broken, and what was recorded as violated was put to the test again; 5: nothing is "
    "broken,\n"
    "but nothing put it to the test; 2: bad input; 70: internal error. --json tells in "
    "\"compared\"\n"
    "whether it was the same to the last event.";

struct Options {
    std::string file_or_token;
    bool json = false;
};

// For programs.
std::string_view name_of(Likeness likeness) {
    switch (likeness) {
        case Likeness::nothing_expected:
            return "nothing recorded";
        case Likeness::same:
            return "same";
        case Likeness::another_fingerprint:
            return "another fingerprint";
        case Likeness::another_failure:
            return "another failure";
        case Likeness::gone:
            return "gone";
        case Likeness::not_exercised:
            return "not exercised";
    }
    return "";
}

std::string recorded_text(const properties::Expectation& expected) {
    if (expected.death) return "the program died (" + to_string(*expected.death) + ")";
    return expected.property + " was violated";
}

// For people.
std::string comparison(Likeness likeness, const Replayed& replayed, const Replayable& what) {
    if (likeness == Likeness::nothing_expected) return "nothing is recorded to compare with";
    const properties::Expectation& expected = *what.expected;
    const std::string recorded =
        fmt::format("recorded by version {}: {}", expected.version, recorded_text(expected));
    switch (likeness) {
        case Likeness::nothing_expected:
            return {};
        case Likeness::same:
            return expected.death ? "it died again, as recorded"
                                  : "same violation, same fingerprint as recorded";
        case Likeness::another_fingerprint:
            return fmt::format("{}; still so, but in another course of events (fingerprint {})",
                               recorded,
                               sim::to_string(expected.fingerprint));
        case Likeness::another_failure:
            return fmt::format("{}; this is another failure", recorded);
        case Likeness::gone:
            if (!expected.death) {
                return fmt::format("{}; it was put to the test {} times and holds now",
                                   recorded,
                                   replayed.checked);
            }
            return fmt::format("{}; it does not die now{}",
                               recorded,
                               expected.died_again ? "" : ", nor did it then when tried alone");
        case Likeness::not_exercised:
            return fmt::format("{}; nothing puts it to the test now", recorded);
    }
    return {};
}

std::string outcome_text(const Replayed& replayed) {
    std::string text = "no property is violated";
    if (replayed.death) text = fmt::format("the program died ({})", to_string(*replayed.death));
    if (!replayed.property.empty()) text = replayed.property + " is violated";
    return replayed.explanation.empty() ? text : text + ": " + replayed.explanation;
}

std::string json_text(Likeness likeness, const Replayed& replayed) {
    using Json = nlohmann::ordered_json;
    const Json json{{"violated", replayed.property},
                    {"died", replayed.death.has_value()},
                    {"death", replayed.death ? Json(to_string(*replayed.death)) : Json()},
                    {"explanation", replayed.explanation},
                    {"checked", replayed.checked},
                    {"fingerprint", sim::to_string(replayed.fingerprint)},
                    {"compared", name_of(likeness)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void warn_of_other_version(const Replayable& what) {
    if (!what.token || what.token->version == version_string) return;
    fmt::print(stderr,
               "warning: the token is of version {}, this is version {}; the world is the same, "
               "what happens in it need not be\n",
               what.token->version,
               version_string);
}

int replay(const Options& options) {
    const auto what = properties::load_replayable(options.file_or_token);
    if (!what) throw BadInput(what.error());
    warn_of_other_version(*what);
    const Replayed replayed = properties::replay(*what);
    const Likeness likeness = properties::compare(replayed, *what);
    if (options.json) {
        print_data(json_text(likeness, replayed));
    } else {
        print_data(outcome_text(replayed) + "\n");
        if (!replayed.death) {
            print_data(fmt::format("fingerprint {}\n", sim::to_string(replayed.fingerprint)));
        }
        print_data(comparison(likeness, replayed, *what) + "\n");
    }
    if (replayed.is_broken()) return exit_codes::violated;
    return replayed.checked == 0 ? exit_codes::inconclusive : exit_codes::holds;
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
