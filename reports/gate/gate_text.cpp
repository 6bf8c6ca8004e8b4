// What a gate says: a sentence for each comparison, JSON, Markdown, and checks for CI systems.
#include "reports/gate/gate.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string figure_text(const Gauge& gauge, double value) {
    if (gauge.is_duration()) return duration_text(value);
    return gauge.larger_is_better ? fmt::format("{:.1f} %", value * 100) : amount_text(value);
}

// A change as it shows: of a share in points, of all else relative to the baseline.
std::string change_text(const Gauge& gauge, double change, double baseline) {
    const double shown = gauge.larger_is_better ? -change : change;
    if (gauge.larger_is_better) return fmt::format("{:+.1f} points", shown * 100);
    if (baseline == 0) return (shown < 0 ? "-" : "+") + figure_text(gauge, std::fabs(shown));
    return fmt::format("{:+.1f} %", shown / baseline * 100);
}

std::string p_text(double p) {
    return p < 1e-4 ? std::string("p < 0.0001") : fmt::format("p = {:.4f}", p);
}

Json json_of(const Comparison& one) {
    Json json{{"figure", gauges()[one.gauge].name()},
              {"verdict", to_string(one.verdict)},
              {"worlds", one.pairs},
              {"worlds_unpaired", one.unpaired},
              {"worlds_differing", one.differing}};
    if (one.pairs != 0) {
        json["baseline"] = one.baseline;
        json["candidate"] = one.candidate;
        json["worse_by"] = one.change;
        json["worse_by_low"] = one.interval.low;
        json["worse_by_high"] = one.interval.high;
        json["tolerated"] = one.least;
        json["p"] = one.p;
    }
    json["p_gone"] = one.p_gone;
    json["seeds_needed"] = one.seeds_needed ? Json(*one.seeds_needed) : Json();
    json["worst_seeds"] = one.worst_seeds;
    return json;
}

CheckState state_of(GateVerdict verdict) {
    switch (verdict) {
        case GateVerdict::identical:
        case GateVerdict::passed:
            return CheckState::passed;
        case GateVerdict::violated:
        case GateVerdict::threshold_missed:
        case GateVerdict::regression:
            return CheckState::failed;
        case GateVerdict::inconclusive:
            // A gate that cannot tell does not pass.
            return CheckState::failed;
    }
    return CheckState::failed;
}

CheckState state_of(ComparisonVerdict verdict) {
    switch (verdict) {
        case ComparisonVerdict::same:
        case ComparisonVerdict::fine:
            return CheckState::passed;
        case ComparisonVerdict::regression:
        case ComparisonVerdict::gone:
            return CheckState::failed;
        case ComparisonVerdict::inconclusive:
        case ComparisonVerdict::unmeasured:
            return CheckState::skipped;
    }
    return CheckState::failed;
}

std::string row_of(const Comparison& one) {
    const Gauge& gauge = gauges()[one.gauge];
    return fmt::format("| {} | {} | {} | {} | {} to {} | {} | {} |\n",
                       gauge.name(),
                       figure_text(gauge, one.baseline),
                       figure_text(gauge, one.candidate),
                       change_text(gauge, one.change, one.baseline),
                       change_text(gauge, one.interval.low, one.baseline),
                       change_text(gauge, one.interval.high, one.baseline),
                       p_text(one.p),
                       to_string(one.verdict));
}

}  // namespace

std::string sentence_of(const Comparison& comparison, const GatePolicy& policy) {
    const Gauge& gauge = gauges()[comparison.gauge];
    if (comparison.verdict == ComparisonVerdict::gone || comparison.pairs == 0) {
        return fmt::format("{}: measured in {} worlds on one side alone, in {} on both, {}",
                           gauge.name(),
                           comparison.unpaired,
                           comparison.pairs,
                           p_text(comparison.p_gone));
    }
    return fmt::format("{}: {} -> {}, {} ({:.0f} %: {} to {}; tolerated {}), {} in {} worlds",
                       gauge.name(),
                       figure_text(gauge, comparison.baseline),
                       figure_text(gauge, comparison.candidate),
                       change_text(gauge, comparison.change, comparison.baseline),
                       policy.confidence * 100,
                       change_text(gauge, comparison.interval.low, comparison.baseline),
                       change_text(gauge, comparison.interval.high, comparison.baseline),
                       change_text(gauge, comparison.least, comparison.baseline),
                       p_text(comparison.p),
                       comparison.pairs);
}

std::string to_json(const std::vector<GateReport>& reports) {
    Json json{{"verdict", to_string(worst(reports))}, {"reasons", Json::array()}};
    json["scenarios"] = Json::array();
    for (const GateReport& report : reports) {
        for (const std::string& reason : report.reasons) {
            json["reasons"].push_back(report.scenario + ": " + reason);
        }
        Json comparisons = Json::array();
        for (const Comparison& one : report.comparisons) {
            comparisons.push_back(json_of(one));
        }
        json["scenarios"].push_back(
            {{"scenario", report.scenario},
             {"verdict", to_string(report.verdict)},
             {"reasons", report.reasons},
             {"seeds_needed", report.seeds_needed ? Json(*report.seeds_needed) : Json()},
             {"comparisons", std::move(comparisons)}});
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string markdown_of(const std::vector<GateReport>& reports) {
    std::string text = fmt::format("## Gate: {}\n", to_string(worst(reports)));
    for (const GateReport& report : reports) {
        text += fmt::format("\n### {}: {}\n\n", report.scenario, to_string(report.verdict));
        for (const std::string& reason : report.reasons) {
            text += fmt::format("- {}\n", reason);
        }
        std::string rows;
        for (const Comparison& one : report.comparisons) {
            if (one.pairs != 0 && one.verdict != ComparisonVerdict::same) rows += row_of(one);
        }
        if (!rows.empty()) {
            text +=
                "\n| figure | baseline | candidate | change | interval | p | verdict |\n"
                "| --- | ---: | ---: | ---: | --- | --- | --- |\n" +
                rows;
        }
        text += fmt::format("\nAgain: `{}`\n", report.command);
    }
    return text;
}

CheckList check_list_of(const GateReport& report) {
    CheckList list{.name = "gate " + report.scenario,
                   .file = report.file.ends_with(".json") ? report.file : std::string(),
                   .properties = {{"verdict", std::string(to_string(report.verdict))},
                                  {"command", report.command}},
                   .items = {}};
    CheckItem gate{.name = "gate", .state = state_of(report.verdict), .message = {}, .details = {}};
    if (gate.state != CheckState::passed) {
        gate.message = std::string(to_string(report.verdict));
        for (const std::string& reason : report.reasons) {
            gate.details += reason + "\n";
        }
        gate.details += "again: " + report.command + "\n";
    }
    list.items.push_back(std::move(gate));
    const GatePolicy policy;
    for (const Comparison& one : report.comparisons) {
        CheckItem item{.name = gauges()[one.gauge].name(),
                       .state = state_of(one.verdict),
                       .message = {},
                       .details = {}};
        if (item.state != CheckState::passed) {
            item.message = fmt::format("{}: {}", to_string(one.verdict), sentence_of(one, policy));
        }
        list.items.push_back(std::move(item));
    }
    return list;
}

}  // namespace invitro::reports
