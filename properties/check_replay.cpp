// Tokens, counterexample files and their replay.
#include "invitro_version.hpp"
#include "properties/check.hpp"
#include "properties/check_record.hpp"
#include "protocol/vocabulary/check.hpp"
#include "scenarios/format/words.hpp"
#include "sim/campaign/worker.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string.h>

namespace invitro::properties {
namespace {

using scenarios::World;

constexpr const char* verdict_crash = "crash";
constexpr const char* verdict_violated = "violated";

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
    json["verdict"] = finding.is_crash ? verdict_crash : verdict_violated;
    if (finding.is_crash) {
        json["signal"] = finding.death.signal;
        json["exit_code"] = finding.death.exit_code;
        json["again"] = finding.simplified != SimplifyEnd::not_again;
    } else {
        json["property"] = finding.property;
        json["fingerprint"] = sim::to_string(finding.fingerprint);
    }
    json["explanation"] = finding.explanation;
    if (finding.events_max != 0) json["events_max"] = finding.events_max;
    constexpr int indentation = 4;
    return json.dump(indentation, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

template <class T>
T value_at(const nlohmann::json& json, const char* key, T otherwise) {
    const auto found = json.find(key);
    if (found == json.end()) return otherwise;
    // Inside parse_expectation(), which turns it into an Error.
    if (found->is_number_integer() && *found < 0) throw std::out_of_range(key);
    return found->get<T>();
}

std::string mistake_in_property(const std::string& id) {
    std::vector<std::string> known;
    for (const PropertyInfo& info : catalogue()) {
        known.emplace_back(info.id);
    }
    return fmt::format("/property: there is no property \"{}\"; {}",
                       id,
                       scenarios::format::known_words(id, known));
}

tl::expected<Expectation, std::string> expectation_of(const nlohmann::json& json) {
    if (!json.is_object()) return tl::unexpected(std::string{"expected a JSON object"});
    Expectation expected{.version = value_at<std::string>(json, "version", ""),
                         .token = value_at<std::string>(json, "token", ""),
                         .death = {},
                         .died_again = value_at(json, "again", true),
                         .property = value_at<std::string>(json, "property", ""),
                         .explanation = value_at<std::string>(json, "explanation", "")};
    expected.events_max = value_at<std::uint64_t>(json, "events_max", 0);
    const auto verdict = value_at<std::string>(json, "verdict", verdict_violated);
    if (verdict == verdict_crash) {
        expected.property.clear();
        expected.death = Death{.signal = value_at(json, "signal", 0),
                               .exit_code = value_at(json, "exit_code", 0)};
        return expected;
    }
    if (verdict != verdict_violated) {
        return tl::unexpected(fmt::format("/verdict: \"{}\", expected \"{}\" or \"{}\"",
                                          verdict,
                                          verdict_violated,
                                          verdict_crash));
    }
    if (!find_property(expected.property)) {
        return tl::unexpected(mistake_in_property(expected.property));
    }
    const auto fingerprint = sim::parse_fingerprint(value_at<std::string>(json, "fingerprint", ""));
    if (!fingerprint) {
        return tl::unexpected(std::string{"/fingerprint: expected 32 hexadecimal digits"});
    }
    expected.fingerprint = *fingerprint;
    return expected;
}

// Errors: what is wrong, without the file's name.
tl::expected<Expectation, std::string> parse_expectation(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return tl::unexpected(std::string{"not JSON"});
    try {
        return expectation_of(json);
    } catch (const std::exception&) {
        return tl::unexpected(std::string{
            "expected texts in version, token, verdict, property, fingerprint and explanation, "
            "whole numbers in signal, exit_code and events_max, true or false in again"});
    }
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

// ---- deaths -------------------------------------------------------------------------------------

std::string to_string(const Death& death) {
    if (death.signal == 0) return fmt::format("exit code {}", death.exit_code);
    const char* const name = sigabbrev_np(death.signal);
    return name == nullptr ? fmt::format("signal {}", death.signal) : fmt::format("SIG{}", name);
}

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
    if (!world) {
        return tl::unexpected(std::string{"the token's path of simplifications breaks off"});
    }
    return *std::move(world);
}

// ---- files --------------------------------------------------------------------------------------

tl::expected<void, std::string> write_counterexample(const Finding& finding,
                                                     const std::string& path) {
    scenarios::Scenario scenario = scenario_of(finding.world);
    scenario.description =
        finding.is_crash
            ? fmt::format("The program died in this world ({}).", to_string(finding.death))
            : fmt::format("Violates {}: {}", finding.property, finding.explanation);
    auto written = write_file(path, to_json(scenario));
    if (!written) return written;
    return write_file(expectation_path(path), expectation_json(finding));
}

namespace {

// The mistakes of a scenario that could not be loaded; or, where nothing has this name, what it
// could have been.
std::string why_not_loaded(const std::string& name,
                           const std::vector<scenarios::Mistake>& mistakes) {
    std::error_code ignored;
    if (!std::filesystem::exists(name, ignored)) {
        const ReplayToken example{
            .version = std::string{version_string}, .seed = 42, .index = 17, .path = {3, 0, 2}};
        return fmt::format(
            "{}: neither a file, nor a shipped scenario, nor a token; a token looks like {}",
            name,
            to_string(example));
    }
    std::string text;
    for (const scenarios::Mistake& mistake : mistakes) {
        text += (text.empty() ? "" : "\n") + mistake.text();
    }
    return text;
}

std::uint64_t times_checked(const WorldVerdict& verdict, const Replayable& what) {
    if (what.expected && !what.expected->death) {
        return verdict.tallies[*find_property(what.expected->property)].checked;
    }
    std::uint64_t sum = 0;
    for (const Tally& tally : verdict.tallies) {
        sum += tally.checked;
    }
    return sum;
}

Replayed replayed_here(const Replayable& what) {
    sim::Platform platform(model::builtin_metros());
    const WorldVerdict verdict = check_world_within(what.events_max, what.world, platform);
    Replayed replayed;
    replayed.fingerprint = verdict.summary.fingerprint;
    replayed.checked = times_checked(verdict, what);
    auto violated = verdict.first_violated();
    if (what.expected && !what.expected->death) {
        const std::size_t expected = *find_property(what.expected->property);
        if (verdict.tallies[expected].violated != 0) violated = expected;
    }
    if (!violated) return replayed;
    replayed.property = catalogue()[*violated].id;
    replayed.explanation = verdict.tallies[*violated].violations.front().explanation;
    return replayed;
}

}  // namespace

tl::expected<Replayable, std::string> load_replayable(const std::string& file_or_token) {
    if (const auto token = parse_token(file_or_token)) {
        return world_of(*token).map([&](World world) {
            return Replayable{.world = std::move(world),
                              .expected = {},
                              .token = token,
                              .events_max = generated_events_max};
        });
    }
    const auto scenario = scenarios::load_scenario(file_or_token);
    if (!scenario) return tl::unexpected(why_not_loaded(file_or_token, scenario.error()));
    Replayable what{.world = expand(*scenario, scenario->world.seed), .expected = {}, .token = {}};
    const std::string path = expectation_path(file_or_token);
    std::ifstream file(path, std::ios::binary);
    if (!file) return what;
    std::ostringstream text;
    text << file.rdbuf();
    auto expected = parse_expectation(text.str());
    if (!expected) return tl::unexpected(fmt::format("{}: {}", path, expected.error()));
    what.events_max = expected->events_max;
    what.expected = std::move(*expected);
    return what;
}

// ---- replay -------------------------------------------------------------------------------------

Replayed replay(const Replayable& what) {
    const auto end = sim::run_forked([&] { return encode(replayed_here(what)); });
    if (const auto* crash = std::get_if<sim::WorldCrash>(&end)) {
        return {.death = Death{.signal = crash->signal, .exit_code = crash->exit_code},
                .property = {},
                .explanation = crash->last_words};
    }
    auto replayed = decode_replayed(std::get<std::vector<std::uint8_t>>(end));
    CHECK(replayed.has_value(), "a child is the same program");
    return *std::move(replayed);
}

Likeness compare(const Replayed& replayed, const Replayable& what) {
    if (!what.expected) return Likeness::nothing_expected;
    const Expectation& expected = *what.expected;
    if (expected.death) {
        if (replayed.death) return Likeness::same;
        return replayed.is_broken() ? Likeness::another_failure : Likeness::gone;
    }
    if (replayed.is_broken()) {
        if (replayed.property != expected.property) return Likeness::another_failure;
        return replayed.fingerprint == expected.fingerprint ? Likeness::same
                                                            : Likeness::another_fingerprint;
    }
    return replayed.checked == 0 ? Likeness::not_exercised : Likeness::gone;
}

}  // namespace invitro::properties
