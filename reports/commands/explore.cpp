// `invitro explore`: every interleaving of a small world.
#include "properties/explore/search.hpp"
#include "properties/explore/service_subject.hpp"
#include "reports/commands/commands.hpp"
#include "reports/commands/options.hpp"
#include "reports/text/format.hpp"
#include "scenarios/scenario.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace invitro::reports {
namespace {

namespace explore = properties::explore;
using Json = nlohmann::ordered_json;

constexpr const char* description =
    "Search every interleaving of a small world\n"
    "  invitro explore mine.json                                 as far as it goes\n"
    "  invitro explore mine.json --losses 1 --crashes 1          with things that go wrong\n"
    "  invitro explore mine.json --horizon 20s --json            ends 20 s into the world\n"
    "The real broker and clients take every input in every order, and every one of the faults "
    "allowed at every\nplace. What a scenario says of latency, loss and times is not looked at; "
    "who calls whom and who answers how is.";

struct Options {
    std::string scenario;
    std::uint64_t seed = 1;
    unsigned jobs = 1;
    unsigned losses = 0;
    unsigned duplicates = 0;
    unsigned crashes = 0;
    unsigned kills = 0;
    unsigned timeouts = 0;
    std::string horizon = "130s";
    std::string time;
    std::uint64_t states_max = 50'000'000;
    std::uint64_t memory_max = 4096;  // MiB
    bool no_order_reduction = false;
    bool no_symmetry = false;
    bool cycles = false;
    bool no_direct_paths = false;
    bool explore_paths = false;
    bool json = false;
    bool quiet = false;
    std::string out;
};

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Says now and then how far it has come, and stops it when its time is over.
class Watch {
public:
    Watch(const Options& options, Clock::time_point start)
        : quiet_(options.quiet), start_(start), last_(start) {
        if (!options.time.empty()) limit_ = parse_time(options.time);
    }

    bool look(const explore::Progress& progress) {
        const auto now = Clock::now();
        const bool is_over = limit_ != std::chrono::nanoseconds{} && now - start_ > limit_;
        constexpr std::chrono::seconds between_lines{5};
        if (!quiet_ && now - last_ > between_lines) {
            last_ = now;
            fmt::print(stderr,
                       "round {}, depth {}: {} states, {} at this depth, {} MiB, {:.0f} s\n",
                       progress.round,
                       progress.depth,
                       progress.states,
                       progress.frontier,
                       progress.memory / mebibyte,
                       seconds_since(start_));
        }
        return !is_over;
    }

private:
    bool quiet_;
    std::chrono::nanoseconds limit_{};
    Clock::time_point start_;
    Clock::time_point last_;
};

explore::SearchOptions search_options(const Options& options) {
    explore::SearchOptions search;
    search.rules.budget = {.losses = static_cast<std::uint8_t>(options.losses),
                           .duplicates = static_cast<std::uint8_t>(options.duplicates),
                           .crashes = static_cast<std::uint8_t>(options.crashes),
                           .kills = static_cast<std::uint8_t>(options.kills),
                           .timeouts = static_cast<std::uint8_t>(options.timeouts)};
    search.rules.horizon = parse_time(options.horizon);
    search.threads = options.jobs;
    search.reduces_order = !options.no_order_reduction;
    search.uses_symmetries = !options.no_symmetry;
    search.checks_cycles = options.cycles;
    search.states_max = options.states_max;
    search.memory_max = options.memory_max * mebibyte;
    return search;
}

std::string verdict_text(const explore::SearchReport& report) {
    switch (report.verdict) {
        case explore::SearchVerdict::holds:
            return "holds: every state within the bounds was seen";
        case explore::SearchVerdict::violated:
            return "violated: " + report.counterexample->promise;
        case explore::SearchVerdict::unfinished:
            return "not exhausted: stopped by " + report.stopped_by;
    }
    return {};
}

// Move by move, with what the devices tell.
std::string story(const explore::Counterexample& example) {
    std::string text = fmt::format("{}: {}\n", example.promise, example.sentence);
    for (std::size_t i = 0; i < example.told.size(); ++i) {
        const bool begins_cycle = example.is_cycle && i == example.cycle_begin;
        if (begins_cycle) text += "from here on, over and over:\n";
        text += fmt::format("{:4}  {}\n", i + 1, example.told[i].what);
        for (const std::string& note : example.told[i].notes) {
            text += fmt::format("        {}\n", note);
        }
    }
    return text;
}

std::string text_of(const explore::SearchReport& report, double seconds) {
    const double rate = static_cast<double>(report.transitions_of_all_rounds) / seconds;
    return fmt::format(
        "{}\n{} states, {} transitions, depth {}, {} last states; {:.1f} s, {:.0f} transitions/s\n"
        "{} rounds, {} states with moves left out; {} states of single machines, {} inputs; "
        "{} MiB\n",
        verdict_text(report),
        report.states,
        report.transitions,
        report.depth,
        report.last_states,
        seconds,
        rate,
        report.rounds,
        report.reduced,
        report.local_states,
        report.inputs,
        report.memory_peak / mebibyte);
}

Json json_of(const explore::SearchReport& report, double seconds) {
    constexpr std::array verdicts{"holds", "violated", "unfinished"};
    Json json{{"verdict", verdicts[static_cast<std::size_t>(report.verdict)]},
              {"stopped_by", report.stopped_by},
              {"states", report.states},
              {"transitions", report.transitions},
              {"last_states", report.last_states},
              {"depth", report.depth},
              {"rounds", report.rounds},
              {"reduced", report.reduced},
              {"transitions_of_all_rounds", report.transitions_of_all_rounds},
              {"machine_states", report.local_states},
              {"inputs", report.inputs},
              {"memory_peak", report.memory_peak},
              {"seconds", seconds}};
    if (!report.counterexample) return json;
    const explore::Counterexample& example = *report.counterexample;
    Json moves = Json::array();
    for (const explore::ToldMove& move : example.told) {
        moves.push_back({{"what", move.what}, {"notes", move.notes}});
    }
    json["counterexample"] = {
        {"property", example.promise}, {"sentence", example.sentence}, {"moves", moves}};
    if (example.is_cycle) json["counterexample"]["cycle_begin"] = example.cycle_begin;
    return json;
}

int exit_code_of(const explore::SearchReport& report) {
    switch (report.verdict) {
        case explore::SearchVerdict::holds:
            return exit_codes::holds;
        case explore::SearchVerdict::violated:
            return exit_codes::violated;
        case explore::SearchVerdict::unfinished:
            return exit_codes::inconclusive;
    }
    return exit_codes::internal_error;
}

int explore_world(const Options& options) {
    const scenarios::World world = scenarios::expand(load(options.scenario), options.seed);
    const auto subject = explore::service_subject(world,
                                                  {.has_direct_paths = !options.no_direct_paths,
                                                   .explores_paths = options.explore_paths,
                                                   .may_crash = options.crashes != 0});
    if (!subject) throw BadInput(fmt::format("{}: {}", options.scenario, subject.error().message));
    explore::SearchOptions search = search_options(options);
    const auto start = Clock::now();
    Watch watch(options, start);
    search.progress = [&](const explore::Progress& progress) { return watch.look(progress); };
    const explore::SearchReport report = explore::search(*subject, search);
    const double seconds = seconds_since(start);
    if (options.json) {
        print_data(json_of(report, seconds).dump(2, ' ', false, Json::error_handler_t::replace) +
                   "\n");
    } else if (!options.quiet) {
        if (report.counterexample) print_data(story(*report.counterexample) + "\n");
        print_data(text_of(report, seconds));
    }
    if (report.counterexample && !options.out.empty()) {
        write_file(options.out, story(*report.counterexample));
    }
    return exit_code_of(report);
}

void add_budget(CLI::App& command, const char* name, unsigned& budget, const char* what) {
    constexpr unsigned budget_max = 3;
    command.add_option(name, budget, what)->check(CLI::Range(0U, budget_max));
}

}  // namespace

