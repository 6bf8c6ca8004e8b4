// A town with a cluster: three durable brokers and one in reserve, their disks, an operator, and
// three real clients, in virtual time. Anything may be done to it after any event of a broker.
//
// Clients are behind NATs that let in only what comes from where they sent to, so an answer must
// come from the node that was asked.
#pragma once

#include "protocol/broker/durable_broker.hpp"
#include "protocol/client/client_fixture.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace invitro::protocol::client_testing {

inline constexpr std::size_t node_count = 4;  // number 3 is in reserve

inline Address node_address(NodeNumber node) {
    return {.ip = ipv4(0xCB007110U + node), .port = 443};
}

inline Membership membership_of(std::uint64_t epoch, const std::vector<NodeNumber>& nodes) {
    Membership membership{.epoch = epoch, .members = {}};
    for (const NodeNumber node : nodes) {
        membership.members.push_back({.node = node, .address = node_address(node)});
    }
    return membership;
}

inline BrokerConfig config_of_node(NodeNumber node, std::uint8_t incarnation = 1) {
    BrokerConfig config;
    config.address = node_address(node);
    config.seed.octets.fill(static_cast<std::uint8_t>(16 * incarnation + node));
    config.ticket_key.octets.fill(2);
    config.node = node;
    config.membership = membership_of(1, {0, 1, 2});
    return config;
}

// What it was handed and said to be durable is there after a crash; the rest is not.
class ClusterDisk {
public:
    void write(Instant now, const Persist& persist) {
        writes_.push_back({now + std::chrono::milliseconds{7},
                           persist.number,
                           persist.starts_segment,
                           {persist.bytes.begin(), persist.bytes.end()}});
    }

    [[nodiscard]] Instant next_done() const { return writes_.empty() ? never : writes_.front().at; }

    Persisted done() {
        const Write write = writes_.front();
        writes_.erase(writes_.begin());
        if (write.starts_segment) segments_.emplace_back();
        auto& segment = segments_.back();
        segment.insert(segment.end(), write.bytes.begin(), write.bytes.end());
        durable_ = write.number;
        return {.number = write.number};
    }

    void crash() { writes_.clear(); }

    [[nodiscard]] std::vector<ByteView> segments() const {
        return {segments_.begin(), segments_.end()};
    }

    [[nodiscard]] std::uint64_t durable() const { return durable_; }

private:
    struct Write {
        Instant at;
        std::uint64_t number = 0;
        bool starts_segment = false;
        std::vector<std::uint8_t> bytes;
    };

    std::vector<std::vector<std::uint8_t>> segments_;
    std::vector<Write> writes_;
    std::uint64_t durable_ = 0;
};

class ClusterTown {
public:
    // `trouble` comes after the brokers' event of that number, counted from 0 over all nodes.
    using Trouble = std::function<void(ClusterTown&)>;

    explicit ClusterTown(std::size_t event = SIZE_MAX, Trouble trouble = {})
        : trouble_at_(event), trouble_(std::move(trouble)) {
        for (std::size_t node = 0; node < node_count; ++node) {
            nodes_[node].broker.emplace(config_of_node(static_cast<NodeNumber>(node)), now_);
            drain(static_cast<NodeNumber>(node));
        }
        for (std::uint32_t number = 1; number <= 3; ++number) {
            add_client(number);
        }
    }

    // Ada is called by the first of her identifiers, which goes over to node 3 when that joins.
    // Each has another owner.
    static RegisterCommand ada(std::uint64_t device = 2) {
        return proven(device, {owned_by(0, 3), owned_by(1, 1), owned_by(2, 2)});
    }

    static RegisterCommand proven(std::uint64_t device,
                                  const std::vector<EndpointIdentifier>& identifiers) {
        RegisterCommand command = register_command(device);
        command.identifiers.clear();
        command.credentials.clear();
        for (const EndpointIdentifier& one : identifiers) {
            command.identifiers.push_back(one);
            command.credentials.push_back(
                earned_credential(service_key(), {device_of(device), command.profile, one}, 0));
        }
        return command;
    }

    // One that belongs to the first node of three, and to the second of four.
    static EndpointIdentifier owned_by(NodeNumber of_three, NodeNumber of_four) {
        const IndexKey key = Broker(config_of_node(0)).state().registry.key;
        const auto three = slot_owners(key, membership_of(1, {0, 1, 2}));
        const auto four = slot_owners(key, membership_of(2, {0, 1, 2, 3}));
        for (int i = 0;; ++i) {
            const auto found = identifier("ada" + std::to_string(i) + "@example.org");
            const Slot slot = slot_of(found);
            if (three[slot] == of_three && four[slot] == of_four) return found;
        }
    }

