// `invitro messages`.
#include "protocol/wire/message_page.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"

#include <CLI/CLI.hpp>

namespace invitro::reports {
namespace {

constexpr const char* description =
    "Print the reference page of the protocol's messages, as Markdown\n"
    "  invitro messages > docs/MESSAGES.md\n"
    "Each with its fields, their types and sizes, and an example in CBOR diagnostic notation.";

}  // namespace

CLI::App* add_messages_command(CLI::App& program, int& exit_code) {
    CLI::App* command = program.add_subcommand("messages", description);
    command->callback([&exit_code] {
        exit_code = guarded([] {
            print_data(protocol::message_page());
            return exit_codes::holds;
        });
    });
    return command;
}

}  // namespace invitro::reports
