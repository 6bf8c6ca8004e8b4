#include "reports/page/sequence_layout.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

namespace invitro::reports {
namespace {

constexpr std::size_t devices_max = 5;
constexpr std::size_t steps_max = 120;
constexpr double row_of_start = 22;
constexpr double row_of_end = 6;
constexpr double row_of_pause = 26;
// Longer silences are shortened, and their length is written beside.
constexpr std::int64_t pause_min = 250'000'000;

bool is_keep_alive(const TraceStep& step) {
    return step.label == "SessionData" || step.label == "CallKeepAlive";
}

bool is_check(const TraceStep& step) {
    return step.label == "Check" || step.label == "CheckResponse";
}

bool is_device(const Actor& actor) {
    return actor.node.kind == model::NodeKind::device;
}

// Devices in the order in which they matter: who accepted, who rang, the others.
int rank_of(const TraceStep& step) {
    if (step.is_message) return 2;
    if (step.label == "accepts") return 0;
    return step.label == "rings" ? 1 : 2;
}

// The initiator, the broker, the push service, then the other devices.
std::vector<Actor> actors_of(const CallTrace& trace, std::uint64_t& devices_left_out) {
    std::map<Actor, int> devices;
    std::set<Actor> others;
    const Actor initiator{{model::NodeKind::device, trace.initiator}};
    const auto meet = [&](const Actor& actor, int rank) {
        if (actor == initiator) return;
        if (!is_device(actor)) {
            others.insert(actor);
        } else {
            const auto [place, made] = devices.try_emplace(actor, rank);
            place->second = std::min(place->second, rank);
        }
    };
    for (const TraceStep& step : trace.steps) {
        meet(step.from, rank_of(step));
        if (step.to) meet(*step.to, 2);
    }
    std::vector<std::pair<int, Actor>> ranked;
    ranked.reserve(devices.size());
    for (const auto& [actor, rank] : devices) {
        ranked.emplace_back(rank, actor);
    }
    std::sort(ranked.begin(), ranked.end());
    devices_left_out = ranked.size() > devices_max ? ranked.size() - devices_max : 0;
    ranked.resize(std::min(ranked.size(), devices_max));
    std::vector<Actor> actors = {initiator};
    actors.insert(actors.end(), others.begin(), others.end());
    // The push service stands between the broker and the devices.
    std::stable_partition(
        actors.begin(), actors.end(), [](const Actor& actor) { return !actor.is_push_service(); });
    for (const auto& [rank, actor] : ranked) {
        actors.push_back(actor);
    }
    return actors;
}

// Chooses what is drawn, and counts what is not.
void choose_steps(const CallTrace& trace, SequenceLayout& layout) {
    const auto is_shown = [&](const Actor& actor) {
        return std::find(layout.actors.begin(), layout.actors.end(), actor) != layout.actors.end();
    };
    std::set<std::tuple<std::string_view, Actor, Actor>> checked;
    const auto is_first_delivered = [&](const TraceStep& step) {
        return step.fate == Fate::delivered &&
               checked.emplace(step.label, step.from, step.to.value_or(Actor{})).second;
    };
    std::map<std::tuple<std::int64_t, std::string_view, Fate>, std::size_t> handed;
    std::vector<DrawnStep>& steps = layout.steps;
    layout.steps_beyond = trace.steps_left_out;
    for (const TraceStep& step : trace.steps) {
        if (!is_shown(step.from) || (step.to && !is_shown(*step.to))) continue;
        if (is_keep_alive(step)) {
            ++layout.keep_alives;
        } else if (is_check(step) && !is_first_delivered(step)) {
            ++layout.checks;
        } else if (steps.size() == steps_max) {
            ++layout.steps_beyond;
        } else if (step.to && step.to->is_push_service()) {
            const auto [place, made] =
                handed.try_emplace(std::tuple{step.at, step.label, step.fate}, steps.size());
            if (made) {
                steps.push_back({.step = &step});
            } else {
                ++steps[place->second].times;
            }
        } else {
            steps.push_back({.step = &step});
        }
    }
}

enum class Edge : std::uint8_t { begin = 0, end = 1 };

// The beginning or the end of a step.
struct Mark {
    std::int64_t at = 0;
    std::size_t step = 0;
    Edge edge = Edge::begin;

    auto operator<=>(const Mark&) const = default;
};

}  // namespace

SequenceLayout lay_out(const CallTrace& trace, double first_row) {
    SequenceLayout layout;
    layout.actors = actors_of(trace, layout.devices);
    std::vector<Mark> marks;
    choose_steps(trace, layout);
    for (std::size_t i = 0; i < layout.steps.size(); ++i) {
        const TraceStep& step = *layout.steps[i].step;
        marks.push_back({.at = step.at, .step = i, .edge = Edge::begin});
        if (step.is_message) marks.push_back({.at = step.ended, .step = i, .edge = Edge::end});
    }
    std::sort(marks.begin(), marks.end());
    double row = first_row;
    std::int64_t before = marks.empty() ? 0 : marks.front().at;
    for (const Mark& mark : marks) {
        if (mark.at - before >= pause_min) {
            layout.pauses.push_back(
                {.row = row + row_of_pause / 2 + 7, .nanoseconds = mark.at - before});
            row += row_of_pause;
        }
        before = mark.at;
        const bool is_end = mark.edge == Edge::end;
        row += is_end ? row_of_end : row_of_start;
        (is_end ? layout.steps[mark.step].row_end : layout.steps[mark.step].row) = row;
    }
    layout.height = row + row_of_start;
    return layout;
}

}  // namespace invitro::reports
