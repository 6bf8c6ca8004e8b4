// What the commands have in common: their flags, their exit codes and how they end.
#pragma once

#include "scenarios/scenario.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}  // namespace CLI

namespace invitro::reports {

namespace exit_codes {
inline constexpr int holds = 0;
inline constexpr int violated = 1;
inline constexpr int bad_input = 2;
inline constexpr int threshold_missed = 3;
inline constexpr int inconclusive = 5;
inline constexpr int internal_error = 70;
inline constexpr int interrupted = 130;
}  // namespace exit_codes

// What the user gave cannot be used; becomes exit code 2. The message may have several lines.
class BadInput : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct CommonOptions {
    std::optional<std::uint64_t> seed;
    unsigned jobs = 1;
    std::string shard;  // "i/N", or empty
    std::string out;    // a folder, or empty: the command's own choice
    bool json = false;
    bool quiet = false;
    bool no_color = false;
};

// Adds --json --quiet --no-color.
void add_output_options(CLI::App& command, CommonOptions& options);

// Adds --seed --jobs.
void add_worker_options(CLI::App& command, CommonOptions& options);

// Adds --seed --jobs --shard --out --json --quiet --no-color.
void add_common_options(CLI::App& command, CommonOptions& options);

struct Shard {
    std::uint64_t index = 0;
    std::uint64_t count = 1;
};

// "i/N" with i < N; empty: the whole. Throws BadInput.
Shard parse_shard(const std::string& text);

// "60s", "5min", "1.5h". Throws BadInput.
std::chrono::nanoseconds parse_time(const std::string& text);

// A file or the name of a shipped scenario. Throws BadInput with every mistake of the file.
scenarios::Scenario load(const std::string& path_or_name);

// The id as it is. Throws BadInput where there is no such property, with the nearest.
std::string known_property(const std::string& id);

// Runs the body of a command and turns what it throws into an exit code and a line on stderr.
int guarded(const std::function<int()>& body);

// Makes the folder and tries that files can be written there, before long work begins whose result
// is to go there. Throws BadInput where the system refuses.
void prepare_folder(const std::string& path);

// Writes the file and the folders it lies in. Throws BadInput where the system refuses.
void write_file(const std::string& path, std::string_view text);
// The same, but says on stderr where the system refuses: what is to be printed after it is worth
// more.
bool try_write_file(const std::string& path, std::string_view text);

// Data for stdout. That it got there is seen to at the program's end.
void print_data(std::string_view text);

// Throws BadInput where it cannot be read.
std::string read_file(const std::string& path);

// What can stand in a file's name.
std::string file_name_of(std::string_view name);

}  // namespace invitro::reports
