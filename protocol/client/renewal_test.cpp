// Renewed connection data at the client, in both roles: docs/PROTOCOL.md "Renewing connection
// data".
#include "protocol/client/network_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const Address peer_address{.ip = ipv4(0xC6336409U), .port = 6000};
const Address other_mapping{.ip = ipv4(0x0A000001U), .port = 7777};

ConnectionData peer_data(std::uint32_t generation) {
    ConnectionData data;
    data.generation = generation;
    data.key.fill(9);
    data.candidates.push_back(
        {.kind = CandidateKind::server_reflexive,
         .address = {.ip = peer_address.ip, .port = static_cast<std::uint16_t>(6000 + generation)},
         .priority = 100});
    return data;
}

class RenewalTest : public ::testing::Test {
protected:
    void call_in_hand() {
        bench.command(call_command());
        call = bench.heard<CallStarted>().at(0).call;
        bench.answer_reflectors();
        bench.from_broker(InviteProgress{.call = call});
        bench.forget();
    }

    void ring() {
        call = {.high = 0xCA, .low = 0x11};
        InvitePush push;
        push.call = call;
        push.device = device_of(1);
        push.ticket = {4, 2};
        push.callee = identifier("+4915112345678");
        push.caller = identifier("bob@example.org");
        push.connection = peer_data(0);
        push.lifetime = 60s;
        bench.push(push);
        bench.from_broker(RingingAck{.call = call, .device = device_of(1)});
        bench.forget();
    }

    void accept() {
        ring();
        bench.command(AcceptCommand{call});
        bench.answer_reflectors();
        bench.forget();
    }

    void confirm() { bench.from_broker(AcceptAck{.call = call, .device = device_of(1)}); }

    void move() {
        NetworkChanged network;
        network.addresses = {{.ip = ipv4(0xC0A80001U), .port = 5001}};
        bench.command(network);
    }

    // The reflectors see the device there from now on.
    void answer_with(const Address& mapped) {
        const auto requests = bench.sent;
        bench.forget();
        for (const SentMessage& one : requests) {
            if (const auto* request = std::get_if<ReflectRequest>(&one.message)) {
                bench.from(one.destination,
                           ReflectResponse{.transaction = request->transaction, .mapped = mapped});
            } else if (const auto* probe = std::get_if<ReflectProbe>(&one.message)) {
                bench.from(one.destination,
                           ReflectResponse{.transaction = probe->transaction, .mapped = mapped});
            }
        }
    }

    void acknowledge(std::uint32_t generation) {
        bench.from_broker(
            CandidateUpdateAck{.call = call, .device = device_of(1), .generation = generation});
    }

    void forward(std::uint32_t generation, const DeviceId& author = device_of(9)) {
        bench.from_broker(CandidateForward{.call = call,
                                           .device = device_of(1),
                                           .author = author,
                                           .connection = peer_data(generation)});
    }

    [[nodiscard]] bool checks(std::uint16_t port) const {
        return std::any_of(bench.sent.begin(), bench.sent.end(), [&](const SentMessage& one) {
            return std::holds_alternative<Check>(one.message) && one.destination.port == port;
        });
    }

    ClientBench bench;
    CallId call;
};

TEST_F(RenewalTest, AMappingThatHasChangedWhileOthersRingIsToldUntilItIsAcknowledged) {
    call_in_hand();
    bench.advance(timing::call_keep_alive);
    ASSERT_THAT(bench.all<ReflectRequest>(), SizeIs(1)) << "both reflectors saw the same before";
    answer_with(other_mapping);
    const auto updates = bench.all<CandidateUpdate>();
    ASSERT_THAT(updates, SizeIs(1));
    EXPECT_EQ(updates[0].device, device_of(1));
    EXPECT_EQ(updates[0].connection.generation, 1U);
    EXPECT_EQ(updates[0].connection.mapping, MappingBehaviour::endpoint_independent);
    ASSERT_EQ(updates[0].connection.candidates.size(), 2U);
    EXPECT_EQ(updates[0].connection.candidates[1].address, other_mapping);
    acknowledge(0);
    bench.advance(2s);
    EXPECT_THAT(bench.all<CandidateUpdate>(), SizeIs(3));
    acknowledge(1);
    bench.forget();
    bench.advance(8s);
    EXPECT_THAT(bench.all<CandidateUpdate>(), IsEmpty());
}

TEST_F(RenewalTest, AnAnswerThatComesAfterTheAcceptIsToldToo) {
    ring();
    bench.command(AcceptCommand{call});
    bench.advance(timing::gathering_max);
    ASSERT_FALSE(bench.all<InviteAccept>().empty()) << "no reflector has answered";
    confirm();
    answer_with(other_mapping);
    const auto updates = bench.all<CandidateUpdate>();
    ASSERT_FALSE(updates.empty());
    EXPECT_EQ(updates[0].connection.candidates[1].address, other_mapping);
}

TEST_F(RenewalTest, AMappingThatIsStillThereIsNoNews) {
    call_in_hand();
    bench.advance(timing::call_keep_alive);
    answer_with(outside_of(1));
    bench.advance(5s);
    EXPECT_THAT(bench.all<CandidateUpdate>(), IsEmpty());
    EXPECT_THAT(bench.all<ReflectRequest>(), IsEmpty());
}

