#include "reports/gate/gate.hpp"

#include "protocol/vocabulary/check.hpp"
#include "reports/page/page.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace invitro::reports {
namespace {

std::size_t count_of(const std::vector<Comparison>& comparisons, ComparisonVerdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(comparisons.begin(), comparisons.end(), [&](const Comparison& one) {
            return one.verdict == verdict;
        }));
}

void add_violations(GateReport& report, const Result& result) {
    for (const PropertyResult& property : result.properties) {
        if (property.violated == 0) continue;
        const bool has_finding = !property.findings.empty();
        report.reasons.push_back(
            fmt::format("{}: {}; again: {}",
                        property.id,
                        has_finding ? property.findings.front().explanation : "violated",
                        has_finding ? result.command_for_seed(property.findings.front().seed)
                                    : result.command()));
    }
    for (const Crash& crash : result.crashes) {
        report.reasons.push_back(fmt::format("world {} killed the program; again: {}",
                                             crash.world,
                                             result.command_for_seed(crash.seed)));
    }
}

void add_missed_thresholds(GateReport& report, const Result& result) {
    for (const ThresholdResult& one : result.thresholds) {
        if (one.is_met()) continue;
        report.reasons.push_back(fmt::format("threshold {} {}: is {}, expected {}; again: {}",
                                             one.threshold.metric,
                                             one.threshold.statistic,
                                             measured_text(one),
                                             bound_text(one),
                                             result.command()));
    }
}

// The branches that were taken most differently often: they tell which repetition or wait grew.
std::vector<std::string> changed_probes(const Baseline& baseline, const Result& result) {
    constexpr std::size_t shown_max = 3;
    std::map<std::string, std::uint64_t> before;
    for (const NamedCount& probe : baseline.probes) {
        before[probe.name] = probe.count;
    }
    std::vector<std::pair<double, std::string>> changes;
    for (std::size_t i = 0; i < protocol::remark_kind_count; ++i) {
        const std::string name(protocol::to_string(static_cast<protocol::RemarkKind>(i)));
        const std::uint64_t after = result.totals.remarks[i];
        const std::uint64_t count = before[name];
        if (after == count) continue;
        // As many standard deviations as if both were counts of rare events.
        const double distance = std::fabs(static_cast<double>(after) - static_cast<double>(count)) /
                                std::sqrt(static_cast<double>(after + count));
        changes.emplace_back(-distance, fmt::format("{} {} -> {}", spaced(name), count, after));
    }
    std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < std::min(shown_max, changes.size()); ++i) {
        texts.push_back(std::move(changes[i].second));
    }
    return texts;
}

void add_regressions(GateReport& report,
                     const Baseline& baseline,
                     const Result& result,
                     const GatePolicy& policy) {
    for (const Comparison& one : report.comparisons) {
        const bool is_gone = one.verdict == ComparisonVerdict::gone;
        if (!is_gone && one.verdict != ComparisonVerdict::regression) continue;
        std::string text = sentence_of(one, policy);
        if (!is_gone && !one.worst_seeds.empty()) {
            text += fmt::format("; most in `{}`", result.command_for_seed(one.worst_seeds.front()));
        }
        report.reasons.push_back(std::move(text));
    }
    std::string probes;
    for (const std::string& change : changed_probes(baseline, result)) {
        probes += (probes.empty() ? "" : ", ") + change;
    }
    if (!probes.empty()) report.reasons.push_back("branches taken differently often: " + probes);
}

// What was put to the test for the baseline and is not any more.
std::vector<std::string> no_longer_exercised(const Baseline& baseline, const Result& result) {
    std::vector<std::string> lost;
    for (const NamedCount& before : baseline.exercised) {
        const auto now = std::find_if(
            result.properties.begin(), result.properties.end(), [&](const PropertyResult& one) {
                return one.id == before.name;
            });
        const bool is_exercised = now != result.properties.end() && now->checked != 0;
        if (before.count != 0 && !is_exercised) lost.push_back(before.name);
    }
    return lost;
}

void add_inconclusive(GateReport& report, const GatePolicy& policy) {
    bool is_settled_by_seeds = true;
    for (const Comparison& one : report.comparisons) {
        if (one.verdict != ComparisonVerdict::inconclusive) continue;
        std::string text = sentence_of(one, policy);
        if (one.seeds_needed) {
            text += fmt::format("; about {} seeds would settle it", *one.seeds_needed);
            report.seeds_needed = std::max(report.seeds_needed.value_or(0), *one.seeds_needed);
        } else {
            text += "; so close to what is tolerated that no number of seeds would settle it";
            is_settled_by_seeds = false;
        }
        report.reasons.push_back(std::move(text));
    }
    if (!is_settled_by_seeds) report.seeds_needed.reset();
}

