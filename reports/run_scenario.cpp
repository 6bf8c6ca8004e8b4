#include "reports/run_scenario.hpp"

#include "invitro_version.hpp"
#include "model/network/topology.hpp"
#include "properties/check.hpp"
#include "reports/metrics/metrics.hpp"
#include "reports/trace_json.hpp"
#include "sim/campaign/worker.hpp"
#include "sim/platform.hpp"
#include "sim/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <utility>
#include <variant>

namespace invitro::reports {
namespace {

scenarios::World world_of(const scenarios::Scenario& scenario, std::uint64_t seed) {
    scenarios::World world = scenarios::expand(scenario, seed);
    const std::string trouble = scenarios::inconsistency(world);
    if (!trouble.empty()) {
        throw std::runtime_error(
            fmt::format("the world of seed {} cannot be run: {}", seed, trouble));
    }
    return world;
}

WorldOutcome run_one(const scenarios::World& world, std::uint64_t index, sim::Platform& platform) {
    Metrics metrics(world, index);
    AbuseWatch abuse(world);
    const std::array<sim::Observer*, 2> others = {&metrics, &abuse};
    properties::WorldVerdict verdict = properties::check_world(world, platform, others);
    return {.summary = verdict.summary,
            .tallies = std::move(verdict.tallies),
            .measurements = metrics.measurements(),
            .abuse = abuse.abuse()};
}

// What a worker does: one platform, then world after world on it.
sim::MakeWorldJob make_jobs(const scenarios::Scenario& scenario, std::uint64_t seed) {
    return [&scenario, seed]() -> sim::WorldJob {
        const auto platform = std::make_shared<sim::Platform>(model::builtin_metros());
        return [&scenario, seed, platform](std::uint64_t index) {
            return encode(run_one(world_of(scenario, seed + index), index, *platform));
        };
    };
}

// The places in the catalogue of the properties to check: those the scenario names, or all.
std::vector<std::size_t> checked_properties(const scenarios::Scenario& scenario) {
    std::vector<std::size_t> places;
    for (const std::string& id : scenario.properties) {
        const auto place = properties::find_property(id);
        if (!place) throw std::runtime_error(fmt::format("there is no property \"{}\"", id));
        places.push_back(*place);
    }
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    if (!places.empty()) return places;
    for (std::size_t i = 0; i < properties::catalogue().size(); ++i) {
        places.push_back(i);
    }
    return places;
}

Result empty_result(const scenarios::Scenario& scenario,
                    const RunPlan& plan,
                    const std::vector<std::size_t>& checked) {
    Result result;
    result.scenario = scenario.world.name;
    result.security = protocol::to_string(scenario.world.security);
    result.source = plan.source;
    result.description = scenario.description;
    result.seed = plan.seed;
    result.worlds = plan.worlds;
    result.shard = plan.shard;
    result.shards = plan.shards;
    result.version = std::string(version_string);
    for (const std::size_t place : checked) {
        const properties::PropertyInfo& info = properties::catalogue()[place];
        result.properties.push_back({.id = std::string(info.id),
                                     .sentence = std::string(info.sentence),
                                     .source = std::string(info.source),
                                     .findings = {}});
    }
    return result;
}

// Runs a world again, in a process of its own, for the traces of these calls of it.
std::vector<CallTrace> trace_calls(const scenarios::Scenario& scenario,
                                   const RunPlan& plan,
                                   std::uint64_t index,
                                   const std::vector<protocol::CallId>& calls) {
    const auto traced = sim::run_forked([&] {
        sim::Platform platform(model::builtin_metros());
        const scenarios::World world = world_of(scenario, plan.seed + index);
        TraceRecorder recorder(world, index, calls);
        const std::array<sim::Observer*, 1> observers = {&recorder};
        sim::run_world(world, platform, observers);
        const std::string text = to_json(recorder.take());
        return std::vector<std::uint8_t>(text.begin(), text.end());
    });
    const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&traced);
    // It ran to its end before, so this is our bug; the result is worth more than the picture.
    if (bytes == nullptr) return {};
    auto traces = parse_traces(protocol::text_of(*bytes));
    return traces ? std::move(*traces) : std::vector<CallTrace>{};
}

std::vector<CallTrace> traces_of(const scenarios::Scenario& scenario,
                                 const RunPlan& plan,
                                 const Measurements& measurements) {
    const auto typical = measurements.typical_call();
    const auto slowest = measurements.slowest_call();
    if (!typical || !slowest) return {};
    if (*typical == *slowest) return trace_calls(scenario, plan, typical->world, {typical->call});
    if (typical->world == slowest->world) {
        return trace_calls(scenario, plan, typical->world, {typical->call, slowest->call});
    }
    auto traces = trace_calls(scenario, plan, typical->world, {typical->call});
    for (CallTrace& trace : trace_calls(scenario, plan, slowest->world, {slowest->call})) {
        traces.push_back(std::move(trace));
    }
    return traces;
}

}  // namespace

FinishedRun run_scenario(const scenarios::Scenario& scenario, const RunPlan& plan) {
    const std::vector<std::size_t> checked = checked_properties(scenario);
    Result result = empty_result(scenario, plan, checked);
    const sim::CampaignPlan campaign{.first = 0,
                                     .count = plan.worlds,
                                     .shard = plan.shard,
                                     .shards = plan.shards,
                                     .jobs = plan.jobs};
    const sim::CampaignHandler handler{
        .on_result =
            [&](std::uint64_t index, protocol::ByteView bytes) {
                add_world(result, index, plan.seed + index, decode_outcome(bytes), checked);
                return true;
            },
        .on_crash =
            [&](const sim::WorldCrash& crash) {
                result.crashes.push_back({.world = crash.index,
                                          .seed = plan.seed + crash.index,
                                          .signal = crash.signal,
                                          .exit_code = crash.exit_code,
                                          .last_words = crash.last_words});
                return true;
            },
        .on_progress = plan.on_progress};
    const sim::CampaignEnd end =
        sim::run_campaign(campaign, make_jobs(scenario, plan.seed), handler);
    result.is_complete = !end.interrupted;
    result.thresholds = judge(scenario.thresholds, result.measurements);
    if (!end.interrupted) result.traces = traces_of(scenario, plan, result.measurements);
    return {.result = std::move(result), .interrupted = end.interrupted};
}

}  // namespace invitro::reports
