// The machines inside the sealing layer: everything works as without it, and nothing that an
// outsider does to the bytes changes anything.
#include "protocol/security/sealed.hpp"

#include "protocol/broker/broker.hpp"
#include "protocol/broker/durable_broker.hpp"
#include "protocol/client/client_fixture.hpp"
#include "protocol/security/suite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <string>
#include <variant>

namespace invitro::protocol {
namespace {

using client_testing::broker_address;
using client_testing::call_command;
using client_testing::config_of;
using client_testing::outside_of;
using client_testing::register_command;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using SealedClient = Sealed<Client>;
using SealedBroker = Sealed<Broker>;

RandomValue secret(std::uint8_t number) {
    RandomValue value;
    value.octets.fill(number);
    return value;
}

// A caller (1) and a callee's device (2), both sealed, and the broker. Datagrams arrive at once.
class SealedTown {
public:
    struct Flight {
        Address source;
        Address destination;
        std::vector<std::uint8_t> bytes;
        bool is_push = false;
    };

    explicit SealedTown(SealSuite suite)
        : suite_(suite), cluster_(key_pair_of(suite, secret(100))), broker_(make_broker(1)) {
        for (const std::uint8_t number : std::initializer_list<std::uint8_t>{1, 2}) {
            clients_.push_back(make_client(number));
            NetworkChanged network;
            network.addresses = {outside_of(number)};
            command(number, network);
        }
        RegisterCommand registration = register_command();
        registration.token.value.assign(bytes_of("2"));
        command(2, registration);
    }

    void command(std::uint32_t number, const Command& what) {
        give(number, Client::Input{what});
        settle();
    }

    // The broker starts anew with what it has on disk, which of registrations is their state.
    void restart_broker() {
        BrokerState state = broker_.inner().state();
        broker_ =
            SealedBroker(seal_config(Party::of_broker(), cluster_, 2), Broker(std::move(state)));
    }

    void give_broker(const Broker::Input& input) {
        broker_.handle(now_, input);
        drain_broker();
    }

    void give(std::uint32_t number, const Client::Input& input) {
        SealedClient& client = clients_[number - 1];
        client.handle(now_, input);
        while (const auto output = client.poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly({outside_of(number), sent->destination, copy(sent->payload)});
            } else {
                note(number, *output);
            }
        }
    }

    void settle() {
        while (!flights_.empty()) {
            const Flight flight = flights_.front();
            flights_.pop_front();
            deliver(flight);
        }
    }

    void deliver(const Flight& flight) {
        const std::uint32_t number = flight.destination == outside_of(1) ? 1 : 2;
        if (flight.is_push) {
            give(number, ReceivedPush{flight.bytes});
        } else if (flight.destination == broker_address) {
            give_broker(ReceivedDatagram{flight.source, flight.destination, flight.bytes});
        } else {
            give(number, ReceivedDatagram{flight.source, flight.destination, flight.bytes});
        }
    }

    void pass(Duration by) {
        const Instant until = now_ + by;
        for (Instant next = next_deadline(); next <= until; next = next_deadline()) {
            now_ = std::max(now_, next);
            if (broker_.next_deadline() <= now_) give_broker(DeadlineReached{});
            for (const std::uint32_t number : {1U, 2U}) {
                if (clients_[number - 1].next_deadline() <= now_) give(number, DeadlineReached{});
            }
            settle();
        }
        now_ = until;
    }

    CallId call_that_is_accepted() {
        command(1, call_command());
        pass(1s);
        CHECK(heard<Ringing>(2).size() == 1, "it rings");
        const CallId call = heard<Ringing>(2)[0].call;
        command(2, AcceptCommand{call});
        pass(5s);
        return call;
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

    [[nodiscard]] std::vector<RemarkKind> remarks() const { return remarks_; }

    void forget_remarks() { remarks_.clear(); }

    [[nodiscard]] const std::vector<Flight>& flown() const { return flown_; }

    [[nodiscard]] const SealedBroker& broker() const { return broker_; }

    [[nodiscard]] const SealedClient& client(std::uint32_t number) const {
        return clients_[number - 1];
    }

private:
    [[nodiscard]] SealConfig seal_config(const Party& self,
                                         const KeyPair& keys,
                                         std::uint8_t incarnation) const {
        const auto number = static_cast<std::uint8_t>(self.device.low & 0x7F);
        return {.suite = suite_,
                .self = self,
                .keys = keys,
                .cluster = cluster_.public_key,
                .incarnation = incarnation,
                .seed = secret(static_cast<std::uint8_t>(number + incarnation)),
                .channels_max = 64};
    }

    [[nodiscard]] SealedBroker make_broker(std::uint8_t incarnation) const {
        BrokerConfig config;
        config.address = broker_address;
        config.seed.octets.fill(1);
        config.ticket_key.octets.fill(2);
        config.is_sealed = true;
        return {seal_config(Party::of_broker(), cluster_, incarnation), Broker(config)};
    }

    [[nodiscard]] SealedClient make_client(std::uint8_t number) const {
        const KeyPair keys = key_pair_of(suite_, secret(number));
        ClientConfig config = config_of(number, false);
        config.device = device_id_of(keys.public_key);
        config.key = keys.public_key;
        config.is_sealed = true;
        return {seal_config(Party::of_device(config.device), keys, 1), Client(config)};
    }

    void drain_broker() {
        while (const auto output = broker_.poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly({broker_address, sent->destination, copy(sent->payload)});
            } else if (const auto* push = std::get_if<SendPush>(&*output)) {
                fly({{}, outside_of(2), copy(push->payload), true});
            } else {
                note(0, *output);
            }
        }
    }

