// Reading result.json again: what cannot be derived, from which the rest follows. Of what follows,
// the verdicts are held against it: a reader of the file may have seen nothing else.
#include "reports/json_part.hpp"
#include "reports/result.hpp"
#include "reports/trace_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace invitro::reports {
namespace {

Finding finding_of(const JsonPart& json) {
    return {.world = json.any_number("world"),
            .seed = json.any_number("seed"),
            .event = json.any_number("event"),
            .call = json.text("call"),
            .explanation = json.text("explanation")};
}

// A verdict must be the one that follows from the rest.
void check_verdict(const JsonPart& json, std::string_view follows) {
    const std::string verdict = json.text("verdict");
    if (verdict == follows) return;
    json.at("verdict").reject(
        fmt::format("\"{}\", but from the rest follows \"{}\"", verdict, follows));
}

PropertyResult property_of(const JsonPart& json) {
    PropertyResult property{.id = json.text("id"),
                            .sentence = json.text("sentence"),
                            .source = json.text("source"),
                            .checked = json.count("checked"),
                            .violated = json.count("violated"),
                            .findings = {}};
    for (const JsonPart& finding : json.at("violations").items()) {
        property.findings.push_back(finding_of(finding));
    }
    check_verdict(json, properties::to_string(property.verdict()));
    return property;
}

Crash crash_of(const JsonPart& json) {
    constexpr std::uint64_t byte_max = 255;
    return {.world = json.any_number("world"),
            .seed = json.any_number("seed"),
            .signal = static_cast<int>(json.at("signal").number(0, byte_max)),
            .exit_code = static_cast<int>(json.at("exit_code").number(0, byte_max)),
            .last_words = json.text("last_words")};
}

ThresholdResult threshold_of(const JsonPart& json) {
    ThresholdResult result{
        .threshold = {.metric = json.text("metric"), .statistic = json.text("statistic")},
        .measured = {}};
    const std::vector<std::string>& names = scenarios::metric_names();
    if (std::find(names.begin(), names.end(), result.threshold.metric) == names.end()) {
        json.at("metric").reject("there is no such metric");
    }
    if (json.has("at_most")) result.threshold.at_most = json.at("at_most").real();
    if (json.has("at_least")) result.threshold.at_least = json.at("at_least").real();
    const JsonPart measured = json.at("measured");
    if (!measured.is_null()) result.measured = measured.real();
    if (json.at("met").truth() != result.is_met()) {
        json.at("met").reject("does not follow from what was measured");
    }
    return result;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

// "bucket*count" or "bucket".
std::optional<Bucket> parse_bucket(std::string_view word) {
    const std::uint32_t last = Histogram::bucket_of(std::numeric_limits<std::uint64_t>::max());
    const std::size_t star = word.find('*');
    const auto index = parse_number(word.substr(0, star));
    const auto count = star == std::string_view::npos ? std::optional<std::uint64_t>{1}
                                                      : parse_number(word.substr(star + 1));
    if (!index || !count || *index > last || *count == 0 || *count > JsonPart::count_max) {
        return std::nullopt;
    }
    return Bucket{.index = static_cast<std::uint32_t>(*index), .count = *count};
}

std::vector<Bucket> buckets_of(const JsonPart& json) {
    const std::string all = json.text();
    std::string_view text = all;
    std::vector<Bucket> buckets;
    std::uint64_t sum = 0;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        const auto bucket = parse_bucket(word);
        const bool ascends = buckets.empty() || !bucket || bucket->index > buckets.back().index;
        if (!bucket || !ascends) {
            json.reject(fmt::format("\"{}\", expected ascending bucket*count", word));
        }
        sum += bucket->count;
        if (sum > JsonPart::count_max) json.reject("more values than can be");
        buckets.push_back(*bucket);
    }
    return buckets;
}

Histogram histogram_of(const JsonPart& json) {
    const std::vector<Bucket> buckets = buckets_of(json.at("buckets"));
    const std::uint64_t smallest = json.any_number("min");
    const std::uint64_t largest = json.any_number("max");
    const std::uint64_t sum = json.any_number("sum");
    if (!buckets.empty()) {
        if (Histogram::bucket_of(smallest) != buckets.front().index) {
            json.at("min").reject("does not lie in the first bucket");
        }
        if (Histogram::bucket_of(largest) != buckets.back().index || largest < smallest) {
            json.at("max").reject("does not lie in the last bucket");
        }
    }
    return Histogram::from_parts(buckets, smallest, largest, sum);
}

std::optional<protocol::PushProvider> parse_provider(std::string_view name) {
    for (const auto provider : {protocol::PushProvider::apns,
                                protocol::PushProvider::fcm,
                                protocol::PushProvider::web_push}) {
        if (protocol::to_string(provider) == name) return provider;
    }
    return std::nullopt;
}

NatPair pair_of(const JsonPart& json, const char* initiator, const char* recipient) {
    return {.initiator = parsed<model::NatKind>(json, initiator, model::parse_nat_kind),
            .recipient = parsed<model::NatKind>(json, recipient, model::parse_nat_kind)};
}

Cell cell_of(const JsonPart& json) {
    Cell cell{.measure = parsed<Measure>(json, "metric", parse_measure), .circumstances = {}};
    if (!json.has("push")) return cell;
    cell.circumstances = {
        .provider = parsed<protocol::PushProvider>(json, "push", parse_provider),
        .access = parsed<model::AccessKind>(json, "access", model::parse_access_kind),
        .nat = pair_of(json, "initiator_nat", "recipient_nat")};
    return cell;
}

CallReference reference_of(const JsonPart& json) {
    return {.world = json.any_number("world"),
            .call = parsed<protocol::CallId>(json, "call", parse_call_id)};
}

Measurements measurements_of(const JsonPart& json) {
    Measurements::Parts parts;
    for (const JsonPart& one : json.at("histograms").items()) {
        if (!parts.cells.emplace(cell_of(one), histogram_of(one)).second) {
            one.reject("is there twice");
        }
    }
    for (const JsonPart& one : json.at("nat").items()) {
        const PairOutcomes outcomes{.direct = one.count("direct"),
                                    .relayed = one.count("relayed"),
                                    .failed = one.count("failed")};
        if (!parts.pairs.emplace(pair_of(one, "initiator", "recipient"), outcomes).second) {
            one.reject("is there twice");
        }
    }
    const JsonPart examples = json.at("examples");
    const std::uint32_t last = Histogram::bucket_of(std::numeric_limits<std::uint64_t>::max());
    for (const JsonPart& one : examples.at("calls").items()) {
        const auto bucket = static_cast<std::uint32_t>(one.at("bucket").number(0, last));
        parts.examples.emplace(bucket, reference_of(one));
    }
    const JsonPart slowest = examples.at("slowest");
    if (!slowest.is_null()) {
        parts.slowest = {slowest.any_number("accept_delivery_ns"), reference_of(slowest)};
    }
    for (std::size_t i = 0; i < happening_count; ++i) {
        parts.happenings[i] = json.at("counts").count(to_string(static_cast<Happening>(i)));
    }
    return Measurements::from_parts(std::move(parts));
}

Totals totals_of(const JsonPart& counts, const JsonPart& probes) {
    Totals totals{.worlds = counts.count("worlds"),
                  .worlds_quiescent = counts.count("worlds_quiescent"),
                  .events = counts.count("events"),
                  .datagrams_sent = counts.count("datagrams_sent"),
                  .datagrams_delivered = counts.count("datagrams_delivered"),
                  .pushes_submitted = counts.count("pushes_submitted"),
                  .pushes_delivered = counts.count("pushes_delivered")};
    const JsonPart dropped = counts.at("datagrams_dropped");
    for (std::size_t i = 0; i < model::drop_reason_count; ++i) {
        totals.datagrams_dropped[i] =
            dropped.count(model::to_string(static_cast<model::DropReason>(i)));
    }
    const JsonPart hostile_sent = counts.at("hostile_sent");
    const JsonPart hostile_delivered = counts.at("hostile_delivered");
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        const auto deed = model::to_string(static_cast<model::Deed>(i));
        totals.hostile_sent[i] = hostile_sent.count(deed);
        totals.hostile_delivered[i] = hostile_delivered.count(deed);
    }
    for (std::size_t i = 0; i < protocol::remark_kind_count; ++i) {
        totals.remarks[i] = probes.count(protocol::to_string(static_cast<protocol::RemarkKind>(i)));
    }
    return totals;
}

