// The first part of the page: what holds, what does not, and by what bounds it was judged.
#include "reports/page/html.hpp"
#include "reports/page/page.hpp"
#include "reports/text/format.hpp"
#include "scenarios/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace invitro::reports {
namespace {

// Digits are grouped by a narrow no-break space.
constexpr std::string_view thin_space = "\u202F";

std::string grouped(std::uint64_t count) {
    return count_text(count, thin_space);
}

std::size_t count_of(const Result& result, properties::Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(result.properties.begin(), result.properties.end(), [&](const auto& one) {
            return one.verdict() == verdict;
        }));
}

std::string_view class_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::holds:
            return "holds";
        case Outcome::violated:
            return "violated";
        case Outcome::threshold_missed:
            return "missed";
        case Outcome::inconclusive:
            return "inconclusive";
    }
    return "";
}

std::string_view mark_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::holds:
            return "✓";
        case Outcome::violated:
            return "✗";
        case Outcome::threshold_missed:
            return "△";
        case Outcome::inconclusive:
            return "○";
    }
    return "";
}

std::string verdict_badge(properties::Verdict verdict) {
    switch (verdict) {
        case properties::Verdict::holds:
            return R"(<span class="verdict holds">✓ holds</span>)";
        case properties::Verdict::violated:
            return R"(<span class="verdict violated">✗ violated</span>)";
        case properties::Verdict::vacuous:
            return R"(<span class="verdict vacuous">○ not exercised</span>)";
    }
    return {};
}

std::string what_ran(const Result& result) {
    const Totals& totals = result.totals;
    std::string seeds = fmt::format("seed {}", result.seed);
    if (result.worlds > 1) {
        seeds = fmt::format("seeds {} to {}", result.seed, result.seed + result.worlds - 1);
    }
    return fmt::format(
        "{} {} ({}{}), {} events, {} calls{}",
        grouped(totals.worlds),
        totals.worlds == 1 ? "world" : "worlds",
        seeds,
        result.shards == 1 ? "" : fmt::format(", part {} of {}", result.shard, result.shards),
        grouped(totals.events),
        grouped(result.measurements.happened(Happening::calls)),
        result.is_complete ? "" : "; interrupted before all worlds had run");
}

std::string key_figure(std::string_view name, std::string_view value, std::string_view more) {
    return fmt::format("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>",
                       escaped(name),
                       escaped(value),
                       escaped(more));
}

// A number is not parted from its unit at the end of a line.
std::string unparted(std::string text) {
    for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at)) {
        text.replace(at, 1, "\u00A0");
    }
    return text;
}

std::string key_duration(const Result& result, Measure measure, std::string_view name) {
    const Histogram histogram = result.measurements.total(measure);
    if (histogram.empty()) return key_figure(name, "–", "nothing to measure");
    const Figures figures = figures_of(measure, histogram);
    return key_figure(name,
                      unparted(duration_text(figures.p50)),
                      fmt::format("median; 99 % within {}", unparted(duration_text(figures.p99))));
}

std::string key_figures(const Result& result) {
    const Measurements& measurements = result.measurements;
    const std::uint64_t accepts = measurements.happened(Happening::accepts);
    const std::uint64_t arrived = measurements.happened(Happening::accepts_arrived);
    const std::uint64_t refused = measurements.happened(Happening::accepts_rejected);
    const PairOutcomes pairs = measurements.all_pairs();
    std::string html = "<dl class=\"key\">";
    html += key_figure("Accepts delivered",
                       unparted(share_text(arrived, accepts)),
                       fmt::format("{} of {} reached the initiator; {} came too late",
                                   grouped(arrived),
                                   grouped(accepts),
                                   refused == 0 ? "none" : grouped(refused)));
    html += key_duration(result, Measure::time_to_ring, "Until it rings");
    html += key_duration(result, Measure::accept_delivery, "Accept to initiator");
    html += key_duration(result, Measure::time_to_connect, "Accept to connected");
    html += key_figure("Connected directly",
                       unparted(share_text(pairs.direct, pairs.decided())),
                       fmt::format("of {} pairs that were to connect", grouped(pairs.decided())));
    return html + "</dl>";
}

