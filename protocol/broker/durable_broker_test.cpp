// Clients and a broker that crashes: whatever was acknowledged is kept, and every call ends well,
// wherever the crash comes and whatever it leaves of the bytes that were on their way to the disk.
#include "protocol/broker/durable_broker.hpp"

#include "protocol/client/client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

using Bytes = std::vector<std::uint8_t>;

constexpr Duration datagram_delay = 10ms;
constexpr Duration disk_delay = 7ms;
constexpr Duration down_time = 1s;

// The segments of one broker, of which a crash keeps what was persisted and the first bytes of the
// rest.
class Disk {
public:
    void write(Instant now, const Persist& persist) {
        if (persist.starts_segment) segments_.emplace_back();
        Bytes& bytes = segments_.back().bytes;
        bytes.insert(bytes.end(), persist.bytes.begin(), persist.bytes.end());
        writes_.push_back({now + disk_delay, segments_.size() - 1, bytes.size(), persist.number});
    }

    [[nodiscard]] Instant next_done() const { return writes_.empty() ? never : writes_.front().at; }

    Persisted done() {
        const Write write = writes_.front();
        writes_.erase(writes_.begin());
        segments_[write.segment].persisted = write.size;
        durable_ = write.number;
        return {.number = write.number};
    }

    [[nodiscard]] std::size_t bytes_in_flight() const {
        std::size_t count = 0;
        for (const Segment& segment : segments_) {
            count += segment.bytes.size() - segment.persisted;
        }
        return count;
    }

    void crash(std::size_t kept_in_flight) {
        for (Segment& segment : segments_) {
            const std::size_t in_flight = segment.bytes.size() - segment.persisted;
            const std::size_t kept = std::min(in_flight, kept_in_flight);
            kept_in_flight -= kept;
            segment.bytes.resize(segment.persisted + kept);
            segment.persisted = segment.bytes.size();
        }
        writes_.clear();
    }

    [[nodiscard]] Result<DurableBroker> recover(const BrokerConfig& config, Instant now) const {
        std::vector<ByteView> views;
        for (const Segment& segment : segments_) {
            views.emplace_back(segment.bytes);
        }
        return DurableBroker::recover(config, now, {.segments = views, .durable = durable_});
    }

    Bytes& bytes_of_newest() { return segments_.back().bytes; }

private:
    struct Segment {
        Bytes bytes;
        std::size_t persisted = 0;
    };

    struct Write {
        Instant at;
        std::size_t segment = 0;
        std::size_t size = 0;
        std::uint64_t number = 0;
    };

    std::vector<Segment> segments_;
    std::vector<Write> writes_;
    std::uint64_t durable_ = 0;
};

// Device 1 calls the two devices of Ada. The broker crashes after its event of that number, counted
// from 0, and comes back a second later.
class Town {
public:
    struct Crash {
        std::size_t event = 0;
        std::size_t kept_in_flight = 0;
    };

