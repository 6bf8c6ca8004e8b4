// What judging costs: random worlds a second with and without it, in one process and in a campaign
// of several, and the generator alone.
#include "properties/check.hpp"
#include "sim/bench_apart.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <vector>

namespace invitro::properties {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t seed = 1;
constexpr std::uint64_t worlds = 404;  // all sizes, four times

struct Figures {
    double seconds_generating = 0;
    double seconds_bare = 0;
    double seconds_judged = 0;
    std::uint64_t events = 0;
};

template <class Work>
double seconds_of(const Work& work) {
    const Clock::time_point start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Each world is run bare and judged, by turns one or the other first: the second finds warm caches.
Figures run_worlds() {
    sim::Platform platform(model::builtin_metros());
    Figures figures;
    scenarios::World world;
    const auto run_bare = [&] { figures.events += run_world(world, platform, {}).events; };
    const auto run_judged = [&] { benchmark::DoNotOptimize(check_world(world, platform)); };
    for (std::uint64_t index = 0; index < worlds; ++index) {
        figures.seconds_generating += seconds_of([&] { world = generate(seed, index); });
        if (index % 2 == 0) figures.seconds_bare += seconds_of(run_bare);
        figures.seconds_judged += seconds_of(run_judged);
        if (index % 2 == 1) figures.seconds_bare += seconds_of(run_bare);
    }
    return figures;
}

// One process, one core. Random worlds are generated and judged by all properties; `share` is what
// judging adds to the bare run.
void random_worlds(benchmark::State& state) {
    Figures sum;
    for ([[maybe_unused]] auto _ : state) {
        const auto figures = sim::measured_apart<Figures>(run_worlds);
        state.SetIterationTime(figures.seconds_generating + figures.seconds_judged);
        sum.seconds_generating += figures.seconds_generating;
        sum.seconds_bare += figures.seconds_bare;
        sum.seconds_judged += figures.seconds_judged;
        sum.events += figures.events;
    }
    const auto count = static_cast<double>(worlds) * static_cast<double>(state.iterations());
    state.counters["worlds_per_second"] = count / (sum.seconds_generating + sum.seconds_judged);
    state.counters["bare_per_second"] = count / sum.seconds_bare;
    state.counters["events_per_second"] = static_cast<double>(sum.events) / sum.seconds_judged;
    state.counters["events_per_world"] = static_cast<double>(sum.events) / count;
    state.counters["share"] = sum.seconds_judged / sum.seconds_bare - 1;
}

BENCHMARK(random_worlds)->Iterations(5)->UseManualTime()->Unit(benchmark::kMillisecond);

// What `invitro check` does, by so many worker processes.
void random_worlds_campaign(benchmark::State& state) {
    const CheckOptions options{.seed = seed,
                               .worlds = worlds * 10,
                               .jobs = static_cast<unsigned>(state.range(0)),
                               .keep_going = true};
    for ([[maybe_unused]] auto _ : state) {
        const CheckReport report = check_campaign(options);
        state.SetIterationTime(report.seconds);
        state.counters["worlds_per_second"] = static_cast<double>(report.worlds) / report.seconds;
    }
}

BENCHMARK(random_worlds_campaign)
    ->ArgName("jobs")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

void generated_world(benchmark::State& state) {
    std::uint64_t index = 0;
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(generate(seed, index++));
    }
}

BENCHMARK(generated_world);

}  // namespace
}  // namespace invitro::properties
