#include "reports/metrics/metrics.hpp"

#include "reports/metrics/staged_call_test.hpp"
#include "scenarios/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace invitro::reports {
namespace {

using protocol::EndReason;
using protocol::SessionEnd;

constexpr std::uint64_t millisecond = 1'000'000;

class MetricsOfAStagedCall : public ::testing::Test {
protected:
    [[nodiscard]] Histogram total(Measure measure) const {
        return metrics.measurements().total(measure);
    }

    void begin() {
        stage.command(1, 1000, protocol::CallCommand{});
        stage.told(1, 1000, protocol::CallStarted{.call = Stage::call(), .callee = {}});
    }

    void ring_and_accept(std::uint32_t device) {
        stage.told(
            device,
            1600,
            protocol::Ringing{.call = Stage::call(), .caller = {}, .callee = {}, .connection = {}});
        stage.command(device, 2000, protocol::AcceptCommand{.call = Stage::call()});
    }

    scenarios::World world = staged_world();
    Metrics metrics{world, 5};
    Stage stage{world, metrics};
};

TEST_F(MetricsOfAStagedCall, MeasuresEachDuration) {
    stage.play();
    EXPECT_EQ(total(Measure::time_to_ring).count(), 2U);
    EXPECT_EQ(total(Measure::time_to_ring).smallest(), 600 * millisecond);
    EXPECT_EQ(total(Measure::time_to_ring).largest(), 800 * millisecond);
    EXPECT_EQ(total(Measure::accept_delivery).largest(), 90 * millisecond);
    EXPECT_EQ(total(Measure::time_to_first_accept).largest(), 3090 * millisecond);
    EXPECT_EQ(total(Measure::time_to_connect).largest(), 400 * millisecond);
    EXPECT_EQ(total(Measure::time_to_silence).largest(), 250 * millisecond);
    EXPECT_EQ(total(Measure::time_to_silence).count(), 1U);
}

TEST_F(MetricsOfAStagedCall, CountsWhatACallCosts) {
    stage.play();
    EXPECT_EQ(total(Measure::messages_per_call).largest(), 3U);
    EXPECT_EQ(total(Measure::bytes_per_call).largest(), 410U);
    EXPECT_EQ(total(Measure::pushes_per_call).largest(), 2U);
    EXPECT_EQ(metrics.measurements().happened(Happening::calls), 1U);
    EXPECT_EQ(metrics.measurements().happened(Happening::rings), 2U);
    EXPECT_EQ(metrics.measurements().happened(Happening::accepts_arrived), 1U);
}

TEST_F(MetricsOfAStagedCall, GroupsByWhereTheRecipientIs) {
    stage.play();
    const auto access = metrics.measurements().by_access(Measure::time_to_ring);
    ASSERT_EQ(access.size(), 2U);
    EXPECT_EQ(access.at("wifi").largest(), 600 * millisecond);
    EXPECT_EQ(access.at("4g").largest(), 800 * millisecond);
    const auto nat = metrics.measurements().by_nat(Measure::accept_delivery);
    EXPECT_THAT(nat, ::testing::ElementsAre(::testing::Key("PUB > EIM/APDF")));
    EXPECT_EQ(metrics.measurements().by_provider(Measure::time_to_ring).size(), 1U);
}

TEST_F(MetricsOfAStagedCall, AMoveCountsFromThenOn) {
    world.moves = {{.device = 2, .move = {.at = std::chrono::milliseconds{1500}, .network = 3}}};
    Metrics moved(world, 0);
    Stage other(world, moved);
    other.play();
    EXPECT_THAT(moved.measurements().by_access(Measure::time_to_ring),
                ::testing::ElementsAre(::testing::Key("4g")));
}

TEST_F(MetricsOfAStagedCall, AnAcceptCountsOncePerDevice) {
    begin();
    ring_and_accept(2);
    const protocol::AcceptArrived arrived{
        .call = Stage::call(), .device = stage.id(2), .connection = {}};
    stage.told(1, 2100, arrived);
    stage.told(1, 2200, arrived);
    EXPECT_EQ(total(Measure::accept_delivery).count(), 1U);
    EXPECT_EQ(total(Measure::accept_delivery).largest(), 100 * millisecond);
}

TEST_F(MetricsOfAStagedCall, AnAcceptThatDoesNotRingIsNone) {
    begin();
    stage.command(3, 2000, protocol::AcceptCommand{.call = Stage::call()});
    EXPECT_EQ(metrics.measurements().happened(Happening::accepts), 0U);
}

TEST_F(MetricsOfAStagedCall, OnlyPairsWithoutAPathHaveFailed) {
    begin();
    ring_and_accept(2);
    ring_and_accept(3);
    stage.told(1,
               9000,
               protocol::Disconnected{
                   .call = Stage::call(), .peer = stage.id(2), .reason = SessionEnd::not_chosen});
    stage.told(1,
               9000,
               protocol::Disconnected{
                   .call = Stage::call(), .peer = stage.id(3), .reason = SessionEnd::no_path});
    EXPECT_EQ(metrics.measurements().all_pairs(), (PairOutcomes{.failed = 1}));
}

TEST_F(MetricsOfAStagedCall, WhoHangsUpHadAPath) {
    begin();
    ring_and_accept(2);
    stage.told(
        1, 2500, protocol::Connected{.call = Stage::call(), .peer = stage.id(2), .remote = {}});
    stage.told(1,
               9000,
               protocol::Disconnected{
                   .call = Stage::call(), .peer = stage.id(2), .reason = SessionEnd::no_path});
    EXPECT_EQ(metrics.measurements().all_pairs(), (PairOutcomes{.direct = 1}));
}

TEST_F(MetricsOfAStagedCall, WhoDeclinesIsNoLoser) {
    stage.command(1, 0, protocol::CallCommand{});
    stage.told(1, 0, protocol::CallStarted{.call = Stage::call(), .callee = {}});
    ring_and_accept(2);
    stage.told(
        3,
        1600,
        protocol::Ringing{.call = Stage::call(), .caller = {}, .callee = {}, .connection = {}});
    stage.told(
        1, 2500, protocol::Connected{.call = Stage::call(), .peer = stage.id(2), .remote = {}});
    stage.told(
        3, 2600, protocol::RingingStopped{.call = Stage::call(), .reason = EndReason::declined});
    EXPECT_TRUE(total(Measure::time_to_silence).empty());
}

TEST_F(MetricsOfAStagedCall, TheTypicalAndTheSlowestCallAreNamed) {
    stage.play();
    const CallReference expected{.world = 5, .call = Stage::call()};
    EXPECT_EQ(metrics.measurements().typical_call(), expected);
    EXPECT_EQ(metrics.measurements().slowest_call(), expected);
}

TEST_F(MetricsOfAStagedCall, AreReadAsTheyWereWritten) {
    stage.play();
    properties::ByteWriter writer;
    metrics.measurements().write(writer);
    const auto bytes = writer.take();
    properties::ByteReader reader(bytes);
    EXPECT_EQ(Measurements::read(reader), metrics.measurements());
}

TEST(Metrics, AreExactlyThoseAThresholdCanName) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < measure_count; ++i) {
        names.emplace_back(to_string(static_cast<Measure>(i)));
    }
    names.emplace_back("direct_rate");
    EXPECT_THAT(scenarios::metric_names(), ::testing::UnorderedElementsAreArray(names));
}

TEST(Measurements, MergeInAnyOrder) {
    const auto of = [](std::uint64_t world) {
        Measurements measurements;
        const std::uint64_t took = 1000 * (world + 1);
        measurements.record({.measure = Measure::accept_delivery, .circumstances = {}}, took);
        measurements.add_example(took, {.world = world, .call = Stage::call()});
        measurements.add_pair({}, {.direct = 1});
        measurements.count(Happening::calls);
        return measurements;
    };
    Measurements forwards;
    Measurements backwards;
    for (std::uint64_t world = 0; world < 9; ++world) {
        forwards.merge(of(world));
        backwards.merge(of(8 - world));
    }
    EXPECT_EQ(forwards, backwards);
    EXPECT_EQ(forwards.slowest_call()->world, 8U);
    EXPECT_EQ(forwards.typical_call()->world, 4U);
}

}  // namespace
}  // namespace invitro::reports
