// The reference work: everybody is called, each call goes to eight devices, all of them accept and
// every acceptance is forwarded. The real code runs, with real encoding, timers, retransmission,
// path checks and event stream, in `latency` fidelity; nothing is lost and nobody observes.
//
// What counts as a message is a datagram or a push that was delivered. Time of the calls is the
// time of the whole world less that of the same world without calls, which is the set-up.
#include "sim/bench_apart.hpp"
#include "sim/run.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <limits>
#include <malloc.h>
#include <string>
#include <string_view>
#include <utility>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t devices_called = 8;
constexpr std::uint32_t group_size = 1 + devices_called;  // and the one that calls
constexpr protocol::Duration calls_span = 60s;
constexpr protocol::Duration talk = 10s;  // longer than the slowest push takes

void add_person(scenarios::World& world, model::NatKind nat, std::uint32_t devices) {
    const auto number = static_cast<std::uint32_t>(world.profiles.size());
    const auto metros = static_cast<std::uint32_t>(model::builtin_metros().sites.size());
    scenarios::Profile profile{.number = number, .identifiers = {}};
    profile.identifiers.push_back(
        *protocol::EndpointIdentifier::parse("+4915" + std::to_string(100'000'000 + number)));
    world.profiles.push_back(std::move(profile));
    world.networks.push_back({.number = number,
                              .site = model::SiteIndex{static_cast<std::uint16_t>(number % metros)},
                              .access = model::AccessKind::datacentre,
                              .nat = {.kind = nat}});
    for (std::uint32_t i = 0; i < devices; ++i) {
        world.devices.push_back(
            {.number = static_cast<std::uint32_t>(world.devices.size()),
             .profile = number,
             .network = number,
             .reaction = {.kind = model::ReactionKind::accept, .after = 2s + i * 100ms}});
    }
}

// In each group one person has one device behind a NAT and calls the other, who has eight on public
// addresses.
scenarios::World reference_world(std::uint32_t devices, bool with_calls) {
    scenarios::World world;
    world.seed = 1;
    world.registration = scenarios::RegistrationStart::preloaded;
    world.security = scenarios::Security::charged;
    world.push.loss = {};
    world.push.duplication = {};
    world.push.reordering = {};
    const std::uint32_t groups = std::max(1U, devices / group_size);
    world.profiles.reserve(2 * std::size_t{groups});
    world.networks.reserve(2 * std::size_t{groups});
    world.devices.reserve(std::size_t{groups} * group_size);
    if (with_calls) world.calls.reserve(groups);
    for (std::uint32_t group = 0; group < groups; ++group) {
        add_person(world, model::NatKind::eim_apdf, 1);
        add_person(world, model::NatKind::pub, devices_called);
        if (!with_calls) continue;
        world.calls.push_back({.number = group,
                               .at = 1s + calls_span / groups * group,
                               .initiator = group * group_size,
                               .callee = world.profiles.back().identifiers[0],
                               .policy = protocol::AnswerPolicy::all,
                               .talk = talk});
    }
    return world;
}

// A line of Linux's /proc/self/status that is given in kB, in bytes.
double memory_in_use(std::string_view line) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word != line) continue;
        double kilobytes = 0;
        status >> kilobytes;
        return kilobytes * 1024;
    }
    return 0;
}

// Gives back what is free and forgets the peak so far; what is left is not the world's.
double memory_before() {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5;
    return memory_in_use("VmRSS:");
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Figures {
    double seconds = 0;  // the shortest of several runs
    double bytes = 0;    // resident at the peak, beyond what the process had before
    RunSummary summary{};
};

// Making the world's rows is part of it. Small worlds run until half a second is over.
Figures run_apart(std::uint32_t devices, bool with_calls) {
    return measured_apart<Figures>([=] {
        Platform platform(model::builtin_metros());
        const double before = memory_before();
        Figures figures{.seconds = std::numeric_limits<double>::max()};
        const Clock::time_point start = Clock::now();
        do {
            const Clock::time_point run_start = Clock::now();
            const scenarios::World world = reference_world(devices, with_calls);
            figures.summary = run_world(world, platform, {});
            figures.seconds = std::min(figures.seconds, seconds_since(run_start));
        } while (seconds_since(start) < 0.5);
        figures.bytes = memory_in_use("VmHWM:") - before;
        return figures;
    });
}

void reference_work(benchmark::State& state) {
    const auto devices = static_cast<std::uint32_t>(state.range(0));
    for ([[maybe_unused]] auto _ : state) {
        const Figures set_up = run_apart(devices, false);
        const Figures whole = run_apart(devices, true);
        const double seconds = whole.seconds - set_up.seconds;
        state.SetIterationTime(seconds);
        const auto messages =
            static_cast<double>(whole.summary.datagrams_delivered + whole.summary.pushes_delivered);
        state.counters["messages_per_second"] = messages / seconds;
        state.counters["messages_per_call"] = messages / std::max(1U, devices / group_size);
        state.counters["events_per_message"] = static_cast<double>(whole.summary.events) / messages;
        state.counters["set_up_seconds"] = set_up.seconds;
        state.counters["bytes_per_device_registered"] = set_up.bytes / devices;
        state.counters["bytes_per_device"] = whole.bytes / devices;
        if (!whole.summary.quiescent) state.SkipWithError("the world did not come to rest");
    }
}

BENCHMARK(reference_work)
    ->ArgName("devices")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace invitro::sim
