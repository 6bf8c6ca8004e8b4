// The commands this folder owns: `invitro scenarios` and `invitro schema`.
//
// Shape of all commands of the program: a free function that adds its subcommand to the program and
// returns it. The subcommand's callback does the work, writes data to stdout and talk to stderr,
// and sets `exit_code`, which must outlive the parsing (2: usage or bad input).
#pragma once

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace invitro::scenarios {

// A check for an option's text: empty where it is a whole number of at most 64 bits without a sign,
// else what was expected. CLI11 by itself makes 18446744073709551615 of -1.
std::string whole_number_mistake(const std::string& text);

// Lists the shipped scenarios, prints one of them, or checks a file without running it.
CLI::App* add_scenarios_command(CLI::App& program, int& exit_code);

// Prints the JSON Schema of scenario files, or their reference page.
CLI::App* add_schema_command(CLI::App& program, int& exit_code);

}  // namespace invitro::scenarios
