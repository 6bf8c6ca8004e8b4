// What a broker takes on and what it refuses: docs/PROTOCOL.md, "Overload and abuse".
#include "protocol/broker/admission.hpp"

#include "protocol/broker/broker_fixture_test.hpp"
#include "protocol/broker/durable_broker.hpp"

#include <string>

namespace invitro::protocol::testing {
namespace {

class AdmissionTest : public BrokerTest {
protected:
    void limit(const BrokerLimits& limits) {
        BrokerConfig config = broker_config();
        config.limits = limits;
        broker = Broker(config);
    }

    [[nodiscard]] InviteRequest request_of(std::uint32_t number, std::uint64_t callee = 7) const {
        InviteRequest message = request();
        message.call = call_id(number);
        message.callee = phone(callee);
        return message;
    }

    // Whether the call of this number, made by this device from its own address, is refused.
    bool is_refused(std::uint32_t number, std::uint32_t caller) {
        InviteRequest message = request_of(number);
        message.initiator = device_id(caller);
        receive(caller, message);
        return count_sent<InviteFailed>(last, caller) == 1;
    }

    [[nodiscard]] std::uint64_t room_of_all_calls() const {
        std::uint64_t sum = 0;
        for (const Call& one : broker.state().calls.calls) {
            sum += room_of(one);
        }
        return sum;
    }
};

// ---- refusing -----------------------------------------------------------------------------------

TEST_F(AdmissionTest, RefusesACallBeyondThoseItMayHaveInHandAndSaysSo) {
    limit({.calls_max = 2, .retry_after = 3s});
    register_devices({2});
    EXPECT_FALSE(is_refused(1, 10));
    EXPECT_FALSE(is_refused(2, 11));
    EXPECT_TRUE(is_refused(3, 12));
    const auto failed = only<InviteFailed>(last);
    EXPECT_EQ(failed.call, call_id(3));
    EXPECT_EQ(failed.reason, FailureReason::overloaded);
    EXPECT_EQ(failed.retry_after, 3s);
    EXPECT_TRUE(last.pushed.empty());
    EXPECT_EQ(count_remarks(last, RemarkKind::invitation_refused), 1U);
    EXPECT_EQ(broker.state().calls.calls.size(), 2U);
}

TEST_F(AdmissionTest, TakesOnAgainWhatHasBecomeFree) {
    limit({.calls_max = 1});
    EXPECT_FALSE(is_refused(1, 10));
    EXPECT_TRUE(is_refused(2, 11));
    pass(60s + timing::grace);
    EXPECT_FALSE(is_refused(2, 11));
}

TEST_F(AdmissionTest, RefusesByTheRoomThatCallsMayComeToNeed) {
    limit({.calls_room_max = 1});
    EXPECT_FALSE(is_refused(1, 10));
    EXPECT_TRUE(is_refused(2, 11));
}

TEST_F(AdmissionTest, AnswersRepetitionsOfACallInHandHoweverFullItIs) {
    limit({.calls_max = 1, .calls_per_caller = {.burst = 1, .every = 60s}});
    register_devices({2});
    invite();
    for (int i = 0; i < 5; ++i) {
        receive(initiator, request());
        EXPECT_EQ(count_sent<InviteProgress>(last, initiator), 1U);
    }
}

TEST_F(AdmissionTest, RefusesWhoCallsTooOftenAndSaysWhenItMayAgain) {
    limit({.calls_per_caller = {.burst = 2, .every = 10s}});
    EXPECT_FALSE(is_refused(1, 10));
    EXPECT_FALSE(is_refused(2, 10));
    EXPECT_TRUE(is_refused(3, 10));
    EXPECT_EQ(only<InviteFailed>(last).retry_after, 10s);
    EXPECT_FALSE(is_refused(4, 11)) << "another caller";
    pass(10s);
    EXPECT_FALSE(is_refused(3, 10));
}

TEST_F(AdmissionTest, BoundsOneSourceWhateverNamesItTakes) {
    limit({.calls_per_source = {.burst = 3, .every = 10s}});
    const Address source = address_of(10);
    std::size_t in_hand = 0;
    for (std::uint32_t i = 1; i <= 20; ++i) {
        InviteRequest message = request_of(i);
        message.initiator = device_id(100 + i);
        const Address port_of_its_own{.ip = source.ip, .port = static_cast<std::uint16_t>(i)};
        receive_bytes(port_of_its_own, encoded(message));
        in_hand = broker.state().calls.calls.size();
    }
    EXPECT_EQ(in_hand, 3U);
    EXPECT_FALSE(is_refused(30, 11)) << "another source";
}

TEST_F(AdmissionTest, DoesNotLetAStrangerUseUpWhatACallerMay) {
    limit({.calls_per_caller = {.burst = 1, .every = 60s}});
    InviteRequest forged = request_of(9);
    forged.initiator = device_id(10);
    receive(66, forged);
    EXPECT_FALSE(is_refused(1, 10));
}

TEST_F(AdmissionTest, TakesAnIpv6SourceByItsNetwork) {
    const IndexKey key{.first = 1, .second = 2};
    const auto source = [&](const std::string& text) {
        return source_subject(key, parse_address(text).value());
    };
    EXPECT_EQ(source("[2001:db8:1:2::1]:1"), source("[2001:db8:1:2:ffff::9]:2"));
    EXPECT_NE(source("[2001:db8:1:2::1]:1"), source("[2001:db8:1:3::1]:1"));
    EXPECT_NE(source("192.0.2.1:1"), source("192.0.2.2:1"));
    EXPECT_EQ(source("192.0.2.1:1"), source("192.0.2.1:2"));
}

TEST_F(AdmissionTest, RemembersNoCancelsThatOvertookNothingBeyondItsLimits) {
    limit({.calls_max = 3});
    for (std::uint32_t i = 1; i <= 10; ++i) {
        receive(i, InviteCancel{call_id(i), device_id(i)});
        EXPECT_TRUE(i <= 3 || is_silent(last));
    }
    EXPECT_EQ(broker.state().calls.calls.size(), 3U);
}

TEST_F(AdmissionTest, BoundsARegistrationFlood) {
    limit({.bindings_max = 5});
    for (std::uint32_t i = 1; i <= 10; ++i) {
        receive(i, registration(i, phone(7)));
        EXPECT_EQ(count_sent<RegisterAck>(last, i), i <= 5 ? 1U : 0U);
    }
    EXPECT_EQ(broker.state().registry.bindings.size(), 5U);
    receive(3, registration(3, phone(8)));
    EXPECT_EQ(count_sent<RegisterAck>(last, 3), 1U) << "who is known may still refresh";
}

TEST_F(AdmissionTest, MakesRoomForNewDevicesWhenOldOnesHaveLapsed) {
    limit({.bindings_max = 2});
    register_devices({1, 2});
    now += 2 * timing::lease_max + 1s;
    receive(3, registration(3, phone(7)));
    receive(3, registration(3, phone(7)));
    EXPECT_EQ(count_sent<RegisterAck>(last, 3), 1U);
}

TEST_F(AdmissionTest, BoundsWhatOneSourceRegisters) {
    limit({.registrations_per_source = {.burst = 4, .every = 1s}});
    std::size_t acknowledged = 0;
    for (std::uint32_t i = 1; i <= 10; ++i) {
        receive(1, registration(i, phone(7)));
        acknowledged += count_sent<RegisterAck>(last, 1);
    }
    EXPECT_EQ(acknowledged, 4U);
}

TEST_F(AdmissionTest, InvitesNoMoreTokensThanACallMayHave) {
    limit({.tokens_per_call_max = 2});
    register_devices({2, 3, 4});
    invite();
    EXPECT_EQ(last.pushed.size(), 2U);
}

// ---- what is admitted ---------------------------------------------------------------------------

TEST_F(AdmissionTest, KeepsRoomForEveryAcceptOfAnAdmittedCallAndForItsEnd) {
    limit({.calls_max = 1, .calls_room_max = 1, .calls_per_caller = {.burst = 1, .every = 60s}});
    register_devices({2, 3, 4});
    invite();
    const std::uint64_t room = broker.state().admission.room;
    for (const std::uint32_t number : {2U, 3U, 4U}) {
        accept(number);
        EXPECT_EQ(count_sent<AcceptAck>(last, number), 1U);
        EXPECT_EQ(count_sent<AcceptForward>(last, initiator), 1U);
        acknowledge_forward(number);
    }
    EXPECT_EQ(broker.state().admission.room, room) << "counted from the beginning";
    cancel();
    EXPECT_EQ(count_sent<CancelAck>(last, initiator), 1U);
    EXPECT_EQ(count_sent<InviteEnded>(last, 3), 1U);
}

TEST_F(AdmissionTest, CountsExactlyTheRoomOfTheCallsInHand) {
    limit(BrokerLimits::without_rates());
    register_devices({2, 3});
    for (std::uint32_t i = 1; i <= 5; ++i) {
        receive(initiator, request_of(i));
        pass(7s);
        EXPECT_EQ(broker.state().admission.room, room_of_all_calls());
    }
    register_devices({4});
    EXPECT_EQ(broker.state().admission.room, room_of_all_calls()) << "late joiners too";
    pass(400s);
    EXPECT_TRUE(broker.state().calls.calls.empty());
    EXPECT_EQ(broker.state().admission.room, 0U);
}

// ---- no oracle ----------------------------------------------------------------------------------

// One datagram to the caller, and when.
struct Told {
    Duration after{};
    std::vector<std::uint8_t> bytes;

