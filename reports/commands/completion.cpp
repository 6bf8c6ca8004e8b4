// `invitro completion` and `invitro manual`.
#include "invitro_version.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/option_table.hpp"
#include "reports/commands/options.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace invitro::reports {
namespace {

constexpr const char* completion_description =
    "Print a completion script for a shell\n"
    "  source <(invitro completion bash)\n"
    "  invitro completion bash > ~/.local/share/bash-completion/completions/invitro\n"
    "  invitro completion zsh > ~/.zfunc/_invitro        where fpath has ~/.zfunc\n"
    "  invitro completion fish > ~/.config/fish/completions/invitro.fish";

constexpr const char* manual_description =
    "Print the manual page\n"
    "  invitro manual | man -l -\n"
    "  invitro manual > ~/.local/share/man/man1/invitro.1";

std::string completion_for(const std::string& shell, const CLI::App& program) {
    const ProgramEntry table = option_table(program);
    if (shell == "bash") return bash_completion(table);
    return shell == "zsh" ? zsh_completion(table) : fish_completion(table);
}

}  // namespace

CLI::App* add_completion_command(CLI::App& program, int& exit_code) {
    const auto shell = std::make_shared<std::string>();
    CLI::App* command = program.add_subcommand("completion", completion_description);
    command->add_option("shell", *shell, "Which one")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&program, shell, &exit_code] {
        print_data(completion_for(*shell, program));
        exit_code = exit_codes::holds;
    });
    return command;
}

CLI::App* add_manual_command(CLI::App& program, int& exit_code) {
    CLI::App* command = program.add_subcommand("manual", manual_description);
    command->callback([&program, &exit_code] {
        print_data(manual_page(option_table(program), std::string(version_string)));
        exit_code = exit_codes::holds;
    });
    return command;
}

}  // namespace invitro::reports
