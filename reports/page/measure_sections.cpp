// The middle of the page: how long things took, and who could connect to whom.
#include "reports/page/chart.hpp"
#include "reports/page/html.hpp"
#include "reports/page/page.hpp"
#include "reports/text/format.hpp"
#include "scenarios/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace invitro::reports {
namespace {

constexpr std::string_view thin_space = "\u202F";
constexpr double nanoseconds_per_millisecond = 1e6;

constexpr std::array<Measure, 5> durations = {Measure::time_to_ring,
                                              Measure::accept_delivery,
                                              Measure::time_to_first_accept,
                                              Measure::time_to_connect,
                                              Measure::time_to_silence};
constexpr std::array<Measure, 3> per_call = {
    Measure::messages_per_call, Measure::bytes_per_call, Measure::pushes_per_call};

std::string_view description_of(Measure measure) {
    for (const scenarios::Metric& metric : scenarios::metrics()) {
        if (metric.name == to_string(measure)) return metric.description;
    }
    return {};
}

// One scale for all strips, so that rows can be compared.
struct StripRange {
    double low = std::numeric_limits<double>::max();
    double high = 0;
};

StripRange strip_range(const Measurements& measurements) {
    StripRange range;
    for (const Measure measure : durations) {
        const Histogram histogram = measurements.total(measure);
        if (histogram.empty()) continue;
        const auto milliseconds = [](std::uint64_t value) {
            return std::max(0.1, static_cast<double>(value) / nanoseconds_per_millisecond);
        };
        range.low = std::min(range.low, milliseconds(histogram.smallest()));
        range.high = std::max(range.high, milliseconds(histogram.largest()));
    }
    return range;
}

std::string figure_cells(Measure measure, const Histogram& histogram) {
    const Figures figures = figures_of(measure, histogram);
    const auto cell = [&](double value) {
        const std::string text =
            is_duration(measure) ? duration_text(value) : amount_text(value, thin_space);
        return "<td class=\"n\">" + (histogram.empty() ? "–" : text) + "</td>";
    };
    return "<td class=\"n\">" + count_text(figures.count, thin_space) + "</td>" +
           cell(figures.smallest) + cell(figures.p50) + cell(figures.p90) + cell(figures.p99) +
           cell(figures.p999) + cell(figures.largest);
}

std::string figure_head(std::string_view first, std::string_view last) {
    std::string html = fmt::format("<thead><tr><th scope=\"col\">{}</th>", first);
    for (const char* name : {"count", "min", "p50", "p90", "p99", "p99.9", "max"}) {
        html += fmt::format("<th scope=\"col\" class=\"n\">{}</th>", name);
    }
    if (!last.empty()) html += fmt::format("<th scope=\"col\">{}</th>", last);
    return html + "</tr></thead>";
}

std::string durations_table(const Measurements& measurements) {
    const StripRange range = strip_range(measurements);
    std::string rows;
    for (const Measure measure : durations) {
        const Histogram histogram = measurements.total(measure);
        const std::string label = fmt::format("{}: spread", spaced(to_string(measure)));
        rows += fmt::format(
            "<tr><th scope=\"row\">{}<br><span class=\"quiet small\">{}</span></th>"
            "{}<td>{}</td></tr>",
            spaced(to_string(measure)),
            escaped(description_of(measure)),
            figure_cells(measure, histogram),
            histogram.empty() ? "" : strip(histogram, range.low, range.high, label));
    }
    std::string scale = "spread";
    if (range.high > 0) {
        scale = fmt::format(
            "{} to {}, logarithmic", duration_text(range.low), duration_text(range.high));
    }
    return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Durations\"><table>"
           "<caption>Durations. Beside them: the smallest to the largest (thin), the median (dot) "
           "to "
           "p99 (thick), all rows on one scale.</caption>" +
           figure_head("Duration", scale) + "<tbody>" + rows + "</tbody></table></div>";
}

std::string per_call_table(const Measurements& measurements) {
    std::string rows;
    for (const Measure measure : per_call) {
        rows += fmt::format("<tr><th scope=\"row\">{}</th>{}</tr>",
                            spaced(to_string(measure)),
                            figure_cells(measure, measurements.total(measure)));
    }
    return "<h3>Cost of a call</h3><div class=\"scroll\"><table><caption>What was sent with the "
           "call’s id on it, arrived or not.</caption>" +
           figure_head("Per call", "") + "<tbody>" + rows + "</tbody></table></div>";
}

std::vector<Curve> curves_of(const Measurements& measurements) {
    std::vector<Curve> curves;
    int number = 0;
    for (const Measure measure :
         {Measure::time_to_ring, Measure::accept_delivery, Measure::time_to_connect}) {
        curves.push_back({.name = std::string(to_string(measure)),
                          .histogram = measurements.total(measure),
                          .colour = fmt::format("curve-{}", ++number)});
    }
    return curves;
}

double share_of_statistic(std::string_view statistic) {
    if (statistic == "p50") return 0.5;
    if (statistic == "p90") return 0.9;
    if (statistic == "p99") return 0.99;
    if (statistic == "p99.9") return 0.999;
    return statistic == "max" ? 1 : -1;
}

std::vector<Bound> bounds_of(const Result& result) {
    std::vector<Bound> bounds;
    for (const ThresholdResult& one : result.thresholds) {
        const double share = share_of_statistic(one.threshold.statistic);
        const bool is_finite = one.threshold.at_most < std::numeric_limits<double>::max();
        if (share < 0 || !is_finite) continue;
        bounds.push_back({.curve = one.threshold.metric,
                          .share = share,
                          .milliseconds = one.threshold.at_most,
                          .is_met = one.is_met()});
    }
    return bounds;
}

std::string charts(const Result& result) {
    const std::vector<Curve> curves = curves_of(result.measurements);
    const std::vector<Bound> bounds = bounds_of(result);
    const std::string percentiles = percentile_chart(curves, bounds);
    if (percentiles.empty()) return {};
    return "<figure><figcaption><b>The tail.</b> How long it took for the given share of all" +
           std::string(bounds.empty() ? "."
                                      : "; a <span aria-hidden=\"true\">⊤</span> marks a "
                                        "threshold that the curve must stay below.") +
           "</figcaption><div class=\"scroll\">" + percentiles +
           "</div></figure><figure><figcaption><b>The whole.</b> Which share was done by when."
           "</figcaption><div class=\"scroll\">" +
           cumulative_chart(curves) + "</div></figure>";
}

std::string group_table(std::string_view name,
                        Measure measure,
                        const std::map<std::string, Histogram>& groups) {
    std::string rows;
    for (const auto& [group, histogram] : groups) {
        rows += fmt::format("<tr><th scope=\"row\">{}</th>{}</tr>",
                            escaped(group),
                            figure_cells(measure, histogram));
    }
    return fmt::format(
        "<div class=\"scroll\"><table><caption>{} by {}</caption>{}<tbody>{}</tbody>"
        "</table></div>",
        spaced(to_string(measure)),
        name,
        figure_head(name, ""),
        rows);
}

// Groups tell something only where there are two.
std::string groups(const Measurements& measurements) {
    std::string tables;
    for (const Measure measure : durations) {
        const auto add = [&](std::string_view name, const std::map<std::string, Histogram>& group) {
            if (group.size() > 1) tables += group_table(name, measure, group);
        };
        add("access of the recipient", measurements.by_access(measure));
        add("NAT pair", measurements.by_nat(measure));
        add("push service", measurements.by_provider(measure));
    }
    if (tables.empty()) return {};
    return "<details><summary>By access, NAT pair and push service</summary>" + tables +
           "</details>";
}

std::string heat_cell(const std::map<NatPair, PairOutcomes>& pairs, const NatPair& pair) {
    const auto found = pairs.find(pair);
    if (found == pairs.end()) return "<td class=\"never\" title=\"no such pair\">·</td>";
    const PairOutcomes& outcomes = found->second;
    const double share =
        static_cast<double>(outcomes.direct) / static_cast<double>(outcomes.decided());
    const bool is_failing = outcomes.failed * 20 > outcomes.decided();
    std::string more = outcomes.failed == 0
                           ? ""
                           : fmt::format("{} failed", count_text(outcomes.failed, thin_space));
    if (outcomes.relayed != 0) {
        more += fmt::format("{}{} by relay", more.empty() ? "" : ", ", outcomes.relayed);
    }
    return fmt::format(
        R"html(<td class="{}{}" style="background:rgba(var(--heat),{:.2f})">{}<small>{}</small></td>)html",
        share > 0.55 ? "dark" : "",
        is_failing ? " failing" : "",
        0.06 + 0.84 * share,
        share_text(outcomes.direct, outcomes.decided()),
        more.empty() ? fmt::format("of {}", count_text(outcomes.decided(), thin_space)) : more);
}

}  // namespace

