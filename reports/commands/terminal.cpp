#include "reports/commands/terminal.hpp"

#include "reports/page/page.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace invitro::reports {
namespace {

std::string_view code_of(Colour colour) {
    switch (colour) {
        case Colour::plain:
            return "";
        case Colour::good:
            return "\x1b[32m";
        case Colour::bad:
            return "\x1b[1;31m";
        case Colour::warning:
            return "\x1b[33m";
        case Colour::quiet:
            return "\x1b[2m";
    }
    return "";
}

Colour colour_of(properties::Verdict verdict) {
    switch (verdict) {
        case properties::Verdict::holds:
            return Colour::good;
        case properties::Verdict::violated:
            return Colour::bad;
        case properties::Verdict::vacuous:
            return Colour::warning;
    }
    return Colour::plain;
}

std::string_view mark_of(properties::Verdict verdict) {
    switch (verdict) {
        case properties::Verdict::holds:
            return "✓ holds   ";
        case properties::Verdict::violated:
            return "✗ VIOLATED";
        case properties::Verdict::vacuous:
            return "○ vacuous ";
    }
    return "";
}

// At most so many characters (not bytes: sentences may be UTF-8), an ellipsis at the end of a cut.
std::string cut(std::string_view text, std::size_t length_max) {
    std::size_t characters = 0;
    std::size_t keep = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (!begins) continue;
        if (characters + 1 == length_max) keep = i;
        if (++characters > length_max) return std::string(text.substr(0, keep)) + "…";
    }
    return std::string(text);
}

std::string figure(Measure measure, double value) {
    return is_duration(measure) ? duration_text(value) : amount_text(value);
}

}  // namespace

Terminal Terminal::of_stdout(bool no_color) {
    Terminal terminal;
    if (isatty(STDOUT_FILENO) == 0) return terminal;
    const char* const refused = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
    terminal.colours = !no_color && (refused == nullptr || *refused == '\0');
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
        terminal.width = size.ws_col;
    }
    return terminal;
}

std::string Terminal::paint(std::string_view text, Colour colour) const {
    if (!colours || colour == Colour::plain) return std::string(text);
    return fmt::format("{}{}\x1b[0m", code_of(colour), text);
}

std::string verdict_table(const std::vector<VerdictRow>& rows, const Terminal& terminal) {
    std::size_t id_width = 8;
    std::size_t count_width = 7;
    const auto counts_of = [](const VerdictRow& row) {
        return row.violated == 0 ? count_text(row.checked)
                                 : count_text(row.violated) + "/" + count_text(row.checked);
    };
    for (const VerdictRow& row : rows) {
        id_width = std::max(id_width, row.id.size());
        count_width = std::max(count_width, counts_of(row).size());
    }
    const std::size_t before = 10 + 2 + count_width + 2 + id_width + 2;
    const std::size_t rest = terminal.width > before + 12 ? terminal.width - before - 1 : 0;
    std::string text = terminal.paint(
        fmt::format("{:<10}  {:>{}}  {}\n", "verdict", "checked", count_width, "property"),
        Colour::quiet);
    for (const VerdictRow& row : rows) {
        text += fmt::format("{}  {:>{}}  {:<{}}",
                            terminal.paint(mark_of(row.verdict), colour_of(row.verdict)),
                            counts_of(row),
                            count_width,
                            row.id,
                            id_width);
        if (rest != 0) text += "  " + terminal.paint(cut(row.sentence, rest), Colour::quiet);
        text += "\n";
    }
    return text;
}

std::string counts_table(std::string_view title,
                         const std::vector<NamedCount>& counts,
                         const Terminal& terminal) {
    std::size_t name_width = 0;
    std::size_t count_width = 0;
    for (const NamedCount& one : counts) {
        name_width = std::max(name_width, one.name.size());
        count_width = std::max(count_width, count_text(one.count).size());
    }
    const std::size_t column_width = count_width + 2 + name_width + 2;
    const std::size_t columns = std::max<std::size_t>(1, terminal.width / column_width);
    std::string text = terminal.paint(title, Colour::quiet) + "\n";
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::string cell = fmt::format(
            "{:>{}}  {:<{}}", count_text(counts[i].count), count_width, counts[i].name, name_width);
        text += counts[i].count == 0 ? terminal.paint(cell, Colour::warning) : cell;
        text += (i + 1) % columns == 0 || i + 1 == counts.size() ? "\n" : "  ";
    }
    return text;
}

