// The program's table of contents: each subcommand, in one line, to the folder that owns it.
#include "invitro_version.hpp"
#include "properties/commands.hpp"
#include "reports/commands/commands.hpp"
#include "scenarios/commands.hpp"
#include "sim/commands.hpp"

#include <CLI/CLI.hpp>

#include <string>

int main(int argument_count, char** arguments) {
    using namespace invitro;
    constexpr int exit_bad_input = 2;

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

    try {
        program.parse(argument_count, arguments);
    } catch (const CLI::ParseError& problem) {
        // Help and version end with 0, every mistake of the user with the same code.
        return program.exit(problem) == 0 ? 0 : exit_bad_input;
    }
    return exit_code;
}
