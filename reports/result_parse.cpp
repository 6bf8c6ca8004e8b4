// Reading result.json again: what cannot be derived, from which the rest follows.
#include "reports/result.hpp"
#include "reports/trace_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>
#include <stdexcept>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

// Inside this file a broken result is an exception, turned into an Error at its edge.
[[noreturn]] void reject(const std::string& why) {
    throw std::invalid_argument(why);
}

template <class T>
T need(const Json& json, const char* key) {
    return json.at(key).get<T>();
}

template <class T, class Parse>
T parsed(const Json& json, const char* key, Parse parse) {
    const auto text = need<std::string>(json, key);
    const auto value = parse(text);
    if (!value) reject(fmt::format("\"{}\" is no {}", text, key));
    return *value;
}

Finding finding_of(const Json& json) {
    return {.world = need<std::uint64_t>(json, "world"),
            .seed = need<std::uint64_t>(json, "seed"),
            .event = need<std::uint64_t>(json, "event"),
            .call = need<std::string>(json, "call"),
            .explanation = need<std::string>(json, "explanation")};
}

PropertyResult property_of(const Json& json) {
    PropertyResult property{.id = need<std::string>(json, "id"),
                            .sentence = need<std::string>(json, "sentence"),
                            .source = need<std::string>(json, "source"),
                            .checked = need<std::uint64_t>(json, "checked"),
                            .violated = need<std::uint64_t>(json, "violated"),
                            .findings = {}};
    for (const Json& finding : json.at("violations")) {
        property.findings.push_back(finding_of(finding));
    }
    return property;
}

Crash crash_of(const Json& json) {
    return {.world = need<std::uint64_t>(json, "world"),
            .seed = need<std::uint64_t>(json, "seed"),
            .signal = need<int>(json, "signal"),
            .exit_code = need<int>(json, "exit_code"),
            .last_words = need<std::string>(json, "last_words")};
}

ThresholdResult threshold_of(const Json& json) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    ThresholdResult result{.threshold = {.metric = need<std::string>(json, "metric"),
                                         .statistic = need<std::string>(json, "statistic"),
                                         .at_most = json.value("at_most", infinite),
                                         .at_least = json.value("at_least", -infinite)},
                           .measured = {}};
    const Json& measured = json.at("measured");
    if (!measured.is_null()) result.measured = measured.get<double>();
    return result;
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size()) {
        reject(fmt::format("\"{}\" is no whole number", text));
    }
    return number;
}

std::vector<Bucket> buckets_of(std::string_view text) {
    std::vector<Bucket> buckets;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        const std::size_t star = word.find('*');
        const std::uint64_t index = number_of(word.substr(0, star));
        if (index > std::numeric_limits<std::uint16_t>::max()) reject("no such bucket");
        const std::uint64_t count =
            star == std::string_view::npos ? 1 : number_of(word.substr(star + 1));
        buckets.push_back({.index = static_cast<std::uint32_t>(index), .count = count});
    }
    return buckets;
}

std::optional<protocol::PushProvider> parse_provider(std::string_view name) {
    for (const auto provider : {protocol::PushProvider::apns,
                                protocol::PushProvider::fcm,
                                protocol::PushProvider::web_push}) {
        if (protocol::to_string(provider) == name) return provider;
    }
    return std::nullopt;
}

NatPair pair_of(const Json& json, const char* initiator, const char* recipient) {
    return {.initiator = parsed<model::NatKind>(json, initiator, model::parse_nat_kind),
            .recipient = parsed<model::NatKind>(json, recipient, model::parse_nat_kind)};
}

Cell cell_of(const Json& json) {
    Cell cell{.measure = parsed<Measure>(json, "metric", parse_measure), .circumstances = {}};
    if (!json.contains("push")) return cell;
    cell.circumstances = {
        .provider = parsed<protocol::PushProvider>(json, "push", parse_provider),
        .access = parsed<model::AccessKind>(json, "access", model::parse_access_kind),
        .nat = pair_of(json, "initiator_nat", "recipient_nat")};
    return cell;
}

CallReference reference_of(const Json& json) {
    return {.world = need<std::uint64_t>(json, "world"),
            .call = parsed<protocol::CallId>(json, "call", parse_call_id)};
}

