#include "reports/gate/baseline.hpp"

#include "reports/json_part.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <xxhash.h>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string lines_of(const std::vector<Json>& items) {
    std::string text = "[";
    const char* separator = "\n    ";
    for (const Json& item : items) {
        text += separator + item.dump();
        separator = ",\n    ";
    }
    return text + (items.empty() ? "]" : "\n  ]");
}

std::vector<Json> json_of(const std::vector<NamedCount>& counts) {
    std::vector<Json> items;
    for (const NamedCount& one : counts) {
        items.push_back({{"name", one.name}, {"count", one.count}});
    }
    return items;
}

Json json_of_world(const WorldFigures& world) {
    Json json{{"seed", world.seed}, {"fingerprint", sim::to_string(world.fingerprint)}};
    for (std::size_t i = 0; i < gauges().size(); ++i) {
        if (world.values.at(i)) json[gauges()[i].name()] = *world.values[i];
    }
    return json;
}

std::vector<NamedCount> counts_of_part(const JsonPart& json) {
    std::vector<NamedCount> counts;
    for (const JsonPart& one : json.items()) {
        counts.push_back({.name = one.text("name"), .count = one.count("count")});
    }
    return counts;
}

WorldFigures world_of_part(const JsonPart& json) {
    WorldFigures world{
        .seed = json.any_number("seed"),
        .fingerprint = parsed<sim::Fingerprint>(json, "fingerprint", sim::parse_fingerprint),
        .values = {}};
    for (const Gauge& gauge : gauges()) {
        const std::string name = gauge.name();
        world.values.push_back(json.has(name) ? std::optional<double>(json.at(name).real())
                                              : std::nullopt);
    }
    return world;
}

Baseline baseline_of_part(const JsonPart& json) {
    const std::uint64_t format = json.any_number("format");
    if (format != baseline_format) {
        json.at("format").reject(
            fmt::format("the baseline has format {}, and this program reads {}; make it anew with "
                        "`invitro gate --update`",
                        format,
                        baseline_format));
    }
    Baseline baseline{
        .scenario = json.text("scenario"),
        .scenario_hash = json.text("scenario_hash"),
        .version = json.text("version"),
        .seed = json.any_number("seed"),
        .fingerprint = parsed<sim::Fingerprint>(json, "fingerprint", sim::parse_fingerprint),
        .exercised = counts_of_part(json.at("exercised")),
        .probes = counts_of_part(json.at("probes")),
        .worlds = {}};
    for (const JsonPart& one : json.at("worlds").items()) {
        baseline.worlds.push_back(world_of_part(one));
        if (baseline.worlds.back().seed != baseline.seed + baseline.worlds.size() - 1) {
            one.at("seed").reject(
                fmt::format("expected {}", baseline.seed + baseline.worlds.size() - 1));
        }
    }
    if (baseline.worlds.empty()) json.at("worlds").reject("expected at least one world");
    return baseline;
}

}  // namespace

std::string scenario_hash_of(const scenarios::Scenario& scenario) {
    scenarios::Scenario shape = scenario;
    shape.description.clear();
    shape.thresholds.clear();
    shape.properties.clear();
    shape.world.seed = 0;
    const std::string text = scenarios::to_json(shape);
    const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
    return sim::to_string(sim::Fingerprint{.high = hash.high64, .low = hash.low64});
}

Baseline baseline_of(const scenarios::Scenario& scenario,
                     const Result& result,
                     std::vector<WorldFigures> worlds) {
    Baseline baseline{.scenario = result.scenario,
                      .scenario_hash = scenario_hash_of(scenario),
                      .version = result.version,
                      .seed = result.seed,
                      .fingerprint = result.fingerprint,
                      .exercised = {},
                      .probes = {},
                      .worlds = std::move(worlds)};
    for (const PropertyResult& property : result.properties) {
        baseline.exercised.push_back({.name = property.id, .count = property.checked});
    }
    for (std::size_t i = 0; i < protocol::remark_kind_count; ++i) {
        const std::uint64_t count = result.totals.remarks[i];
        if (count == 0) continue;
        const auto kind = static_cast<protocol::RemarkKind>(i);
        baseline.probes.push_back({.name = std::string(protocol::to_string(kind)), .count = count});
    }
    return baseline;
}

std::string to_json(const Baseline& baseline) {
    std::vector<Json> worlds;
    for (const WorldFigures& world : baseline.worlds) {
        worlds.push_back(json_of_world(world));
    }
    return fmt::format(
        "{{\n"
        "  \"format\": {},\n"
        "  \"scenario\": {},\n"
        "  \"scenario_hash\": {},\n"
        "  \"version\": {},\n"
        "  \"seed\": {},\n"
        "  \"fingerprint\": \"{}\",\n"
        "  \"exercised\": {},\n"
        "  \"probes\": {},\n"
        "  \"worlds\": {}\n"
        "}}\n",
        baseline_format,
        Json(baseline.scenario).dump(),
        Json(baseline.scenario_hash).dump(),
        Json(baseline.version).dump(),
        baseline.seed,
        sim::to_string(baseline.fingerprint),
        lines_of(json_of(baseline.exercised)),
        lines_of(json_of(baseline.probes)),
        lines_of(worlds));
}

protocol::Result<Baseline> parse_baseline(std::string_view text) {
    try {
        return baseline_of_part(JsonPart::parse(text));
    } catch (const JsonMistake& mistake) {
        return protocol::fail(fmt::format("not a baseline of Invitro: {}", mistake.what()));
    }
}

}  // namespace invitro::reports
