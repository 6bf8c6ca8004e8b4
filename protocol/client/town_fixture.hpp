// A few clients and the real broker together, without NATs and without loss.
#pragma once

#include "protocol/broker/broker.hpp"
#include "protocol/client/client_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol::client_testing {

// A caller and two devices of one callee, and the broker; everything arrives at once. Devices from
// the fourth on are the caller's too; then its own ones are registered as well.
class Town {
public:
    explicit Town(std::uint32_t devices = 3) : broker_(config()) {
        for (std::uint32_t number = 1; number <= devices; ++number) {
            clients_.emplace_back(config_of(number, false));
            NetworkChanged network;
            network.addresses = {outside_of(number)};
            command(number, network);
            const bool is_callers = number == 1 || number > 3;
            if (is_callers && devices == 3) continue;
            RegisterCommand registration = register_command(number);
            if (is_callers) {
                registration.profile = {.high = 3, .low = 4};
                registration.identifiers = {identifier("bob@example.org")};
                registration.credentials = {earned_credential(
                    service_key(),
                    {device_of(number), registration.profile, registration.identifiers[0]},
                    0)};
            }
            const auto token = static_cast<std::uint8_t>('0' + number);
            registration.token.value.assign(ByteView{&token, 1});
            command(number, registration);
        }
    }

    void command(std::uint32_t number, const Command& what) {
        give(number, Client::Input{what});
        settle();
    }

    void run(Duration by) {
        const Instant until = now_ + by;
        for (Instant next = next_deadline(); next <= until; next = next_deadline()) {
            now_ = std::max(now_, next);
            if (broker_.next_deadline() <= now_) give_broker(DeadlineReached{});
            for (std::uint32_t number = 1; number <= clients_.size(); ++number) {
                if (client(number).next_deadline() <= now_) give(number, DeadlineReached{});
            }
            settle();
        }
        now_ = until;
    }

    template <class N>
    std::vector<N> heard(std::uint32_t number) const {
        std::vector<N> found;
        for (const auto& [hearer, notification] : told_) {
            const auto* one = std::get_if<N>(&notification);
            if (hearer == number && one != nullptr) found.push_back(*one);
        }
        return found;
    }

    CallId call_ringing_at_both(AnswerPolicy policy = AnswerPolicy::first) {
        run(1s);
        command(1, call_command(policy));
        run(1s);
        CHECK(heard<Ringing>(2).size() == 1 && heard<Ringing>(3).size() == 1, "both ring");
        return heard<CallStarted>(1).at(0).call;
    }

    Client& client(std::uint32_t number) { return clients_[number - 1]; }

    [[nodiscard]] const Broker& broker() const { return broker_; }

    // Nothing gets through between these two.
    void cut(std::uint32_t one, std::uint32_t other) { cut_ = {one, other}; }

private:
    struct Flight {
        Address source;
        Address destination;
        std::vector<std::uint8_t> bytes;
    };

    static BrokerConfig config() {
        BrokerConfig config;
        config.address = broker_address;
        config.seed.octets.fill(1);
        config.ticket_key.octets.fill(2);
        return config;
    }

    [[nodiscard]] Instant next_deadline() const {
        Instant next = broker_.next_deadline();
        for (const Client& one : clients_) {
            next = std::min(next, one.next_deadline());
        }
        return next;
    }

    void give(std::uint32_t number, const Client::Input& input) {
        client(number).handle(now_, input);
        while (const auto output = client(number).poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly(outside_of(number), *sent);
            } else if (const auto* notification = std::get_if<Notification>(&*output)) {
                told_.emplace_back(number, *notification);
            }
        }
    }

    void give_broker(const Broker::Input& input) {
        broker_.handle(now_, input);
        while (const auto output = broker_.poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly(broker_address, *sent);
            } else if (const auto* push = std::get_if<SendPush>(&*output)) {
                pushes_.push_back({{}, outside_of(push->token[0] - '0'), copy(push->payload)});
            }
        }
    }

    static std::vector<std::uint8_t> copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

    void fly(const Address& source, const SendDatagram& sent) {
        const std::pair ends{device_at(source), device_at(sent.destination)};
        if (ends == cut_ || std::pair{ends.second, ends.first} == cut_) return;
        flights_.push_back({source, sent.destination, copy(sent.payload)});
    }

    [[nodiscard]] std::uint32_t device_at(const Address& address) const {
        for (std::uint32_t number = 1; number <= clients_.size(); ++number) {
            if (address == outside_of(number)) return number;
        }
        return 0;
    }

    void settle() {
        while (!flights_.empty() || !pushes_.empty()) {
            auto& queue = flights_.empty() ? pushes_ : flights_;
            const Flight flight = queue.front();
            const bool is_push = flights_.empty();
            queue.pop_front();
            const std::uint32_t number = device_at(flight.destination);
            const ReceivedDatagram datagram{flight.source, flight.destination, flight.bytes};
            if (is_push) {
                give(number, ReceivedPush{flight.bytes});
            } else if (flight.destination == broker_address) {
                give_broker(datagram);
            } else if (number != 0) {
                give(number, datagram);
            }
        }
    }

    Instant now_ = instant_at(1'000'000'000);
    Broker broker_;
    std::vector<Client> clients_;
    std::pair<std::uint32_t, std::uint32_t> cut_{0xFF, 0xFF};
    std::deque<Flight> flights_;
    std::deque<Flight> pushes_;
    std::vector<std::pair<std::uint32_t, Notification>> told_;
};

}  // namespace invitro::protocol::client_testing
