// Writing result.json. Everything derived (figures, groups, verdicts) is written for readers; what
// parse_result() needs is the rest.
#include "reports/result.hpp"
#include "reports/trace_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

// What a crashed world said last need not be UTF-8.
std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Indented, but what fits on a line stays on it: thousands of small objects read best as rows.
void print(const Json& json, std::size_t indent, std::string& out) {  // NOLINT(misc-no-recursion)
    constexpr std::size_t line_length_max = 110;
    if (!json.is_structured() || json.empty()) {
        out += dump(json);
        return;
    }
    if (json.size() <= 16) {
        const std::string line = dump(json);
        if (line.size() + indent <= line_length_max) {
            out += line;
            return;
        }
    }
    const std::string margin(indent + 2, ' ');
    out += json.is_object() ? "{" : "[";
    const char* separator = "\n";
    for (const auto& [key, value] : json.items()) {
        out += separator + margin;
        if (json.is_object()) out += dump(Json(key)) + ": ";
        print(value, indent + 2, out);
        separator = ",\n";
    }
    out += "\n" + std::string(indent, ' ') + (json.is_object() ? "}" : "]");
}

Json json_of(const Finding& finding, const Result& result) {
    return {{"world", finding.world},
            {"seed", finding.seed},
            {"event", finding.event},
            {"call", finding.call},
            {"explanation", finding.explanation},
            {"replay", result.command_for_seed(finding.seed)}};
}

Json properties_of(const Result& result) {
    Json list = Json::array();
    for (const PropertyResult& property : result.properties) {
        Json violations = Json::array();
        for (const Finding& finding : property.findings) {
            violations.push_back(json_of(finding, result));
        }
        list.push_back({{"id", property.id},
                        {"sentence", property.sentence},
                        {"source", property.source},
                        {"verdict", properties::to_string(property.verdict())},
                        {"checked", property.checked},
                        {"violated", property.violated},
                        {"violations", std::move(violations)}});
    }
    return list;
}

Json crashes_of(const Result& result) {
    Json list = Json::array();
    for (const Crash& crash : result.crashes) {
        list.push_back({{"world", crash.world},
                        {"seed", crash.seed},
                        {"signal", crash.signal},
                        {"exit_code", crash.exit_code},
                        {"last_words", crash.last_words},
                        {"replay", result.command_for_seed(crash.seed)}});
    }
    return list;
}

Json thresholds_of(const Result& result) {
    Json list = Json::array();
    for (const ThresholdResult& one : result.thresholds) {
        Json json{{"metric", one.threshold.metric}, {"statistic", one.threshold.statistic}};
        if (std::isfinite(one.threshold.at_most)) json["at_most"] = one.threshold.at_most;
        if (std::isfinite(one.threshold.at_least)) json["at_least"] = one.threshold.at_least;
        json["measured"] = one.measured ? Json(*one.measured) : Json();
        json["met"] = one.is_met();
        list.push_back(std::move(json));
    }
    return list;
}

Json json_of(Measure measure, const Histogram& histogram) {
    const Figures figures = figures_of(measure, histogram);
    if (figures.count == 0) return {{"count", 0}};
    return {{"count", figures.count},
            {"min", figures.smallest},
            {"mean", figures.mean},
            {"p50", figures.p50},
            {"p90", figures.p90},
            {"p99", figures.p99},
            {"p99.9", figures.p999},
            {"max", figures.largest}};
}

Json json_of(const PairOutcomes& pairs) {
    return {{"direct", pairs.direct}, {"relayed", pairs.relayed}, {"failed", pairs.failed}};
}

Json direct_rate_of(const Measurements& measurements) {
    const auto rate = statistic_of(measurements, "direct_rate", "value");
    Json json{{"value", rate ? Json(*rate) : Json()}};
    json.update(json_of(measurements.all_pairs()));
    return json;
}

Json metrics_of(const Measurements& measurements) {
    Json json;
    for (const std::string& name : scenarios::metric_names()) {
        const auto measure = parse_measure(name);
        json[name] = measure ? json_of(*measure, measurements.total(*measure))
                             : direct_rate_of(measurements);
    }
    return json;
}

Json group_of(Measure measure, const std::map<std::string, Histogram>& group) {
    Json json = Json::object();
    for (const auto& [name, histogram] : group) {
        json[name] = json_of(measure, histogram);
    }
    return json;
}

Json groups_of(const Measurements& measurements) {
    Json json;
    for (std::size_t i = 0; i < measure_count; ++i) {
        const auto measure = static_cast<Measure>(i);
        if (!is_duration(measure)) continue;
        json[std::string(to_string(measure))] = {
            {"push", group_of(measure, measurements.by_provider(measure))},
            {"access", group_of(measure, measurements.by_access(measure))},
            {"nat", group_of(measure, measurements.by_nat(measure))}};
    }
    return json;
}

Json nat_of(const Measurements& measurements) {
    Json list = Json::array();
    for (const auto& [pair, outcomes] : measurements.pairs()) {
        Json json{{"initiator", model::to_string(pair.initiator)},
                  {"recipient", model::to_string(pair.recipient)}};
        json.update(json_of(outcomes));
        list.push_back(std::move(json));
    }
    return list;
}

