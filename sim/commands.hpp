// The command this folder owns: `invitro nat-matrix`.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace invitro::sim {

// Prints direct, relay or failed for every pair of NAT kinds; `--json` for machines.
CLI::App* add_nat_matrix_command(CLI::App& program, int& exit_code);

}  // namespace invitro::sim
