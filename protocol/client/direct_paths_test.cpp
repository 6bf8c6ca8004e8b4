// Which pairs of NATs two devices reach each other through, against an independent reckoning; and
// that searches end well in any weather.
#include "protocol/client/network_fixture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace invitro::protocol::client_testing {
namespace {

// What is possible without port prediction: both sides send to every address they know, learn every
// source they hear, and go on until nothing new is learned. Knows nothing of checks or pairs.
class Reckoning {
public:
    Reckoning(const NatKind& first, const NatKind& second) : nats_{nat(first, 1), nat(second, 2)} {
        for (std::size_t side = 0; side < 2; ++side) {
            auto& known_to_peer = known_[1 - side];
            known_to_peer.insert(nats_[side].inside());
            known_to_peer.insert(nats_[side].outbound(reflector_1));
            known_to_peer.insert(nats_[side].outbound(reflector_2));
        }
    }

    bool is_direct() {
        for (int round = 0; round < 8; ++round) {
            flood(0);
            flood(1);
        }
        return heard_[0] && heard_[1];
    }

private:
    static SimpleNat nat(const NatKind& kind, std::uint32_t number) {
        const bool has_nat = kind.mapping != Mapping::none;
        const Address inside = has_nat ? home_of(number) : outside_of(number);
        return {kind, inside, outside_of(number).ip};
    }

    void flood(std::size_t side) {
        const auto destinations = known_[side];
        for (const Address& destination : destinations) {
            const Address source = nats_[side].outbound(destination);
            SimpleNat& peer = nats_[1 - side];
            if (!peer.owns(destination) || !peer.lets_in(source, destination)) continue;
            heard_[1 - side] = true;
            known_[1 - side].insert(source);
        }
    }

