// Several brokers as one service: any entry, crashes in turn, nodes that come and go. Whatever was
// acknowledged is kept, and every call ends well.
#include "protocol/broker/cluster/cluster_town_test.hpp"
#include "protocol/stream/stream_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::array<NodeNumber, 3> first_members{0, 1, 2};
constexpr std::array<NodeNumber, 4> all_nodes{0, 1, 2, 3};

void expect_that_all_went_well(const ClusterTown& town) {
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
    EXPECT_THAT(town.heard<Connected>(1), SizeIs(2));
    ASSERT_THAT(town.heard<CallEnded>(1), SizeIs(1));
    EXPECT_EQ(town.heard<CallEnded>(1)[0].reason, EndReason::answered);
    EXPECT_EQ(town.slots_served_twice, 0U);
}

std::size_t undisturbed_events() {
    ClusterTown town;
    town.play_the_call();
    return town.events;
}

// Plays the call with this trouble after each `stride`-th event.
void expect_well_after_every_event(std::size_t stride, const ClusterTown::Trouble& trouble) {
    const std::size_t events = undisturbed_events();
    ASSERT_GT(events, 60U);
    for (std::size_t event = 0; event < events; event += stride) {
        SCOPED_TRACE(event);
        ClusterTown town(event, trouble);
        town.play_the_call();
        expect_that_all_went_well(town);
        if (::testing::Test::HasFailure()) return;
    }
}

void crash_two_in_turn_after_every_event(std::size_t stride) {
    for (const NodeNumber first : first_members) {
        for (const NodeNumber second : first_members) {
            if (first == second) continue;
            SCOPED_TRACE(::testing::Message() << int{first} << " and " << int{second});
            expect_well_after_every_event(stride, [=](ClusterTown& town) {
                town.crash(first);
                town.after(2s, [&town, second] { town.crash(second); });
            });
            if (::testing::Test::HasFailure()) return;
        }
    }
}

void add_and_remove_after_every_event(std::size_t stride) {
    for (const NodeNumber leaver : all_nodes) {
        SCOPED_TRACE(int{leaver});
        std::vector<NodeNumber> rest{0, 1, 2, 3};
        std::erase(rest, leaver);
        expect_well_after_every_event(stride, [=](ClusterTown& town) {
            town.change_membership({0, 1, 2, 3});
            town.after(3s, [&town, rest] { town.change_membership(rest); });
        });
        if (::testing::Test::HasFailure()) return;
    }
}

// The node that hands over, or the one that takes over, crashes in the middle of it.
void crash_in_handover_after_every_event(std::size_t stride) {
    for (const NodeNumber crashing : {NodeNumber{0}, NodeNumber{3}}) {
        for (const Duration wait : {5ms, 12ms, 18ms, 31ms, 42ms, 55ms}) {
            SCOPED_TRACE(::testing::Message() << int{crashing} << " after " << wait.count());
            expect_well_after_every_event(stride, [=](ClusterTown& town) {
                town.change_membership({0, 1, 2, 3});
                town.after(wait, [&town, crashing] { town.crash(crashing); });
            });
            if (::testing::Test::HasFailure()) return;
        }
    }
}

TEST(Cluster, CarriesACallWhoeverIsAsked) {
    ClusterTown town;
    town.play_the_call();
    expect_that_all_went_well(town);
    EXPECT_GT(town.remarks(RemarkKind::request_forwarded), 10U);
}

TEST(Cluster, ARegistrationIsAcknowledgedWhenEveryOwnerHasIt) {
    ClusterTown town;
    town.crash(2, 10s);
    town.register_ada();
    town.run(9s);
    EXPECT_THAT(town.heard<Registered>(2), IsEmpty());
    town.run(10s);
    EXPECT_THAT(town.heard<Registered>(2), SizeIs(1));
    for (const NodeNumber node : first_members) {
        const auto& registry = town.state(node).broker.registry;
        EXPECT_TRUE(registry.knows(device_of(2)));
        EXPECT_TRUE(registry.knows(device_of(3)));
    }
}

