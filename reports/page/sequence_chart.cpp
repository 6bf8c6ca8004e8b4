#include "reports/page/sequence_chart.hpp"

#include "reports/page/html.hpp"
#include "reports/page/sequence_layout.hpp"
#include "reports/text/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::reports {
namespace {

constexpr double nanoseconds_per_millisecond = 1e6;

constexpr double left = 104;
// Between lifelines: as wide as the page allows, as narrow as the longest message's name.
constexpr double columns_wide = 780;
constexpr double column_min = 111;
constexpr double column_max = 158;
constexpr double right = 146;  // room for words beside the last lifeline
constexpr double head = 44;

std::string time_text(std::int64_t nanoseconds) {
    return duration_text(static_cast<double>(nanoseconds) / nanoseconds_per_millisecond);
}

// Seconds since the call was asked for: one unit down the whole column, so that it can be compared.
std::string clock_text(std::int64_t nanoseconds) {
    return fmt::format("{:.3f} s", static_cast<double>(nanoseconds) / 1e9);
}

std::string text(double x, double y, std::string_view style, std::string_view words) {
    return fmt::format(R"(<text class="{}" x="{}" y="{}">{}</text>)",
                       style,
                       coordinate(x),
                       coordinate(y),
                       escaped(words));
}

std::string actor_name(const Actor& actor, const CallTrace& trace) {
    if (actor.is_push_service()) return "push service";
    const bool initiates =
        actor.node == model::NodeId{.kind = model::NodeKind::device, .number = trace.initiator};
    return to_string(actor.node) + (initiates ? " calls" : "");
}

class Drawing {
public:
    Drawing(const CallTrace& trace, std::string_view id)
        : trace_(trace), id_(id), layout_(lay_out(trace, head)) {}

    std::string take() {
        svg_ += opening();
        draw_lifelines();
        for (const Pause& pause : layout_.pauses) {
            svg_ += text(left - 14, pause.row, "pause end", "+ " + time_text(pause.nanoseconds));
        }
        for (const DrawnStep& step : layout_.steps) {
            step.step->is_message ? draw_message(step) : draw_note(step);
        }
        return svg_ + "</svg>" + notes();
    }

private:
    [[nodiscard]] double column() const {
        const auto gaps = static_cast<double>(std::max<std::size_t>(2, layout_.actors.size()) - 1);
        return std::clamp(columns_wide / gaps, column_min, column_max);
    }

    [[nodiscard]] double width() const {
        return left + column() * static_cast<double>(layout_.actors.size() - 1) + right;
    }

    [[nodiscard]] double x_of(const Actor& actor) const {
        const auto place = std::find(layout_.actors.begin(), layout_.actors.end(), actor);
        return left + column() * static_cast<double>(place - layout_.actors.begin());
    }

    [[nodiscard]] std::string opening() const {
        const std::string title =
            fmt::format("Sequence chart of call {}", protocol::to_string(trace_.call).substr(0, 8));
        std::string words = "Messages in order of time: ";
        for (const DrawnStep& drawn : layout_.steps) {
            const TraceStep& step = *drawn.step;
            words += fmt::format("{} {} {}{}{}; ",
                                 clock_text(step.at),
                                 actor_name(step.from, trace_),
                                 step.label,
                                 step.to ? " to " + actor_name(*step.to, trace_) : "",
                                 step.fate == Fate::dropped ? " (lost: " + step.reason + ")" : "");
        }
        return fmt::format(
            R"(<div class="scroll" tabindex="0" role="group" aria-label="{}">)"
            R"(<svg class="sequence" width="{}" height="{}" viewBox="0 0 {} {}" role="img" )"
            R"(aria-labelledby="{}-title {}-text"><title id="{}-title">{}</title>)"
            R"(<desc id="{}-text">{}</desc>)",
            escaped(title),
            coordinate(width()),
            coordinate(layout_.height),
            coordinate(width()),
            coordinate(layout_.height),
            id_,
            id_,
            id_,
            escaped(title),
            id_,
            escaped(words));
    }

