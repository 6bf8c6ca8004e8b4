#include "reports/commands/options.hpp"

#include "properties/checker.hpp"
#include "scenarios/commands.hpp"
#include "scenarios/format/units.hpp"
#include "scenarios/format/words.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace invitro::reports {

void add_output_options(CLI::App& command, CommonOptions& options) {
    command.add_flag("--json", options.json, "Print the result as JSON on stdout");
    command.add_flag("--quiet,-q", options.quiet, "Print nothing but failures");
    command.add_flag("--no-color", options.no_color, "No colours (as does the variable NO_COLOR)");
}

void add_worker_options(CLI::App& command, CommonOptions& options) {
    options.jobs = std::max(1U, std::thread::hardware_concurrency());
    command
        .add_option("--seed",
                    options.seed,
                    "Seed of the first world (default: the scenario's; 1 for generated worlds)")
        ->check(scenarios::whole_number_mistake);
    command
        .add_option("--jobs,-j", options.jobs, "Worker processes; the result does not depend on it")
        ->check(CLI::Range(1U, 1024U))
        ->capture_default_str();
}

void add_common_options(CLI::App& command, CommonOptions& options) {
    add_worker_options(command, options);
    command.add_option("--shard", options.shard, "Run only part i of N, as i/N with i from 0");
    command.add_option("--out,-o", options.out, "Folder to write to");
    add_output_options(command, options);
}

Shard parse_shard(const std::string& text) {
    if (text.empty()) return {};
    const std::size_t slash = text.find('/');
    const auto index = scenarios::format::parse_whole(text.substr(0, slash));
    const auto count =
        scenarios::format::parse_whole(slash == std::string::npos ? "" : text.substr(slash + 1));
    if (!index || !count || *index >= *count) {
        throw BadInput(fmt::format(
            "--shard {}: expected i/N with i from 0 to N - 1, as in 0/4 (the first of four)",
            text));
    }
    return {.index = *index, .count = *count};
}

std::chrono::nanoseconds parse_time(const std::string& text) {
    const auto duration = scenarios::format::parse_duration(text);
    if (!duration) throw BadInput(fmt::format("--time {}: {}", text, duration.error().message));
    return *duration;
}

scenarios::Scenario load(const std::string& path_or_name) {
    auto scenario = scenarios::load_scenario(path_or_name);
    if (scenario) return std::move(*scenario);
    std::string text;
    for (const scenarios::Mistake& mistake : scenario.error()) {
        text += (text.empty() ? "" : "\n") + mistake.text();
    }
    throw BadInput(text);
}

std::string known_property(const std::string& id) {
    if (properties::find_property(id)) return id;
    std::vector<std::string> known;
    for (const properties::PropertyInfo& info : properties::catalogue()) {
        known.emplace_back(info.id);
    }
    throw BadInput(fmt::format("there is no property \"{}\"; {}; `invitro properties` lists all",
                               id,
                               scenarios::format::known_words(id, known)));
}

int guarded(const std::function<int()>& body) {
    try {
        return body();
    } catch (const BadInput& problem) {
        fmt::print(stderr, "{}\n", problem.what());
        return exit_codes::bad_input;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "invitro: internal error: {}\n", problem.what());
        return exit_codes::internal_error;
    }
}

void prepare_folder(const std::string& path) {
    std::error_code problem;
    std::filesystem::create_directories(path, problem);
    std::string trial = path + "/.invitro-XXXXXX";
    const int file = problem ? -1 : mkstemp(trial.data());
    if (file < 0) {
        const std::string why =
            problem ? problem.message() : std::generic_category().message(errno);
        throw BadInput(fmt::format("--out {}: files cannot be written there: {}", path, why));
    }
    close(file);
    unlink(trial.c_str());
}

void write_file(const std::string& path, std::string_view text) {
    std::error_code problem;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, problem);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (problem || !file) throw BadInput(fmt::format("{}: cannot be written", path));
}

bool try_write_file(const std::string& path, std::string_view text) {
    try {
        write_file(path, text);
        return true;
    } catch (const BadInput& problem) {
        fmt::print(stderr, "{}\n", problem.what());
        return false;
    }
}

void print_data(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string read_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        throw BadInput(fmt::format("{}: is a folder; expected a file", path));
    }
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    // An empty file sets the output's failbit, and is a mistake of its own.
    if (file.is_open() && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
    if (!file.is_open() || file.bad() || !text) {
        throw BadInput(fmt::format("{}: cannot be read", path));
    }
    return text.str();
}

std::string file_name_of(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-';
        result += plain ? c : '-';
    }
    return result.empty() ? "scenario" : result;
}

}  // namespace invitro::reports
