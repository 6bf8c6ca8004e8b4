#include "reports/text/export.hpp"

#include "reports/page/page.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::reports {
namespace {

// A vertical bar would end the cell, a new line the table.
std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result;
}

std::string quoted(std::string_view text) {
    if (text.find_first_of(",\"\n") == std::string_view::npos) return std::string(text);
    std::string result = "\"";
    for (const char c : text) {
        result += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    return result + "\"";
}

std::string markdown_row(Measure measure, const Histogram& histogram) {
    const Figures figures = figures_of(measure, histogram);
    const auto text = [&](double value) {
        if (histogram.empty()) return std::string("–");
        return is_duration(measure) ? duration_text(value) : amount_text(value);
    };
    return fmt::format("| {} | {} | {} | {} | {} | {} |\n",
                       to_string(measure),
                       figures.count,
                       text(figures.p50),
                       text(figures.p90),
                       text(figures.p99),
                       text(figures.largest));
}

std::string csv_row(const Result& result,
                    Measure measure,
                    std::string_view group,
                    std::string_view value,
                    const Histogram& histogram) {
    const Figures f = figures_of(measure, histogram);
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                       quoted(result.scenario),
                       result.seed,
                       result.worlds,
                       to_string(measure),
                       group,
                       quoted(value),
                       f.count,
                       f.smallest,
                       f.mean,
                       f.p50,
                       f.p90,
                       f.p99,
                       f.p999,
                       f.largest);
}

std::string csv_rows(const Result& result, Measure measure) {
    const Measurements& measurements = result.measurements;
    std::string text = csv_row(result, measure, "all", "", measurements.total(measure));
    const auto add = [&](std::string_view group, const std::map<std::string, Histogram>& groups) {
        for (const auto& [value, histogram] : groups) {
            text += csv_row(result, measure, group, value, histogram);
        }
    };
    add("push", measurements.by_provider(measure));
    add("access", measurements.by_access(measure));
    add("nat", measurements.by_nat(measure));
    return text;
}

}  // namespace

std::string markdown_of(const Result& result) {
    std::string text = fmt::format("## {}: {}\n\n", cell(result.scenario), headline(result));
    text += fmt::format("{} worlds, {} events, version {}, security {}, fingerprint `{}`.\n\n",
                        result.totals.worlds,
                        result.totals.events,
                        result.version,
                        cell(result.security),
                        sim::to_string(result.fingerprint));
    text += "| verdict | property | checked | violated |\n| --- | --- | ---: | ---: |\n";
    for (const PropertyResult& property : result.properties) {
        text += fmt::format("| {} | {}: {} | {} | {} |\n",
                            properties::to_string(property.verdict()),
                            property.id,
                            cell(property.sentence),
                            property.checked,
                            property.violated);
    }
    for (const PropertyResult& property : result.properties) {
        for (const Finding& finding : property.findings) {
            text += fmt::format("\n**{}**: {}\n\n    {}\n",
                                property.id,
                                finding.explanation,
                                result.command_for_seed(finding.seed));
        }
    }
    text +=
        "\n| metric | count | p50 | p90 | p99 | max |\n| --- | ---: | ---: | ---: | ---: | ---: "
        "|\n";
    for (std::size_t i = 0; i < measure_count; ++i) {
        const auto measure = static_cast<Measure>(i);
        text += markdown_row(measure, result.measurements.total(measure));
    }
    if (!result.thresholds.empty()) {
        text += "\n| threshold | bound | measured | |\n| --- | --- | --- | --- |\n";
    }
    for (const ThresholdResult& one : result.thresholds) {
        text += fmt::format("| {} {} | {} | {} | {} |\n",
                            one.threshold.metric,
                            one.threshold.statistic,
                            bound_text(one),
                            measured_text(one),
                            one.is_met() ? "met" : "**missed**");
    }
    return text + fmt::format("\nAgain: `{}`\n", result.command());
}

std::string csv_of(const std::vector<Result>& results) {
    std::string text =
        "scenario,seed,worlds,metric,group,value,count,min,mean,p50,p90,p99,p99.9,max\n";
    for (const Result& result : results) {
        for (std::size_t i = 0; i < measure_count; ++i) {
            text += csv_rows(result, static_cast<Measure>(i));
        }
    }
    return text;
}

}  // namespace invitro::reports
