// What sealing and authenticating cost: each message once at its sender, once at its receiver.
// `sim/processors.hpp` charges simulated nodes with the figures of the suite `real`.
#include "protocol/paths/path_identity.hpp"
#include "protocol/security/mac.hpp"
#include "protocol/security/sealer.hpp"
#include "protocol/security/suite.hpp"
#include "protocol/security/ticket.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <vector>

namespace invitro::protocol {
namespace {

RandomValue secret(std::uint8_t number) {
    RandomValue value;
    value.octets.fill(number);
    return value;
}

SealSuite suite_of(const benchmark::State& state) {
    return static_cast<SealSuite>(state.range(0));
}

struct Pair {
    explicit Pair(SealSuite suite)
        : cluster(key_pair_of(suite, secret(1))),
          keys(key_pair_of(suite, secret(2))),
          device({.suite = suite,
                  .self = Party::of_device(device_id_of(keys.public_key)),
                  .keys = keys,
                  .cluster = cluster.public_key,
                  .incarnation = 1,
                  .seed = secret(3),
                  .channels_max = 4}),
          broker({.suite = suite,
                  .self = Party::of_broker(),
                  .keys = cluster,
                  .cluster = cluster.public_key,
                  .incarnation = 1,
                  .seed = secret(4),
                  .channels_max = 4}) {}

    KeyPair cluster;
    KeyPair keys;
    Sealer device;
    Sealer broker;
};

// Sizes: an acknowledgement, an acceptance with three candidates, the longest datagram.
void seal(benchmark::State& state) {
    Pair pair(suite_of(state));
    const std::vector<std::uint8_t> plain(static_cast<std::size_t>(state.range(1)), 7);
    std::vector<std::uint8_t> sealed(plain.size() + seal_overhead_max);
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(
            pair.device.seal(Party::of_broker(), SealKind::to_broker, plain, sealed));
        benchmark::ClobberMemory();
    }
    state.SetLabel(std::string(to_string(suite_of(state))));
}

void seal_and_open(benchmark::State& state) {
    Pair pair(suite_of(state));
    const std::vector<std::uint8_t> plain(static_cast<std::size_t>(state.range(1)), 7);
    std::vector<std::uint8_t> sealed(plain.size() + seal_overhead_max);
    for ([[maybe_unused]] auto _ : state) {
        pair.device.seal(Party::of_broker(), SealKind::to_broker, plain, sealed);
        benchmark::DoNotOptimize(pair.broker.open(sealed));
    }
    state.SetLabel(std::string(to_string(suite_of(state))));
}

// Once for each stream at both ends.
void agree_on_key(benchmark::State& state) {
    const Pair pair(suite_of(state));
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(agreed_key(suite_of(state), pair.cluster, pair.keys.public_key));
    }
    state.SetLabel(std::string(to_string(suite_of(state))));
}

void name_a_device(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        const KeyPair keys = key_pair_of(suite_of(state), secret(9));
        benchmark::DoNotOptimize(device_id_of(keys.public_key));
    }
    state.SetLabel(std::string(to_string(suite_of(state))));
}

void make_ticket_for_device(benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(make_ticket(
            secret(1), CallId{.high = 1, .low = 2}, DeviceId{.high = 3, .low = 4}, instant_at(5)));
    }
}

// By the broker, for each answer of a device.
void check_ticket_of_device(benchmark::State& state) {
    const CallId call{.high = 1, .low = 2};
    const DeviceId device{.high = 3, .low = 4};
    const Ticket ticket = make_ticket(secret(1), call, device, instant_at(5));
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(is_genuine(secret(1), ticket, call, device));
    }
}

// The MAC of what peers say to each other: once where it is sent, once where it arrives.
template <class M>
void tag_and_check(benchmark::State& state) {
    M message;
    message.call = {.high = 1, .low = 2};
    message.sender = {.high = 3, .low = 4};
    for ([[maybe_unused]] auto _ : state) {
        message = with_tag(secret(5), message);
        benchmark::DoNotOptimize(is_authentic(secret(5), message));
    }
}

BENCHMARK(seal)->ArgsProduct({{0, 1, 2}, {40, 180, 1100}})->Name("security/seal");
BENCHMARK(seal_and_open)->ArgsProduct({{0, 1, 2}, {40, 180, 1100}})->Name("security/seal_and_open");
BENCHMARK(agree_on_key)->DenseRange(0, 2)->Name("security/agree_on_key");
BENCHMARK(name_a_device)->DenseRange(0, 2)->Name("security/name_a_device");
BENCHMARK(make_ticket_for_device)->Name("security/make_ticket");
BENCHMARK(check_ticket_of_device)->Name("security/check_ticket");
BENCHMARK(tag_and_check<Check>)->Name("security/tag_and_check/Check");
BENCHMARK(tag_and_check<SessionData>)->Name("security/tag_and_check/SessionData");

}  // namespace
}  // namespace invitro::protocol
