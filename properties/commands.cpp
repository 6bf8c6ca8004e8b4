#include "properties/commands.hpp"

#include "properties/checker.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

namespace invitro::properties {
namespace {

std::string catalogue_json() {
    auto list = nlohmann::ordered_json::array();
    for (const PropertyInfo& property : catalogue()) {
        list.push_back({{"id", property.id},
                        {"kind", to_string(property.kind)},
                        {"sentence", property.sentence},
                        {"source", property.source}});
    }
    constexpr int indentation = 4;
    return nlohmann::ordered_json{{"properties", list}}.dump(indentation) + "\n";
}

std::string catalogue_text() {
    std::string text;
    for (const PropertyInfo& property : catalogue()) {
        text += fmt::format("{} ({}; {})\n    {}\n",
                            property.id,
                            to_string(property.kind),
                            property.source,
                            property.sentence);
    }
    return text;
}

}  // namespace

CLI::App* add_properties_command(CLI::App& program, int& exit_code) {
    CLI::App* command = program.add_subcommand("properties", "What must hold in every world");
    command->footer("Examples:\n  invitro properties\n  invitro properties --json");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "As JSON");
    command->callback([json, &exit_code] {
        fmt::print("{}", *json ? catalogue_json() : catalogue_text());
        exit_code = 0;
    });
    return command;
}

}  // namespace invitro::properties