std::string property_row(const PropertyResult& property) {
    const properties::Verdict verdict = property.verdict();
    const std::string counts =
        property.violated == 0
            ? grouped(property.checked)
            : fmt::format("{} / {}", grouped(property.violated), grouped(property.checked));
    return fmt::format(
        R"(<tr class="{}"><td><span class="id">{}</span><br>{} )"
        R"(<span class="source">{}</span></td><td>{}</td><td class="n">{}</td></tr>)",
        properties::to_string(verdict),
        escaped(property.id),
        escaped(property.sentence),
        escaped(property.source),
        verdict_badge(verdict),
        counts);
}

std::string finding_item(const Result& result,
                         const PropertyResult& property,
                         const Finding& finding) {
    std::string where = fmt::format("world {}", finding.world);
    if (finding.event != 0) where += fmt::format(", event {}", finding.event);
    if (!finding.call.empty()) where += fmt::format(", call {}", finding.call.substr(0, 8));
    return fmt::format("<li><b>{}</b> <span class=\"quiet\">({})</span><br>{}<pre>{}</pre></li>",
                       escaped(property.id),
                       escaped(where),
                       escaped(finding.explanation),
                       escaped(result.command_for_seed(finding.seed)));
}

std::string findings_list(const Result& result) {
    std::string items;
    for (const Crash& crash : result.crashes) {
        const std::string how = crash.signal != 0 ? fmt::format("signal {}", crash.signal)
                                                  : fmt::format("exit code {}", crash.exit_code);
        items += fmt::format(
            "<li><b>The program died</b> <span class=\"quiet\">(world {}, {})"
            "</span><pre>{}</pre><pre>{}</pre></li>",
            crash.world,
            how,
            escaped(crash.last_words),
            escaped(result.command_for_seed(crash.seed)));
    }
    for (const PropertyResult& property : result.properties) {
        for (const Finding& finding : property.findings) {
            items += finding_item(result, property, finding);
        }
    }
    if (items.empty()) return {};
    return "<h3>What went wrong, and how to see it again</h3><ul class=\"findings\">" + items +
           "</ul>";
}

scenarios::MetricUnit unit_of(const scenarios::Threshold& threshold) {
    for (const scenarios::Metric& metric : scenarios::metrics()) {
        if (metric.name == threshold.metric) {
            return scenarios::unit_of(metric, threshold.statistic);
        }
    }
    return scenarios::MetricUnit::count;
}

std::string value_text(const scenarios::Threshold& threshold, double value) {
    switch (unit_of(threshold)) {
        case scenarios::MetricUnit::milliseconds:
            return duration_text(value);
        case scenarios::MetricUnit::share:
            return decimal_text(value * 100) + " %";
        case scenarios::MetricUnit::count:
            return decimal_text(value);
    }
    return {};
}

}  // namespace

std::string bound_text(const ThresholdResult& result) {
    const scenarios::Threshold& threshold = result.threshold;
    const bool has_most = std::isfinite(threshold.at_most);
    const bool has_least = std::isfinite(threshold.at_least);
    std::string text;
    if (has_least) text = "at least " + value_text(threshold, threshold.at_least);
    if (has_least && has_most) text += ", ";
    if (has_most) text += "at most " + value_text(threshold, threshold.at_most);
    return text;
}

std::string measured_text(const ThresholdResult& result) {
    return result.measured ? value_text(result.threshold, *result.measured) : "nothing measured";
}

