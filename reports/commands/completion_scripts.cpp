// Completion scripts of three shells. All ask the program itself for scenarios and properties, so a
// script stays right when these change.
#include "reports/commands/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace invitro::reports {
namespace {

std::string first_line(std::string_view text) {
    return std::string(text.substr(0, std::min(text.find('\n'), text.size())));
}

// In single quotes, as all three shells take them; in these, fish alone knows backslashes.
std::string single_quoted(std::string_view text, std::string_view quote) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? std::string(quote) : std::string(1, c);
    }
    return result + "'";
}

std::string shell_word(std::string_view text) {
    return single_quoted(text, "'\\''");
}

std::string fish_word(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        escaped += c == '\\' ? std::string("\\\\") : std::string(1, c);
    }
    return single_quoted(escaped, "\\'");
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

// What is known by its place comes last; the first such says of what kind they are.
const OptionEntry* positional_of(const CommandEntry& command) {
    const auto found = std::find_if(command.options.begin(),
                                    command.options.end(),
                                    [](const OptionEntry& entry) { return entry.is_positional; });
    return found == command.options.end() ? nullptr : &*found;
}

std::vector<std::string> option_names(const std::vector<OptionEntry>& options) {
    std::vector<std::string> names;
    for (const OptionEntry& entry : options) {
        if (!entry.is_positional) names.insert(names.end(), entry.names.begin(), entry.names.end());
    }
    return names;
}

std::string bash_reply(const OptionEntry& entry) {
    switch (entry.kind) {
        case ValueKind::none:
        case ValueKind::plain:
            return ":";
        case ValueKind::choice:
            return (entry.is_repeatable ? "_invitro_choices " : "_invitro_words ") +
                   shell_word(joined(entry.choices, " "));
        case ValueKind::path:
            return "_invitro_files";
        case ValueKind::scenario:
            return "_invitro_scenarios";
        case ValueKind::property:
            return "_invitro_properties";
    }
    return ":";
}

std::string bash_command(const CommandEntry& command) {
    std::string values;
    for (const OptionEntry& entry : command.options) {
        if (entry.is_positional || entry.kind == ValueKind::none) continue;
        values += fmt::format(
            "                {}) {}; return ;;\n", joined(entry.names, " | "), bash_reply(entry));
    }
    const OptionEntry* const positional = positional_of(command);
    return fmt::format(
        "        {})\n"
        "            case $previous in\n"
        "{}"
        "            esac\n"
        "            case $current in\n"
        "                -*) _invitro_words {} ;;\n"
        "                *) {} ;;\n"
        "            esac\n"
        "            ;;\n",
        command.name,
        values,
        shell_word(joined(option_names(command.options), " ")),
        positional == nullptr ? std::string(":") : bash_reply(*positional));
}

constexpr std::string_view bash_head =
    R"script(# bash completion of invitro, made by `invitro completion bash`

_invitro_words() {
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$1" -- "$current")
}

# Of a list with commas, the last word.
_invitro_choices() {
    local before=''
    [[ $current != *,* ]] || before=${current%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${current##*,}")
    compopt -o nospace 2>/dev/null
}

_invitro_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
}

_invitro_scenarios() {
    _invitro_words "$("${COMP_WORDS[0]}" scenarios 2>/dev/null | sed 's/ .*//')"
    _invitro_files
}

_invitro_properties() {
    _invitro_words "$("${COMP_WORDS[0]}" properties 2>/dev/null | sed -n 's/^\([^ ]\{1,\}\) .*/\1/p')"
}

_invitro() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word
    COMPREPLY=()
    # "--option=value" comes as three words.
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
        [[ $word == -* ]] || { command=$word && break; }
    done
    case $command in
)script";

