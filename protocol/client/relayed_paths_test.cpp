// What becomes of pairs of devices that have no direct path, with a relay, without, and when the
// relay fails them.
#include "protocol/client/network_fixture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string_view>

namespace invitro::protocol::client_testing {
namespace {

NatKind kind(std::string_view name) {
    const auto kinds = nat_kinds();
    return *std::find_if(
        kinds.begin(), kinds.end(), [&](const NatKind& one) { return one.name == name; });
}

// A call from device 1 to device 2 with a relay at hand, accepted one second after it rings.
Network relayed_call(const NatKind& first,
                     const NatKind& second,
                     AnswerPolicy policy = AnswerPolicy::first,
                     const Weather& weather = {}) {
    Network network(weather);
    network.offers_relay = true;
    network.add(first);
    network.add(second);
    network.command(1, call_command(policy));
    for (int i = 0; i < 100 && network.heard<Ringing>(2).empty(); ++i) {
        network.run(100ms);
    }
    if (network.heard<Ringing>(2).empty()) return network;
    network.run(1s);
    network.command(2, AcceptCommand{network.heard<Ringing>(2).front().call});
    return network;
}

Network symmetric_call(AnswerPolicy policy = AnswerPolicy::first) {
    return relayed_call(kind("APDM/APDF"), kind("APDM/APDF"), policy);
}

void expect_relayed(const Network& network) {
    for (std::uint32_t number = 1; number <= 2; ++number) {
        ASSERT_EQ(network.heard<Connected>(number).size(), 1U) << number;
        EXPECT_EQ(network.heard<Connected>(number)[0].local_kind, CandidateKind::relayed);
        EXPECT_TRUE(network.heard<Disconnected>(number).empty()) << number;
    }
}

bool is_clean(const Network& network) {
    return network.relay.state().order.empty() &&
           std::all_of(network.nodes.begin(), network.nodes.end(), [](const Network::Node& one) {
               return one.client.state().activity.empty() ||
                      one.client.state().activity.front().relays.empty();
           });
}

TEST(RelayedPaths, EveryPairIsConnectedAndOnlyThoseWithoutADirectPathByTheRelay) {
    for (const NatKind& first : nat_kinds()) {
        for (const NatKind& second : nat_kinds()) {
            SCOPED_TRACE(first.name + " calls " + second.name);
            Network alone = relayed_call(first, second);
            alone.offers_relay = false;
            alone.run(20s);
            const bool is_direct = !alone.heard<Connected>(1).empty();
            Network network = relayed_call(first, second);
            network.run(20s);
            ASSERT_EQ(network.heard<Connected>(1).size(), 1U);
            ASSERT_EQ(network.heard<Connected>(2).size(), 1U);
            const bool is_relayed =
                network.heard<Connected>(1)[0].local_kind == CandidateKind::relayed;
            EXPECT_NE(is_relayed, is_direct);
            EXPECT_EQ(network.heard<Connected>(2)[0].local_kind == CandidateKind::relayed,
                      is_relayed);
        }
    }
}

TEST(RelayedPaths, WhoHasADirectPathNeverAsksARelay) {
    Network network = relayed_call(kind("EIM/APDF"), kind("EIM/APDF"));
    network.run(300s);
    EXPECT_EQ(network.relay.state().counters, RelayCounters{});
    EXPECT_EQ(network.heard<Connected>(1).size(), 1U);
}

TEST(RelayedPaths, ASessionThroughTheRelayLastsAndGivesItsAllocationsBack) {
    Network network = symmetric_call();
    network.run(10min);
    expect_relayed(network);
    EXPECT_EQ(network.relay.state().order.size(), 1U);
    EXPECT_EQ(network.relay.state().counters.lapsed.value, 0U);
    EXPECT_GE(network.relay.state().counters.refreshed.value, 30U);
    network.command(1, HangUpCommand{network.heard<Connected>(1)[0].call});
    network.run(5s);
    EXPECT_EQ(network.heard<Disconnected>(2).size(), 1U);
    EXPECT_TRUE(is_clean(network));
    EXPECT_EQ(network.relay.state().counters.released.value, 2U);
}

TEST(RelayedPaths, ASessionOutlivesTheRestartOfItsRelay) {
    Network network = symmetric_call();
    network.run(20s);
    expect_relayed(network);
    network.is_relay_up = false;
    network.run(3s);
    network.is_relay_up = true;
    network.relay = relay_of(2);
    network.run(60s);
    expect_relayed(network);
    EXPECT_GE(network.relayed(), 10U) << "in its new incarnation";
}

// As after a change between UDP and a stream: the relay must learn where this end is now, and what
// was said meanwhile is lost.
TEST(RelayedPaths, ASessionSpeaksAtOnceWhenItsRelayIsReachedByAnotherWay) {
    Network network = symmetric_call();
    network.run(20s);
    Network undisturbed = network;
    network.reroute(1, relay_address);
    network.run(500ms);
    undisturbed.run(500ms);
    EXPECT_EQ(network.relay.state().counters.refreshed.value,
              undisturbed.relay.state().counters.refreshed.value + 1);
    EXPECT_GT(network.relayed(), undisturbed.relayed());
    expect_relayed(network);
}

TEST(RelayedPaths, ASessionWhoseRelayStaysDownIsOverForBoth) {
    Network network = symmetric_call();
    network.run(20s);
    network.is_relay_up = false;
    network.run(25s);
    for (std::uint32_t number = 1; number <= 2; ++number) {
        ASSERT_EQ(network.heard<Disconnected>(number).size(), 1U) << number;
        EXPECT_EQ(network.heard<Disconnected>(number)[0].reason, SessionEnd::silent);
    }
    network.run(timing::relay_lifetime);
    EXPECT_TRUE(is_clean(network));
}

TEST(RelayedPaths, AFullRelayIsToldFromAPathThatFailsAndAskedAgain) {
    Network network = symmetric_call();
    network.relay = relay_of(1, 0);
    network.run(12s);
    EXPECT_TRUE(network.heard<Connected>(1).empty());
    EXPECT_GE(network.relay.state().counters.refused.value, 4U);
    network.relay.handle(network.now, CapacityChanged{.capacity = 1});
    network.run(8s);
    expect_relayed(network);
}

TEST(RelayedPaths, ARelayThatStaysFullLeadsToAnExplicitFailure) {
    Network network = symmetric_call();
    network.relay = relay_of(1, 0);
    network.run(60s);
    for (std::uint32_t number = 1; number <= 2; ++number) {
        ASSERT_EQ(network.heard<Disconnected>(number).size(), 1U) << number;
        EXPECT_EQ(network.heard<Disconnected>(number)[0].reason, SessionEnd::no_path);
    }
    EXPECT_TRUE(is_clean(network));
}

TEST(RelayedPaths, WithoutARelayOrWithOneThatIsSilentThePairFailsExplicitly) {
    for (const bool offers : {false, true}) {
        Network network = symmetric_call();
        network.offers_relay = offers;
        network.is_relay_up = false;
        network.run(60s);
        EXPECT_EQ(network.heard<Disconnected>(1).size(), 1U);
        EXPECT_EQ(network.heard<Disconnected>(2).size(), 1U);
        EXPECT_TRUE(is_clean(network));
    }
}

TEST(RelayedPaths, APathThroughTheRelayWaitsToBeChosen) {
    Network network = symmetric_call(AnswerPolicy::choose);
    network.run(15s);
    EXPECT_TRUE(network.heard<Connected>(1).empty());
    const auto arrived = network.heard<AcceptArrived>(1);
    ASSERT_EQ(arrived.size(), 1U);
    network.command(1, ChooseCommand{.call = arrived[0].call, .device = arrived[0].device});
    network.run(5s);
    expect_relayed(network);
}

TEST(RelayedPaths, AMoveIsFollowedByTheRelay) {
    Network network = symmetric_call();
    network.run(20s);
    expect_relayed(network);
    // The box forgets its mappings: the same inside address is seen under others.
    network.nodes[0].nat =
        SimpleNat(kind("APDM/APDF"), home_of(1), {.family = IpFamily::v4, .octets = {10, 1, 1, 1}});
    network.run(60s);
    expect_relayed(network);
}

// In any weather both ends tell of one outcome, and the relay is left empty.
RC_GTEST_PROP(RelayedPaths, EndConnectedOrFailedOnBothSidesAndLeaveNothingBehind, ()) {
    const auto kinds = nat_kinds();
    const auto any_kind = rc::gen::inRange<std::size_t>(0, kinds.size());
    const NatKind& first = kinds[*any_kind];
    const NatKind& second = kinds[*any_kind];
    const Weather weather{.seed = *rc::gen::arbitrary<std::uint64_t>(),
                          .loss = *rc::gen::inRange(0U, 40U),
                          .duplication = *rc::gen::inRange(0U, 30U),
                          .delay = std::chrono::milliseconds(*rc::gen::inRange(1, 300)),
                          .delay_spread = std::chrono::milliseconds(*rc::gen::inRange(0, 500))};
    Network network = relayed_call(first, second, AnswerPolicy::first, weather);
    RC_PRE(network.heard<Ringing>(2).size() == 1);
    const auto crash_at = std::chrono::milliseconds(*rc::gen::inRange(0, 40'000));
    network.run(crash_at);
    if (*rc::gen::arbitrary<bool>()) network.relay = relay_of(2);
    network.run(120s - crash_at);
    for (std::uint32_t number = 1; number <= 2; ++number) {
        const auto outcomes =
            network.heard<Connected>(number).size() + network.heard<Disconnected>(number).size();
        RC_ASSERT(outcomes >= 1);
        RC_ASSERT(network.heard<Connected>(number).size() <= 1);
        RC_ASSERT(network.heard<Disconnected>(number).size() <= 1);
    }
    if (!network.heard<Connected>(1).empty()) {
        network.command(1, HangUpCommand{network.heard<Connected>(1)[0].call});
    }
    network.run(timing::relay_lifetime + 60s);
    RC_ASSERT(network.heard<Disconnected>(1).size() == 1);
    RC_ASSERT(network.heard<Disconnected>(2).size() == 1);
    RC_ASSERT(is_clean(network));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
