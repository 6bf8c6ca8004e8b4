// The broker as a value, and against input from nowhere.
#include "protocol/broker/broker_fixture_test.hpp"

#include <rapidcheck/gtest.h>

namespace invitro::protocol::testing {
namespace {

static_assert(Node<Broker>);

template <class... Types>
constexpr bool all_fields_are_complete = (fields_are_complete<Types> && ...);
static_assert(all_fields_are_complete<BrokerConfig,
                                      BrokerCounters,
                                      BrokerState,
                                      MailedLink,
                                      CallTable,
                                      Call,
                                      Choice,
                                      TakenAccept,
                                      InvitedToken,
                                      Invitee>);
static_assert(all_fields_are_complete<Registry,
                                      Registry::Binding,
                                      Registry::BoundIdentifier,
                                      Registry::Link,
                                      HashIndex,
                                      HashIndex::Slot,
                                      IndexKey,
                                      ByteStore,
                                      ByteRange,
                                      DeadlineQueue,
                                      DeadlineQueue::Entry>);

using BrokerAsAValue = BrokerTest;

TEST_F(BrokerAsAValue, ANewOneWantsNothing) {
    EXPECT_EQ(broker.next_deadline(), never);
    EXPECT_TRUE(drain(broker) == Outputs{});
}

TEST_F(BrokerAsAValue, OneThatKnowsWhatAnotherKnewDoesTheSame) {
    register_devices({2, 3});
    invite();
    ring(3);
    Broker other(broker.state());
    EXPECT_EQ(other.next_deadline(), broker.next_deadline());
    now += 2s;
    other.handle(now, DeadlineReached{});
    broker.handle(now, DeadlineReached{});
    EXPECT_TRUE(drain(other) == drain(broker));
    EXPECT_TRUE(other.state() == broker.state());
}

TEST_F(BrokerAsAValue, TheTicketDependsOnCallDeviceAndKey) {
    register_devices({2, 3});
    invite();
    const Ticket of_two = ticket(2);
    const Ticket of_three = ticket(3);
    EXPECT_NE(of_two, of_three);
    call = call_id(2);
    tickets.clear();
    invite();
    EXPECT_NE(ticket(2), of_two);
}

TEST_F(BrokerAsAValue, MessagesThatAreNotForABrokerAreDropped) {
    EXPECT_TRUE(is_silent(receive(2, RingingAck{call, device_id(2)})));
    EXPECT_TRUE(is_silent(receive(2, ReflectRequest{})));
    EXPECT_TRUE(is_silent(receive(2, AcceptForward{call, device_id(2), connection(2)})));
    EXPECT_EQ(count_remarks(last, RemarkKind::unexpected_dropped), 1U);
}

TEST_F(BrokerAsAValue, RequestsThatNameNobodyAreDropped) {
    InviteRequest nameless = request();
    nameless.call = {};
    EXPECT_TRUE(is_silent(receive(initiator, nameless)));
    EXPECT_TRUE(is_silent(receive(initiator, InviteCancel{{}, device_id(1)})));
    EXPECT_TRUE(is_silent(receive(initiator, InviteCancel{call, {}})));
    EXPECT_EQ(count_remarks(last, RemarkKind::malformed_dropped), 1U);
}

TEST_F(BrokerAsAValue, ADatagramThatIsTooLargeIsDropped) {
    const std::vector<std::uint8_t> bytes(datagram_size_max + 1, 0x80);
    EXPECT_TRUE(is_silent(receive_bytes(address_of(2), bytes)));
    EXPECT_EQ(count_remarks(last, RemarkKind::malformed_dropped), 1U);
}

// Random bytes, and well-formed messages with some bytes changed: never a crash, and never more or
// larger datagrams than one answer to a stranger and what the genuine participants are owed.
RC_GTEST_PROP(BrokerInput, FromNowhereIsDroppedOrAnsweredOnce, ()) {
    Broker broker(broker_config());
    Instant now = instant_at(1'000'000'000);
    broker.preregister(now, registration(2, phone(7)));
    InviteRequest request;
    request.call = call_id(1);
    request.initiator = device_id(1);
    request.callee = phone(7);
    request.caller = phone(1);
    request.connection = connection(1);
    request.lifetime = 60s;
    const auto email = EndpointIdentifier::parse("ada@example.org").value();
    const std::vector<Message> genuine{request,
                                       vouched(registration(3, phone(7))),
                                       ValidateEmail{device_id(4), {}, email, {5, 6}},
                                       InviteAccept{call_id(1), device_id(2), {}, connection(2)},
                                       InviteCancel{call_id(1), device_id(1)},
                                       CallKeepAlive{call_id(1), device_id(2)},
                                       InviteUpdate{call_id(1), device_id(1), 1, {device_id(2)}}};
    for (int i = 0; i < 20; ++i) {
        auto bytes = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
        if (i % 2 == 0) {
            bytes = encoded(genuine[*rc::gen::inRange<std::size_t>(0, genuine.size())]);
            const auto changes =
                *rc::gen::container<std::vector<std::pair<std::size_t, std::uint8_t>>>(
                    rc::gen::pair(rc::gen::inRange<std::size_t>(0, bytes.size()),
                                  rc::gen::arbitrary<std::uint8_t>()));
            for (const auto& [place, value] : changes) {
                bytes[place] = value;
            }
        }
        now += 1ms;
        broker.handle(now,
                      ReceivedDatagram{.source = address_of(66),
                                       .destination = broker_config().address,
                                       .payload = bytes});
        const Outputs outputs = drain(broker);
        const auto to_stranger =
            std::count_if(outputs.sent.begin(), outputs.sent.end(), [](const SentMessage& one) {
                return one.destination == address_of(66);
            });
        RC_ASSERT(to_stranger <= 1);
    }
}

}  // namespace
}  // namespace invitro::protocol::testing
