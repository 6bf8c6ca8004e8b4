#include "scenarios/commands.hpp"

#include "scenarios/format/units.hpp"
#include "scenarios/format/value.hpp"
#include "scenarios/scenario.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

namespace invitro::scenarios {
namespace {

constexpr int exit_bad_input = 2;

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

// All mistakes to stderr, then how many there were.
void print_mistakes(const std::vector<Mistake>& mistakes) {
    for (const Mistake& mistake : mistakes) {
        fmt::print(stderr, "{}\n", mistake.text());
    }
    if (mistakes.size() > 1) fmt::print(stderr, "{} mistakes\n", mistakes.size());
}

void list_scenarios(bool as_json) {
    format::Value::List list;
    for (const ShippedScenario& shipped : shipped_scenarios()) {
        const auto scenario = parse_scenario(shipped.text, std::string(shipped.name) + ".json");
        const std::string description = scenario ? scenario->description : "";
        if (as_json) {
            list.push_back(
                format::Value::Object{{.key = "name", .value = std::string(shipped.name)},
                                      {.key = "description", .value = description}});
        } else {
            print(fmt::format("{:<16}{}\n", shipped.name, description));
        }
    }
    if (as_json) print(format::write_document(list));
}

int show_scenario(const std::string& name) {
    for (const ShippedScenario& shipped : shipped_scenarios()) {
        if (shipped.name != name) continue;
        print(shipped.text);
        return 0;
    }
    const auto scenario = load_scenario(name);
    if (!scenario) {
        print_mistakes(scenario.error());
        return exit_bad_input;
    }
    print(to_json(*scenario));
    return 0;
}

int check_scenario(const std::string& file) {
    const auto scenario = load_scenario(file);
    if (!scenario) {
        print_mistakes(scenario.error());
        return exit_bad_input;
    }
    fmt::print(stderr, "{}: no mistakes\n", file);
    return 0;
}

}  // namespace

std::string whole_number_mistake(const std::string& text) {
    if (format::parse_whole(text)) return {};
    return fmt::format("expected a whole number from 0 to 18446744073709551615, not {}", text);
}

CLI::App* add_scenarios_command(CLI::App& program, int& exit_code) {
    struct Options {
        bool as_json = false;
        std::string shown;
        std::string checked;
    };

    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand(
        "scenarios",
        "List the scenarios that come with the program\n"
        "  invitro scenarios                           names and what they are about\n"
        "  invitro scenarios --show household          one as text, to start your own from\n"
        "  invitro scenarios --check mine.json         all mistakes of a file, without running it");
    command->add_flag("--json", options->as_json, "As a list of objects {name, description}");
    auto* show = command->add_option("--show", options->shown, "Print this scenario");
    command->add_option("--check", options->checked, "Read this scenario and tell its mistakes")
        ->excludes(show);
    command->callback([options, &exit_code] {
        if (!options->shown.empty()) {
            exit_code = show_scenario(options->shown);
        } else if (!options->checked.empty()) {
            exit_code = check_scenario(options->checked);
        } else {
            list_scenarios(options->as_json);
            exit_code = 0;
        }
    });
    return command;
}

CLI::App* add_schema_command(CLI::App& program, int& exit_code) {
    const auto reference = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand(
        "schema",
        "Print the JSON Schema (draft-07) of scenario files\n"
        "  invitro schema > scenario.schema.json       for an editor or a validator\n"
        "  invitro schema --reference                  the reference page, as Markdown");
    command->add_flag("--reference", *reference, "Print the reference page instead");
    command->callback([reference, &exit_code] {
        print(*reference ? reference_page() : schema_json());
        exit_code = 0;
    });
    return command;
}

}  // namespace invitro::scenarios