Abuse abuse_of(const JsonPart& outcome) {
    Abuse abuse;
    for (std::size_t i = 0; i < abuse_figure_count; ++i) {
        const auto figure = static_cast<AbuseFigure>(i);
        abuse.put(figure, outcome.count(to_string(figure)));
    }
    return abuse;
}

Result head_of(const JsonPart& json) {
    Result result;
    result.scenario = json.text("scenario");
    result.source = json.text("source");
    result.description = json.text("description");
    result.seed = json.any_number("seed");
    result.worlds = json.at("worlds").number(1, JsonPart::count_max);
    result.shards = json.at("shards").number(1, std::numeric_limits<std::uint64_t>::max());
    result.shard = json.at("shard").number(0, result.shards - 1);
    result.is_complete = json.at("complete").truth();
    result.version = json.text("version");
    result.fingerprint = parsed<sim::Fingerprint>(json, "fingerprint", sim::parse_fingerprint);
    result.fidelity = json.text("fidelity");
    result.security = json.text("security");
    return result;
}

Result result_of(const JsonPart& json) {
    const std::uint64_t format = json.any_number("format");
    if (format != result_format) {
        json.at("format").reject(
            fmt::format("the result has format {}, and this program reads {}; make it anew with "
                        "`invitro run`",
                        format,
                        result_format));
    }
    Result result = head_of(json);
    for (const JsonPart& property : json.at("properties").items()) {
        result.properties.push_back(property_of(property));
    }
    for (const JsonPart& crash : json.at("crashes").items()) {
        result.crashes.push_back(crash_of(crash));
    }
    for (const JsonPart& threshold : json.at("thresholds").items()) {
        result.thresholds.push_back(threshold_of(threshold));
    }
    result.totals = totals_of(json.at("counts"), json.at("probes"));
    result.measurements = measurements_of(json);
    result.abuse = abuse_of(json.at("counts").at("hostile_outcome"));
    result.traces = traces_of(json.at("traces"));
    check_verdict(json, to_string(result.outcome()));
    return result;
}

}  // namespace

protocol::Result<Result> parse_result(std::string_view text) {
    try {
        return result_of(JsonPart::parse(text));
    } catch (const JsonMistake& mistake) {
        return protocol::fail(fmt::format("not a result of Invitro: {}", mistake.what()));
    }
}

}  // namespace invitro::reports
