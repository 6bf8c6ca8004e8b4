// The commands this folder owns: those that end in a result, and `invitro messages`, since
// protocol/ itself knows no command line.
//
// Each function adds its subcommand to the program and returns it. The subcommand's callback does
// the work: data to stdout, talk to stderr, how it ended to `exit_code`, which must outlive the
// parsing. No exception leaves a callback.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace invitro::reports {

// Runs worlds of one scenario: verdicts, metrics, result.json and report.html.
CLI::App* add_run_command(CLI::App& program, int& exit_code);

// Searches random worlds for one that breaks a property, and simplifies it.
CLI::App* add_check_command(CLI::App& program, int& exit_code);

// Runs a counterexample again and compares it with what was recorded.
CLI::App* add_replay_command(CLI::App& program, int& exit_code);

// Makes reports from results, without running anything.
CLI::App* add_report_command(CLI::App& program, int& exit_code);

// Prints docs/MESSAGES.md.
CLI::App* add_messages_command(CLI::App& program, int& exit_code);

}  // namespace invitro::reports
