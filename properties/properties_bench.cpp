// What judging costs: worlds a second with and without it, and the generator alone.
#include "properties/check.hpp"

#include <benchmark/benchmark.h>

namespace invitro::properties {
namespace {

constexpr std::uint64_t seed = 1;
constexpr std::uint64_t worlds = 404;  // all sizes, four times

// One process has room for one platform.
sim::Platform& platform() {
    static sim::Platform one(model::builtin_metros());
    return one;
}

const std::vector<scenarios::World>& some_worlds() {
    static const std::vector<scenarios::World> all = [] {
        std::vector<scenarios::World> list;
        for (std::uint64_t index = 0; index < worlds; ++index)
            list.push_back(generate(seed, index));
        return list;
    }();
    return all;
}

void report(benchmark::State& state, std::uint64_t events, std::uint64_t count) {
    using benchmark::Counter;
    state.counters["worlds"] = Counter(static_cast<double>(count), Counter::kIsRate);
    state.counters["events"] = Counter(static_cast<double>(events), Counter::kIsRate);
    state.counters["events_per_world"] = static_cast<double>(events) / static_cast<double>(count);
}

void BM_worlds_bare(benchmark::State& state) {
    std::uint64_t events = 0;
    std::uint64_t count = 0;
    for (auto _ : state) {
        const auto& world = some_worlds()[count++ % worlds];
        events += run_world(world, platform(), {}).events;
    }
    report(state, events, count);
}

BENCHMARK(BM_worlds_bare)->Iterations(worlds * 4);

void BM_worlds_checked(benchmark::State& state) {
    std::uint64_t events = 0;
    std::uint64_t count = 0;
    for (auto _ : state) {
        const auto& world = some_worlds()[count++ % worlds];
        events += check_world(world, platform()).summary.events;
    }
    report(state, events, count);
}

BENCHMARK(BM_worlds_checked)->Iterations(worlds * 4);

void BM_worlds_generated_and_checked(benchmark::State& state) {
    std::uint64_t events = 0;
    std::uint64_t count = 0;
    for (auto _ : state) {
        const auto world = generate(seed, count++ % worlds);
        events += check_world(world, platform()).summary.events;
    }
    report(state, events, count);
}

BENCHMARK(BM_worlds_generated_and_checked)->Iterations(worlds * 4);

void BM_generate(benchmark::State& state) {
    std::uint64_t index = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(generate(seed, index++));
}

BENCHMARK(BM_generate);

}  // namespace
}  // namespace invitro::properties