CLI::App* add_explore_command(CLI::App& program, int& exit_code) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("explore", description);
    command->add_option("scenario", options->scenario, "A scenario file, or a shipped one's name")
        ->required();
    command->add_option("--seed", options->seed, "Of the world that the scenario stands for");
    command->add_option("--jobs,-j", options->jobs, "Threads; the result is the same for any")
        ->check(CLI::Range(1U, 256U));
    add_budget(*command, "--losses", options->losses, "So many messages may be lost");
    add_budget(*command, "--duplicates", options->duplicates, "... may come twice");
    add_budget(*command, "--crashes", options->crashes, "So often may the broker crash");
    add_budget(*command, "--kills", options->kills, "... may a device's program be killed");
    add_budget(*command,
               "--timeouts",
               options->timeouts,
               "So many deadlines may come while something is still on its way");
    command->add_option("--horizon", options->horizon, "The world ends then (default 130s)");
    command->add_option("--time", options->time, "Stop the search after this, as in 5min");
    command->add_option("--states", options->states_max, "Stop it after so many states")
        ->check(scenarios::whole_number_mistake);
    command->add_option("--memory", options->memory_max, "... after so many MiB (default 4096)")
        ->check(scenarios::whole_number_mistake);
    command->add_flag("--no-order-reduction", options->no_order_reduction, "All orders of moves");
    command->add_flag("--no-symmetry", options->no_symmetry, "Tell devices apart that are alike");
    command->add_flag("--cycles",
                      options->cycles,
                      "Also look for cycles without progress; without the two reductions");
    command->add_flag(
        "--no-direct-paths", options->no_direct_paths, "Devices reach each other by relay only");
    command->add_flag("--explore-paths",
                      options->explore_paths,
                      "What passes between devices too may come in any order and be lost");
    command->add_option("--out", options->out, "Write the counterexample into this file");
    command->add_flag("--json", options->json, "The result as JSON");
    command->add_flag("--quiet,-q", options->quiet, "Only the exit code");
    command->callback(
        [options, &exit_code] { exit_code = guarded([&] { return explore_world(*options); }); });
    return command;
}

}  // namespace invitro::reports