    void command(std::uint32_t number, const Command& what) { give(number, Client::Input{what}); }

    void run(Duration by) {
        const Instant until = now_ + by;
        for (Instant next = next_event(); next <= until; next = next_event()) {
            now_ = std::max(now_, next);
            step();
        }
        now_ = until;
    }

    void register_ada() {
        for (const std::uint32_t number : {2U, 3U}) {
            RegisterCommand registration = ada(number);
            registration.token.value.assign(bytes_of(number == 2 ? "2" : "3"));
            command(number, registration);
        }
    }

    // Both of Ada's devices are called, accept, are connected, and the caller hangs up.
    void play_the_call() {
        register_ada();
        run(20s);
        CallCommand called = call_command(AnswerPolicy::all);
        called.callee = ada().identifiers[0];
        command(1, called);
        call = heard<CallStarted>(1).at(0).call;
        run(9s);
        command(2, AcceptCommand{call});
        run(20ms);
        command(3, AcceptCommand{call});
        run(40s);
        command(1, HangUpCommand{call});
        run(30s);
    }

    // ---- troubles -------------------------------------------------------------------------------

    void after(Duration wait, std::function<void()> what) {
        timers_.emplace(now_ + wait, std::move(what));
    }

    void crash(NodeNumber node, Duration down = 1s) {
        Node& one = nodes_[node];
        if (!one.broker) return;
        one.broker.reset();
        one.disk.crash();
        one.back_at = now_ + down;
    }

    // The operator's wish, repeated to one node after the other until a node has taken it.
    void change_membership(std::vector<NodeNumber> members) {
        std::uint64_t epoch = 0;
        for (const Node& node : nodes_) {
            if (node.broker) epoch = std::max(epoch, cluster(node).membership.epoch);
        }
        ask_for(membership_of(epoch + 1, members), members.front());
    }

    // ---- what is seen ---------------------------------------------------------------------------

    template <class N>
    [[nodiscard]] std::vector<N> heard(std::uint32_t number) const {
        std::vector<N> found;
        for (const auto& [hearer, notification] : told_) {
            const auto* one = std::get_if<N>(&notification);
            if (hearer == number && one != nullptr) found.push_back(*one);
        }
        return found;
    }

    [[nodiscard]] bool is_up(NodeNumber node) const { return nodes_[node].broker.has_value(); }

    [[nodiscard]] DurableBroker::State state(NodeNumber node) const {
        return nodes_[node].broker->state();
    }

    [[nodiscard]] std::size_t remarks(RemarkKind kind) const {
        const auto found = remarks_.find(kind);
        return found == remarks_.end() ? 0 : found->second;
    }

    std::size_t events = 0;
    std::size_t slots_served_twice = 0;
    CallId call;

private:
    struct Node {
        std::optional<DurableBroker> broker;
        ClusterDisk disk;
        Instant back_at = never;
        std::uint8_t incarnation = 1;
    };

    struct Flight {
        Address source;
        Address destination;
        std::vector<std::uint8_t> bytes;
        bool is_push = false;
    };

    static const ClusterState& cluster(const Node& node) {
        return node.broker->broker_state().cluster;
    }

    void add_client(std::uint32_t number) {
        ClientConfig config = config_of(number, false);
        config.brokers.clear();
        for (const std::uint32_t next : {0U, 1U, 2U}) {
            config.brokers.push_back(
                {.v4 = node_address(static_cast<NodeNumber>((number + next) % 3)), .v6 = {}});
        }
        config.brokers.push_back({.v4 = node_address(3), .v6 = {}});
        clients_.emplace_back(config);
        NetworkChanged network;
        network.addresses = {outside_of(number)};
        command(number, network);
    }

    void ask_for(const Membership& wanted, std::size_t at) {
        for (const Node& node : nodes_) {
            if (node.broker && cluster(node).membership.epoch >= wanted.epoch) return;
        }
        const auto node = static_cast<NodeNumber>(at % node_count);
        if (is_up(node)) give_node(node, ChangeMembership{wanted});
        after(500ms, [this, wanted, at] { ask_for(wanted, at + 1); });
    }

    [[nodiscard]] Instant next_event() const {
        Instant next = flights_.empty() ? never : flights_.begin()->first;
        if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
        for (const Client& one : clients_) {
            next = std::min(next, one.next_deadline());
        }
        for (const Node& node : nodes_) {
            const Instant own = node.broker
                                    ? std::min(node.broker->next_deadline(), node.disk.next_done())
                                    : node.back_at;
            next = std::min(next, own);
        }
        return next;
    }

