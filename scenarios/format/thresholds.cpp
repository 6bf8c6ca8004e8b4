// The notation of thresholds: an object whose keys name a metric and one of its statistics.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/units.hpp"
#include "scenarios/format/words.hpp"
#include "scenarios/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace invitro::scenarios::format {
namespace {

// A bound in the unit of its statistic. Milliseconds are written as a duration and a share in per
// cent, so that nobody has to remember what a bare number would mean.
class BoundNotation {
public:
    explicit BoundNotation(MetricUnit unit) : unit_(unit) {}

    bool read(Reader& reader, const Value& value, double& target) const {
        switch (unit_) {
            case MetricUnit::milliseconds: {
                Duration bound{};
                if (!duration().read(reader, value, bound)) return false;
                target = static_cast<double>(bound.count()) / nanoseconds_per_millisecond;
                return true;
            }
            case MetricUnit::share: {
                model::Probability bound{};
                if (!share().read(reader, value, bound)) return false;
                target = model::share_of(bound);
                return true;
            }
            case MetricUnit::count:
                return read_number(reader, value, target);
        }
        return false;
    }

    [[nodiscard]] Value write(double bound) const {
        switch (unit_) {
            case MetricUnit::milliseconds:
                return duration_text(Duration{std::llround(bound * nanoseconds_per_millisecond)});
            case MetricUnit::share:
                return share_text(model::probability(bound));
            case MetricUnit::count:
                return Number{fmt::format("{}", bound)};
        }
        return {};
    }

private:
    static constexpr double nanoseconds_per_millisecond = 1e6;

    static bool read_number(Reader& reader, const Value& value, double& target) {
        const auto* number = value.as<Number>();
        if (number == nullptr) {
            return reader.fail(value, "expected a number, found " + value.describe());
        }
        const std::string& text = number->text;
        double parsed = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
        constexpr double largest = 1e15;
        if (error != std::errc{} || end != text.data() + text.size() || parsed < 0 ||
            parsed > largest) {
            return reader.fail(value,
                               fmt::format("expected a number from 0 to 1e15, found {}", text));
        }
        target = parsed;
        return true;
    }

