#include "scenarios/metric.hpp"

#include "scenarios/scenario.hpp"

namespace invitro::scenarios {

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> all = {
        {"time_to_ring", MetricUnit::milliseconds, "from the request to the ring, per device"},
        {"accept_delivery",
         MetricUnit::milliseconds,
         "from an accept to its arrival at the initiator"},
        {"time_to_first_accept",
         MetricUnit::milliseconds,
         "from the request to the first accept at the initiator"},
        {"time_to_connect",
         MetricUnit::milliseconds,
         "from an accept to the session at the initiator"},
        {"time_to_silence",
         MetricUnit::milliseconds,
         "policy first: from the session until the others fall silent"},
        {"direct_rate",
         MetricUnit::share,
         "of the pairs that found a path or gave up, those with a direct one"},
        {"messages_per_call", MetricUnit::count, "datagrams, per call"},
        {"bytes_per_call", MetricUnit::count, "bytes in datagrams, per call"},
        {"pushes_per_call",
         MetricUnit::count,
         "notifications handed to the push service, per call"},
    };
    return all;
}

const std::vector<std::string>& statistics(const Metric& metric) {
    static const std::vector<std::string> of_a_share = {"value"};
    static const std::vector<std::string> of_many = {
        "count", "min", "mean", "p50", "p90", "p99", "p99.9", "max"};
    return metric.unit == MetricUnit::share ? of_a_share : of_many;
}

MetricUnit unit_of(const Metric& metric, std::string_view statistic) {
    return statistic == "count" ? MetricUnit::count : metric.unit;
}

const std::vector<std::string>& metric_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> result;
        for (const Metric& metric : metrics()) {
            result.emplace_back(metric.name);
        }
        return result;
    }();
    return names;
}

}  // namespace invitro::scenarios
