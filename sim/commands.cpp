#include "sim/commands.hpp"

#include "scenarios/commands.hpp"
#include "sim/nat_matrix.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace invitro::sim {
namespace {

std::string_view kind_text(std::size_t kind) {
    return model::to_string(static_cast<model::NatKind>(kind));
}

// Rows are initiators, columns recipients; one letter per cell keeps it on a terminal of 80
// columns.
std::string as_table(const NatMatrix& matrix) {
    std::string text = fmt::format("{:<10}", "");
    for (std::size_t column = 0; column < model::nat_kind_count; ++column) {
        text += fmt::format("{:>10}", kind_text(column));
    }
    text += '\n';
    for (std::size_t row = 0; row < model::nat_kind_count; ++row) {
        text += fmt::format("{:<10}", kind_text(row));
        for (const Connectivity cell : matrix[row]) {
            text += fmt::format("{:>10}", to_string(cell));
        }
        text += '\n';
    }
    return text;
}

std::string as_json(const NatMatrix& matrix) {
    nlohmann::ordered_json document;
    for (std::size_t kind = 0; kind < model::nat_kind_count; ++kind) {
        document["kinds"].push_back(kind_text(kind));
    }
    for (const auto& row : matrix) {
        nlohmann::ordered_json cells = nlohmann::ordered_json::array();
        for (const Connectivity cell : row) {
            cells.push_back(to_string(cell));
        }
        document["matrix"].push_back(cells);
    }
    return document.dump() + "\n";
}

}  // namespace

CLI::App* add_nat_matrix_command(CLI::App& program, int& exit_code) {
    struct Options {
        bool json = false;
        bool no_fallback = false;
        std::uint64_t seed = 1;
    };

    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand(
        "nat-matrix",
        "Try every pair of NAT kinds with two real clients\n\n"
        "Examples:\n"
        "  invitro nat-matrix             a table: rows call, columns answer\n"
        "  invitro nat-matrix --json      {\"kinds\":[...],\"matrix\":[[...],...]}\n\n"
        "A kind is MAPPING/FILTERING (RFC 4787): full cone is EIM/EIF, restricted cone EIM/ADF, "
        "port\nrestricted cone EIM/APDF, symmetric APDM/APDF; PUB is a public address, FW a "
        "firewall, BLK lets\nno UDP out.\n\n"
        "direct: both ends were connected, and nothing but their networks was between them; relay: "
        "they\nwere connected through one, having found no direct path; failed: they were not. "
        "Who is blocked\ngoes on over a stream, and so reaches the relay, unless --no-fallback "
        "says otherwise.");
    command->add_flag("--json", options->json, "Print JSON");
    command->add_flag("--no-fallback", options->no_fallback, "No streams where UDP is blocked");
    command->add_option("--seed", options->seed, "Seed of the worlds")
        ->check(scenarios::whole_number_mistake)
        ->capture_default_str();
    command->callback([options, &exit_code] {
        Platform platform(model::builtin_metros());
        const NatMatrix matrix = nat_matrix(options->seed, platform, !options->no_fallback);
        fmt::print("{}", options->json ? as_json(matrix) : as_table(matrix));
        exit_code = 0;
    });
    return command;
}

}  // namespace invitro::sim
