// Everything that can be said on the command line, as data: what shell completions and the manual
// page are made from, so that they cannot fall behind the program.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}  // namespace CLI

namespace invitro::reports {

enum class ValueKind : unsigned char {
    none,      // a flag
    plain,     // something that cannot be listed
    choice,    // one of OptionEntry::choices
    path,      // a file or a folder
    scenario,  // a file, or the name of a shipped scenario
    property,  // the id of one
};

struct OptionEntry {
    std::vector<std::string> names;  // "--jobs", "-j"; of what is known by its place, its one name
    bool is_positional = false;
    bool is_required = false;
    bool is_repeatable = false;
    ValueKind kind = ValueKind::none;
    std::vector<std::string> choices;
    std::string help;   // may have several lines
    std::string usual;  // its default, if it has one worth telling
};

struct CommandEntry {
    std::string name;
    std::string summary;  // one line
    std::string text;     // the rest of its help: examples, exit codes
    std::vector<OptionEntry> options;
};

struct ProgramEntry {
    std::string name;
    std::string summary;
    std::vector<OptionEntry> options;
    std::vector<CommandEntry> commands;  // in the order of --help
};

ProgramEntry option_table(const CLI::App& program);

// A completion script; source it, or put it where the shell looks (`invitro completion --help`).
std::string bash_completion(const ProgramEntry& program);
std::string zsh_completion(const ProgramEntry& program);
std::string fish_completion(const ProgramEntry& program);

// The manual page invitro(1), in man(7) macros.
std::string manual_page(const ProgramEntry& program, const std::string& version);

}  // namespace invitro::reports
