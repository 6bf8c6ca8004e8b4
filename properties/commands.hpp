// The command `invitro properties`.
#pragma once

namespace CLI {
class App;
}

namespace invitro::properties {

// Adds `properties`: prints the catalogue on stdout, as text or, with --json, as JSON. What it ends
// with is written to `exit_code`, which must outlive the program's parsing.
CLI::App* add_properties_command(CLI::App& program, int& exit_code);

}  // namespace invitro::properties