void judge_figures(GateReport& report,
                   const Baseline& baseline,
                   const Candidate& candidate,
                   const GatePolicy& policy) {
    report.comparisons = compare(baseline.worlds, candidate.worlds, policy);
    const std::size_t worse = count_of(report.comparisons, ComparisonVerdict::regression) +
                              count_of(report.comparisons, ComparisonVerdict::gone);
    const std::vector<std::string> lost = no_longer_exercised(baseline, candidate.result);
    for (const std::string& id : lost) {
        report.reasons.push_back(fmt::format("{}: nothing puts it to the test any more", id));
    }
    if (worse != 0) {
        report.verdict = GateVerdict::regression;
        add_regressions(report, baseline, candidate.result, policy);
        return;
    }
    const std::size_t open = count_of(report.comparisons, ComparisonVerdict::inconclusive);
    report.verdict = open == 0 && lost.empty() ? GateVerdict::passed : GateVerdict::inconclusive;
    if (open != 0) add_inconclusive(report, policy);
    if (report.verdict == GateVerdict::passed) {
        report.reasons.push_back(
            fmt::format("{} figures are the same, {} no worse than is tolerated, in {} worlds",
                        count_of(report.comparisons, ComparisonVerdict::same),
                        count_of(report.comparisons, ComparisonVerdict::fine),
                        candidate.worlds.size()));
    }
}

}  // namespace

GateReport judge(const Baseline& baseline, const Candidate& candidate, const GatePolicy& policy) {
    const Result& result = candidate.result;
    CHECK(result.is_complete, "a gate judges what has run to its end");
    GateReport report{.scenario = result.scenario,
                      .file = result.source,
                      .reasons = {},
                      .command = result.command(),
                      .comparisons = {},
                      .seeds_needed = {}};
    const Outcome outcome = result.outcome();
    const bool is_identical =
        baseline.seed == result.seed && baseline.fingerprint == result.fingerprint;
    if (is_identical && outcome == Outcome::holds) {
        report.verdict = GateVerdict::identical;
        report.reasons.push_back(
            fmt::format("every event of {} worlds is as in the baseline", candidate.worlds.size()));
    } else if (outcome == Outcome::violated) {
        report.verdict = GateVerdict::violated;
        add_violations(report, result);
    } else if (outcome == Outcome::threshold_missed) {
        report.verdict = GateVerdict::threshold_missed;
        add_missed_thresholds(report, result);
        if (is_identical) report.reasons.emplace_back("the behaviour is that of the baseline");
    } else if (outcome == Outcome::inconclusive) {
        report.verdict = GateVerdict::inconclusive;
        report.reasons.emplace_back("no property was put to the test");
    } else if (baseline.scenario_hash != scenario_hash_of(candidate.scenario) ||
               baseline.worlds.size() != candidate.worlds.size()) {
        report.verdict = GateVerdict::inconclusive;
        report.reasons.emplace_back(
            "the worlds are not those of the baseline: the scenario has changed; look at the "
            "report, then take it as the baseline with --update");
    } else {
        if (baseline.seed != result.seed) {
            report.reasons.push_back(fmt::format(
                "seeds from {} on, the baseline's from {}: what the draw adds does not drop out",
                result.seed,
                baseline.seed));
        }
        judge_figures(report, baseline, candidate, policy);
    }
    return report;
}

GateVerdict worst(const std::vector<GateReport>& reports) {
    for (const GateVerdict verdict : {GateVerdict::violated,
                                      GateVerdict::threshold_missed,
                                      GateVerdict::regression,
                                      GateVerdict::inconclusive,
                                      GateVerdict::passed}) {
        const bool is_there = std::any_of(reports.begin(), reports.end(), [&](const GateReport& r) {
            return r.verdict == verdict;
        });
        if (is_there) return verdict;
    }
    return GateVerdict::identical;
}

std::string_view to_string(GateVerdict verdict) {
    switch (verdict) {
        case GateVerdict::identical:
            return "behaviour identical";
        case GateVerdict::passed:
            return "passed";
        case GateVerdict::violated:
            return "violated";
        case GateVerdict::threshold_missed:
            return "threshold missed";
        case GateVerdict::regression:
            return "regression";
        case GateVerdict::inconclusive:
            return "inconclusive";
    }
    return "unknown";
}

int exit_code_of(GateVerdict verdict) {
    switch (verdict) {
        case GateVerdict::identical:
        case GateVerdict::passed:
            return 0;
        case GateVerdict::violated:
            return 1;
        case GateVerdict::threshold_missed:
            return 3;
        case GateVerdict::regression:
            return 4;
        case GateVerdict::inconclusive:
            return 5;
    }
    return 0;
}

}  // namespace invitro::reports
