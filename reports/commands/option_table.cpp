#include "reports/commands/option_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace invitro::reports {
namespace {

// What an option's name says about its value. A name means the same in every command.
struct NamedKind {
    std::string_view name;
    ValueKind kind;
};

constexpr std::array named_kinds = {
    NamedKind{"scenario", ValueKind::scenario},
    NamedKind{"scenarios", ValueKind::scenario},
    NamedKind{"--scenario", ValueKind::scenario},
    NamedKind{"--show", ValueKind::scenario},
    NamedKind{"--property", ValueKind::property},
    NamedKind{"--out", ValueKind::path},
    NamedKind{"--baseline", ValueKind::path},
    NamedKind{"--check", ValueKind::path},
    NamedKind{"results", ValueKind::path},
    NamedKind{"parts", ValueKind::path},
    NamedKind{"counterexample", ValueKind::path},
};

// "TEXT:{a,b,c}" is how CLI11 describes a set to choose from.
std::vector<std::string> choices_of(const std::string& type) {
    const std::size_t begin = type.find('{');
    const std::size_t end = type.find('}', begin);
    if (begin == std::string::npos || end == std::string::npos) return {};
    return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

ValueKind kind_of(const OptionEntry& entry) {
    if (!entry.choices.empty()) return ValueKind::choice;
    for (const NamedKind& named : named_kinds) {
        const bool is_it =
            std::find(entry.names.begin(), entry.names.end(), named.name) != entry.names.end();
        if (is_it) return named.kind;
    }
    return ValueKind::plain;
}

OptionEntry entry_of(const CLI::Option& option) {
    OptionEntry entry;
    for (const std::string& name : option.get_lnames()) {
        entry.names.push_back("--" + name);
    }
    for (const std::string& name : option.get_snames()) {
        entry.names.push_back("-" + name);
    }
    entry.is_positional = !option.nonpositional();
    if (entry.is_positional) entry.names = {option.get_single_name()};
    entry.is_required = option.get_required();
    entry.is_repeatable = option.get_expected_max() > 1;
    entry.help = option.get_description();
    if (option.get_items_expected_max() == 0) return entry;
    entry.choices = choices_of(option.get_type_name());
    entry.kind = kind_of(entry);
    entry.usual = option.get_default_str();
    return entry;
}

std::vector<OptionEntry> entries_of(const CLI::App& app) {
    std::vector<OptionEntry> entries;
    for (const CLI::Option* option : app.get_options()) {
        entries.push_back(entry_of(*option));
    }
    return entries;
}

}  // namespace

ProgramEntry option_table(const CLI::App& program) {
    ProgramEntry table{.name = program.get_name(),
                       .summary = program.get_description(),
                       .options = entries_of(program),
                       .commands = {}};
    for (const CLI::App* command : program.get_subcommands(nullptr)) {
        const std::string help = command->get_description();
        const std::size_t end = std::min(help.find('\n'), help.size());
        std::string text = help.substr(std::min(end + 1, help.size()));
        if (!command->get_footer().empty()) {
            text += (text.empty() ? "" : "\n") + command->get_footer();
        }
        table.commands.push_back({.name = command->get_name(),
                                  .summary = help.substr(0, end),
                                  .text = std::move(text),
                                  .options = entries_of(*command)});
    }
    return table;
}

}  // namespace invitro::reports
