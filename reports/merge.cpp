#include "reports/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace invitro::reports {
namespace {

// Which part of the head of `other` says that it belongs to another run; empty if none does.
std::string_view difference(const Result& one, const Result& other) {
    const auto bounds_of = [](const Result& result) {
        std::vector<scenarios::Threshold> bounds;
        for (const ThresholdResult& threshold : result.thresholds) {
            bounds.push_back(threshold.threshold);
        }
        return bounds;
    };
    const auto ids_of = [](const Result& result) {
        std::vector<std::string> ids;
        for (const PropertyResult& property : result.properties) {
            ids.push_back(property.id);
        }
        return ids;
    };
    if (one.scenario != other.scenario) return "scenario";
    if (one.source != other.source) return "source";
    if (one.description != other.description) return "description";
    if (one.version != other.version) return "version";
    if (one.seed != other.seed) return "seed";
    if (one.worlds != other.worlds) return "number of worlds";
    if (one.shards != other.shards) return "number of shards";
    if (one.fidelity != other.fidelity) return "fidelity";
    if (one.security != other.security) return "security";
    if (ids_of(one) != ids_of(other)) return "list of properties";
    if (bounds_of(one) != bounds_of(other)) return "list of thresholds";
    return {};
}

protocol::Result<void> check_shards(const std::vector<ResultPart>& parts) {
    std::map<std::uint64_t, std::string_view> names;
    const ResultPart& first = parts.front();
    for (const ResultPart& part : parts) {
        const std::string_view differs = difference(first.result, part.result);
        if (!differs.empty()) {
            return protocol::fail(
                fmt::format("{}: belongs to another run than {}: it has another {}",
                            part.name,
                            first.name,
                            differs));
        }
        const auto [other, is_new] = names.emplace(part.result.shard, part.name);
        if (!is_new) {
            return protocol::fail(fmt::format("{}: is shard {}/{}, and so is {}",
                                              part.name,
                                              part.result.shard,
                                              part.result.shards,
                                              other->second));
        }
    }
    for (std::uint64_t shard = 0; shard < first.result.shards; ++shard) {
        if (names.contains(shard)) continue;
        return protocol::fail(fmt::format("shard {}/{} is missing", shard, first.result.shards));
    }
    return {};
}

void add(Totals& sum, const Totals& part) {
    const auto add_all = [](auto& counts, const auto& others) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
            counts[i] += others[i];
        }
    };
    sum.worlds += part.worlds;
    sum.worlds_quiescent += part.worlds_quiescent;
    sum.events += part.events;
    sum.datagrams_sent += part.datagrams_sent;
    sum.datagrams_delivered += part.datagrams_delivered;
    add_all(sum.datagrams_dropped, part.datagrams_dropped);
    add_all(sum.hostile_sent, part.hostile_sent);
    add_all(sum.hostile_delivered, part.hostile_delivered);
    sum.pushes_submitted += part.pushes_submitted;
    sum.pushes_delivered += part.pushes_delivered;
    add_all(sum.remarks, part.remarks);
}

// Shards keep the first findings of their own worlds, so the first of all are among them.
void add(PropertyResult& sum, const PropertyResult& part) {
    sum.checked += part.checked;
    sum.violated += part.violated;
    sum.findings.insert(sum.findings.end(), part.findings.begin(), part.findings.end());
    std::stable_sort(sum.findings.begin(),
                     sum.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.world < b.world; });
    if (sum.findings.size() > PropertyResult::findings_max) {
        sum.findings.resize(PropertyResult::findings_max);
    }
}

void add(Result& sum, const Result& part) {
    sum.is_complete = sum.is_complete && part.is_complete;
    sum.fingerprint = sim::merge(sum.fingerprint, part.fingerprint);
    add(sum.totals, part.totals);
    sum.measurements.merge(part.measurements);
    for (std::size_t i = 0; i < sum.properties.size(); ++i) {
        add(sum.properties[i], part.properties[i]);
    }
    sum.crashes.insert(sum.crashes.end(), part.crashes.begin(), part.crashes.end());
}

}  // namespace

protocol::Result<Result> merge_results(const std::vector<ResultPart>& parts) {
    if (parts.empty()) return protocol::fail("there is nothing to merge");
    if (const auto checked = check_shards(parts); !checked) return tl::unexpected(checked.error());
    Result merged = parts.front().result;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        add(merged, parts[i].result);
    }
    std::sort(merged.crashes.begin(), merged.crashes.end(), [](const Crash& a, const Crash& b) {
        return a.world < b.world;
    });
    merged.shard = 0;
    merged.shards = 1;
    merged.traces.clear();
    std::vector<scenarios::Threshold> bounds;
    for (const ThresholdResult& one : merged.thresholds) {
        bounds.push_back(one.threshold);
    }
    merged.thresholds = judge(bounds, merged.measurements);
    return merged;
}

}  // namespace invitro::reports