    bool operator==(const Told&) const = default;
};

class Caller {
public:
    explicit Caller(bool is_callee_registered) {
        if (is_callee_registered) {
            for (const std::uint32_t number : {2U, 3U}) {
                deliver(encoded(registration(number, phone(7))));
                drain({});
            }
        }
    }

    // All that a caller hears of a call that nobody answers.
    std::vector<Told> call(const InviteRequest& request) {
        const Instant begin = now_;
        deliver(encoded(request));
        drain(begin);
        while (broker_.next_deadline() != never) {
            now_ = broker_.next_deadline();
            broker_.handle(now_, DeadlineReached{});
            drain(begin);
        }
        return std::move(told_);
    }

private:
    void deliver(const std::vector<std::uint8_t>& payload) {
        broker_.handle(now_,
                       ReceivedDatagram{.source = address_of(1),
                                        .destination = broker_config().address,
                                        .payload = payload});
    }

    void drain(Instant begin) {
        while (const auto output = broker_.poll_output()) {
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram == nullptr || begin == Instant{}) continue;
            told_.push_back({now_ - begin, {datagram->payload.begin(), datagram->payload.end()}});
        }
    }

    Instant now_ = instant_at(1'000'000'000);
    Broker broker_{broker_config()};
    std::vector<Told> told_;
};

TEST_F(AdmissionTest, AnUnknownCalleeLooksLikeOneWhoseDevicesAreAllOff) {
    const auto of_registered = Caller(true).call(request());
    const auto of_unknown = Caller(false).call(request());
    ASSERT_GT(of_registered.size(), 2U) << "progress, and the end until it is given up";
    EXPECT_EQ(of_registered, of_unknown) << "kind, size, content and time";
}

TEST_F(AdmissionTest, ARefusalSaysNothingOfTheCallee) {
    limit({.calls_max = 1});
    register_devices({2});
    EXPECT_FALSE(is_refused(1, 10));
    receive(11, request_of(2, 7));
    const Outputs of_registered = last;
    receive(11, request_of(2, 8));
    EXPECT_EQ(last, of_registered);
}

// ---- with a journal -----------------------------------------------------------------------------

class QueueTest : public ::testing::Test {
protected:
    QueueTest() {
        drain();
        broker.handle(now, Persisted{.number = 1});
    }