    MetricUnit unit_;
};

// "2s" means at most; both bounds can be named: {"at_least": "60%", "at_most": "80%"}.
bool read_bounds(Reader& reader,
                 const Value& value,
                 const BoundNotation& bound,
                 Threshold& threshold) {
    const auto* members = value.as<Value::Object>();
    if (members == nullptr) return bound.read(reader, value, threshold.at_most);
    bool good = check_keys(reader, *members, {"at_most", "at_least"});
    if (members->empty()) {
        good = reader.fail(value, "expected a bound: \"at_most\", \"at_least\" or both");
    }
    for (const Member& member : *members) {
        const Reader::Step step(reader, member.key);
        if (member.key == "at_most") {
            good = bound.read(reader, member.value, threshold.at_most) && good;
        } else if (member.key == "at_least") {
            good = bound.read(reader, member.value, threshold.at_least) && good;
        }
    }
    if (threshold.at_least > threshold.at_most) {
        good = reader.fail(value, "no value is at least and at most this");
    }
    return good;
}

Value write_bounds(const Threshold& threshold, const BoundNotation& bound) {
    const bool has_most = threshold.at_most != Threshold{}.at_most;
    if (threshold.at_least == Threshold{}.at_least) return bound.write(threshold.at_most);
    Value::Object members{{.key = "at_least", .value = bound.write(threshold.at_least)}};
    if (has_most) members.push_back({.key = "at_most", .value = bound.write(threshold.at_most)});
    return members;
}

const Metric* find_metric(std::string_view name) {
    const auto found = std::find_if(metrics().begin(), metrics().end(), [&](const Metric& metric) {
        return metric.name == name;
    });
    return found == metrics().end() ? nullptr : &*found;
}

// A threshold in the making; the key is split at the first point, since "p99.9" has one too.
bool read_threshold(Reader& reader, const Member& member, Threshold& threshold) {
    const Reader::Step step(reader, member.key);
    const std::size_t point = member.key.find('.');
    threshold.metric = member.key.substr(0, point);
    threshold.statistic = point == std::string::npos ? "" : member.key.substr(point + 1);
    const Metric* metric = find_metric(threshold.metric);
    if (metric == nullptr) {
        return reader.fail_at(member.key_offset,
                              fmt::format("unknown metric \"{}\"; {}",
                                          threshold.metric,
                                          known_words(threshold.metric, metric_names())));
    }
    const auto& known = statistics(*metric);
    if (point == std::string::npos) {
        return reader.fail_at(member.key_offset,
                              fmt::format("missing statistic: write \"{}.{}\"",
                                          metric->name,
                                          known.size() == 1 ? known.front() : "p99"));
    }
    if (std::find(known.begin(), known.end(), threshold.statistic) == known.end()) {
        return reader.fail_at(member.key_offset,
                              fmt::format("unknown statistic \"{}\" of {}; {}",
                                          threshold.statistic,
                                          metric->name,
                                          known_words(threshold.statistic, known)));
    }
    const BoundNotation bound(unit_of(*metric, threshold.statistic));
    return read_bounds(reader, member.value, bound, threshold);
}

bool read_thresholds(Reader& reader, const Value& value, std::vector<Threshold>& target) {
    const auto* members = value.as<Value::Object>();
    if (members == nullptr) {
        return reader.fail(value, "expected an object, found " + value.describe());
    }
    bool good = true;
    target.clear();
    for (const Member& member : *members) {
        Threshold threshold;
        good = read_threshold(reader, member, threshold) && good;
        target.push_back(std::move(threshold));
    }
    return good;
}

Value write_thresholds(const std::vector<Threshold>& source) {
    Value::Object members;
    for (const Threshold& threshold : source) {
        const Metric* metric = find_metric(threshold.metric);
        const MetricUnit unit =
            metric == nullptr ? MetricUnit::count : unit_of(*metric, threshold.statistic);
        members.push_back({.key = threshold.metric + "." + threshold.statistic,
                           .value = write_bounds(threshold, BoundNotation(unit))});
    }
    return members;
}

Value bound_schema(MetricUnit unit) {
    Value one;
    switch (unit) {
        case MetricUnit::milliseconds:
            one = Value::Object{{.key = "$ref", .value = "#/definitions/duration"}};
            break;
        case MetricUnit::share:
            one = Value::Object{{.key = "$ref", .value = "#/definitions/share"}};
            break;
        case MetricUnit::count:
            one = Value::Object{{.key = "type", .value = "number"},
                                {.key = "minimum", .value = Number{"0"}}};
            break;
    }
    Value both = Value::Object{{.key = "type", .value = "object"},
                               {.key = "properties",
                                .value = Value::Object{{.key = "at_most", .value = one},
                                                       {.key = "at_least", .value = one}}},
                               {.key = "additionalProperties", .value = false},
                               {.key = "minProperties", .value = Number{"1"}}};
    return Value::Object{{.key = "anyOf", .value = Value::List{one, both}}};
}

Value thresholds_schema() {
    Value::Object properties;
    for (const Metric& metric : metrics()) {
        for (const std::string& statistic : statistics(metric)) {
            const MetricUnit unit = unit_of(metric, statistic);
            const std::string_view definition = unit == MetricUnit::milliseconds ? "duration_bound"
                                                : unit == MetricUnit::share      ? "share_bound"
                                                                                 : "count_bound";
            properties.push_back(
                {.key = fmt::format("{}.{}", metric.name, statistic),
                 .value = Value::Object{
                     {.key = "$ref", .value = fmt::format("#/definitions/{}", definition)}}});
        }
    }
    return Value::Object{{.key = "type", .value = "object"},
                         {.key = "properties", .value = std::move(properties)},
                         {.key = "additionalProperties", .value = false}};
}

}  // namespace

Value threshold_definitions() {
    return Value::Object{{.key = "duration_bound", .value = bound_schema(MetricUnit::milliseconds)},
                         {.key = "share_bound", .value = bound_schema(MetricUnit::share)},
                         {.key = "count_bound", .value = bound_schema(MetricUnit::count)}};
}

Notation<std::vector<Threshold>> thresholds() {
    return {.shape = {.expected = "an object such as {\"accept_delivery.p99\": \"2s\"}",
                      .schema = thresholds_schema(),
                      .fields = {}},
            .read = read_thresholds,
            .write = write_thresholds};
}

}  // namespace invitro::scenarios::format
