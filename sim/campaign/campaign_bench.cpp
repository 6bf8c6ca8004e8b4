#include "sim/campaign/campaign.hpp"
#include "sim/campaign/worker.hpp"
#include "sim/fingerprint.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace invitro::sim {
namespace {

// What the campaign itself costs: worlds that do nothing, so many worker processes, results of so
// many bytes.
void trivial_worlds(benchmark::State& state) {
    constexpr std::uint64_t worlds = 200'000;
    const auto jobs = static_cast<unsigned>(state.range(0));
    const auto size = static_cast<std::size_t>(state.range(1));
    const MakeWorldJob make_job = [size] {
        return [size](std::uint64_t) { return std::vector<std::uint8_t>(size); };
    };
    for ([[maybe_unused]] auto _ : state) {
        const CampaignEnd end = run_campaign({.count = worlds, .jobs = jobs}, make_job, {});
        if (end.finished != worlds) state.SkipWithError("a world is missing");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(worlds));
}

BENCHMARK(trivial_worlds)
    ->ArgNames({"jobs", "bytes"})
    ->ArgsProduct({{1, 2}, {32, 200}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Every world crashes: a new process for each.
void crashing_worlds(benchmark::State& state) {
    constexpr std::uint64_t worlds = 100;
    const MakeWorldJob make_job = [] {
        return [](std::uint64_t) -> std::vector<std::uint8_t> { std::_Exit(1); };
    };
    for ([[maybe_unused]] auto _ : state) {
        run_campaign({.count = worlds}, make_job, {});
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(worlds));
}

BENCHMARK(crashing_worlds)->UseRealTime()->Unit(benchmark::kMillisecond);

void forked_job(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(run_forked([] { return std::vector<std::uint8_t>(200); }));
    }
}

BENCHMARK(forked_job)->UseRealTime()->Unit(benchmark::kMicrosecond);

void combined_fingerprint(benchmark::State& state) {
    Fingerprint campaign;
    std::uint64_t index = 0;
    for ([[maybe_unused]] auto _ : state) {
        campaign = combine(campaign, index, {.high = index, .low = index});
        ++index;
    }
    benchmark::DoNotOptimize(campaign);
}

BENCHMARK(combined_fingerprint);

}  // namespace
}  // namespace invitro::sim