    std::size_t receive(std::uint32_t from, const Message& message) {
        const auto bytes = encoded(message);
        broker.handle(now,
                      ReceivedDatagram{.source = address_of(from),
                                       .destination = broker_config().address,
                                       .payload = bytes});
        return drain();
    }

    // How many records it asked for.
    std::size_t drain() {
        std::size_t records = 0;
        while (const auto output = broker.poll_output()) {
            if (std::holds_alternative<Persist>(*output)) ++records;
            if (const auto* push = std::get_if<SendPush>(&*output)) {
                const auto message = decode(push->payload);
                if (const auto* one = std::get_if<InvitePush>(&*message)) ticket = one->ticket;
            }
            if (const auto* datagram = std::get_if<SendDatagram>(&*output)) {
                const auto message = decode(datagram->payload);
                refused += std::holds_alternative<InviteFailed>(*message) ? 1 : 0;
            }
        }
        return records;
    }

    static BrokerConfig config() {
        BrokerConfig config = broker_config();
        config.limits = BrokerLimits::without_rates();
        config.limits.waiting_for_new_max = 10;
        return config;
    }

    void persist() {
        broker.handle(now, Persisted{.number = broker.state().journal.written});
        drain();
    }

    static InviteRequest request(std::uint64_t number) {
        InviteRequest message;
        message.call = call_id(number);
        message.initiator = device_id(1);
        message.callee = phone(7);
        message.caller = phone(1);
        message.lifetime = 60s;
        return message;
    }

