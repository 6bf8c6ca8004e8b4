#include "reports/page/page.hpp"

#include "reports/page/html.hpp"
#include "reports/page/sequence_chart.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

namespace invitro::reports {
namespace {

constexpr std::string_view thin_space = "\u202F";
constexpr double nanoseconds_per_millisecond = 1e6;

class CountList {
public:
    void add(std::string_view name, std::uint64_t count) {
        items_ += fmt::format("<div{}><dt>{}</dt><dd>{}</dd></div>",
                              count == 0 ? " class=\"zero\"" : "",
                              escaped(spaced(name)),
                              count_text(count, thin_space));
    }

    [[nodiscard]] std::string list() const { return "<dl class=\"counts\">" + items_ + "</dl>"; }

private:
    std::string items_;
};

std::string trace_figure(const CallTrace& trace,
                         const Result& result,
                         std::string_view title,
                         std::string_view id) {
    const std::string chart = sequence_chart(trace, id);
    if (chart.empty()) return {};
    const std::string took =
        duration_text(static_cast<double>(trace.accept_delivery) / nanoseconds_per_millisecond);
    return fmt::format(
        "<figure><figcaption><b>{}</b> The slowest of its accepts took {} to the initiator. Time "
        "runs down and is stretched where much happens; silences are shortened. Call {} in world "
        "{}: "
        "<code>{}</code></figcaption>{}</figure>",
        title,
        took,
        protocol::to_string(trace.call).substr(0, 8),
        trace.world,
        escaped(result.command_for_seed(trace.seed)),
        chart);
}

}  // namespace

std::string calls_section(const Result& result) {
    if (result.traces.empty()) return {};
    std::string html = "<section><h2>Two calls, message by message</h2>";
    if (result.traces.size() == 1) {
        const char* const title = "Typical and slowest are the same call.";
        return "<section><h2>A call, message by message</h2>" +
               trace_figure(result.traces[0], result, title, "call-1") + "</section>";
    }
    html += trace_figure(result.traces[0], result, "A typical call: near the median.", "call-1");
    html += trace_figure(result.traces[1], result, "The slowest call.", "call-2");
    return html + "</section>";
}

std::string attacks_section(const Result& result) {
    const Totals& totals = result.totals;
    if (!totals.had_attackers()) return {};
    CountList sent;
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        if (totals.hostile_sent[i] == 0) continue;
        const auto deed = model::to_string(static_cast<model::Deed>(i));
        sent.add(fmt::format("{}, sent", deed), totals.hostile_sent[i]);
        sent.add(fmt::format("{}, delivered", deed), totals.hostile_delivered[i]);
    }
    CountList outcome;
    for (std::size_t i = 0; i < abuse_figure_count; ++i) {
        const auto figure = static_cast<AbuseFigure>(i);
        outcome.add(to_string(figure), result.abuse.of(figure));
    }
    const auto count_of = [&](Happening happening) {
        return count_text(result.measurements.happened(happening), thin_space);
    };
    return "<section><h2>Attackers</h2><p class=\"quiet small\">What they sent, and what of it "
           "reached a machine of the service.</p>" +
           sent.list() +
           "<h3>What came of it</h3><p class=\"quiet small\">Answers to them, refusals among "
           "these, accepts that an initiator was told of without a user's consent, and the most "
           "that the first broker was seen to hold.</p>" +
           outcome.list() +
           fmt::format(
               "<p>Beside them people made {} calls; {} of {} accepts reached their "
               "initiator.</p></section>",
               count_of(Happening::calls),
               count_of(Happening::accepts_arrived),
               count_of(Happening::accepts));
}

std::string counts_section(const Result& result) {
    const Totals& totals = result.totals;
    CountList counts;
    counts.add("events", totals.events);
    for (std::size_t i = 0; i < happening_count; ++i) {
        const auto happening = static_cast<Happening>(i);
        counts.add(to_string(happening), result.measurements.happened(happening));
    }
    counts.add("datagrams_sent", totals.datagrams_sent);
    counts.add("datagrams_delivered", totals.datagrams_delivered);
    for (std::size_t i = 0; i < model::drop_reason_count; ++i) {
        const auto reason = model::to_string(static_cast<model::DropReason>(i));
        counts.add(fmt::format("dropped: {}", reason), totals.datagrams_dropped[i]);
    }
    counts.add("pushes_submitted", totals.pushes_submitted);
    counts.add("pushes_delivered", totals.pushes_delivered);
    CountList probes;
    for (std::size_t i = 0; i < protocol::remark_kind_count; ++i) {
        probes.add(protocol::to_string(static_cast<protocol::RemarkKind>(i)), totals.remarks[i]);
    }
    return "<section><h2>Counts</h2>" + counts.list() +
           "<h3>Branches reached</h3><p class=\"quiet small\">What the machines remarked of "
           "themselves. It shows which branches the worlds reached; no verdict rests on it.</p>" +
           probes.list() + "</section>";
}

std::string method_section(const Result& result) {
    return fmt::format(
        "<section><h2>How to get this again</h2><pre>{}</pre><p>The same scenario, seed and "
        "version "
        "give the same result on every machine, whatever the number of jobs. The fingerprint sums "
        "up every event of every world: if it is equal, the behaviour is identical.</p>"
        "<dl "
        "class=\"counts\"><div><dt>version</dt><dd>{}</dd></div><div><dt>fidelity</dt><dd>{}</dd>"
        "</div><div><dt>security</dt><dd>{}</dd></div></dl><p class=\"small quiet\">Fingerprint "
        "<code>{}</code></p>"
        "<p class=\"quiet small\">Fidelity “latency”: every datagram has the latency of its route "
        "and the delay, rate and loss of both access networks; datagrams do not share bandwidth "
        "with each other. Security “real”: what passes the broker and the push service is sealed; "
        "“charged”: it has the size and takes the time of what is sealed. Percentiles are exact to "
        "0.1 %; smallest and largest are exact.</p>"
        "</section>",
        escaped(result.command()),
        escaped(result.version),
        escaped(result.fidelity),
        escaped(result.security),
        sim::to_string(result.fingerprint));
}

std::string report_page(const Result& result) {
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
    html += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">";
    html += "<meta name=\"color-scheme\" content=\"light dark\">";
    html +=
        fmt::format("<title>{}: {}</title>", escaped(result.scenario), escaped(headline(result)));
    html += "<style>" + std::string(style_sheet()) + "</style></head>\n<body><header>";
    html += verdict_section(result) + "</header>\n<main>";
    for (const auto& section : {properties_section,
                                thresholds_section,
                                metrics_section,
                                nat_section,
                                calls_section,
                                attacks_section,
                                counts_section,
                                method_section}) {
        html += section(result) + "\n";
    }
    return html + fmt::format("</main><footer>Made by Invitro {}</footer></body></html>\n",
                              escaped(result.version));
}

}  // namespace invitro::reports
