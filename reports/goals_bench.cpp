// The benchmarks' program: runs those of all folders and holds what they measured against the
// project's goals. docs/BENCHMARKS.md says what each figure means. Nothing fails for being slow:
// these are figures, not assertions.
//
//     invitro_bench                       google-benchmark's figures, then the table of goals
//     invitro_bench --json                the table alone as JSON on stdout, the rest on stderr
//     invitro_bench --benchmark_...       google-benchmark's own options
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <malloc.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::reports {
namespace {

// A counter of a benchmark; no counter: its time per iteration in seconds.
struct Figure {
    std::string_view benchmark;
    std::string_view counter;
};

enum class Reach : std::uint8_t { at_least, at_most };

struct Goal {
    std::string_view what;
    std::string_view unit;
    Reach reach = Reach::at_least;
    double goal = 0;
    std::optional<Figure> figure = {};  // none: nothing measures it yet
    std::optional<Figure> base = {};    // what is compared is figure / base
};

constexpr std::array goals{
    Goal{.what = "messages delivered, 1,000 devices",
         .unit = "1/s",
         .goal = 3e6,
         .figure = Figure{"reference_work/devices:1000", "messages_per_second"}},
    Goal{.what = "messages delivered, 1,000,000 devices",
         .unit = "1/s",
         .goal = 2e6,
         .figure = Figure{"reference_work/devices:1000000", "messages_per_second"}},
    Goal{.what = "cost of a message, 1,000,000 devices against 1,000",
         .unit = "times",
         .reach = Reach::at_most,
         .goal = 2,
         .figure = Figure{"reference_work/devices:1000", "messages_per_second"},
         .base = Figure{"reference_work/devices:1000000", "messages_per_second"}},
    Goal{.what = "set-up of 1,000,000 registered devices",
         .unit = "s",
         .reach = Reach::at_most,
         .goal = 2,
         .figure = Figure{"reference_work/devices:1000000", "set_up_seconds"}},
    Goal{.what = "memory per device, all in calls",
         .unit = "bytes",
         .reach = Reach::at_most,
         .goal = 400,
         .figure = Figure{"reference_work/devices:1000000", "bytes_per_device"}},
    Goal{.what = "memory per device, registered and dormant",
         .unit = "bytes",
         .reach = Reach::at_most,
         .goal = 400,
         .figure = Figure{"reference_work/devices:1000000", "bytes_per_device_registered"}},
    Goal{.what = "random worlds judged by all properties, one core",
         .unit = "1/s",
         .goal = 5'000,
         .figure = Figure{"random_worlds", "worlds_per_second"}},
    Goal{.what = "what judging adds to the bare run",
         .unit = "times",
         .reach = Reach::at_most,
         .goal = 0.25,
         .figure = Figure{"random_worlds", "share"}},
    Goal{.what = "campaign with --jobs 2 against 1",
         .unit = "times",
         .goal = 1.9,
         .figure = Figure{"random_worlds_campaign/jobs:2", "worlds_per_second"},
         .base = Figure{"random_worlds_campaign/jobs:1", "worlds_per_second"}},
    Goal{.what = "states explored exhaustively, one core", .unit = "1/s", .goal = 300'000},
    Goal{.what = "an acceptance encoded and decoded",
         .unit = "s",
         .reach = Reach::at_most,
         .goal = 1e-7,
         .figure = Figure{"encode_and_decode/accept", ""}},
};

// Prints as google-benchmark does, and keeps what it prints.
class KeepingReporter : public benchmark::ConsoleReporter {
public:
    KeepingReporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
            // Without what follows the arguments: "/iterations:1/manual_time".
            const std::string name = run.run_name.function_name +
                                     (run.run_name.args.empty() ? "" : "/" + run.run_name.args);
            auto& figures = figures_[name];
            const double units = benchmark::GetTimeUnitMultiplier(run.time_unit);
            figures[""] = run.GetAdjustedRealTime() / units;
            for (const auto& [counter, value] : run.counters) {
                figures[counter] = value;
            }
        }
        ConsoleReporter::ReportRuns(runs);
        // A process that holds much memory, even free, forks slowly: not at the next one's expense.
        malloc_trim(0);
    }

    [[nodiscard]] std::optional<double> find(const Figure& figure) const {
        const auto benchmark = figures_.find(std::string(figure.benchmark));
        if (benchmark == figures_.end()) return std::nullopt;
        const auto counter = benchmark->second.find(std::string(figure.counter));
        if (counter == benchmark->second.end()) return std::nullopt;
        return counter->second;
    }

private:
    std::map<std::string, std::map<std::string, double>> figures_;  // by benchmark, by counter
};

std::optional<double> measured(const Goal& goal, const KeepingReporter& figures) {
    if (!goal.figure) return std::nullopt;
    const auto figure = figures.find(*goal.figure);
    if (!figure || !goal.base) return figure;
    const auto base = figures.find(*goal.base);
    if (!base) return std::nullopt;
    return *figure / *base;
}

// How much of the goal is reached: 1 and more is all of it, whichever way the goal points.
double ratio(const Goal& goal, double value) {
    return goal.reach == Reach::at_least ? value / goal.goal : goal.goal / value;
}

std::string number(double value) {
    if (value >= 1'000) return fmt::format("{:.0f}", value);
    return fmt::format("{:.3g}", value);
}

void print_table(std::ostream& out, const KeepingReporter& figures) {
    constexpr std::string_view row = "{:<52} {:>10} {:>12} {:<5} {:>6}\n";
    out << '\n' << fmt::format(fmt::runtime(row), "what", "measured", "goal", "", "ratio");
    for (const Goal& goal : goals) {
        const auto value = measured(goal, figures);
        const std::string_view sign = goal.reach == Reach::at_least ? ">=" : "<=";
        out << fmt::format(fmt::runtime(row),
                           goal.what,
                           value ? number(*value) : "-",
                           fmt::format("{} {}", sign, number(goal.goal)),
                           goal.unit,
                           value ? fmt::format("{:.2f}", ratio(goal, *value)) : "-");
    }
    out << "\nA ratio of 1 and more is a goal reached; - was not measured.\n";
}

void print_json(std::ostream& out, const KeepingReporter& figures) {
    auto rows = nlohmann::ordered_json::array();
    for (const Goal& goal : goals) {
        const auto value = measured(goal, figures);
        rows.push_back({{"what", goal.what},
                        {"unit", goal.unit},
                        {"measured", nullptr},
                        {goal.reach == Reach::at_least ? "at_least" : "at_most", goal.goal},
                        {"ratio", nullptr}});
        if (!value) continue;
        rows.back()["measured"] = *value;
        rows.back()["ratio"] = ratio(goal, *value);
    }
    out << nlohmann::ordered_json{{"goals", rows}}.dump(2) << '\n';
}

// Takes our option out of the arguments.
bool take_json_option(int& argument_count, char** arguments) {
    for (int i = 1; i < argument_count; ++i) {
        if (std::string_view(arguments[i]) != "--json") continue;
        std::copy(arguments + i + 1, arguments + argument_count + 1, arguments + i);
        --argument_count;
        return true;
    }
    return false;
}

int run(int argument_count, char** arguments) {
    const bool json = take_json_option(argument_count, arguments);
    benchmark::Initialize(&argument_count, arguments);
    constexpr int exit_bad_input = 2;
    if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return exit_bad_input;
    KeepingReporter reporter;
    reporter.SetOutputStream(json ? &std::cerr : &std::cout);
    benchmark::RunSpecifiedBenchmarks(&reporter);
    if (json) {
        print_json(std::cout, reporter);
    } else {
        print_table(std::cout, reporter);
    }
    return 0;
}

}  // namespace
}  // namespace invitro::reports

int main(int argument_count, char** arguments) {
    return invitro::reports::run(argument_count, arguments);
}