Json counts_of(const Result& result) {
    const Totals& totals = result.totals;
    Json json{{"worlds", totals.worlds},
              {"worlds_quiescent", totals.worlds_quiescent},
              {"events", totals.events}};
    for (std::size_t i = 0; i < happening_count; ++i) {
        const auto happening = static_cast<Happening>(i);
        json[std::string(to_string(happening))] = result.measurements.happened(happening);
    }
    json["datagrams_sent"] = totals.datagrams_sent;
    json["datagrams_delivered"] = totals.datagrams_delivered;
    Json dropped;
    for (std::size_t i = 0; i < model::drop_reason_count; ++i) {
        dropped[std::string(model::to_string(static_cast<model::DropReason>(i)))] =
            totals.datagrams_dropped[i];
    }
    json["datagrams_dropped"] = std::move(dropped);
    Json hostile_sent;
    Json hostile_delivered;
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        const std::string deed(model::to_string(static_cast<model::Deed>(i)));
        hostile_sent[deed] = totals.hostile_sent[i];
        hostile_delivered[deed] = totals.hostile_delivered[i];
    }
    json["hostile_sent"] = std::move(hostile_sent);
    json["hostile_delivered"] = std::move(hostile_delivered);
    Json outcome;
    for (std::size_t i = 0; i < abuse_figure_count; ++i) {
        const auto figure = static_cast<AbuseFigure>(i);
        outcome[std::string(to_string(figure))] = result.abuse.of(figure);
    }
    json["hostile_outcome"] = std::move(outcome);
    json["pushes_submitted"] = totals.pushes_submitted;
    json["pushes_delivered"] = totals.pushes_delivered;
    return json;
}

Json probes_of(const Totals& totals) {
    Json json;
    for (std::size_t i = 0; i < protocol::remark_kind_count; ++i) {
        json[std::string(protocol::to_string(static_cast<protocol::RemarkKind>(i)))] =
            totals.remarks[i];
    }
    return json;
}

// "bucket*count bucket ...": a list of numbers would take a line for each.
std::string text_of(const Histogram& histogram) {
    std::string text;
    for (const Bucket& bucket : histogram.buckets()) {
        if (!text.empty()) text += ' ';
        text += std::to_string(bucket.index);
        if (bucket.count != 1) text += fmt::format("*{}", bucket.count);
    }
    return text;
}

Json histograms_of(const Measurements& measurements) {
    Json list = Json::array();
    for (const auto& [cell, histogram] : measurements.cells()) {
        Json json{{"metric", to_string(cell.measure)}};
        if (cell.circumstances) {
            json["push"] = protocol::to_string(cell.circumstances->provider);
            json["access"] = model::to_string(cell.circumstances->access);
            json["initiator_nat"] = model::to_string(cell.circumstances->nat.initiator);
            json["recipient_nat"] = model::to_string(cell.circumstances->nat.recipient);
        }
        json["min"] = histogram.smallest();
        json["max"] = histogram.largest();
        json["sum"] = histogram.sum();
        json["buckets"] = text_of(histogram);
        list.push_back(std::move(json));
    }
    return list;
}

Json examples_of(const Measurements& measurements) {
    Json json{{"slowest", nullptr}, {"calls", Json::array()}};
    if (const auto& slowest = measurements.slowest()) {
        json["slowest"] = {{"accept_delivery_ns", slowest->first},
                           {"world", slowest->second.world},
                           {"call", protocol::to_string(slowest->second.call)}};
    }
    for (const auto& [bucket, call] : measurements.examples()) {
        json["calls"].push_back(
            {{"bucket", bucket}, {"world", call.world}, {"call", protocol::to_string(call.call)}});
    }
    return json;
}

}  // namespace

std::string to_json(const Result& result) {
    Json json{{"format", result_format},
              {"scenario", result.scenario},
              {"source", result.source},
              {"description", result.description},
              {"seed", result.seed},
              {"worlds", result.worlds},
              {"shard", result.shard},
              {"shards", result.shards},
              {"complete", result.is_complete},
              {"version", result.version},
              {"fingerprint", sim::to_string(result.fingerprint)},
              {"fidelity", result.fidelity},
              {"security", result.security},
              {"verdict", to_string(result.outcome())},
              {"command", result.command()}};
    json["properties"] = properties_of(result);
    json["crashes"] = crashes_of(result);
    json["thresholds"] = thresholds_of(result);
    json["metrics"] = metrics_of(result.measurements);
    json["groups"] = groups_of(result.measurements);
    json["nat"] = nat_of(result.measurements);
    json["counts"] = counts_of(result);
    json["probes"] = probes_of(result.totals);
    json["traces"] = Json::parse(to_json(result.traces));
    json["histograms"] = histograms_of(result.measurements);
    json["examples"] = examples_of(result.measurements);
    std::string text;
    print(json, 0, text);
    return text + "\n";
}

}  // namespace invitro::reports
