// A test bench for several clients, in virtual time: behind NATs, with two reflectors, a relay, and
// a scripted broker that carries calls as docs/PROTOCOL.md says; with delay, loss, duplication and
// reordering drawn from a seed.
#pragma once

#include "protocol/client/client_fixture.hpp"
#include "protocol/paths/nat_fixture.hpp"
#include "protocol/paths/relay.hpp"
#include "protocol/paths/relay_credential.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol::client_testing {

inline constexpr Address relay_address{.ip = ipv4(0xCB007109U), .port = 3479};

inline constexpr IpAddress reflectors_other_ip = ipv4(0xCB007180U);

// A relay in its n-th incarnation.
inline Relay relay_of(std::uint8_t incarnation, std::uint16_t couplings_max = 16) {
    RelayConfig config;
    config.address = relay_address;
    config.seed.octets.fill(incarnation);
    config.couplings_max = couplings_max;
    return Relay(config);
}

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

    void reroute(std::uint32_t number, const Address& server) {
        handle(number, RouteChanged{server});
    }

    void run(Duration by) {
        const Instant until = now + by;
        while (true) {
            const Instant next = next_event();
            if (next > until) break;
            now = next;
            deliver_due();
            if (relay.next_deadline() <= now) relay.handle(now, DeadlineReached{});
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

    // Datagrams that peers sent each other through the relay.
    [[nodiscard]] std::uint64_t relayed() const { return relay.state().counters.passed.value; }

    Instant now = instant_at(1'000'000'000);
    std::vector<Node> nodes;
    Relay relay = relay_of(1);
    bool is_cut = false;        // nothing is delivered between peers
    bool is_relay_up = true;    // otherwise it neither hears nor says anything
    bool offers_relay = false;  // the broker knows of it

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
        next = std::min(next, relay.next_deadline());
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
        if (packet.destination.ip == reflector_1.ip || packet.destination.ip == reflector_2.ip) {
            return reflect(packet, *message);
        }
        if (packet.destination == broker_address) return broke(packet, *message);
        if (packet.destination == relay_address) return pass_through_relay(packet);
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
        const std::uint32_t device = device_at(packet.source);
        Address origin = packet.destination;
        TransactionId transaction;
        if (const auto* probe = std::get_if<ReflectProbe>(&message)) {
            transaction = probe->transaction;
            if (probe->origin == ReflectOrigin::other_port) origin = other_port_of(origin);
            if (probe->origin == ReflectOrigin::other_address) origin.ip = reflectors_other_ip;
            const bool is_same = probe->origin == ReflectOrigin::same;
            if (!is_same && !node(device).nat.lets_in(origin, packet.source)) return;
        } else {
            transaction = std::get<ReflectRequest>(message).transaction;
        }
        reply(device, origin, ReflectResponse{.transaction = transaction, .mapped = packet.source});
    }

    void pass_through_relay(const Packet& packet) {
        if (!is_relay_up) return;
        relay.handle(now, ReceivedDatagram{packet.source, relay_address, packet.bytes});
        while (const auto output = relay.poll_output()) {
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram == nullptr) continue;
            reply(
                device_at(datagram->destination), relay_address, decode(datagram->payload).value());
        }
    }

    void offer_relay(const BrokerCall& call, std::uint32_t from, const RelayRequest& request) {
        RelayOffer offer{.call = request.call,
                         .device = request.device,
                         .peer = from == call.initiator ? request.peer : device_of(call.initiator),
                         .expires = now.time_since_epoch() + timing::relay_grant,
                         .secret = {},
                         .relays = {}};
        offer.secret = relay_secret({}, offer.call, offer.device, offer.peer, offer.expires);
        if (offers_relay) offer.relays.push_back(relay_address);
        tell(from, offer);
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
        } else if (const auto* wish = std::get_if<RelayRequest>(&message)) {
            offer_relay(known, from, *wish);
        } else if (const auto* renewed = std::get_if<CandidateUpdate>(&message)) {
            renew(known, from, *renewed);
        }
    }

    void renew(const BrokerCall& call, std::uint32_t from, const CandidateUpdate& update) {
        tell(from,
             CandidateUpdateAck{.call = update.call,
                                .device = device_of(from),
                                .generation = update.connection.generation});
        for (std::uint32_t i = 1; i <= nodes.size(); ++i) {
            const bool is_other = i != from && (from == call.initiator || i == call.initiator);
            if (!is_other) continue;
            insist(i,
                   CandidateForward{.call = update.call,
                                    .device = device_of(i),
                                    .author = device_of(from),
                                    .connection = update.connection});
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