    void draw_lifelines() {
        for (const Actor& actor : layout_.actors) {
            const double x = x_of(actor);
            svg_ += text(x, head - 22, "actor middle", actor_name(actor, trace_));
            svg_ += fmt::format(R"(<path class="lifeline" d="M{} {}V{}"/>)",
                                coordinate(x),
                                coordinate(head - 12),
                                coordinate(layout_.height - 6));
        }
    }

    void draw_time(const DrawnStep& drawn) {
        // One time for what happens at once.
        const std::string clock = clock_text(drawn.step->at);
        if (clock == last_clock_) return;
        svg_ += text(left - 14, drawn.row + 4, "tick end", clock);
        last_clock_ = clock;
    }

    void draw_note(const DrawnStep& drawn) {
        draw_time(drawn);
        const double x = x_of(drawn.step->from);
        svg_ += fmt::format(R"(<circle class="note" cx="{}" cy="{}" r="4"/>)",
                            coordinate(x),
                            coordinate(drawn.row));
        svg_ += text(x + 9, drawn.row + 4, "note", drawn.step->label);
    }

    void draw_message(const DrawnStep& drawn) {
        draw_time(drawn);
        const TraceStep& step = *drawn.step;
        const double from = x_of(step.from);
        const double aim = step.to ? x_of(*step.to) : from + (from > left ? -column() : column());
        const double side = aim < from ? -1 : 1;
        const bool is_lost = step.fate == Fate::dropped;
        const double x = is_lost ? from + (aim - from) * 0.6 : aim - side * 2;
        const bool is_accept = step.label == "InviteAccept" || step.label == "AcceptForward";
        svg_ += fmt::format(R"(<path class="message{}{}" d="M{} {}L{} {}"/>)",
                            is_accept ? " accept" : "",
                            is_lost ? " lost" : "",
                            coordinate(from),
                            coordinate(drawn.row),
                            coordinate(x),
                            coordinate(drawn.row_end));
        const std::string times = drawn.times == 1 ? "" : fmt::format(" × {}", drawn.times);
        svg_ += text(from + side * 9,
                     drawn.row - 3,
                     side < 0 ? "message end" : "message",
                     step.label + times);
        is_lost ? draw_cross(x, drawn.row_end, step) : draw_head(x, drawn, side);
    }

    // The arrow's head, open where the trace ends before it arrives.
    void draw_head(double x, const DrawnStep& drawn, double side) {
        if (drawn.step->fate != Fate::delivered) return;
        svg_ += fmt::format(R"(<path class="head" d="M{} {}l{} -4v8z"/>)",
                            coordinate(x),
                            coordinate(drawn.row_end),
                            coordinate(-8 * side));
    }

    void draw_cross(double x, double y, const TraceStep& step) {
        svg_ += fmt::format(R"(<path class="cross" d="M{} {}l10 10m0 -10l-10 10"/>)",
                            coordinate(x - 5),
                            coordinate(y - 5));
        svg_ += text(x + 9, y + 4, "cross", spaced(step.reason));
    }

    // What was left out, in words.
    [[nodiscard]] std::string notes() const {
        std::string words;
        const auto add = [&](std::uint64_t count, std::string_view what) {
            if (count != 0) {
                words += fmt::format("{}{}: {}", words.empty() ? "" : ", ", what, count);
            }
        };
        add(layout_.keep_alives, "keep-alives");
        add(layout_.checks, "further or lost path checks");
        add(layout_.devices, "more devices of the call");
        add(layout_.steps_beyond, "later steps");
        if (words.empty()) return "</div>";
        return "</div><p class=\"quiet\">Not drawn: " + words + ".</p>";
    }

    const CallTrace& trace_;
    std::string_view id_;
    SequenceLayout layout_;
    std::string svg_;
    std::string last_clock_;
};

}  // namespace

std::string sequence_chart(const CallTrace& trace, std::string_view id) {
    if (trace.steps.empty()) return {};
    return Drawing(trace, id).take();
}

}  // namespace invitro::reports