TEST_F(RenewalTest, AnAnswerToTheRoundBeforeSaysNothing) {
    call_in_hand();
    bench.advance(timing::call_keep_alive);
    const auto old = bench.all<ReflectRequest>().at(0);
    bench.forget();
    bench.advance(timing::call_keep_alive);
    bench.from(reflector_1,
               ReflectResponse{.transaction = old.transaction, .mapped = other_mapping});
    EXPECT_THAT(bench.all<CandidateUpdate>(), IsEmpty());
}

TEST_F(RenewalTest, AnInitiatorThatMovesGathersAnewAndTellsSo) {
    call_in_hand();
    move();
    answer_with(other_mapping);
    const auto updates = bench.all<CandidateUpdate>();
    ASSERT_THAT(updates, SizeIs(1));
    EXPECT_EQ(updates[0].connection.candidates[0].address.port, 5001);
    EXPECT_EQ(updates[0].connection.candidates[1].address, other_mapping);
}

TEST_F(RenewalTest, WhatChangedBeforeTheBrokerHadTheCallIsToldAfterwards) {
    bench.command(call_command());
    call = bench.heard<CallStarted>().at(0).call;
    bench.answer_reflectors();
    bench.forget();
    move();
    answer_with(other_mapping);
    EXPECT_THAT(bench.all<CandidateUpdate>(), IsEmpty());
    bench.from_broker(InviteProgress{.call = call});
    EXPECT_THAT(bench.all<CandidateUpdate>(), SizeIs(1));
}

TEST_F(RenewalTest, ADeviceThatMovesWhileItRingsAsksNobodyAndTellsNobody) {
    ring();
    move();
    bench.advance(20s);
    EXPECT_THAT(bench.all<ReflectRequest>(), IsEmpty());
    EXPECT_THAT(bench.all<CandidateUpdate>(), IsEmpty());
}

TEST_F(RenewalTest, AnAcceptorThatMovesTellsItOnceItsAcceptIsConfirmed) {
    accept();
    move();
    answer_with(other_mapping);
    EXPECT_THAT(bench.all<CandidateUpdate>(), IsEmpty());
    confirm();
    const auto updates = bench.all<CandidateUpdate>();
    ASSERT_THAT(updates, SizeIs(1));
    EXPECT_EQ(updates[0].ticket, (Ticket{4, 2}));
    EXPECT_EQ(updates[0].connection.generation, 1U);
}

TEST_F(RenewalTest, NewerInitiatorDataIsToldOnceAndAcknowledgedEachTime) {
    ring();
    forward(2);
    forward(2);
    forward(1);
    EXPECT_THAT(bench.heard<ConnectionDataRenewed>(), SizeIs(1));
    const auto answers = bench.all<CandidateForwardAck>();
    ASSERT_THAT(answers, SizeIs(3));
    EXPECT_EQ(answers[2].generation, 1U);
    EXPECT_EQ(answers[2].device, device_of(1));
    EXPECT_EQ(answers[2].author, device_of(9));
}

TEST_F(RenewalTest, AnAcceptorChecksTheInitiatorsNewestCandidates) {
    accept();
    forward(2);
    bench.advance(1s);
    EXPECT_TRUE(checks(6002));
    bench.forget();
    bench.advance(1s);
    EXPECT_FALSE(checks(6000));
}

TEST_F(RenewalTest, AnInitiatorChecksTheAcceptorsNewestCandidates) {
    call_in_hand();
    forward(1);
    EXPECT_THAT(bench.all<CandidateForwardAck>(), IsEmpty()) << "it has overtaken the accept";
    bench.from_broker(
        AcceptForward{.call = call, .device = device_of(9), .connection = peer_data(0)});
    forward(1);
    EXPECT_THAT(bench.all<CandidateForwardAck>(), SizeIs(1));
    EXPECT_THAT(bench.heard<ConnectionDataRenewed>(), SizeIs(1));
    bench.forget();
    bench.advance(1s);
    EXPECT_TRUE(checks(6001));
    EXPECT_FALSE(checks(6000));
}

// ---- sessions -----------------------------------------------------------------------------------

const NatKind strict{"EIM/APDF", Mapping::endpoint_independent, Filtering::port_dependent};

TEST(SessionRenewal, ASessionSurvivesThatABoxForgetsItsMappings) {
    for (const std::uint32_t forgetful : {1U, 2U}) {
        Network network;
        network.add(strict);
        network.add(strict);
        network.command(1, call_command());
        network.run(3s);
        network.command(2, AcceptCommand{network.heard<Ringing>(2).at(0).call});
        network.run(10s);
        ASSERT_THAT(network.heard<Connected>(1), SizeIs(1));
        network.nodes[forgetful - 1].nat.flush();
        network.run(60s);
        EXPECT_THAT(network.heard<Disconnected>(1), IsEmpty()) << forgetful;
        EXPECT_THAT(network.heard<Disconnected>(2), IsEmpty()) << forgetful;
        EXPECT_THAT(network.heard<ConnectionDataRenewed>(3 - forgetful), SizeIs(1)) << forgetful;
    }
}

}  // namespace
}  // namespace invitro::protocol::client_testing
