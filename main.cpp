// The program's table of contents: each subcommand, in one line, to the folder that owns it.
#include "invitro_version.hpp"
#include "properties/commands.hpp"
#include "reports/commands/commands.hpp"
#include "scenarios/commands.hpp"
#include "scenarios/format/words.hpp"
#include "sim/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

namespace {

constexpr int exit_bad_input = 2;
constexpr int exit_internal_error = 70;

// What to say where the first word is no command; empty where it is one, or an option.
std::string unknown_command(const CLI::App& program, const std::string& word) {
    if (word.empty() || word.front() == '-') return {};
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands(nullptr)) {
        names.push_back(command->get_name());
    }
    if (std::find(names.begin(), names.end(), word) != names.end()) return {};
    return fmt::format("there is no command \"{}\"; {}; `invitro --help` tells what each does",
                       word,
                       invitro::scenarios::format::known_words(word, names));
}

// Data that did not get to stdout must not look like success.
int exit_code_with_data(int exit_code) {
    const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
    if (!failed) return exit_code;
    const std::string why = errno == 0 ? "" : ": " + std::generic_category().message(errno);
    fmt::print(stderr, "invitro: stdout cannot be written{}\n", why);
    return exit_code == 0 ? exit_internal_error : exit_code;
}

}  // namespace

int main(int argument_count, char** arguments) {
    using namespace invitro;
    CLI::App program{
        "Call invitations, tested in glass: runs the real code of a call-invitation "
        "service in a simulated world and checks that it keeps its promises.",
        "invitro"};
    program.set_version_flag("--version", std::string(version_string));
    program.require_subcommand(1);
    int exit_code = 0;

    reports::add_run_command(program, exit_code);
    reports::add_check_command(program, exit_code);
    reports::add_replay_command(program, exit_code);
    reports::add_report_command(program, exit_code);
    sim::add_nat_matrix_command(program, exit_code);
    properties::add_properties_command(program, exit_code);
    scenarios::add_scenarios_command(program, exit_code);
    scenarios::add_schema_command(program, exit_code);
    reports::add_messages_command(program, exit_code);

    if (argument_count > 1) {
        const std::string mistake = unknown_command(program, arguments[1]);
        if (!mistake.empty()) {
            fmt::print(stderr, "{}\n", mistake);
            return exit_bad_input;
        }
    }
    try {
        program.parse(argument_count, arguments);
    } catch (const CLI::ParseError& problem) {
        // Help and version end with 0, every mistake of the user with the same code.
        exit_code = program.exit(problem) == 0 ? 0 : exit_bad_input;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "invitro: internal error: {}\n", problem.what());
        exit_code = exit_internal_error;
    }
    return exit_code_with_data(exit_code);
}