Measurements measurements_of(const Json& json) {
    Measurements::Parts parts;
    for (const Json& one : json.at("histograms")) {
        parts.cells.emplace(cell_of(one),
                            Histogram::from_parts(buckets_of(need<std::string>(one, "buckets")),
                                                  need<std::uint64_t>(one, "min"),
                                                  need<std::uint64_t>(one, "max"),
                                                  need<std::uint64_t>(one, "sum")));
    }
    for (const Json& one : json.at("nat")) {
        parts.pairs.emplace(pair_of(one, "initiator", "recipient"),
                            PairOutcomes{.direct = need<std::uint64_t>(one, "direct"),
                                         .relayed = need<std::uint64_t>(one, "relayed"),
                                         .failed = need<std::uint64_t>(one, "failed")});
    }
    const Json& examples = json.at("examples");
    for (const Json& one : examples.at("calls")) {
        parts.examples.emplace(need<std::uint32_t>(one, "bucket"), reference_of(one));
    }
    const Json& slowest = examples.at("slowest");
    if (!slowest.is_null()) {
        parts.slowest = {need<std::uint64_t>(slowest, "accept_delivery_ns"), reference_of(slowest)};
    }
    for (std::size_t i = 0; i < happening_count; ++i) {
        const std::string name(to_string(static_cast<Happening>(i)));
        parts.happenings[i] = need<std::uint64_t>(json.at("counts"), name.c_str());
    }
    return Measurements::from_parts(std::move(parts));
}

Totals totals_of(const Json& counts, const Json& probes) {
    Totals totals{.worlds = need<std::uint64_t>(counts, "worlds"),
                  .worlds_quiescent = need<std::uint64_t>(counts, "worlds_quiescent"),
                  .events = need<std::uint64_t>(counts, "events"),
                  .datagrams_sent = need<std::uint64_t>(counts, "datagrams_sent"),
                  .datagrams_delivered = need<std::uint64_t>(counts, "datagrams_delivered"),
                  .pushes_submitted = need<std::uint64_t>(counts, "pushes_submitted"),
                  .pushes_delivered = need<std::uint64_t>(counts, "pushes_delivered")};
    for (std::size_t i = 0; i < model::drop_reason_count; ++i) {
        const std::string name(model::to_string(static_cast<model::DropReason>(i)));
        totals.datagrams_dropped[i] =
            need<std::uint64_t>(counts.at("datagrams_dropped"), name.c_str());
    }
    for (std::size_t i = 0; i < protocol::remark_kind_count; ++i) {
        const std::string name(protocol::to_string(static_cast<protocol::RemarkKind>(i)));
        totals.remarks[i] = need<std::uint64_t>(probes, name.c_str());
    }
    return totals;
}

Result head_of(const Json& json) {
    Result result;
    result.scenario = need<std::string>(json, "scenario");
    result.source = need<std::string>(json, "source");
    result.description = need<std::string>(json, "description");
    result.seed = need<std::uint64_t>(json, "seed");
    result.worlds = need<std::uint64_t>(json, "worlds");
    result.shard = need<std::uint64_t>(json, "shard");
    result.shards = need<std::uint64_t>(json, "shards");
    result.is_complete = need<bool>(json, "complete");
    result.version = need<std::string>(json, "version");
    result.fingerprint = parsed<sim::Fingerprint>(json, "fingerprint", sim::parse_fingerprint);
    result.fidelity = need<std::string>(json, "fidelity");
    return result;
}

Result result_of(const Json& json) {
    const int format = need<int>(json, "format");
    if (format != result_format) {
        reject(
            fmt::format("the result has format {}, and this program reads {}; make it anew with "
                        "`invitro run`",
                        format,
                        result_format));
    }
    Result result = head_of(json);
    for (const Json& property : json.at("properties")) {
        result.properties.push_back(property_of(property));
    }
    for (const Json& crash : json.at("crashes")) {
        result.crashes.push_back(crash_of(crash));
    }
    for (const Json& threshold : json.at("thresholds")) {
        result.thresholds.push_back(threshold_of(threshold));
    }
    result.totals = totals_of(json.at("counts"), json.at("probes"));
    result.measurements = measurements_of(json);
    auto traces = parse_traces(json.at("traces").dump());
    if (!traces) reject(traces.error().message);
    result.traces = std::move(*traces);
    return result;
}

}  // namespace

protocol::Result<Result> parse_result(std::string_view text) {
    try {
        return result_of(Json::parse(text));
    } catch (const std::exception& problem) {
        return protocol::fail(fmt::format("not a result of Invitro: {}", problem.what()));
    }
}

}  // namespace invitro::reports
