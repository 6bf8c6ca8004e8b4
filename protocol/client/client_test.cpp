// Registration, and what a client is as a value: idle, small, copyable, unimpressed by garbage.
#include "protocol/client/client_fixture.hpp"
#include "protocol/vocabulary/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RegisterAck ack(std::uint32_t incarnation, Duration lease = 2h) {
    return {.device = device_of(1), .incarnation = incarnation, .lease = lease};
}

TEST(ClientRegistration, ItIsRepeatedUntilAcknowledgedAndCarriesWhatTheUserSaid) {
    ClientBench bench;
    bench.command(register_command());
    bench.advance(1500ms);
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(3));
    const RegisterDevice message = bench.all<RegisterDevice>()[0];
    EXPECT_EQ(message.device, device_of(1));
    EXPECT_EQ(message.profile, register_command().profile);
    const RegisterCommand said = register_command();
    EXPECT_THAT(message.identifiers.view(),
                ElementsAreArray(said.identifiers.begin(), said.identifiers.end()));
    EXPECT_EQ(message.token, register_command().token);
    EXPECT_FALSE(bench.client.is_idle());
    bench.from_broker(ack(1));
    EXPECT_THAT(bench.heard<Registered>(), ElementsAre(Registered{.lease = 2h}));
    EXPECT_TRUE(bench.client.is_idle());
}

TEST(ClientRegistration, ItIsRefreshedAtHalfOfTheLease) {
    ClientBench bench;
    bench.command(register_command());
    bench.from_broker(ack(1));
    bench.forget();
    EXPECT_EQ(bench.client.next_deadline(), bench.now + 1h);
    bench.advance(1h);
    EXPECT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    EXPECT_EQ(bench.all<RegisterDevice>()[0].incarnation, 2U);
    bench.from_broker(ack(2, 10h));
    EXPECT_EQ(bench.client.next_deadline(), bench.now + 5h);
}

TEST(ClientRegistration, ANewerIncarnationAtTheBrokerIsOvertaken) {
    ClientBench bench;
    bench.command(register_command());
    bench.forget();
    bench.from_broker(ack(41));
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    EXPECT_EQ(bench.all<RegisterDevice>()[0].incarnation, 42U);
    EXPECT_THAT(bench.heard<Registered>(), IsEmpty());
    bench.from_broker(ack(1));
    EXPECT_THAT(bench.heard<Registered>(), IsEmpty());
    bench.from_broker(ack(42));
    EXPECT_THAT(bench.heard<Registered>(), SizeIs(1));
}

TEST(ClientRegistration, ANewRegistrationHasALargerIncarnation) {
    ClientBench bench;
    bench.command(register_command());
    bench.from_broker(ack(1));
    bench.forget();
    bench.command(register_command());
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    EXPECT_EQ(bench.all<RegisterDevice>()[0].incarnation, 2U);
}

TEST(ClientRegistration, AnAckForAnotherDeviceOrFromElsewhereIsDropped) {
    ClientBench bench;
    bench.command(register_command());
    RegisterAck other = ack(1);
    other.device = device_of(2);
    bench.from_broker(other);
    bench.from(reflector_1, ack(1));
    EXPECT_THAT(bench.heard<Registered>(), IsEmpty());
    EXPECT_EQ(bench.count(RemarkKind::unexpected_dropped), 2U);
}

TEST(ClientRegistration, AVeryShortLeaseDoesNotMakeTheClientSpin) {
    ClientBench bench;
    bench.command(register_command());
    bench.from_broker(ack(1, 0s));
    EXPECT_GE(bench.client.next_deadline(), bench.now + 8s);
}

TEST(ClientRegistration, AClientBuiltAsRegisteredRefreshesWhatItWasBuiltFrom) {
    ClientBench bench;
    bench.client = Client::registered(config_of(1), bench.now, register_command());
    EXPECT_TRUE(bench.client.is_idle());
    bench.advance(12h);
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    const RegisterCommand said = register_command();
    EXPECT_THAT(bench.all<RegisterDevice>()[0].identifiers.view(),
                ElementsAreArray(said.identifiers.begin(), said.identifiers.end()));
}

TEST(ClientValue, AnIdleClientIsSmall) {
    EXPECT_LE(sizeof(Client), 352U);
    const Client client = Client::registered(config_of(1), instant_at(0), register_command());
    const Registration& registration = client.state().registration.at(0);
    // Of which each identifier's credential takes 24.
    EXPECT_LE(sizeof(Registration) + registration.bytes.capacity(), 240U);
    EXPECT_EQ(client.state().activity.capacity(), 0U);
}

TEST(ClientValue, NoStateForgetsAMember) {
    static_assert(fields_are_complete<ClientConfig>);
    static_assert(fields_are_complete<ClientState>);
    static_assert(fields_are_complete<ClientActivity>);
    static_assert(fields_are_complete<Registration>);
    static_assert(fields_are_complete<Validation>);
    static_assert(fields_are_complete<OutgoingCall>);
    static_assert(fields_are_complete<Acceptor>);
    static_assert(fields_are_complete<IncomingCall>);
    static_assert(fields_are_complete<Session>);
    static_assert(fields_are_complete<PathIdentity>);
    static_assert(fields_are_complete<PathSearch>);
    static_assert(fields_are_complete<CandidatePair>);
    static_assert(fields_are_complete<Gathering>);
    static_assert(fields_are_complete<Reflection>);
    static_assert(Node<Client>);
}