    void note(std::uint32_t number, const Client::Output& output) {
        if (const auto* what = std::get_if<Notification>(&output)) {
            told_.emplace_back(number, *what);
        }
        if (const auto* remark = std::get_if<Remark>(&output)) remarks_.push_back(remark->kind);
    }

    void fly(const Flight& flight) {
        flights_.push_back(flight);
        flown_.push_back(flight);
    }

    [[nodiscard]] Instant next_deadline() const {
        return std::min(
            {broker_.next_deadline(), clients_[0].next_deadline(), clients_[1].next_deadline()});
    }

    static std::vector<std::uint8_t> copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

    SealSuite suite_;
    KeyPair cluster_;
    Instant now_ = instant_at(1'000'000'000);
    SealedBroker broker_;
    std::vector<SealedClient> clients_;
    std::deque<Flight> flights_;
    std::vector<Flight> flown_;
    std::vector<std::pair<std::uint32_t, Notification>> told_;
    std::vector<RemarkKind> remarks_;
};

class SealedTest : public ::testing::TestWithParam<SealSuite> {
protected:
    SealedTown town_{GetParam()};
};

TEST_P(SealedTest, a_call_goes_through_and_connects) {
    town_.call_that_is_accepted();
    EXPECT_THAT(town_.heard<Registered>(2), SizeIs(1));
    EXPECT_THAT(town_.heard<AcceptArrived>(1), SizeIs(1));
    EXPECT_THAT(town_.heard<Connected>(1), SizeIs(1));
    EXPECT_THAT(town_.heard<Connected>(2), SizeIs(1));
}

TEST_P(SealedTest, nothing_between_device_and_broker_is_in_clear) {
    town_.call_that_is_accepted();
    std::size_t in_clear = 0;
    for (const SealedTown::Flight& flight : town_.flown()) {
        const bool is_brokers =
            flight.source == broker_address || flight.destination == broker_address;
        if (is_brokers || flight.is_push) {
            EXPECT_TRUE(is_sealed(flight.bytes));
        } else {
            ++in_clear;  // checks between the peers have a tag of their own
        }
    }
    EXPECT_GT(in_clear, 0U);
}

// Every datagram and push of a whole call, again: no state changes, no answer is given.
TEST_P(SealedTest, replays_change_nothing) {
    if (GetParam() == SealSuite::symbolic) GTEST_SKIP() << "the explorer's duplicates are allowed";
    town_.call_that_is_accepted();
    const auto flown = town_.flown();
    const BrokerState broker = town_.broker().inner().state();
    town_.forget_remarks();
    std::size_t replayed = 0;
    for (const SealedTown::Flight& flight : flown) {
        if (flight.destination != broker_address) continue;
        SealedTown::Flight elsewhere = flight;
        elsewhere.source = outside_of(9);
        town_.deliver(elsewhere);
        ++replayed;
    }
    EXPECT_EQ(town_.flown().size(), flown.size());
    EXPECT_EQ(town_.broker().inner().state(), broker);
    EXPECT_EQ(town_.remarks(), std::vector<RemarkKind>(replayed, RemarkKind::replayed_dropped));
}

TEST_P(SealedTest, what_is_not_sealed_or_has_been_touched_is_dropped_and_counted) {
    town_.call_that_is_accepted();
    const BrokerState before = town_.broker().inner().state();
    const auto flown = town_.flown();
    const auto to_broker = std::find_if(flown.begin(), flown.end(), [](const auto& flight) {
        return flight.destination == broker_address;
    });
    auto touched = *to_broker;
    touched.bytes.back() ^= 1;
    town_.forget_remarks();
    town_.deliver(touched);
    EXPECT_THAT(town_.remarks(), Contains(RemarkKind::forged_dropped));
    EXPECT_EQ(town_.broker().inner().state(), before);

    town_.forget_remarks();
    const auto in_clear = client_testing::encoded(InviteCancel{
        town_.heard<Ringing>(2)[0].call, town_.client(1).inner().state().config.device});
    town_.give_broker(ReceivedDatagram{outside_of(1), broker_address, in_clear});
    EXPECT_THAT(town_.remarks(), Contains(RemarkKind::forged_dropped));
}

// The callee knows call and caller, and still cannot cancel in the caller's name.
TEST_P(SealedTest, who_seals_a_message_must_be_its_author) {
    town_.command(1, call_command());
    town_.pass(1s);
    const CallId call = town_.heard<Ringing>(2).at(0).call;
    Sealer callee({.suite = GetParam(),
                   .self = Party::of_device(town_.client(2).inner().state().config.device),
                   .keys = key_pair_of(GetParam(), secret(2)),
                   .cluster = key_pair_of(GetParam(), secret(100)).public_key,
                   .incarnation = 9,
                   .seed = secret(77),
                   .channels_max = 4});
    const auto cancel =
        client_testing::encoded(InviteCancel{call, town_.client(1).inner().state().config.device});
    std::vector<std::uint8_t> bytes(cancel.size() + seal_overhead_max);
    callee.seal(Party::of_broker(), SealKind::to_broker, cancel, bytes);
    town_.forget_remarks();
    town_.give_broker(ReceivedDatagram{outside_of(2), broker_address, bytes});
    town_.settle();
    EXPECT_THAT(town_.remarks(), Contains(RemarkKind::forged_dropped));
    EXPECT_THAT(town_.heard<RingingStopped>(2), IsEmpty());
}

// It knows the keys of registered devices from its state; the other one says it with what it sends.
TEST_P(SealedTest, a_broker_that_has_restarted_seals_for_whom_it_has_not_heard) {
    town_.restart_broker();
    town_.call_that_is_accepted();
    EXPECT_THAT(town_.heard<Connected>(1), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(All,
                         SealedTest,
                         ::testing::Values(SealSuite::real,
                                           SealSuite::charged,
                                           SealSuite::symbolic),
                         [](const auto& one) { return std::string(to_string(one.param)); });

// What the push service sees of an invitation, for each address and key in it.
TEST(Sealed, the_push_service_reads_no_connection_data) {
    SealedTown town(SealSuite::real);
    town.command(1, call_command());
    std::size_t pushes = 0;
    for (const SealedTown::Flight& flight : town.flown()) {
        if (!flight.is_push) continue;
        ++pushes;
        const auto& octets = outside_of(1).ip.octets;
        const auto found = std::search(
            flight.bytes.begin(), flight.bytes.end(), octets.begin(), octets.begin() + 4);
        EXPECT_EQ(found, flight.bytes.end());
    }
    EXPECT_GT(pushes, 0U);
}

TEST(Sealed, wraps_a_durable_broker_as_well) {
    BrokerConfig config;
    config.address = broker_address;
    config.is_sealed = true;
    const KeyPair cluster = key_pair_of(SealSuite::charged, secret(100));
    Sealed<DurableBroker> broker({.suite = SealSuite::charged,
                                  .self = Party::of_broker(),
                                  .keys = cluster,
                                  .cluster = cluster.public_key,
                                  .incarnation = 1,
                                  .seed = secret(1),
                                  .channels_max = 4},
                                 DurableBroker(config, instant_at(0)));
    const auto first = broker.poll_output();
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(std::holds_alternative<Persist>(*first)) << "it asks for its first segment";
}

// Device 2 asks in the name of device 1: nothing of that is worth a record.
TEST(Sealed, a_forgery_is_not_written_to_the_journal) {
    BrokerConfig config;
    config.address = broker_address;
    config.is_sealed = true;
    DurableBroker broker(config, instant_at(0));
    while (broker.poll_output()) {
    }
    InviteRequest request;
    request.call = {.high = 1, .low = 2};
    request.initiator = client_testing::device_of(1);
    request.callee = client_testing::identifier("+4915112345678");
    request.caller = client_testing::identifier("bob@example.org");
    const auto records_after = [&](const Party& sender) {
        broker.handle(instant_at(1),
                      ReceivedDatagram{.source = outside_of(1),
                                       .destination = broker_address,
                                       .payload = client_testing::encoded(request),
                                       .sender = sender});
        std::size_t records = 0;
        while (const auto output = broker.poll_output()) {
            if (std::holds_alternative<Persist>(*output)) ++records;
        }
        return records;
    };
    EXPECT_EQ(records_after(Party::of_device(client_testing::device_of(2))), 0U);
    EXPECT_EQ(records_after({}), 0U);
    EXPECT_EQ(records_after(Party::of_device(client_testing::device_of(1))), 1U);
}

}  // namespace
}  // namespace invitro::protocol
