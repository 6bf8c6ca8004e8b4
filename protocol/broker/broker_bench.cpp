// How fast the broker is, and how large: handled messages with many devices registered and many
// calls in hand, and the set-up of a million registrations.
#include "protocol/broker/broker.hpp"
#include "protocol/wire/codec.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace invitro::protocol {
namespace {

using namespace literals;

constexpr std::uint32_t devices_per_identifier = 8;

DeviceId bench_device(std::uint64_t number) {
    return {.high = 0xDE, .low = number};
}

Address bench_address(std::uint32_t number) {
    return {.ip = ipv4(0x0A000000U + number), .port = 4000};
}

EndpointIdentifier bench_phone(std::uint64_t number) {
    return EndpointIdentifier::parse("+4915" + std::to_string(100'000'000 + number)).value();
}

BrokerConfig bench_config() {
    BrokerConfig config;
    config.address = bench_address(1);
    config.seed.octets.fill(1);
    config.ticket_key.octets.fill(2);
    config.limits = BrokerLimits::without_rates();
    return config;
}

ConnectionData bench_connection(std::uint32_t number) {
    ConnectionData data;
    data.key.fill(static_cast<std::uint8_t>(number));
    data.candidates.push_back({.kind = CandidateKind::host, .address = bench_address(number)});
    data.candidates.push_back(
        {.kind = CandidateKind::server_reflexive, .address = bench_address(number)});
    return data;
}

RegisterDevice bench_registration(std::uint64_t number, std::uint64_t identifier) {
    RegisterDevice message;
    message.device = bench_device(number);
    message.profile = {.high = 0xF, .low = identifier};
    message.incarnation = 1;
    message.identifiers = {bench_phone(identifier)};
    const std::string text =
        "token-of-thirty-two-bytes-" + std::to_string(100'000 + number % 900'000);
    message.token.value = InlineBytes<PushToken::length_max>(bytes_of(text));
    message.lease = timing::lease_max;
    return message;
}

// Plays initiator and devices: a call to eight devices that all accept, every accept forwarded and
// acknowledged, while `calls_in_hand` earlier calls are waiting for their end.
class BenchWorld {
public:
    explicit BenchWorld(std::uint32_t devices) : identifiers_(devices / devices_per_identifier) {
        for (std::uint32_t i = 0; i < devices; ++i) {
            broker_.preregister(now_, bench_registration(i + 1000, i % identifiers_));
        }
    }

    // Gives the number of messages handled.
    std::int64_t play_call() {
        const CallId call{.high = 0xCA11, .low = ++calls_};
        const auto identifier = static_cast<std::uint32_t>(calls_ * 7919 % identifiers_);
        handled_ = 0;
        InviteRequest request;
        request.call = call;
        request.initiator = bench_device(1);
        request.callee = bench_phone(identifier);
        request.caller = bench_phone(999);
        request.connection = bench_connection(1);
        request.lifetime = 60s;
        send(1, request);
        const auto tickets = tickets_;
        tickets_.clear();
        for (const auto& [device, ticket] : tickets) {
            play_device(call, device, ticket);
        }
        return handled_;
    }

    void pass(Duration duration) {
        now_ += duration;
        while (broker_.next_deadline() <= now_) {
            broker_.handle(now_, DeadlineReached{});
            drain();
        }
        for (const CallId call : ended_) {
            send(1, EndedAck{call, bench_device(1)});
        }
        ended_.clear();
    }

    [[nodiscard]] std::size_t calls_in_hand() const { return broker_.state().calls.calls.size(); }

private:
    void play_device(CallId call, DeviceId device, const Ticket& ticket) {
        const auto from = static_cast<std::uint32_t>(device.low);
        send(from, InviteRinging{call, device, ticket});
        send(from, InviteAccept{call, device, ticket, bench_connection(from)});
        send(1, ForwardAck{call, device});
    }

    template <class M>
    void send(std::uint32_t from, const M& message) {
        std::array<std::uint8_t, datagram_size_max> bytes{};
        const std::size_t size = encode_message(message, bytes);
        broker_.handle(now_,
                       ReceivedDatagram{.source = bench_address(from),
                                        .destination = bench_config().address,
                                        .payload = {bytes.data(), size}});
        ++handled_;
        drain();
    }

    void drain() {
        while (const auto output = broker_.poll_output()) {
            if (const auto* push = std::get_if<SendPush>(&*output)) {
                const auto message = decode(push->payload);
                const auto* invitation = std::get_if<InvitePush>(&*message);
                if (invitation == nullptr) continue;
                tickets_.emplace_back(invitation->device, invitation->ticket);
            } else if (const auto* datagram = std::get_if<SendDatagram>(&*output)) {
                if (datagram->destination != bench_address(1)) continue;
                const auto message = decode(datagram->payload);
                const auto* ended = std::get_if<InviteEnded>(&*message);
                if (ended != nullptr) ended_.push_back(ended->call);
            }
        }
    }

    Instant now_ = instant_at(1'000'000'000);
    std::uint64_t identifiers_;
    std::uint64_t calls_ = 0;
    std::int64_t handled_ = 0;
    Broker broker_{bench_config()};
    std::vector<std::pair<DeviceId, Ticket>> tickets_;
    std::vector<CallId> ended_;
};

// Arguments: devices registered, calls in hand. Includes encoding what is sent to the broker and
// decoding the pushes; 25 messages and 8 pushes per call.
void broker_handles_messages(benchmark::State& state) {
    BenchWorld world(static_cast<std::uint32_t>(state.range(0)));
    const Duration between_calls = 120s / state.range(1);
    while (world.calls_in_hand() < static_cast<std::size_t>(state.range(1)) * 99 / 100) {
        world.play_call();
        world.pass(between_calls);
    }
    std::int64_t handled = 0;
    for ([[maybe_unused]] auto _ : state) {
        handled += world.play_call();
        world.pass(between_calls);
    }
    state.SetItemsProcessed(handled);
}

BENCHMARK(broker_handles_messages)
    ->Args({1'000, 100})
    ->Args({100'000, 10'000})
    ->Args({100'000, 100'000})
    ->Args({1'000'000, 10'000})
    ->Unit(benchmark::kMicrosecond);

// Argument: devices. One identifier each.
void broker_is_set_up(benchmark::State& state) {
    const auto devices = static_cast<std::uint32_t>(state.range(0));
    double bytes = 0;
    for ([[maybe_unused]] auto _ : state) {
        Broker broker(bench_config());
        for (std::uint32_t i = 0; i < devices; ++i) {
            broker.preregister(instant_at(0), bench_registration(i + 1000, i));
        }
        bytes = static_cast<double>(broker.state().registry.memory_size());
    }
    state.SetItemsProcessed(state.iterations() * devices);
    state.counters["bytes_per_device"] = bytes / devices;
}

BENCHMARK(broker_is_set_up)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace invitro::protocol