TEST(Cluster, ADeviceThatLeavesAnIdentifierIsForgottenByItsOwner) {
    ClusterTown town;
    town.register_ada();
    town.run(5s);
    RegisterCommand fewer = ClusterTown::proven(2, {ClusterTown::owned_by(1, 1)});
    fewer.token.value.assign(bytes_of("2"));
    town.command(2, fewer);
    town.run(5s);
    std::size_t found = 0;
    town.state(0).broker.registry.for_each_token(
        instant_at(1'000'000'000) + 10s, ClusterTown::owned_by(0, 3), [&](const BoundToken& token) {
            EXPECT_EQ(token.device, device_of(3));
            ++found;
        });
    EXPECT_EQ(found, 1U);
}

TEST(Cluster, OlderEpochsAndLeapsAreRefused) {
    ClusterTown town;
    town.change_membership({0, 1, 2, 3});
    town.run(5s);
    for (const NodeNumber node : all_nodes) {
        EXPECT_EQ(town.state(node).broker.cluster.membership.epoch, 2U);
    }
    Broker broker(town.state(0).broker);
    const auto told = [&](const Membership& membership) {
        broker.handle(instant_at(2'000'000'000), ChangeMembership{membership});
        return broker.state().cluster.membership.epoch;
    };
    EXPECT_EQ(told(membership_of(1, {0, 1, 2})), 2U);
    EXPECT_EQ(told(membership_of(2, {0, 1, 2})), 2U);
    EXPECT_EQ(told(membership_of(4, {0, 1, 2})), 2U);
    EXPECT_EQ(told(membership_of(3, {0, 1})), 2U);
    EXPECT_EQ(told(membership_of(3, {})), 2U);
    EXPECT_EQ(told(membership_of(3, {1, 2, 3})), 3U);
    // Its handovers are under way.
    EXPECT_EQ(told(membership_of(4, {2, 3})), 3U);
}

TEST(Cluster, AHandoverEndsAndLeavesNothingBehind) {
    ClusterTown town;
    town.register_ada();
    town.run(5s);
    town.change_membership({0, 1, 2, 3});
    town.run(5s);
    town.change_membership({1, 2, 3});
    town.run(5s);
    std::size_t held = 0;
    for (const NodeNumber node : all_nodes) {
        const ClusterState cluster = town.state(node).broker.cluster;
        EXPECT_EQ(cluster.membership.epoch, 3U);
        EXPECT_THAT(cluster.outgoing, IsEmpty());
        EXPECT_THAT(cluster.announcements, IsEmpty());
        held += static_cast<std::size_t>(
            std::count(cluster.held.begin(), cluster.held.end(), std::uint8_t{1}));
    }
    EXPECT_EQ(held, slot_count);
    EXPECT_FALSE(town.state(0).broker.registry.knows(device_of(2)));
    EXPECT_EQ(town.slots_served_twice, 0U);
}

// A client that asks for a call under an id of another slot is refused: the call would live where
// nobody looks for it.
TEST(Cluster, ACallWhoseIdDoesNotFitItsCalleeIsRefused) {
    Broker broker(config_of_node(0));
    InviteRequest request;
    request.initiator = device_of(1);
    request.callee = ClusterTown::owned_by(0, 3);
    request.caller = identifier("bob@example.org");
    const Slot fitting = slot_of(request.callee);
    for (Slot slot = 0; slot < slot_count; ++slot) {
        if (broker.state().cluster.owners[slot] != 0 || slot == fitting) continue;
        request.call = with_slot({.high = 7, .low = 0}, slot);
        break;
    }
    const auto bytes = encoded(request);
    broker.handle(instant_at(1), ReceivedDatagram{outside_of(1), node_address(0), bytes});
    std::optional<FailureReason> reason;
    while (const auto output = broker.poll_output()) {
        const auto* sent = std::get_if<SendDatagram>(&*output);
        if (sent != nullptr) reason = std::get<InviteFailed>(*decode(sent->payload)).reason;
    }
    EXPECT_EQ(reason, FailureReason::refused);
    EXPECT_THAT(broker.state().calls.calls, IsEmpty());
}

// The last datagram that this makes the node send.
std::pair<Address, std::vector<std::uint8_t>> answer_of(Broker& node,
                                                        const Address& source,
                                                        ByteView bytes) {
    node.handle(instant_at(1), ReceivedDatagram{source, {}, bytes});
    std::pair<Address, std::vector<std::uint8_t>> last;
    while (const auto output = node.poll_output()) {
        const auto* sent = std::get_if<SendDatagram>(&*output);
        if (sent == nullptr) continue;
        last = {sent->destination, {sent->payload.begin(), sent->payload.end()}};
    }
    return last;
}

TEST(Cluster, WhoCameByAStreamIsAnsweredOnItThoughAnotherNodeServesTheCall) {
    InviteRequest request;
    request.initiator = device_of(1);
    request.callee = ClusterTown::owned_by(1, 1);
    request.caller = identifier("bob@example.org");
    request.call = with_slot({.high = 7, .low = 0}, slot_of(request.callee));
    Broker entry(config_of_node(0));
    Broker owner(config_of_node(1));
    const Address client = stream_address(StreamId{7});
    const auto forwarded = answer_of(entry, client, encoded(request));
    ASSERT_EQ(forwarded.first, node_address(1));
    const auto answer = answer_of(owner, node_address(0), forwarded.second);
    ASSERT_EQ(answer.first, node_address(0));
    const auto last = answer_of(entry, node_address(1), answer.second);
    EXPECT_EQ(last.first, client);
    EXPECT_TRUE(std::holds_alternative<InviteProgress>(*decode(last.second)));
}

// The second comes while the first waits for the disk.
TEST(Cluster, ARequestThatAnotherNodePassesOnTwiceIsOneRequest) {
    InviteRequest request;
    request.initiator = device_of(1);
    request.callee = ClusterTown::owned_by(1, 1);
    request.caller = identifier("bob@example.org");
    request.call = with_slot({.high = 7, .low = 0}, slot_of(request.callee));
    BrokerConfig tight = config_of_node(1);
    tight.limits.calls_per_caller = {.burst = 1, .every = 1h};
    Broker entry(config_of_node(0));
    DurableBroker owner(tight, instant_at(1));
    while (owner.poll_output()) {
    }
    const auto forwarded = answer_of(entry, outside_of(1), encoded(request)).second;
    std::vector<MessageType> answers;
    const auto hand = [&](const DurableBroker::Input& input) {
        owner.handle(instant_at(1), input);
        while (const auto output = owner.poll_output()) {
            const auto* sent = std::get_if<SendDatagram>(&*output);
            if (sent == nullptr) continue;
            const auto answer = std::get<ForwardedAnswer>(*decode(sent->payload));
            answers.push_back(type_of(*decode(answer.datagram.view())));
        }
    };
    hand(ReceivedDatagram{node_address(0), {}, forwarded});
    hand(ReceivedDatagram{node_address(0), {}, forwarded});
    EXPECT_THAT(answers, IsEmpty());
    hand(Persisted{.number = owner.state().journal.written});
    EXPECT_THAT(answers, ElementsAre(MessageType::invite_progress, MessageType::invite_progress));
}

TEST(Cluster, TwoOfThreeNodesMayCrashInTurn) {
    crash_two_in_turn_after_every_event(41);
}

TEST(Cluster, ANodeMayComeAndAnotherGoInMidCall) {
    add_and_remove_after_every_event(31);
}

TEST(Cluster, EitherSideOfAHandoverMayCrash) {
    crash_in_handover_after_every_event(61);
}

TEST(ClusterExhaustive, TwoOfThreeNodesCrashInTurnAfterEveryEvent) {
    crash_two_in_turn_after_every_event(1);
}

TEST(ClusterExhaustive, ANodeComesAndAnotherGoesAfterEveryEvent) {
    add_and_remove_after_every_event(1);
}

TEST(ClusterExhaustive, EitherSideOfAHandoverCrashesAfterEveryEvent) {
    crash_in_handover_after_every_event(1);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
