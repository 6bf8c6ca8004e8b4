// The manual page, from the option table.
#include "reports/commands/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace invitro::reports {
namespace {

// Text as troff takes it: a backslash, a hyphen that is one, and what begins a request.
std::string roff(std::string_view text) {
    std::string result;
    bool begins = true;
    for (const char c : text) {
        if (begins && (c == '.' || c == '\'')) result += "\\&";
        begins = c == '\n';
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else {
            result += c;
        }
    }
    return result;
}

std::string upper(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return result;
}

std::string option_text(const OptionEntry& entry) {
    std::string names;
    for (const std::string& name : entry.names) {
        if (!names.empty()) names += ", ";
        names += entry.is_positional ? "\\fI" + roff(name) + "\\fR" : "\\fB" + roff(name) + "\\fR";
    }
    if (!entry.is_positional && entry.kind != ValueKind::none) names += " \\fIVALUE\\fR";
    std::string help = entry.help;
    std::replace(help.begin(), help.end(), '\n', ' ');
    if (!entry.usual.empty()) help += fmt::format(" (default: {})", entry.usual);
    return fmt::format(".TP\n{}\n{}\n", names, help.empty() ? "\\&" : roff(help));
}

std::string command_text(const CommandEntry& command) {
    std::string text = fmt::format(".SS {}\n{}.\n", roff(command.name), roff(command.summary));
    if (!command.text.empty()) {
        text += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(command.text));
    }
    for (const OptionEntry& entry : command.options) {
        text += option_text(entry);
    }
    return text;
}

constexpr std::string_view tail = R"(.SH EXIT STATUS
.TP
.B 0
Everything holds.
.TP
.B 1
A property is violated, or a world killed the program.
.TP
.B 2
Usage or bad input.
.TP
.B 3
A threshold of the scenario is missed.
.TP
.B 4
The gate found a regression.
.TP
.B 5
Inconclusive: nothing was put to the test, or more seeds are needed to tell.
.TP
.B 70
Internal error, or output that could not be written.
.TP
.B 130
Interrupted; what was finished is reported.
.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is set and not empty, nothing is printed in colour.
.TP
.B GITHUB_STEP_SUMMARY
The file that the format github appends its summary to.
)";

}  // namespace

std::string manual_page(const ProgramEntry& program, const std::string& version) {
    std::string text = fmt::format(
        ".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n"
        ".SH NAME\n{} \\- call invitations, tested in glass\n"
        ".SH SYNOPSIS\n.B {}\n.I COMMAND\n[\\fIARGUMENT\\fR...]\n"
        ".SH DESCRIPTION\n{}\n.SH OPTIONS\n",
        upper(program.name),
        roff(program.name),
        roff(version),
        roff(program.name),
        roff(program.name),
        roff(program.summary));
    for (const OptionEntry& entry : program.options) {
        text += option_text(entry);
    }
    text += ".SH COMMANDS\n";
    for (const CommandEntry& command : program.commands) {
        text += command_text(command);
    }
    return text + std::string(tail);
}

}  // namespace invitro::reports