std::string metrics_table(const Result& result, const Terminal& terminal) {
    std::string text = terminal.paint(
        fmt::format(
            "{:<21}{:>9}{:>11}{:>11}{:>11}{:>11}\n", "metric", "count", "p50", "p90", "p99", "max"),
        Colour::quiet);
    for (const std::string& name : scenarios::metric_names()) {
        const auto measure = parse_measure(name);
        if (!measure) {
            const PairOutcomes pairs = result.measurements.all_pairs();
            text += fmt::format("{:<21}{:>9}{:>11}\n",
                                name,
                                count_text(pairs.decided()),
                                share_text(pairs.direct, pairs.decided()));
            continue;
        }
        const Histogram histogram = result.measurements.total(*measure);
        text += fmt::format("{:<21}{:>9}", name, count_text(histogram.count()));
        if (!histogram.empty()) {
            const Figures f = figures_of(*measure, histogram);
            for (const double value : {f.p50, f.p90, f.p99, f.largest}) {
                text += fmt::format("{:>11}", figure(*measure, value));
            }
        }
        text += "\n";
    }
    return text;
}

std::string attacks_table(const Result& result, const Terminal& terminal) {
    const Totals& totals = result.totals;
    if (!totals.had_attackers()) return {};
    std::string text = terminal.paint(
        fmt::format("{:<21}{:>9}{:>11}\n", "attackers", "sent", "delivered"), Colour::quiet);
    for (std::size_t i = 0; i < model::deed_count; ++i) {
        if (totals.hostile_sent[i] == 0) continue;
        text += fmt::format("{:<21}{:>9}{:>11}\n",
                            spaced(model::to_string(static_cast<model::Deed>(i))),
                            count_text(totals.hostile_sent[i]),
                            count_text(totals.hostile_delivered[i]));
    }
    const auto figure = [&](AbuseFigure one) { return count_text(result.abuse.of(one)); };
    const bool is_fooled = result.abuse.of(AbuseFigure::accepts_forged) != 0;
    text += fmt::format("  answered {} times, refused {} invitations; accepts forged: {}\n",
                        figure(AbuseFigure::answered),
                        figure(AbuseFigure::refused),
                        terminal.paint(figure(AbuseFigure::accepts_forged),
                                       is_fooled ? Colour::bad : Colour::good));
    text += fmt::format(
        "  the first broker held at most {} calls, {} tokens of a call, {} bindings, {} rates, and "
        "{} inputs waiting\n",
        figure(AbuseFigure::calls_held_max),
        figure(AbuseFigure::tokens_of_call_max),
        figure(AbuseFigure::bindings_held_max),
        figure(AbuseFigure::rates_held_max),
        figure(AbuseFigure::waiting_max));
    return text;
}

std::string thresholds_table(const Result& result, const Terminal& terminal) {
    std::string text;
    for (const ThresholdResult& one : result.thresholds) {
        text += fmt::format("{}  {}.{}: {} ({})\n",
                            one.is_met() ? terminal.paint("✓ met     ", Colour::good)
                                         : terminal.paint("△ MISSED  ", Colour::bad),
                            one.threshold.metric,
                            one.threshold.statistic,
                            measured_text(one),
                            bound_text(one));
    }
    return text;
}

Progress::Progress(std::optional<std::uint64_t> total,
                   std::optional<std::chrono::nanoseconds> time,
                   bool quiet,
                   std::string_view counted)
    : total_(total),
      time_(time),
      quiet_(quiet),
      counted_(counted),
      on_terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() {
    if (shown_ && on_terminal_) std::fputs("\r\x1b[K", stderr);
}

// The larger of the shares of worlds and of time.
std::optional<double> Progress::share(std::uint64_t finished, double seconds) const {
    std::optional<double> result;
    if (total_ && *total_ != 0) {
        result = static_cast<double>(finished) / static_cast<double>(*total_);
    }
    if (time_ && time_->count() > 0) {
        const double spent = seconds * 1e9 / static_cast<double>(time_->count());
        result = std::max(result.value_or(0), spent);
    }
    if (result) result = std::min(*result, 1.0);
    return result;
}

void Progress::show(std::uint64_t finished) {
    const Clock::time_point now = Clock::now();
    const auto pause = on_terminal_ ? std::chrono::milliseconds{200} : std::chrono::seconds{10};
    if (quiet_ || now - last_ < pause) return;
    last_ = now;
    shown_ = true;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::string text = fmt::format("{0} {2}, {1:.0f} {2}/s",
                                   count_text(finished),
                                   static_cast<double>(finished) / seconds,
                                   counted_);
    if (const auto done = share(finished, seconds); done && *done > 0) {
        const double left = seconds / *done - seconds;
        text += fmt::format(", {:.0f} %, {} left", 100 * *done, duration_text(left * 1e3 + 1));
        constexpr std::size_t length = 24;
        const auto full = static_cast<std::size_t>(*done * length);
        if (on_terminal_) {
            text = fmt::format("[{:<{}}] {}", std::string(full, '#'), length, text);
        }
    }
    fmt::print(stderr, "{}{}{}", on_terminal_ ? "\r\x1b[K" : "", text, on_terminal_ ? "" : "\n");
    std::fflush(stderr);
}

}  // namespace invitro::reports