std::string metrics_section(const Result& result) {
    return "<section><h2>How long it took</h2>" + charts(result) +
           durations_table(result.measurements) + groups(result.measurements) +
           per_call_table(result.measurements) + "</section>";
}

std::string nat_section(const Result& result) {
    const auto& pairs = result.measurements.pairs();
    if (pairs.empty()) return {};
    std::set<model::NatKind> rows;
    std::set<model::NatKind> columns;
    for (const auto& [pair, outcomes] : pairs) {
        rows.insert(pair.initiator);
        columns.insert(pair.recipient);
    }
    std::string html =
        "<section><h2>Who could connect to whom</h2><p class=\"quiet small\">Share of accepting "
        "devices that were connected directly, by the NAT of the initiator (rows) and of the "
        "recipient (columns). The darker, the more; a frame marks where more than one in twenty "
        "failed. Devices given up because another was chosen do not count.</p>"
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Connections by NAT\">"
        "<table class=\"heat\"><caption>Direct connections by NAT</caption><thead><tr>"
        "<th scope=\"col\">initiator ↓ recipient →</th>";
    for (const model::NatKind column : columns) {
        html += fmt::format("<th scope=\"col\">{}</th>", model::to_string(column));
    }
    html += "</tr></thead><tbody>";
    for (const model::NatKind row : rows) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", model::to_string(row));
        for (const model::NatKind column : columns) {
            html += heat_cell(pairs, {.initiator = row, .recipient = column});
        }
        html += "</tr>";
    }
    return html + "</tbody></table></div></section>";
}

}  // namespace invitro::reports