    void step() {
        while (!timers_.empty() && timers_.begin()->first <= now_) {
            const auto what = timers_.begin()->second;
            timers_.erase(timers_.begin());
            what();
        }
        for (NodeNumber number = 0; number < node_count; ++number) {
            Node& node = nodes_[number];
            if (!node.broker && node.back_at <= now_) restart(number);
            if (node.broker && node.disk.next_done() <= now_) give_node(number, node.disk.done());
            if (node.broker && node.broker->next_deadline() <= now_) {
                give_node(number, DeadlineReached{});
            }
        }
        for (std::uint32_t number = 1; number <= 3; ++number) {
            if (clients_[number - 1].next_deadline() <= now_) give(number, DeadlineReached{});
        }
        while (!flights_.empty() && flights_.begin()->first <= now_) {
            const Flight flight = flights_.begin()->second;
            flights_.erase(flights_.begin());
            deliver(flight);
        }
    }

    void deliver(const Flight& flight) {
        const ReceivedDatagram datagram{flight.source, flight.destination, flight.bytes};
        for (NodeNumber node = 0; node < node_count; ++node) {
            if (flight.destination == node_address(node) && is_up(node)) give_node(node, datagram);
        }
        for (std::uint32_t number = 1; number <= 3; ++number) {
            if (flight.destination != outside_of(number)) continue;
            if (flight.is_push) return give(number, ReceivedPush{flight.bytes});
            if (open_.contains({flight.destination, flight.source})) give(number, datagram);
        }
    }

    void give(std::uint32_t number, const Client::Input& input) {
        Client& client = clients_[number - 1];
        client.handle(now_, input);
        while (const auto output = client.poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                open_.insert({outside_of(number), sent->destination});
                fly(outside_of(number), sent->destination, sent->payload, false);
            } else if (const auto* notification = std::get_if<Notification>(&*output)) {
                told_.emplace_back(number, *notification);
            }
        }
    }

    void give_node(NodeNumber node, const DurableBroker::Input& input) {
        nodes_[node].broker->handle(now_, input);
        drain(node);
        count_holders();
        if (events++ == trouble_at_) trouble_(*this);
    }

    void drain(NodeNumber node) {
        while (const auto output = nodes_[node].broker->poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly(node_address(node), sent->destination, sent->payload, false);
            } else if (const auto* push = std::get_if<SendPush>(&*output)) {
                fly({}, outside_of(push->token[0] - '0'), push->payload, true);
            } else if (const auto* persist = std::get_if<Persist>(&*output)) {
                nodes_[node].disk.write(now_, *persist);
            } else if (const auto* remark = std::get_if<Remark>(&*output)) {
                ++remarks_[remark->kind];
            }
        }
    }

    void count_holders() {
        std::array<std::uint8_t, slot_count> holders{};
        for (const Node& node : nodes_) {
            if (!node.broker) continue;
            const auto& held = cluster(node).held;
            for (std::size_t slot = 0; slot < slot_count; ++slot) {
                holders[slot] = static_cast<std::uint8_t>(holders[slot] + held[slot]);
            }
        }
        slots_served_twice += static_cast<std::size_t>(
            std::count_if(holders.begin(), holders.end(), [](std::uint8_t n) { return n > 1; }));
    }

    void restart(NodeNumber number) {
        Node& node = nodes_[number];
        const auto segments = node.disk.segments();
        auto recovered =
            DurableBroker::recover(config_of_node(number, ++node.incarnation),
                                   now_,
                                   {.segments = segments, .durable = node.disk.durable()});
        CHECK(recovered.has_value(), "a crash damages nothing that was persisted");
        node.broker.emplace(std::move(*recovered));
        node.back_at = never;
        drain(number);
    }

    void fly(const Address& source, const Address& destination, ByteView bytes, bool is_push) {
        flights_.emplace(now_ + 10ms,
                         Flight{source, destination, {bytes.begin(), bytes.end()}, is_push});
    }

    std::size_t trouble_at_;
    Trouble trouble_;
    Instant now_ = instant_at(1'000'000'000);
    std::array<Node, node_count> nodes_;
    std::vector<Client> clients_;
    std::multimap<Instant, Flight> flights_;
    std::multimap<Instant, std::function<void()>> timers_;
    std::set<std::pair<Address, Address>> open_;
    std::vector<std::pair<std::uint32_t, Notification>> told_;
    std::map<RemarkKind, std::size_t> remarks_;
};

}  // namespace invitro::protocol::client_testing