    std::array<SimpleNat, 2> nats_;
    std::array<std::set<Address>, 2> known_;
    std::array<bool, 2> heard_{};
};

// A call from device 1 to device 2, accepted one second after it rings.
Network accepted_call(const NatKind& first, const NatKind& second, const Weather& weather) {
    Network network(weather);
    network.add(first);
    network.add(second);
    network.command(1, call_command());
    for (int i = 0; i < 100 && network.heard<Ringing>(2).empty(); ++i) {
        network.run(100ms);
    }
    if (network.heard<Ringing>(2).empty()) return network;
    network.run(1s);
    network.command(2, AcceptCommand{network.heard<Ringing>(2).front().call});
    return network;
}

TEST(DirectPaths, APairIsDirectExactlyWhereItIsPossibleWithoutPortPrediction) {
    std::size_t direct = 0;
    for (const NatKind& first : nat_kinds()) {
        for (const NatKind& second : nat_kinds()) {
            SCOPED_TRACE(first.name + " calls " + second.name);
            const bool is_possible = Reckoning(first, second).is_direct();
            Network network = accepted_call(first, second, {});
            network.run(40s);
            EXPECT_EQ(network.heard<Connected>(1).size(), is_possible ? 1U : 0U);
            EXPECT_EQ(network.heard<Connected>(2).size(), is_possible ? 1U : 0U);
            EXPECT_EQ(network.heard<Disconnected>(1).size(), is_possible ? 0U : 1U);
            network.run(20s);
            EXPECT_EQ(network.heard<Disconnected>(2).size(), is_possible ? 0U : 1U);
            direct += is_possible ? 1 : 0;
        }
    }
    // By hand, the partners of each kind in the order of nat_kinds().
    EXPECT_EQ(direct, 11U + 5U + 11U + 11U + 5U + 7U + 5U + 3U + 7U + 5U + 3U + 0U);
}

TEST(DirectPaths, TheReckoningAgreesWithKnownPairs) {
    const auto kinds = nat_kinds();
    const auto is_direct = [&](std::string_view first, std::string_view second) {
        const auto kind = [&](std::string_view name) {
            return *std::find_if(
                kinds.begin(), kinds.end(), [&](const NatKind& one) { return one.name == name; });
        };
        return Reckoning(kind(first), kind(second)).is_direct();
    };
    EXPECT_TRUE(is_direct("EIM/APDF", "EIM/APDF"));
    EXPECT_TRUE(is_direct("EIM/ADF", "APDM/APDF"));
    EXPECT_TRUE(is_direct("PUB", "APDM/APDF"));
    EXPECT_FALSE(is_direct("EIM/APDF", "APDM/APDF"));
    EXPECT_FALSE(is_direct("APDM/APDF", "APDM/APDF"));
    EXPECT_FALSE(is_direct("FW", "APDM/APDF"));
    EXPECT_FALSE(is_direct("PUB", "BLK"));
}

TEST(DirectPaths, SessionsLastAndAnEstablishedMappingIsKept) {
    for (const NatKind& first : nat_kinds()) {
        for (const NatKind& second : nat_kinds()) {
            SCOPED_TRACE(first.name + " calls " + second.name);
            Network network = accepted_call(first, second, {});
            network.run(300s);
            EXPECT_EQ(network.heard<Connected>(1).size() + network.heard<Disconnected>(1).size(),
                      1U);
            EXPECT_EQ(network.heard<Connected>(2).size() + network.heard<Disconnected>(2).size(),
                      1U);
        }
    }
}

// Both ends tell the application of exactly one outcome, within the bounds, whatever the weather.
RC_GTEST_PROP(DirectPaths, EverySearchEndsConnectedOrFailedOnBothSides, ()) {
    const auto kinds = nat_kinds();
    const auto kind = rc::gen::inRange<std::size_t>(0, kinds.size());
    const NatKind& first = kinds[*kind];
    const NatKind& second = kinds[*kind];
    const Weather weather{.seed = *rc::gen::arbitrary<std::uint64_t>(),
                          .loss = *rc::gen::inRange(0U, 40U),
                          .duplication = *rc::gen::inRange(0U, 30U),
                          .delay = std::chrono::milliseconds(*rc::gen::inRange(1, 300)),
                          .delay_spread = std::chrono::milliseconds(*rc::gen::inRange(0, 500))};
    Network network = accepted_call(first, second, weather);
    RC_PRE(network.heard<Ringing>(2).size() == 1);
    network.run(120s);
    RC_ASSERT(network.heard<Ringing>(2).size() == 1);
    RC_ASSERT(network.heard<AcceptArrived>(1).size() == 1);
    const std::size_t connected = network.heard<Connected>(1).size();
    if (!Reckoning(first, second).is_direct()) RC_ASSERT(connected == 0);
    if (connected == 1) {
        // Which of the last messages arrived nobody can be sure of; but nobody stays half open.
        const bool is_half = network.heard<Connected>(2).empty();
        if (is_half) RC_ASSERT(network.heard<Disconnected>(1).size() == 1);
        if (is_half) RC_ASSERT(network.heard<Disconnected>(2).size() == 1);
        RC_TAG(is_half ? "half open" : "connected");
    } else {
        RC_TAG("failed");
        RC_ASSERT(network.heard<Connected>(2).empty());
        RC_ASSERT(network.heard<Disconnected>(1).size() == 1);
        RC_ASSERT(network.heard<Disconnected>(2).size() == 1);
    }
}

RC_GTEST_PROP(DirectPaths, GoodWeatherConnectsWhereverItIsPossible, ()) {
    const auto kinds = nat_kinds();
    const auto kind = rc::gen::inRange<std::size_t>(0, kinds.size());
    const NatKind& first = kinds[*kind];
    const NatKind& second = kinds[*kind];
    const Weather weather{.seed = *rc::gen::arbitrary<std::uint64_t>(),
                          .loss = *rc::gen::inRange(0U, 15U),
                          .duplication = *rc::gen::inRange(0U, 30U),
                          .delay = std::chrono::milliseconds(*rc::gen::inRange(1, 300)),
                          .delay_spread = std::chrono::milliseconds(*rc::gen::inRange(0, 300))};
    Network network = accepted_call(first, second, weather);
    RC_PRE(network.heard<Ringing>(2).size() == 1);
    network.run(30s);
    // Reflectors that do not answer in time leave a device without its outside address.
    RC_PRE(network.heard<AcceptArrived>(1).size() == 1);
    RC_PRE(network.heard<AcceptArrived>(1)[0].connection.mapping != MappingBehaviour::unknown);
    RC_PRE(network.heard<Ringing>(2)[0].connection.mapping != MappingBehaviour::unknown);
    const std::size_t expected = Reckoning(first, second).is_direct() ? 1 : 0;
    RC_ASSERT(network.heard<Connected>(1).size() == expected);
    RC_ASSERT(network.heard<Connected>(2).size() == expected);
}

}  // namespace
}  // namespace invitro::protocol::client_testing