std::string headline(const Result& result) {
    const std::size_t all = result.properties.size();
    const std::size_t violated = count_of(result, properties::Verdict::violated);
    const std::size_t holding = count_of(result, properties::Verdict::holds);
    const auto missed = static_cast<std::size_t>(
        std::count_if(result.thresholds.begin(), result.thresholds.end(), [](const auto& one) {
            return !one.is_met();
        }));
    if (!result.crashes.empty()) {
        return fmt::format("The program died in {} of {} worlds",
                           result.crashes.size(),
                           result.totals.worlds + result.crashes.size());
    }
    if (violated != 0) {
        return fmt::format(
            "{} of {} properties {} violated", violated, all, violated == 1 ? "is" : "are");
    }
    if (holding == 0) return "Inconclusive: no property was exercised";
    if (missed != 0) {
        return fmt::format(
            "{} properties hold, {} were not exercised, but {} of {} thresholds {} missed",
            holding,
            all - holding,
            missed,
            result.thresholds.size(),
            missed == 1 ? "is" : "are");
    }
    if (holding == all) return fmt::format("All {} properties hold", all);
    return fmt::format("{} properties hold, {} were not exercised", holding, all - holding);
}

std::string verdict_section(const Result& result) {
    std::string html = fmt::format(
        R"(<p class="over">Invitro report · {}</p><h1 class="{}"><span class="mark" aria-hidden="true">)"
        R"({}</span>{}</h1>)",
        escaped(result.scenario),
        class_of(result.outcome()),
        mark_of(result.outcome()),
        escaped(headline(result)));
    if (!result.description.empty()) {
        const bool has_stop = result.description.back() == '.';
        html += "<p>" + escaped(result.description) + (has_stop ? "</p>" : ".</p>");
    }
    return html + "<p class=\"quiet\">" + what_ran(result) + ".</p>" + key_figures(result);
}

std::string properties_section(const Result& result) {
    // What needs attention comes first; within a verdict the catalogue's order stays.
    std::vector<const PropertyResult*> sorted;
    for (const PropertyResult& property : result.properties) {
        sorted.push_back(&property);
    }
    const auto urgency = [](const PropertyResult* property) {
        const properties::Verdict verdict = property->verdict();
        if (verdict == properties::Verdict::violated) return 0;
        return verdict == properties::Verdict::vacuous ? 2 : 1;
    };
    std::stable_sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) {
        return urgency(a) < urgency(b);
    });
    std::string rows;
    for (const PropertyResult* property : sorted) {
        rows += property_row(*property);
    }
    return "<section><h2>Properties</h2>" + findings_list(result) +
           "<table class=\"properties\"><caption>What must hold. “Checked” says how often a world "
           "really put a property to the test; one that was never tested has not passed.</caption>"
           "<thead><tr><th scope=\"col\">Property</th><th scope=\"col\">Verdict</th>"
           "<th scope=\"col\" class=\"n\">Checked</th></tr></thead><tbody>" +
           rows + "</tbody></table></section>";
}

std::string thresholds_section(const Result& result) {
    if (result.thresholds.empty()) return {};
    std::string rows;
    for (const ThresholdResult& one : result.thresholds) {
        rows +=
            fmt::format(R"(<tr class="{}"><th scope="row">{}</th><td>{}</td><td class="n">{}</td>)"
                        R"(<td class="n">{}</td><td>{}</td></tr>)",
                        one.is_met() ? "met" : "missed",
                        escaped(spaced(one.threshold.metric)),
                        escaped(one.threshold.statistic),
                        escaped(bound_text(one)),
                        escaped(measured_text(one)),
                        one.is_met() ? R"(<span class="verdict holds">✓ met</span>)"
                                     : R"(<span class="verdict vacuous">△ missed</span>)");
    }
    return "<section><h2>Thresholds</h2><div class=\"scroll\"><table><caption>Bounds that the "
           "scenario sets.</caption><thead><tr><th scope=\"col\">Metric</th><th scope=\"col\">"
           "Statistic</th><th scope=\"col\" class=\"n\">Bound</th><th scope=\"col\" class=\"n\">"
           "Measured</th><th scope=\"col\">Verdict</th></tr></thead><tbody>" +
           rows + "</tbody></table></div></section>";
}

}  // namespace invitro::reports
