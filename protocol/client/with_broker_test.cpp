// Clients and the real broker together: the whole of claim 1, without NATs and without loss.
#include "protocol/broker/broker.hpp"
#include "protocol/client/client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <variant>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// A caller and two devices of one callee, and the broker; everything arrives at once.
class Town {
public:
    Town() : broker_(config()) {
        for (std::uint32_t number = 1; number <= 3; ++number) {
            clients_.emplace_back(config_of(number, false));
            NetworkChanged network;
            network.addresses = {outside_of(number)};
            command(number, network);
            if (number == 1) continue;
            RegisterCommand registration = register_command(number);
            registration.token.value.assign(bytes_of(number == 2 ? "2" : "3"));
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
            for (std::uint32_t number = 1; number <= 3; ++number) {
                if (client(number).next_deadline() <= now_) give(number, DeadlineReached{});
            }
            settle();
        }
        now_ = until;
    }

    template <class N>
    [[nodiscard]] std::vector<N> heard(std::uint32_t number) const {
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

    Client& client(std::uint32_t number) { return clients_[number - 1]; }

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
        flights_.push_back({source, sent.destination, copy(sent.payload)});
    }

    static std::uint32_t device_at(const Address& address) {
        for (std::uint32_t number = 1; number <= 3; ++number) {
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
    std::deque<Flight> flights_;
    std::deque<Flight> pushes_;
    std::vector<std::pair<std::uint32_t, Notification>> told_;
};

TEST(ClientWithBroker, DevicesRegisterAndAreRung) {
    Town town;
    EXPECT_THAT(town.heard<Registered>(2), SizeIs(1));
    town.call_ringing_at_both();
    EXPECT_THAT(town.heard<CallProgress>(1), SizeIs(1));
}

TEST(ClientWithBroker, UnderFirstOneConnectsAndTheOtherIsAnsweredElsewhere) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(2, AcceptCommand{call});
    town.run(5s);
    ASSERT_THAT(town.heard<AcceptArrived>(1), SizeIs(1));
    EXPECT_THAT(town.heard<AcceptConfirmed>(2), SizeIs(1));
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    ASSERT_THAT(town.heard<Connected>(2), SizeIs(1));
    EXPECT_EQ(town.heard<Connected>(2)[0].peer, device_of(1));
    ASSERT_THAT(town.heard<RingingStopped>(3), SizeIs(1));
    EXPECT_EQ(town.heard<RingingStopped>(3)[0].reason, EndReason::answered);
    town.run(300s);
    EXPECT_THAT(town.heard<Disconnected>(2), IsEmpty());
    town.command(2, HangUpCommand{call});
    EXPECT_THAT(town.heard<Disconnected>(1), SizeIs(1));
}

TEST(ClientWithBroker, UnderFirstASecondAcceptorIsNotChosen) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(2, AcceptCommand{call});
    town.command(3, AcceptCommand{call});
    town.run(10s);
    EXPECT_THAT(town.heard<AcceptArrived>(1), SizeIs(2));
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    ASSERT_THAT(town.heard<Disconnected>(3), SizeIs(1));
    EXPECT_EQ(town.heard<Disconnected>(3)[0].reason, SessionEnd::not_chosen);
}

TEST(ClientWithBroker, UnderAllBothConnect) {
    Town town;
    const CallId call = town.call_ringing_at_both(AnswerPolicy::all);
    town.command(2, AcceptCommand{call});
    town.run(10s);
    town.command(3, AcceptCommand{call});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(2));
    EXPECT_THAT(town.heard<Connected>(2), SizeIs(1));
    EXPECT_THAT(town.heard<Connected>(3), SizeIs(1));
}

TEST(ClientWithBroker, ACancelSilencesEverybodyWithTheTrueReason) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(1, CancelCommand{call});
    town.run(1s);
    for (const std::uint32_t number : {2U, 3U}) {
        ASSERT_THAT(town.heard<RingingStopped>(number), SizeIs(1));
        EXPECT_EQ(town.heard<RingingStopped>(number)[0].reason, EndReason::cancelled);
    }
}

TEST(ClientWithBroker, WhenAllHaveDeclinedTheInitiatorLearnsAtOnce) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.command(2, DeclineCommand{call});
    town.run(1s);
    EXPECT_THAT(town.heard<CallEnded>(1), IsEmpty());
    town.command(3, DeclineCommand{call});
    town.run(1s);
    ASSERT_THAT(town.heard<CallEnded>(1), SizeIs(1));
    EXPECT_EQ(town.heard<CallEnded>(1)[0].reason, EndReason::declined);
}

TEST(ClientWithBroker, AnAcceptInTheLastSecondStillConnects) {
    Town town;
    const CallId call = town.call_ringing_at_both();
    town.run(58500ms);
    town.command(2, AcceptCommand{call});
    town.run(10s);
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(1));
    EXPECT_THAT(town.heard<Connected>(2), SizeIs(1));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
