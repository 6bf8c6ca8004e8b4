#include "scenarios/format/words.hpp"
#include "scenarios/limits.hpp"
#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace invitro::scenarios {
namespace {

using Mistakes = std::vector<Mistake>;

tl::unexpected<Mistakes> fail(const std::string& file, std::string message) {
    Mistake mistake;
    mistake.file = file;
    mistake.message = std::move(message);
    return tl::unexpected(Mistakes{std::move(mistake)});
}

const ShippedScenario* find_shipped(std::string_view name) {
    const auto& shipped = shipped_scenarios();
    const auto found = std::find_if(shipped.begin(),
                                    shipped.end(),
                                    [&](const ShippedScenario& each) { return each.name == name; });
    return found == shipped.end() ? nullptr : &*found;
}

std::string missing_text(const std::string& path_or_name) {
    std::vector<std::string> names;
    std::string list;
    for (const ShippedScenario& each : shipped_scenarios()) {
        names.emplace_back(each.name);
        list += fmt::format("{}{}", list.empty() ? "" : ", ", each.name);
    }
    const std::string stem = std::filesystem::path(path_or_name).stem().string();
    const std::string nearest = format::nearest_word(stem, names);
    const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
    return fmt::format(
        "no such file, and no shipped scenario of this name; shipped are {}{}", list, hint);
}

tl::expected<Scenario, Mistakes> load_file(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return fail(path, "cannot be read: " + error.message());
    if (size > limits::file_bytes_max) {
        return fail(
            path,
            fmt::format(
                "{} bytes are too many; expected at most {}", size, limits::file_bytes_max));
    }
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    // An empty file sets the output's failbit, and is a mistake of its own.
    if (!stream.is_open() || stream.bad() || (size > 0 && !text)) {
        return fail(path, "cannot be read");
    }
    return parse_scenario(text.str(), path);
}

}  // namespace

tl::expected<Scenario, Mistakes> load_scenario(const std::string& path_or_name) {
    std::error_code error;
    const auto status = std::filesystem::status(path_or_name, error);
    const ShippedScenario* shipped = find_shipped(path_or_name);
    // A folder in the way must not hide a shipped scenario.
    if (std::filesystem::is_directory(status)) {
        if (shipped == nullptr) return fail(path_or_name, "is a folder; expected a scenario file");
    } else if (std::filesystem::exists(status)) {
        return load_file(path_or_name);
    }
    if (shipped == nullptr) return fail(path_or_name, missing_text(path_or_name));
    return parse_scenario(shipped->text, fmt::format("{}.json", shipped->name));
}

}  // namespace invitro::scenarios