// In the brackets of an _arguments specification.
std::string zsh_text(std::string_view text) {
    std::string result;
    for (const char c : first_line(text)) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

std::string zsh_action(const OptionEntry& entry) {
    switch (entry.kind) {
        case ValueKind::none:
            return "";
        case ValueKind::plain:
            return ":value: ";
        case ValueKind::choice:
            return entry.is_repeatable ? ":value:_values -s , value " + joined(entry.choices, " ")
                                       : ":value:(" + joined(entry.choices, " ") + ")";
        case ValueKind::path:
            return ":file:_files";
        case ValueKind::scenario:
            return ":scenario:_invitro_scenarios";
        case ValueKind::property:
            return ":property:_invitro_properties";
    }
    return "";
}

std::string zsh_argument(const OptionEntry& entry) {
    const std::string help = zsh_text(entry.help);
    if (entry.is_positional) {
        return shell_word((entry.is_repeatable ? "*"
                           : entry.is_required ? "1"
                                               : "::") +
                          (entry.is_required || entry.is_repeatable ? zsh_action(entry)
                                                                    : zsh_action(entry).substr(1)));
    }
    std::string text;
    for (const std::string& name : entry.names) {
        const std::string others = entry.is_repeatable ? "*" : "(" + joined(entry.names, " ") + ")";
        const std::string_view equals =
            entry.kind != ValueKind::none && name.starts_with("--") ? "=" : "";
        if (!text.empty()) text += " \\\n                ";
        text +=
            shell_word(fmt::format("{}{}{}[{}]{}", others, name, equals, help, zsh_action(entry)));
    }
    return text;
}

std::string zsh_command(const CommandEntry& command) {
    std::string text = fmt::format("        {})\n            _arguments -s", command.name);
    for (const OptionEntry& entry : command.options) {
        text += " \\\n                " + zsh_argument(entry);
    }
    return text + "\n            ;;\n";
}

constexpr std::string_view zsh_head = R"script(#compdef invitro
# zsh completion of invitro, made by `invitro completion zsh`

_invitro_scenarios() {
    local -a names=(${(f)"$($service scenarios 2>/dev/null | sed 's/ .*//')"})
    _alternative 'scenarios:scenario:compadd -a names' 'files:file:_files'
}

_invitro_properties() {
    local -a names=(${(f)"$($service properties 2>/dev/null | sed -n 's/^\([^ ]\{1,\}\) .*/\1/p')"})
    compadd -a names
}

_invitro() {
    local curcontext=$curcontext state line
    local -a commands
)script";

std::string fish_value(const OptionEntry& entry) {
    switch (entry.kind) {
        case ValueKind::none:
            return "";
        case ValueKind::plain:
            return " -x";
        case ValueKind::choice:
            return " -x -a " + fish_word(entry.is_repeatable
                                             ? "(__invitro_list " + joined(entry.choices, " ") + ")"
                                             : joined(entry.choices, " "));
        case ValueKind::path:
            return " -r -F";
        case ValueKind::scenario:
            return " -r -F -a '(__invitro_scenarios)'";
        case ValueKind::property:
            return " -x -a '(__invitro_properties)'";
    }
    return "";
}

std::string fish_option(const OptionEntry& entry, std::string_view condition) {
    std::string text = fmt::format("complete -c invitro -n {}", fish_word(condition));
    if (!entry.is_positional) {
        for (const std::string& name : entry.names) {
            const bool is_long = name.starts_with("--");
            text += fmt::format(" -{} {}", is_long ? "l" : "s", name.substr(is_long ? 2 : 1));
        }
        return text + fish_value(entry) + " -d " + fish_word(first_line(entry.help)) + "\n";
    }
    if (entry.kind == ValueKind::scenario) return text + " -F -a '(__invitro_scenarios)'\n";
    if (entry.kind == ValueKind::choice) {
        return text + " -a " + fish_word(joined(entry.choices, " ")) + "\n";
    }
    return entry.kind == ValueKind::path ? text + " -F\n" : std::string();
}

constexpr std::string_view fish_head =
    R"script(# fish completion of invitro, made by `invitro completion fish`

function __invitro_program
    commandline -opc | head -n 1
end

function __invitro_scenarios
    eval (__invitro_program) scenarios 2>/dev/null | string replace -r ' .*' ''
end

function __invitro_properties
    eval (__invitro_program) properties 2>/dev/null | string match -rg '^(\S+) '
end

# Of a list with commas, the last word.
function __invitro_list
    set -l before (commandline -ct | string replace -r '^--?[a-z-]*=' '' | string match -rg '^(.*,)')
    for word in $argv
        echo "$before$word"
    end
end

complete -c invitro -f
)script";

}  // namespace

std::string bash_completion(const ProgramEntry& program) {
    std::vector<std::string> words = option_names(program.options);
    std::string commands;
    for (const CommandEntry& command : program.commands) {
        words.push_back(command.name);
        commands += bash_command(command);
    }
    return fmt::format(
        "{}        '') _invitro_words {} ;;\n{}    esac\n}}\n\n"
        "complete -F _invitro invitro\n",
        bash_head,
        shell_word(joined(words, " ")),
        commands);
}

std::string zsh_completion(const ProgramEntry& program) {
    std::string names;
    std::string commands;
    for (const CommandEntry& command : program.commands) {
        names += "        " + shell_word(command.name + ":" + zsh_text(command.summary)) + "\n";
        commands += zsh_command(command);
    }
    std::string options;
    for (const OptionEntry& entry : program.options) {
        options += zsh_argument(entry) + " \\\n        ";
    }
    return fmt::format(
        "{}    commands=(\n{}    )\n"
        "    _arguments -C \\\n        {}'1: :->command' '*:: :->arguments'\n"
        "    if [[ $state == command ]]; then\n"
        "        _describe -t commands command commands\n"
        "        return\n"
        "    fi\n"
        "    [[ $state == arguments ]] || return\n"
        "    case $words[1] in\n{}    esac\n}}\n\n"
        "if [[ $funcstack[1] == _invitro ]]; then\n"
        "    _invitro \"$@\"\n"
        "else\n"
        "    compdef _invitro invitro\n"
        "fi\n",
        zsh_head,
        names,
        options,
        commands);
}

std::string fish_completion(const ProgramEntry& program) {
    std::string text(fish_head);
    for (const OptionEntry& entry : program.options) {
        text += fish_option(entry, "__fish_use_subcommand");
    }
    for (const CommandEntry& command : program.commands) {
        text += fmt::format("\ncomplete -c invitro -n __fish_use_subcommand -a {} -d {}\n",
                            command.name,
                            fish_word(command.summary));
        for (const OptionEntry& entry : command.options) {
            text += fish_option(entry, "__fish_seen_subcommand_from " + command.name);
        }
    }
    return text;
}

}  // namespace invitro::reports