// What may happen to a client, made from a number: commands, messages of everybody, time.
class Adventure {
public:
    explicit Adventure(ClientBench& bench) : bench_(bench) {}

    void step(std::uint32_t number) {
        const std::uint32_t which = number % 16;
        const std::uint32_t detail = number / 16;
        const CallId call = some_call(detail);
        switch (which) {
            case 0:
                return bench_.command(call_command(static_cast<AnswerPolicy>(detail % 3)));
            case 1:
                return bench_.push(invite(detail));
            case 2:
                return bench_.command(AcceptCommand{call});
            case 3:
                return bench_.command(DeclineCommand{call});
            case 4:
                return bench_.command(CancelCommand{call});
            case 5:
                return bench_.command(HangUpCommand{call});
            case 6:
                return bench_.command(ChooseCommand{.call = call, .device = device_of(2)});
            case 7:
                return bench_.answer_reflectors();
            case 8:
                return bench_.from_broker(InviteProgress{.call = call});
            case 9:
                return bench_.from_broker(forward(call, 2 + detail % 3));
            case 10:
                return bench_.from_broker(AcceptAck{.call = call, .device = device_of(1)});
            case 11:
                return bench_.from_broker(
                    InviteEnded{.call = call,
                                .device = device_of(1),
                                .reason = static_cast<EndReason>(detail % 5)});
            case 12:
                bench_.advance(50ms);
                return answer_checks();
            case 13:
                return bench_.advance(std::chrono::milliseconds(detail % 20'000));
            case 14:
                return answer_sessions(detail);
            default:
                return garbage(detail);
        }
    }

private:
    CallId some_call(std::uint32_t detail) {
        for (const Notification& one : bench_.told) {
            const auto* started = std::get_if<CallStarted>(&one);
            if (started != nullptr && detail % 2 == 0) return started->call;
        }
        return {.high = 0xCA, .low = detail % 2};
    }

    static InvitePush invite(std::uint32_t detail) {
        InvitePush push;
        push.call = {.high = 0xCA, .low = detail % 2};
        push.device = device_of(1);
        push.callee = identifier("+4915112345678");
        push.caller = identifier("bob@example.org");
        push.connection = connection(9);
        push.lifetime = 60s;
        return push;
    }

    static ConnectionData connection(std::uint32_t device) {
        ConnectionData data;
        data.key.fill(static_cast<std::uint8_t>(device));
        data.candidates.push_back(
            {.kind = CandidateKind::host, .address = outside_of(device), .priority = 100 + device});
        return data;
    }

    static AcceptForward forward(const CallId& call, std::uint32_t device) {
        return {.call = call, .device = device_of(device), .connection = connection(device)};
    }

    // Answers with the key the client holds itself: the peers of this bench have none of their own.
    void answer_checks() {
        const auto sent = bench_.sent;
        for (const SentMessage& one : sent) {
            const auto* check = std::get_if<Check>(&one.message);
            const PathIdentity* identity = check == nullptr ? nullptr : search_of(*check);
            if (identity == nullptr) continue;
            const PathIdentity known = *identity;
            say(known, response_to(*check), one.destination);
            say(known, check_with(check->transaction), one.destination);
        }
    }

    const PathIdentity* search_of(const Check& check) {
        for (const ClientActivity& activity : bench_.client.state().activity) {
            for (const OutgoingCall& call : activity.outgoing) {
                for (const Acceptor& acceptor : call.acceptors) {
                    const PathIdentity& identity = acceptor.search.identity;
                    if (is_authentic(identity.key, check)) return &identity;
                }
            }
            for (const IncomingCall& call : activity.incoming) {
                if (is_authentic(call.search.identity.key, check)) return &call.search.identity;
            }
        }
        return nullptr;
    }

    void answer_sessions(std::uint32_t detail) {
        const std::vector<ClientActivity> activities = bench_.client.state().activity;
        for (const ClientActivity& activity : activities) {
            for (const Session& session : activity.sessions) {
                const std::uint32_t next = session.received + 1;
                if (detail % 7 == 0) say(session.identity, numbered<SessionClose>(next), at());
                if (detail % 7 < 4) say(session.identity, numbered<NominateResponse>(next), at());
                if (detail % 7 >= 4) say(session.identity, numbered<SessionData>(next), at());
            }
            for (const IncomingCall& call : activity.incoming) {
                say(call.search.identity, numbered<Nominate>(1), at());
            }
        }
    }

    static Address at() { return outside_of(9); }

    template <class M>
    void say(const PathIdentity& identity, M message, const Address& source) {
        message.call = identity.call;
        message.sender = identity.peer.is_none() ? device_of(9) : identity.peer;
        bench_.from(source, with_tag(identity.key, message));
    }

    // A message of ours with a byte changed, or cut short.
    void garbage(std::uint32_t detail) {
        auto bytes = encoded(forward(some_call(detail), 2));
        if (detail % 3 == 0) {
            bytes.resize(detail % bytes.size());
        } else {
            bytes[detail % bytes.size()] ^= static_cast<std::uint8_t>(1U << (detail % 8));
        }
        bench_.handle(ReceivedDatagram{broker_address, home_of(1), bytes});
        bench_.handle(ReceivedPush{bytes});
    }

    ClientBench& bench_;
};

using Steps = std::vector<std::uint32_t>;

// Any steps; half of the time after a call that has an acceptor with a path.
Steps steps_of(std::size_t size_max) {
    Steps steps;
    if (*rc::gen::arbitrary<bool>()) steps = {0, 7, 8, 9, 12};
    const auto more = *rc::gen::resize(static_cast<int>(size_max),
                                       rc::gen::container<Steps>(rc::gen::inRange(0U, 1U << 20U)));
    steps.insert(steps.end(), more.begin(), more.end());
    return steps;
}

RC_GTEST_PROP(ClientValue, SameInputsGiveSameOutputsAndACopyGoesOnLikeTheOriginal, ()) {
    const Steps before = steps_of(60);
    const Steps after = steps_of(60);
    ClientBench first;
    ClientBench second;
    for (const std::uint32_t step : before) {
        Adventure(first).step(step);
    }
    for (const std::uint32_t step : before) {
        Adventure(second).step(step);
    }
    RC_ASSERT(first.client.state() == second.client.state());
    second.client = Client(first.client);
    for (const std::uint32_t step : after) {
        Adventure(first).step(step);
    }
    for (const std::uint32_t step : after) {
        Adventure(second).step(step);
    }
    RC_ASSERT(first.client.state() == second.client.state());
    RC_ASSERT(first.sent == second.sent);
    RC_ASSERT(first.told == second.told);
}

RC_GTEST_PROP(ClientValue, AStateSurvivesItsBytes, ()) {
    ClientBench bench;
    for (const std::uint32_t step : steps_of(60)) {
        Adventure(bench).step(step);
    }
    std::vector<std::uint8_t> bytes;
    serialise(bench.client.state(), bytes);
    RC_ASSERT(deserialise<ClientState>(bytes).value() == bench.client.state());
}

// Every call ends in silence: nothing lasts beyond its bounds, and every acceptor's fate is told.
RC_GTEST_PROP(ClientValue, WhateverHappensTheClientIsIdleInTheEnd, ()) {
    ClientBench bench;
    for (const std::uint32_t step : steps_of(100)) {
        Adventure(bench).step(step);
    }
    bench.advance(400s);
    RC_ASSERT(bench.client.is_idle());
    RC_ASSERT(bench.client.next_deadline() == never);
    const std::size_t arrived = bench.heard<AcceptArrived>().size();
    const std::size_t connected = bench.heard<Connected>().size();
    RC_ASSERT(bench.heard<Disconnected>().size() + connected >= arrived);
    RC_TAG(connected > 0 ? "connected" : arrived > 0 ? "accepted" : "nothing");
}

RC_GTEST_PROP(ClientValue, ADeviceRingsAndStopsAtMostOncePerCall, ()) {
    ClientBench bench;
    for (const std::uint32_t step : steps_of(100)) {
        // No time passes, so that no call is forgotten and made anew.
        if (step % 16 != 13) Adventure(bench).step(step);
    }
    for (const std::uint64_t low : {0U, 1U}) {
        const auto is_it = [&](const auto& one) { return one.call == CallId{0xCA, low}; };
        const auto rung = bench.heard<Ringing>();
        const auto stopped = bench.heard<RingingStopped>();
        const auto rings = std::count_if(rung.begin(), rung.end(), is_it);
        RC_ASSERT(rings <= 1);
        RC_ASSERT(std::count_if(stopped.begin(), stopped.end(), is_it) <= rings);
    }
}

RC_GTEST_PROP(ClientValue, NothingOfTheDeviceLeavesBeforeItsUserAccepts, ()) {
    ClientBench bench;
    for (std::uint32_t step : steps_of(100)) {
        // Neither calls nor accepts: whatever else is done to the device.
        if (step % 16 == 0 || step % 16 == 2) step += 1;
        Adventure(bench).step(step);
    }
    for (const SentMessage& one : bench.sent) {
        RC_ASSERT(one.destination == broker_address);
        RC_ASSERT(!std::holds_alternative<InviteAccept>(one.message));
    }
}

RC_GTEST_PROP(ClientValue, AnyBytesAreDroppedAndOneInputGivesFewDatagrams, ()) {
    ClientBench bench;
    for (const std::uint32_t step : steps_of(40)) {
        Adventure(bench).step(step);
    }
    const auto bytes =
        *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
    const std::size_t before = bench.sent.size();
    bench.handle(ReceivedDatagram{outside_of(5), home_of(1), bytes});
    // A push without content is a hint that something waits.
    if (!bytes.empty()) bench.handle(ReceivedPush{bytes});
    RC_ASSERT(bench.sent.size() == before);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
