// What a message costs on its way through the codec: the yardstick is 0.1 us for encoding and
// decoding an acceptance with three candidates.
#include "protocol/wire/codec.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <numeric>

namespace invitro::protocol {
namespace {

ConnectionData typical_connection() {
    ConnectionData connection;
    connection.generation = 1;
    connection.mapping = MappingBehaviour::endpoint_independent;
    std::iota(connection.key.begin(), connection.key.end(), std::uint8_t{0});
    connection.candidates = {
        {.kind = CandidateKind::host,
         .address = {.ip = ipv4(0xC0A80117), .port = 50000},
         .priority = candidate_priority(CandidateKind::host, 65535)},
        {.kind = CandidateKind::server_reflexive,
         .address = {.ip = ipv4(0xCB007105), .port = 61234},
         .priority = candidate_priority(CandidateKind::server_reflexive, 65535)},
        {.kind = CandidateKind::relayed,
         .address = {.ip = ipv4(0xC6336407), .port = 49152},
         .priority = candidate_priority(CandidateKind::relayed, 65535)},
    };
    return connection;
}

InviteAccept typical_accept() {
    return {.call = {.high = 0x0123456789ABCDEF, .low = 0xFEDCBA9876543210},
            .device = {.high = 0x1111111111111111, .low = 42},
            .ticket = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
            .connection = typical_connection()};
}

InviteRequest typical_request() {
    return {.call = {.high = 0x0123456789ABCDEF, .low = 0xFEDCBA9876543210},
            .initiator = {.high = 0x1111111111111111, .low = 42},
            .callee = EndpointIdentifier::parse("ada@example.org").value(),
            .caller = EndpointIdentifier::parse("+4915112345678").value(),
            .connection = typical_connection(),
            .lifetime = std::chrono::seconds{60}};
}

AcceptAck typical_ack() {
    return {.call = {.high = 0x0123456789ABCDEF, .low = 0xFEDCBA9876543210},
            .device = {.high = 0x1111111111111111, .low = 42}};
}

template <class M>
void encode_only(benchmark::State& state, M (*make)()) {
    const M message = make();
    std::array<std::uint8_t, datagram_size_max> buffer{};
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(encode_message(message, buffer));
        benchmark::ClobberMemory();
    }
}

template <class M>
void decode_only(benchmark::State& state, M (*make)()) {
    std::array<std::uint8_t, datagram_size_max> buffer{};
    const std::size_t size = encode_message(make(), buffer);
    for ([[maybe_unused]] auto _ : state) {
        auto message = decode({buffer.data(), size});
        benchmark::DoNotOptimize(message);
    }
    state.counters["bytes"] = static_cast<double>(size);
}

template <class M>
void encode_and_decode(benchmark::State& state, M (*make)()) {
    const M message = make();
    std::array<std::uint8_t, datagram_size_max> buffer{};
    for ([[maybe_unused]] auto _ : state) {
        const std::size_t size = encode_message(message, buffer);
        benchmark::ClobberMemory();
        auto decoded = decode({buffer.data(), size});
        benchmark::DoNotOptimize(decoded);
    }
}

void peek(benchmark::State& state) {
    std::array<std::uint8_t, datagram_size_max> buffer{};
    const std::size_t size = encode_message(typical_accept(), buffer);
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(peek_call({buffer.data(), size}));
    }
}

BENCHMARK_CAPTURE(encode_only, accept, typical_accept);
BENCHMARK_CAPTURE(decode_only, accept, typical_accept);
BENCHMARK_CAPTURE(encode_and_decode, accept, typical_accept);
BENCHMARK_CAPTURE(encode_and_decode, accept_ack, typical_ack);
BENCHMARK_CAPTURE(encode_and_decode, request, typical_request);
BENCHMARK(peek);

}  // namespace
}  // namespace invitro::protocol