    explicit Town(std::optional<Crash> crash = std::nullopt) : crash_(crash) {
        broker_.emplace(config(), now_);
        drain_broker();
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

    void command(std::uint32_t number, const Command& what) { give(number, Client::Input{what}); }

    void run(Duration by) {
        const Instant until = now_ + by;
        for (Instant next = next_event(); next <= until; next = next_event()) {
            now_ = std::max(now_, next);
            step();
        }
        now_ = until;
    }

    // Both are called, accept, are connected, and the caller hangs up.
    void play_the_call() {
        run(15s);
        command(1, call_command(AnswerPolicy::all));
        call = heard<CallStarted>(1).at(0).call;
        run(4s);
        command(2, AcceptCommand{call});
        run(20ms);
        command(3, AcceptCommand{call});
        run(25s);
        command(1, HangUpCommand{call});
        run(10s);
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

    // What was in flight to the disk after each of the broker's events.
    [[nodiscard]] const std::vector<std::size_t>& in_flight() const { return in_flight_; }

    [[nodiscard]] const DurableBroker& broker() const { return *broker_; }

    static BrokerConfig config(std::uint8_t incarnation = 1) {
        BrokerConfig config;
        config.address = broker_address;
        config.seed.octets.fill(incarnation);
        config.ticket_key.octets.fill(2);
        return config;
    }

    Disk disk;
    CallId call;

private:
    struct Flight {
        Address source;
        Address destination;
        Bytes bytes;
        bool is_push = false;
    };

    Client& client(std::uint32_t number) { return clients_[number - 1]; }

    [[nodiscard]] Instant next_event() const {
        Instant next = flights_.empty() ? never : flights_.begin()->first;
        for (const Client& one : clients_) {
            next = std::min(next, one.next_deadline());
        }
        if (!broker_) return std::min(next, back_at_);
        return std::min({next, broker_->next_deadline(), disk.next_done()});
    }

    void step() {
        if (!broker_ && back_at_ <= now_) restart();
        if (broker_ && disk.next_done() <= now_) give_broker(disk.done());
        if (broker_ && broker_->next_deadline() <= now_) give_broker(DeadlineReached{});
        for (std::uint32_t number = 1; number <= 3; ++number) {
            if (client(number).next_deadline() <= now_) give(number, DeadlineReached{});
        }
        while (!flights_.empty() && flights_.begin()->first <= now_) {
            const Flight flight = flights_.begin()->second;
            flights_.erase(flights_.begin());
            deliver(flight);
        }
    }

    void deliver(const Flight& flight) {
        const ReceivedDatagram datagram{flight.source, flight.destination, flight.bytes};
        if (flight.destination == broker_address) {
            if (broker_) give_broker(datagram);
            return;
        }
        for (std::uint32_t number = 1; number <= 3; ++number) {
            if (flight.destination != outside_of(number)) continue;
            if (flight.is_push) return give(number, ReceivedPush{flight.bytes});
            return give(number, datagram);
        }
    }

    void give(std::uint32_t number, const Client::Input& input) {
        client(number).handle(now_, input);
        while (const auto output = client(number).poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly(outside_of(number), sent->destination, sent->payload, false);
            } else if (const auto* notification = std::get_if<Notification>(&*output)) {
                told_.emplace_back(number, *notification);
            }
        }
    }

    void give_broker(const DurableBroker::Input& input) {
        broker_->handle(now_, input);
        drain_broker();
        in_flight_.push_back(disk.bytes_in_flight());
        if (!crash_ || in_flight_.size() != crash_->event + 1) return;
        broker_.reset();
        disk.crash(crash_->kept_in_flight);
        back_at_ = now_ + down_time;
    }

    void drain_broker() {
        while (const auto output = broker_->poll_output()) {
            if (const auto* sent = std::get_if<SendDatagram>(&*output)) {
                fly(broker_address, sent->destination, sent->payload, false);
            } else if (const auto* push = std::get_if<SendPush>(&*output)) {
                fly({}, outside_of(push->token[0] - '0'), push->payload, true);
            } else if (const auto* persist = std::get_if<Persist>(&*output)) {
                disk.write(now_, *persist);
            }
        }
    }

    void restart() {
        auto recovered = disk.recover(config(2), now_);
        CHECK(recovered.has_value(), "a crash damages nothing that was persisted");
        broker_.emplace(std::move(*recovered));
        drain_broker();
    }

    void fly(const Address& source, const Address& destination, ByteView bytes, bool is_push) {
        flights_.emplace(now_ + datagram_delay,
                         Flight{source, destination, {bytes.begin(), bytes.end()}, is_push});
    }

    std::optional<Crash> crash_;
    Instant now_ = instant_at(1'000'000'000);
    std::optional<DurableBroker> broker_;
    Instant back_at_ = never;
    std::vector<std::size_t> in_flight_;
    std::vector<Client> clients_;
    std::multimap<Instant, Flight> flights_;
    std::vector<std::pair<std::uint32_t, Notification>> told_;
};

void expect_that_all_went_well(const Town& town) {
    for (const std::uint32_t number : {2U, 3U}) {
        EXPECT_THAT(town.heard<Registered>(number), SizeIs(1));
        EXPECT_THAT(town.heard<Ringing>(number), SizeIs(1));
        EXPECT_THAT(town.heard<AcceptConfirmed>(number), SizeIs(1));
        EXPECT_THAT(town.heard<AcceptRejected>(number), IsEmpty());
        ASSERT_THAT(town.heard<Disconnected>(number), SizeIs(1));
        EXPECT_EQ(town.heard<Disconnected>(number)[0].reason, SessionEnd::hung_up);
    }
    const auto arrived = town.heard<AcceptArrived>(1);
    ASSERT_THAT(arrived, SizeIs(2));
    EXPECT_NE(arrived[0].device, arrived[1].device);
    for (const AcceptArrived& one : arrived) {
        const std::uint32_t number = one.device == device_of(2) ? 2 : 3;
        EXPECT_EQ(one.connection.candidates[0].address, outside_of(number));
    }
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(2));
    ASSERT_THAT(town.heard<CallEnded>(1), SizeIs(1));
    EXPECT_EQ(town.heard<CallEnded>(1)[0].reason, EndReason::answered);
}

TEST(DurableBroker, CarriesACallAsABrokerDoes) {
    Town town;
    town.play_the_call();
    expect_that_all_went_well(town);
}

TEST(DurableBroker, AcknowledgesNothingBeforeItIsDurable) {
    DurableBroker broker(Town::config(), instant_at(1));
    while (broker.poll_output()) {
    }
    RegisterDevice registration;
    registration.device = device_of(2);
    registration.token.value.assign(bytes_of("2"));
    registration.identifiers = {identifier("+4915112345678")};
    registration.credentials = {earned_credential(
        Town::config().ticket_key, {registration.device, {}, registration.identifiers[0]}, 0)};
    const Bytes bytes = encoded(registration);
    broker.handle(instant_at(2), ReceivedDatagram{outside_of(2), broker_address, bytes});
    const auto output = broker.poll_output();
    ASSERT_TRUE(output && std::holds_alternative<Persist>(*output));
    const std::uint64_t number = std::get<Persist>(*output).number;
    EXPECT_FALSE(broker.poll_output());
    EXPECT_EQ(broker.next_deadline(), never);
    broker.handle(instant_at(3), Persisted{number - 1});
    EXPECT_FALSE(broker.poll_output());
    broker.handle(instant_at(4), Persisted{number});
    const auto answer = broker.poll_output();
    EXPECT_TRUE(answer && std::holds_alternative<SendDatagram>(*answer));
}

TEST(DurableBroker, ACrashAfterAnyEventLosesNothingAcknowledged) {
    Town undisturbed;
    undisturbed.play_the_call();
    const std::size_t events = undisturbed.in_flight().size();
    ASSERT_GT(events, 20U);
    for (std::size_t event = 0; event < events; ++event) {
        SCOPED_TRACE(event);
        Town town(Town::Crash{.event = event});
        town.play_the_call();
        expect_that_all_went_well(town);
        if (HasFailure()) return;
    }
}

TEST(DurableBroker, ACrashAtAnyByteOfAWriteLosesNothingAcknowledged) {
    Town undisturbed;
    undisturbed.play_the_call();
    const auto in_flight = undisturbed.in_flight();
    std::size_t torn = 0;
    for (std::size_t event = 0; event < in_flight.size(); ++event) {
        for (std::size_t kept = 1; kept <= in_flight[event]; ++kept) {
            SCOPED_TRACE(::testing::Message() << "event " << event << ", " << kept << " bytes");
            Town town(Town::Crash{.event = event, .kept_in_flight = kept});
            town.play_the_call();
            expect_that_all_went_well(town);
            if (HasFailure()) return;
            ++torn;
        }
    }
    EXPECT_GT(torn, 1000U);
}

// Everything is durable by then, so there is no byte whose change or loss a crash could explain.
TEST(DurableBroker, RefusesAJournalThatIsDamagedAtAnyByte) {
    Town town;
    town.play_the_call();
    ASSERT_EQ(town.disk.bytes_in_flight(), 0U);
    ASSERT_TRUE(town.disk.recover(Town::config(2), instant_at(0) + 1h).has_value());
    const Bytes whole = town.disk.bytes_of_newest();
    ASSERT_GT(whole.size(), 1000U);
    for (std::size_t byte = 0; byte < whole.size(); ++byte) {
        Bytes& bytes = town.disk.bytes_of_newest();
        bytes = whole;
        bytes[byte] ^= static_cast<std::uint8_t>(1U << (byte % 8));
        ASSERT_FALSE(town.disk.recover(Town::config(2), instant_at(0) + 1h).has_value()) << byte;
        bytes.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(byte));
        ASSERT_FALSE(town.disk.recover(Town::config(2), instant_at(0) + 1h).has_value()) << byte;
    }
}

// The snapshot comes just after the call's last decision and still holds it.
TEST(DurableBroker, ConnectionDataIsOffTheDiskTenMinutesAfterACall) {
    Town town;
    town.run(timing::journal_snapshot_interval - 47s);
    town.play_the_call();
    const CallKey key = town.heard<AcceptArrived>(1).at(0).connection.key;
    const auto is_on_disk = [&] {
        const Bytes& bytes = town.disk.bytes_of_newest();
        return std::search(bytes.begin(), bytes.end(), key.begin(), key.end()) != bytes.end();
    };
    EXPECT_TRUE(is_on_disk());
    town.run(120s + 10min);
    EXPECT_FALSE(is_on_disk());
    EXPECT_TRUE(town.broker().state().broker.calls.calls.empty());
}

}  // namespace
}  // namespace invitro::protocol::client_testing
