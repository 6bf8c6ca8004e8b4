// What the models cost per datagram.
#include "model/nat/nat_box.hpp"
#include "model/network/access.hpp"
#include "model/network/topology.hpp"
#include "model/push/push_service.hpp"
#include "model/quantiles.hpp"

#include <benchmark/benchmark.h>

namespace invitro::model {
namespace {

const Address inside{.ip = protocol::ipv4(0x0A000002), .port = 5000};
const protocol::IpAddress outside_ip = protocol::ipv4(0xCB007101);

Address remote_of(std::uint32_t number) {
    return {.ip = protocol::ipv4(0xC6336401 + number), .port = 7000};
}

// A box whose inside host has sent to `sessions` remotes.
NatBox box_with_sessions(std::uint32_t sessions) {
    NatBox box{{.kind = NatKind::apdm_apdf}, outside_ip, 1};
    NatRefusal refusal{};
    for (std::uint32_t number = 0; number < sessions; ++number) {
        box.outbound(Instant{}, inside, remote_of(number), refusal);
    }
    return box;
}

void nat_box_outbound(benchmark::State& state) {
    const auto sessions = static_cast<std::uint32_t>(state.range(0));
    NatBox box = box_with_sessions(sessions);
    NatRefusal refusal{};
    std::uint32_t number = 0;
    for ([[maybe_unused]] auto _ : state) {
        number = (number + 1) % sessions;
        benchmark::DoNotOptimize(box.outbound(Instant{}, inside, remote_of(number), refusal));
    }
}

BENCHMARK(nat_box_outbound)->Arg(1)->Arg(8)->Arg(64)->Arg(4096);

void nat_box_inbound(benchmark::State& state) {
    const auto sessions = static_cast<std::uint32_t>(state.range(0));
    NatBox box = box_with_sessions(sessions);
    NatRefusal refusal{};
    const Address remote = remote_of(sessions / 2);
    const Address mapped = box.outbound(Instant{}, inside, remote, refusal)->source;
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(box.inbound(Instant{}, remote, mapped, refusal));
    }
}

BENCHMARK(nat_box_inbound)->Arg(1)->Arg(8)->Arg(64)->Arg(4096);

void nat_box_new_mapping(benchmark::State& state) {
    const auto sessions = static_cast<std::uint32_t>(state.range(0));
    NatBox box{{.kind = NatKind::apdm_apdf, .mapping_timeout = Duration{sessions}}, outside_ip, 1};
    NatRefusal refusal{};
    std::uint32_t number = 0;
    for ([[maybe_unused]] auto _ : state) {
        // One session begins and one expires with every nanosecond.
        const Instant now{Duration{number}};
        benchmark::DoNotOptimize(box.outbound(now, inside, remote_of(number++), refusal));
    }
}

BENCHMARK(nat_box_new_mapping)->Arg(1)->Arg(8)->Arg(64)->Arg(4096);

void quantile_sample(benchmark::State& state) {
    const QuantileTable table = lognormal(std::chrono::milliseconds{622}, 710);
    std::uint64_t number = 0;
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(table.sample(mix(++number)));
    }
}

BENCHMARK(quantile_sample);

void access_cross(benchmark::State& state) {
    const AccessProfile& profile = access_profile(static_cast<AccessKind>(state.range(0)));
    CrossingKey key{.seed = 1, .network = 7, .datagram = 0, .direction = Direction::up};
    for ([[maybe_unused]] auto _ : state) {
        ++key.datagram;
        const Instant now{Duration{static_cast<std::int64_t>(key.datagram) * 1000}};
        benchmark::DoNotOptimize(cross(profile, key, now, 200));
    }
    state.SetLabel(std::string{to_string(static_cast<AccessKind>(state.range(0)))});
}

BENCHMARK(access_cross)
    ->Arg(static_cast<int>(AccessKind::datacentre))
    ->Arg(static_cast<int>(AccessKind::fibre))
    ->Arg(static_cast<int>(AccessKind::cellular_4g));

void push_submit(benchmark::State& state) {
    PushService service{apns_profile(), 1};
    constexpr std::uint32_t devices = 100'000;
    std::uint64_t identity = 0;
    for ([[maybe_unused]] auto _ : state) {
        const Instant now{std::chrono::microseconds{++identity}};
        const auto device = static_cast<std::uint32_t>(identity % devices);
        benchmark::DoNotOptimize(service.submit(now, {.device = device, .identity = identity}, {}));
    }
}

BENCHMARK(push_submit);

void push_store_and_collect(benchmark::State& state) {
    PushService service{apns_profile(), 1};
    const PushReceiver away{.online = false};
    const auto devices = static_cast<std::uint32_t>(state.range(0));
    const Instant expires{std::chrono::minutes{1}};
    for (std::uint32_t device = 0; device < devices; ++device) {
        service.arrive(Instant{}, device, away, {.identity = device, .expires = expires});
    }
    std::uint32_t device = 0;
    for ([[maybe_unused]] auto _ : state) {
        device = (device + 1) % devices;
        benchmark::DoNotOptimize(service.came_online(Instant{}, device));
        service.arrive(Instant{}, device, away, {.identity = device, .expires = expires});
    }
}

BENCHMARK(push_store_and_collect)->Arg(1'000)->Arg(1'000'000);

void route_matrix_of_metros(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(RouteMatrix{builtin_metros()});
    }
}

BENCHMARK(route_matrix_of_metros);

}  // namespace
}  // namespace invitro::model
