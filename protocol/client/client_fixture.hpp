// Test benches for the client, in virtual time.
//
// ClientBench: one client, everybody else played by the test, every output kept.
// Network: several clients behind NATs, two reflectors, and a scripted broker that carries calls as
// docs/PROTOCOL.md says, with delay, loss, duplication and reordering drawn from a seed.
#pragma once

#include "protocol/client/client.hpp"
#include "protocol/paths/nat_fixture.hpp"
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
    config.broker = broker_address;
    if (has_reflectors) config.reflectors = {reflector_1, reflector_2};
    return config;
}

inline RegisterCommand register_command() {
    RegisterCommand command;
    command.profile = {.high = 1, .low = 2};
    command.identifiers = {identifier("+4915112345678"), identifier("ada@example.org")};
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

    // Both reflectors see the same outside address.
    void answer_reflectors() {
        const auto requests = sent;
        for (const SentMessage& one : requests) {
            if (const auto* request = std::get_if<ReflectRequest>(&one.message)) {
                from(one.destination,
                     ReflectResponse{.transaction = request->transaction, .mapped = outside_of(1)});
            }
        }
    }

    Instant now = instant_at(1'000'000'000);
    Client client;
    std::vector<SentMessage> sent;
    std::vector<Notification> told;
    std::vector<Remark> remarks;

private:
    void collect(const Client::Output& output) {
        if (const auto* datagram = std::get_if<SendDatagram>(&output)) {
            const auto message = decode(datagram->payload);
            CHECK(message.has_value(), "a client sends well-formed messages");
            sent.push_back({now, datagram->source, datagram->destination, *message});
        } else if (const auto* notification = std::get_if<Notification>(&output)) {
            told.push_back(*notification);
        } else if (const auto* remark = std::get_if<Remark>(&output)) {
            remarks.push_back(*remark);
        }
    }
};

// ---- several clients ----------------------------------------------------------------------------

// How datagrams fare, in per cent.
struct Weather {
    std::uint64_t seed = 1;
    unsigned loss = 0;
    unsigned duplication = 0;
    Duration delay = 20ms;
    Duration delay_spread{};  // a datagram takes delay to delay plus this
};

class Network {
public:
    explicit Network(const Weather& weather = {}) : weather_(weather) {}

    // A device behind a NAT; the first is number 1.
    std::uint32_t add(const NatKind& kind) {
        const auto number = static_cast<std::uint32_t>(nodes.size() + 1);
        const bool has_nat = kind.mapping != Mapping::none;
        const Address inside = has_nat ? home_of(number) : outside_of(number);
        nodes.push_back(
            {Client(config_of(number)), SimpleNat(kind, inside, outside_of(number).ip)});
        NetworkChanged network;
        network.addresses = {inside};
        handle(number, Command{network});
        return number;
    }

    void command(std::uint32_t number, const Command& what) { handle(number, what); }

    void run(Duration by) {
        const Instant until = now + by;
        while (true) {
            const Instant next = next_event();
            if (next > until) break;
            now = next;
            deliver_due();
            for (std::uint32_t i = 1; i <= nodes.size(); ++i) {
                if (node(i).client.next_deadline() <= now) handle(i, DeadlineReached{});
            }
        }
        now = until;
    }

    template <class N>
    [[nodiscard]] std::vector<N> heard(std::uint32_t number) const {
        std::vector<N> found;
        for (const Notification& one : nodes[number - 1].told) {
            if (const auto* notification = std::get_if<N>(&one)) found.push_back(*notification);
        }
        return found;
    }

    struct Node {
        Client client;
        SimpleNat nat;
        std::vector<Notification> told = {};
    };

    Instant now = instant_at(1'000'000'000);
    std::vector<Node> nodes;
    bool is_cut = false;  // nothing is delivered between peers

private:
    struct Packet {
        std::uint32_t to = 0;  // device; 0 when NATs decide
        Address source;
        Address destination;
        std::vector<std::uint8_t> bytes;
        bool is_push = false;
        bool is_repeated = false;  // until it arrives: stands for an exchange of the broker's
    };

    struct BrokerCall {
        std::uint32_t initiator = 0;
        InviteRequest request;
    };

    Node& node(std::uint32_t number) { return nodes[number - 1]; }

    std::uint64_t roll() {
        // SplitMix64 (Steele, Lea, Flood 2014).
        std::uint64_t z = weather_.seed += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    Instant next_event() {
        Instant next = queue_.empty() ? never : queue_.begin()->first;
        for (Node& one : nodes) {
            next = std::min(next, one.client.next_deadline());
        }
        return std::max(next, now);
    }

    void handle(std::uint32_t number, const Client::Input& input) {
        Client& client = node(number).client;
        client.handle(now, input);
        while (const auto output = client.poll_output()) {
            if (const auto* datagram = std::get_if<SendDatagram>(&*output)) {
                leave(number, *datagram);
            } else if (const auto* notification = std::get_if<Notification>(&*output)) {
                node(number).told.push_back(*notification);
            }
        }
    }

    void leave(std::uint32_t number, const SendDatagram& datagram) {
        Packet packet;
        packet.source = node(number).nat.outbound(datagram.destination);
        packet.destination = datagram.destination;
        packet.bytes.assign(datagram.payload.begin(), datagram.payload.end());
        post(packet);
    }

    void post(const Packet& packet) {
        if (roll() % 100 < weather_.loss && !packet.is_repeated) return;
        const int copies = roll() % 100 < weather_.duplication ? 2 : 1;
        for (int i = 0; i < copies; ++i) {
            const auto spread = static_cast<std::uint64_t>(weather_.delay_spread.count()) + 1;
            const Duration more{static_cast<std::int64_t>(roll() % spread)};
            queue_.emplace(now + weather_.delay + more, packet);
        }
    }

    void deliver_due() {
        while (!queue_.empty() && queue_.begin()->first <= now) {
            const Packet packet = queue_.begin()->second;
            queue_.erase(queue_.begin());
            deliver(packet);
        }
    }

    void deliver(const Packet& packet) {
        if (packet.is_push) return handle(packet.to, ReceivedPush{packet.bytes});
        if (packet.to != 0) {  // from broker or reflector, along an open mapping
            return handle(
                packet.to,
                ReceivedDatagram{packet.source, node(packet.to).nat.inside(), packet.bytes});
        }
        const auto message = decode(packet.bytes);
        CHECK(message.has_value(), "clients send well-formed messages");
        if (packet.destination == reflector_1 || packet.destination == reflector_2) {
            return reflect(packet, *message);
        }
        if (packet.destination == broker_address) return broke(packet, *message);
        for (std::uint32_t i = 1; i <= nodes.size() && !is_cut; ++i) {
            const SimpleNat& nat = node(i).nat;
            if (!nat.owns(packet.destination)) continue;
            if (!nat.lets_in(packet.source, packet.destination)) return;
            return handle(i, ReceivedDatagram{packet.source, nat.inside(), packet.bytes});
        }
    }

    std::uint32_t device_at(const Address& outside) {
        for (std::uint32_t i = 1; i <= nodes.size(); ++i) {
            if (node(i).nat.owns(outside)) return i;
        }
        return 0;
    }

    void reflect(const Packet& packet, const Message& message) {
        const auto& request = std::get<ReflectRequest>(message);
        reply(device_at(packet.source),
              packet.destination,
              ReflectResponse{.transaction = request.transaction, .mapped = packet.source});
    }

    void reply(std::uint32_t to,
               const Address& source,
               const Message& message,
               bool is_repeated = false) {
        Packet packet;
        packet.is_repeated = is_repeated;
        packet.to = to;
        packet.source = source;
        packet.bytes = encoded(message);
        post(packet);
    }

    void tell(std::uint32_t to, const Message& message) { reply(to, broker_address, message); }

    void insist(std::uint32_t to, const Message& message) {
        reply(to, broker_address, message, true);
    }

    // The scripted broker: rings every other device, forwards every acceptance.
    void broke(const Packet& packet, const Message& message) {
        const std::uint32_t from = device_at(packet.source);
        if (const auto* request = std::get_if<InviteRequest>(&message)) {
            return invite(from, *request);
        }
        const CallId call = call_of(message);
        const auto found = calls_.find(call);
        if (found == calls_.end()) return;
        BrokerCall& known = found->second;
        const DeviceId device = device_of(from);
        if (std::holds_alternative<InviteRinging>(message)) {
            tell(from, RingingAck{.call = call, .device = device});
        } else if (const auto* accept = std::get_if<InviteAccept>(&message)) {
            tell(from, AcceptAck{.call = call, .device = device});
            insist(known.initiator,
                   AcceptForward{.call = call, .device = device, .connection = accept->connection});
        } else if (std::holds_alternative<InviteDecline>(message)) {
            tell(from, DeclineAck{.call = call, .device = device});
        } else if (std::holds_alternative<InviteCancel>(message)) {
            tell(from, CancelAck{.call = call, .device = device});
            end_for_others(known, {}, EndReason::cancelled);
        } else if (const auto* update = std::get_if<InviteUpdate>(&message)) {
            tell(from, UpdateAck{.call = call, .generation = update->generation});
            end_for_others(known, update->chosen.view(), EndReason::answered);
        }
    }

    void invite(std::uint32_t from, const InviteRequest& request) {
        const bool is_new = calls_.try_emplace(request.call, BrokerCall{from, request}).second;
        tell(from, InviteProgress{.call = request.call});
        for (std::uint32_t i = 1; is_new && i <= nodes.size(); ++i) {
            if (i == from) continue;
            Packet push;
            push.to = i;
            push.is_push = true;
            push.bytes = encoded(InvitePush{.call = request.call,
                                            .device = device_of(i),
                                            .ticket = {1, 2, 3},
                                            .callee = request.callee,
                                            .caller = request.caller,
                                            .connection = request.connection,
                                            .age = {},
                                            .lifetime = request.lifetime});
            queue_.emplace(now + weather_.delay, push);
        }
    }

    void end_for_others(const BrokerCall& call, std::span<const DeviceId> but, EndReason reason) {
        for (std::uint32_t i = 1; i <= nodes.size(); ++i) {
            const bool is_kept = std::find(but.begin(), but.end(), device_of(i)) != but.end();
            if (i == call.initiator || is_kept) continue;
            insist(
                i,
                InviteEnded{.call = call.request.call, .device = device_of(i), .reason = reason});
        }
    }

    Weather weather_;
    std::multimap<Instant, Packet> queue_;
    std::map<CallId, BrokerCall> calls_;
};

}  // namespace invitro::protocol::client_testing