    Instant now = instant_at(1'000'000'000);
    DurableBroker broker{config(), now};
    Ticket ticket{};
    std::size_t refused = 0;
};

TEST_F(QueueTest, KeepsRoomForCallsInHandWhileNewOnesFloodTheDisk) {
    receive(2, registration(2, phone(7)));
    persist();
    receive(1, request(1));
    persist();
    for (std::uint64_t number = 100; number < 200; ++number) {
        receive(9, request(number));
    }
    EXPECT_EQ(broker.state().journal.waiting.size(), 10U);
    EXPECT_EQ(refused, 90U);
    EXPECT_EQ(receive(2, InviteAccept{call_id(1), device_id(2), ticket, connection(2)}), 1U);
    EXPECT_EQ(broker.state().journal.waiting.size(), 11U);
    persist();
    EXPECT_EQ(broker.state().broker.calls.calls[0].accepts.size(), 1U);
}

TEST_F(QueueTest, WritesNothingForATicketThatIsNotOurs) {
    receive(2, registration(2, phone(7)));
    const Ticket wrong{1, 2, 3};
    EXPECT_EQ(receive(2, InviteAccept{call_id(1), device_id(2), wrong, connection(2)}), 0U);
    EXPECT_EQ(receive(2,
                      InviteDecline{call_id(1),
                                    device_id(2),
                                    wrong,
                                    DeclineScope::everywhere,
                                    DeclineReason::declined}),
              0U);
    EXPECT_EQ(broker.state().journal.waiting.size(), 1U);
}

TEST_F(QueueTest, AsksForNoRoomForTheEndOfACallThatWaits) {
    for (std::uint64_t number = 100; number < 200; ++number) {
        receive(9, request(number));
    }
    ASSERT_EQ(broker.state().journal.waiting.size(), 10U);
    EXPECT_EQ(receive(9, InviteCancel{.call = call_id(100), .device = device_id(1)}), 1U);
    EXPECT_EQ(receive(9, InviteCancel{.call = call_id(150), .device = device_id(1)}), 0U);
    persist();
    const auto& calls = broker.state().broker.calls;
    EXPECT_EQ(calls.calls[calls.find(call_id(100))].end, EndReason::cancelled);
}

TEST_F(QueueTest, LetsRepetitionsOfWhatWaitsTakeLittleRoom) {
    for (int i = 0; i < 100; ++i) {
        receive(9, request(100));
    }
    EXPECT_EQ(broker.state().journal.waiting.size(), 10U);
    persist();
    EXPECT_EQ(broker.state().broker.calls.calls.size(), 1U);
}

// What was admitted once is not judged again when it is read back.
TEST_F(QueueTest, RecoversEveryCallThatItHadAdmitted) {
    std::vector<std::uint8_t> segment;
    BrokerConfig tight = broker_config();
    tight.limits.calls_per_caller = {.burst = 3, .every = 1h};
    DurableBroker first(tight, now);
    const auto keep = [&] {
        while (const auto output = first.poll_output()) {
            const auto* persist = std::get_if<Persist>(&*output);
            if (persist == nullptr) continue;
            segment.insert(segment.end(), persist->bytes.begin(), persist->bytes.end());
        }
    };
    keep();
    for (std::uint64_t number = 1; number <= 5; ++number) {
        const auto bytes = encoded(request(number));
        first.handle(now, ReceivedDatagram{address_of(1), tight.address, bytes});
        keep();
        first.handle(now, Persisted{.number = first.state().journal.written});
        keep();
    }
    ASSERT_EQ(first.state().broker.calls.calls.size(), 3U);
    const std::vector<ByteView> segments{segment};
    tight.limits.calls_max = 1;
    auto second = DurableBroker::recover(tight, now, Storage{.segments = segments, .durable = 0});
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->state().broker.calls.calls.size(), 3U);
    EXPECT_EQ(second->state().broker.admission.room, first.state().broker.admission.room);
}

}  // namespace
}  // namespace invitro::protocol::testing
