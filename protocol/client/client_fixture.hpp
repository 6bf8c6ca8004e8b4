// A test bench for the client, in virtual time: one client, everybody else played by the test,
// every output kept. For several clients see network_fixture.hpp.
#pragma once

#include "protocol/broker/credential.hpp"
#include "protocol/client/client.hpp"
#include "protocol/paths/path_identity.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol::client_testing {

using namespace literals;

inline constexpr Address broker_address{.ip = ipv4(0xCB007101U), .port = 443};
inline constexpr Address reflector_1{.ip = ipv4(0xCB007102U), .port = 3478};
inline constexpr Address reflector_2{.ip = ipv4(0xCB007103U), .port = 3478};

inline DeviceId device_of(std::uint64_t number) {
    return {.high = 0xDE, .low = number};
}

// The address a device sees itself under, and another one to move to.
inline Address home_of(std::uint32_t number) {
    return {.ip = ipv4(0xC0A80000U + number), .port = 5000};
}

inline Address outside_of(std::uint32_t number) {
    return {.ip = ipv4(0x0A000000U + number), .port = 5000};
}

inline EndpointIdentifier identifier(std::string_view text) {
    return EndpointIdentifier::parse(text).value();
}

inline ClientConfig config_of(std::uint64_t number, bool has_reflectors = true) {
    ClientConfig config;
    config.device = device_of(number);
    config.seed.octets.fill(static_cast<std::uint8_t>(number));
    config.brokers = {{.v4 = broker_address, .v6 = {}}};
    if (has_reflectors) config.reflectors = {reflector_1, reflector_2};
    return config;
}

// The key of every service that plays in these tests.
inline RandomValue service_key() {
    RandomValue key;
    key.octets.fill(2);
    return key;
}

// Of a device that has proven its number and its address.
inline RegisterCommand register_command(std::uint64_t device = 1) {
    RegisterCommand command;
    command.profile = {.high = 1, .low = 2};
    command.identifiers = {identifier("+4915112345678"), identifier("ada@example.org")};
    for (const EndpointIdentifier& one : command.identifiers) {
        command.credentials.push_back(
            earned_credential(service_key(), {device_of(device), command.profile, one}, 0));
    }
    command.token.provider = PushProvider::fcm;
    command.token.value.assign(bytes_of("a token of some length"));
    return command;
}

inline CallCommand call_command(AnswerPolicy policy = AnswerPolicy::first,
                                Duration lifetime = 60s) {
    return {.callee = identifier("+4915112345678"),
            .caller = identifier("bob@example.org"),
            .policy = policy,
            .lifetime = lifetime};
}

inline std::vector<std::uint8_t> encoded(const Message& message) {
    std::vector<std::uint8_t> bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    return bytes;
}

// Messages of a peer, to be given call, sender and tag.
template <class M>
M numbered(std::uint32_t sequence) {
    M message;
    message.sequence = sequence;
    return message;
}

inline Check check_with(const TransactionId& transaction) {
    Check check;
    check.transaction = transaction;
    check.priority = 5;
    return check;
}

inline CheckResponse response_to(const Check& check) {
    CheckResponse response;
    response.transaction = check.transaction;
    response.mapped = outside_of(1);
    return response;
}

// ---- one client ---------------------------------------------------------------------------------

struct SentMessage {
    Instant at;
    Address source;
    Address destination;
    Message message;

    bool operator==(const SentMessage&) const = default;
};

class ClientBench {
public:
    explicit ClientBench(const ClientConfig& config = config_of(1)) : client(config) {
        NetworkChanged network;
        network.addresses = {home_of(1)};
        command(network);
        forget();
    }

    void command(const Command& what) { handle(what); }

    void from(const Address& source, const Message& message) {
        const auto bytes = encoded(message);
        handle(ReceivedDatagram{source, home_of(1), bytes});
    }

    void from_broker(const Message& message) { from(broker_address, message); }

    void push(const Message& message) {
        const auto bytes = encoded(message);
        handle(ReceivedPush{bytes});
    }

    void handle(const Client::Input& input) {
        client.handle(now, input);
        while (const auto output = client.poll_output()) {
            collect(*output);
        }
    }

    // Time passes; deadlines are served when they come.
    void advance(Duration by) {
        const Instant until = now + by;
        while (client.next_deadline() <= until) {
            now = std::max(now, client.next_deadline());
            handle(DeadlineReached{});
        }
        now = until;
    }

    void forget() {
        sent.clear();
        told.clear();
        remarks.clear();
        texted.clear();
    }

    // The messages of one kind sent since the last forget().
    template <class M>
    [[nodiscard]] std::vector<M> all() const {
        std::vector<M> messages;
        for (const SentMessage& one : sent) {
            if (const auto* message = std::get_if<M>(&one.message)) messages.push_back(*message);
        }
        return messages;
    }

    template <class N>
    [[nodiscard]] std::vector<N> heard() const {
        std::vector<N> notifications;
        for (const Notification& one : told) {
            if (const auto* notification = std::get_if<N>(&one)) {
                notifications.push_back(*notification);
            }
        }
        return notifications;
    }

    [[nodiscard]] std::size_t count(RemarkKind kind) const {
        return static_cast<std::size_t>(
            std::count_if(remarks.begin(), remarks.end(), [&](const Remark& remark) {
                return remark.kind == kind;
            }));
    }

    // Both reflectors see the same outside address, and whatever they send gets in.
    void answer_reflectors() {
        const auto requests = sent;
        for (const SentMessage& one : requests) {
            if (const auto* request = std::get_if<ReflectRequest>(&one.message)) {
                from(one.destination,
                     ReflectResponse{.transaction = request->transaction, .mapped = outside_of(1)});
            } else if (const auto* probe = std::get_if<ReflectProbe>(&one.message)) {
                from(one.destination,
                     ReflectResponse{.transaction = probe->transaction, .mapped = outside_of(1)});
            }
        }
    }

    Instant now = instant_at(1'000'000'000);
    Client client;
    std::vector<SentMessage> sent;
    std::vector<Notification> told;
    std::vector<Remark> remarks;
    std::vector<RegisterBySms> texted;
    std::size_t sms_size = 0;  // of the last

private:
    void collect(const Client::Output& output) {
        if (const auto* datagram = std::get_if<SendDatagram>(&output)) {
            const auto message = decode(datagram->payload);
            CHECK(message.has_value(), "a client sends well-formed messages");
            sent.push_back({now, datagram->source, datagram->destination, *message});
        } else if (const auto* notification = std::get_if<Notification>(&output)) {
            told.push_back(*notification);
        } else if (const auto* sms = std::get_if<SendSms>(&output)) {
            texted.push_back(std::get<RegisterBySms>(decode(sms->body).value()));
            sms_size = sms->body.size();
        } else if (const auto* remark = std::get_if<Remark>(&output)) {
            remarks.push_back(*remark);
        }
    }
};

}  // namespace invitro::protocol::client_testing
