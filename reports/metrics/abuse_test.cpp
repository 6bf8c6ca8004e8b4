#include "reports/metrics/abuse.hpp"

#include "protocol/wire/codec.hpp"
#include "reports/metrics/staged_call_test.hpp"
#include "sim/hostile.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace invitro::reports {
namespace {

using protocol::AcceptArrived;
using protocol::AcceptCommand;

scenarios::World attacked_world() {
    scenarios::World world = staged_world();
    world.attackers = {{.number = 4, .site = {}, .deeds = {model::Deed::forge_answers}}};
    return world;
}

class AbuseOfAStagedCall : public ::testing::Test {
protected:
    void send(model::NodeId node, const protocol::Message& message) {
        std::vector<std::uint8_t> payload(protocol::datagram_size_max);
        payload.resize(protocol::encode(message, payload));
        stage.show(node,
                   2000,
                   model::DatagramSent{.source = {},
                                       .destination = sim::attacker_address(4),
                                       .payload = payload,
                                       .digest = 0});
    }

    void arrives(std::uint32_t device) {
        stage.told(
            1,
            4000,
            AcceptArrived{.call = Stage::call(), .device = stage.id(device), .connection = {}});
    }

    [[nodiscard]] std::uint64_t figure(AbuseFigure which) const { return watch.abuse().of(which); }

    scenarios::World world = attacked_world();
    AbuseWatch watch{world};
    Stage stage{world, watch};
};

TEST_F(AbuseOfAStagedCall, CountsAnswersAndRefusalsToAttackersAlone) {
    stage.play();
    EXPECT_EQ(figure(AbuseFigure::answered), 0U);
    send(Stage::broker(), protocol::InviteProgress{.call = Stage::call()});
    send(Stage::broker(), protocol::InviteFailed{.call = Stage::call()});
    EXPECT_EQ(figure(AbuseFigure::answered), 2U);
    EXPECT_EQ(figure(AbuseFigure::refused), 1U);
    send({.kind = model::NodeKind::attacker, .number = 4},
         protocol::InviteFailed{.call = Stage::call()});
    EXPECT_EQ(figure(AbuseFigure::answered), 2U) << "attackers may write to each other";
}

TEST_F(AbuseOfAStagedCall, AnAcceptIsForgedUnlessItsUserHasAccepted) {
    stage.play();
    EXPECT_EQ(figure(AbuseFigure::accepts_forged), 0U);
    arrives(3);
    EXPECT_EQ(figure(AbuseFigure::accepts_forged), 1U);
    stage.command(3, 4100, AcceptCommand{.call = Stage::call()});
    arrives(3);
    EXPECT_EQ(figure(AbuseFigure::accepts_forged), 1U);
}

TEST_F(AbuseOfAStagedCall, WhoCallsConsentsToTheCallThatCrosses) {
    stage.told(2, 3000, protocol::CallsCrossed{.call = Stage::call(), .given_up = {}});
    arrives(2);
    EXPECT_EQ(figure(AbuseFigure::accepts_forged), 0U);
}

TEST_F(AbuseOfAStagedCall, KeepsTheMostThatABrokerHeld) {
    for (const std::uint64_t calls : {3U, 9U, 4U}) {
        stage.show(Stage::broker(),
                   5000,
                   model::StateMeasured{.calls = calls,
                                        .tokens_of_call = 2,
                                        .bindings = 12 - calls,
                                        .subjects = 1,
                                        .waiting = 10 * calls});
    }
    EXPECT_EQ(figure(AbuseFigure::calls_held_max), 9U);
    EXPECT_EQ(figure(AbuseFigure::tokens_of_call_max), 2U);
    EXPECT_EQ(figure(AbuseFigure::bindings_held_max), 9U);
    EXPECT_EQ(figure(AbuseFigure::rates_held_max), 1U);
    EXPECT_EQ(figure(AbuseFigure::waiting_max), 90U);
}

TEST(AbuseWatch, HasNothingToSayWithoutAttackers) {
    const scenarios::World world = staged_world();
    AbuseWatch watch(world);
    Stage stage(world, watch);
    stage.told(
        1, 4000, AcceptArrived{.call = Stage::call(), .device = stage.id(3), .connection = {}});
    EXPECT_EQ(watch.abuse(), Abuse{});
}

TEST(Abuse, MergesSumsAndMaxima) {
    Abuse one;
    one.put(AbuseFigure::answered, 2);
    one.put(AbuseFigure::calls_held_max, 5);
    Abuse other;
    other.put(AbuseFigure::answered, 3);
    other.put(AbuseFigure::calls_held_max, 4);
    Abuse both = one;
    both.merge(other);
    other.merge(one);
    EXPECT_EQ(both, other);
    EXPECT_EQ(both.of(AbuseFigure::answered), 5U);
    EXPECT_EQ(both.of(AbuseFigure::calls_held_max), 5U);
}

TEST(Abuse, IsReadAsItWasWritten) {
    Abuse abuse;
    for (std::size_t i = 0; i < abuse_figure_count; ++i) {
        abuse.put(static_cast<AbuseFigure>(i), 300 + i);
    }
    properties::ByteWriter writer;
    abuse.write(writer);
    const auto bytes = writer.take();
    properties::ByteReader reader(bytes);
    EXPECT_EQ(Abuse::read(reader), abuse);
    EXPECT_TRUE(reader.at_end());
}

}  // namespace
}  // namespace invitro::reports
