// Tokens, counterexample files and their replay.
#include "invitro_version.hpp"
#include "properties/check.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <fstream>
#include <sstream>

namespace invitro::properties {
namespace {

using scenarios::World;

std::string expectation_path(const std::string& scenario_path) {
    constexpr std::string_view suffix = ".json";
    const bool has_suffix =
        scenario_path.size() >= suffix.size() &&
        scenario_path.compare(scenario_path.size() - suffix.size(), suffix.size(), suffix) == 0;
    const std::string stem =
        has_suffix ? scenario_path.substr(0, scenario_path.size() - suffix.size()) : scenario_path;
    return stem + ".expected.json";
}

tl::expected<void, std::string> write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return tl::unexpected(fmt::format("{} cannot be written", path));
    return {};
}

std::string expectation_json(const Finding& finding) {
    nlohmann::ordered_json json;
    json["version"] = version_string;
    if (finding.token) json["token"] = to_string(*finding.token);
    json["verdict"] = finding.is_crash ? "crash" : "violated";
    if (!finding.is_crash) {
        json["property"] = finding.property;
        json["fingerprint"] = sim::to_string(finding.fingerprint);
    }
    json["explanation"] = finding.explanation;
    constexpr int indentation = 4;
    return json.dump(indentation, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::optional<Expectation> parse_expectation(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto text_at = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string{};
    };
    Expectation expected{.version = text_at("version"),
                         .token = text_at("token"),
                         .property = text_at("property"),
                         .explanation = text_at("explanation")};
    const auto fingerprint = sim::parse_fingerprint(text_at("fingerprint"));
    if (!fingerprint && !expected.property.empty()) return std::nullopt;
    expected.fingerprint = fingerprint.value_or(sim::Fingerprint{});
    return expected;
}

// A whole field of the token as a number, after its letter.
template <class Number>
bool parse_number(std::string_view text, Number& number) {
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end && !text.empty();
}

// The text up to the separator, which is taken off as well.
std::string_view take_field(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return field;
}

template <class Number>
bool take_number(std::string_view& text, char letter, Number& number) {
    const std::string_view field = take_field(text, ':');
    return !field.empty() && field.front() == letter && parse_number(field.substr(1), number);
}

}  // namespace

// ---- tokens -------------------------------------------------------------------------------------

std::string to_string(const ReplayToken& token) {
    std::string text =
        fmt::format("{}:g{}:s{}:w{}", token.version, token.generator, token.seed, token.index);
    if (!token.path.empty()) text += fmt::format(":{}", fmt::join(token.path, "."));
    return text;
}

std::optional<ReplayToken> parse_token(std::string_view text) {
    ReplayToken token;
    token.version = take_field(text, ':');
    const bool has_numbers = take_number(text, 'g', token.generator) &&
                             take_number(text, 's', token.seed) &&
                             take_number(text, 'w', token.index);
    if (token.version.empty() || !has_numbers) return std::nullopt;
    while (!text.empty()) {
        std::uint32_t position = 0;
        if (!parse_number(take_field(text, '.'), position)) return std::nullopt;
        token.path.push_back(position);
    }
    return token;
}

tl::expected<World, std::string> world_of(const ReplayToken& token) {
    if (token.generator != generator_version) {
        return tl::unexpected(fmt::format(
            "the token is of generator version {}, this program has version {}: use the "
            "counterexample's file",
            token.generator,
            generator_version));
    }
    auto world = follow(generate(token.seed, token.index), token.path);
    if (!world)
        return tl::unexpected(std::string{"the token's path of simplifications breaks off"});
    return *std::move(world);
}

// ---- files --------------------------------------------------------------------------------------

tl::expected<void, std::string> write_counterexample(const Finding& finding,
                                                     const std::string& path) {
    scenarios::Scenario scenario = scenario_of(finding.world);
    scenario.description =
        finding.is_crash ? "The program died in this world."
                         : fmt::format("Violates {}: {}", finding.property, finding.explanation);
    const auto written = write_file(path, to_json(scenario));
    if (!written) return written;
    return write_file(expectation_path(path), expectation_json(finding));
}

tl::expected<Replayable, std::string> load_replayable(const std::string& file_or_token) {
    if (const auto token = parse_token(file_or_token)) {
        return world_of(*token).map([](World world) {
            return Replayable{.world = std::move(world), .expected = std::nullopt};
        });
    }
    const auto scenario = scenarios::load_scenario(file_or_token);
    if (!scenario) {
        std::string mistakes;
        for (const scenarios::Mistake& mistake : scenario.error())
            mistakes += mistake.text() + "\n";
        return tl::unexpected(mistakes);
    }
    Replayable what{.world = expand(*scenario, scenario->world.seed), .expected = std::nullopt};
    const std::string path = expectation_path(file_or_token);
    std::ifstream file(path, std::ios::binary);
    if (!file) return what;
    std::ostringstream text;
    text << file.rdbuf();
    what.expected = parse_expectation(text.str());
    if (!what.expected) return tl::unexpected(fmt::format("{}: not an expectation", path));
    return what;
}

ReplayOutcome replay(const Replayable& what, sim::Platform& platform) {
    ReplayOutcome outcome{.verdict = check_world(what.world, platform)};
    if (!what.expected || what.expected->property.empty()) return outcome;
    const auto place = find_property(what.expected->property);
    outcome.verdict_matches = place && outcome.verdict.tallies[*place].violated != 0;
    outcome.fingerprint_matches = outcome.verdict.summary.fingerprint == what.expected->fingerprint;
    return outcome;
}

}  // namespace invitro::properties
