#include "reports/trace.hpp"

#include "protocol/wire/codec.hpp"
#include "reports/metrics/staged_call_test.hpp"
#include "reports/page/sequence_chart.hpp"
#include "reports/trace_json.hpp"
#include "sim/places.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;

class TraceOfAStagedCall : public ::testing::Test {
protected:
    void begin() {
        stage.command(1, 1000, protocol::CallCommand{});
        stage.told(1, 1000, protocol::CallStarted{.call = Stage::call(), .callee = {}});
    }

    model::Sequence send_cancel(std::int64_t milliseconds) {
        const protocol::Message message = protocol::InviteCancel{Stage::call(), stage.id(1)};
        const std::size_t size = protocol::encode(message, buffer);
        return stage.show(Stage::device(1),
                          milliseconds,
                          model::DatagramSent{.source = {},
                                              .destination = sim::broker_address(0),
                                              .payload = {buffer.data(), size},
                                              .digest = 0});
    }

    static model::DatagramDropped drop() {
        model::DatagramDropped dropped;
        dropped.reason = model::DropReason::fault;
        return dropped;
    }

    scenarios::World world = staged_world();
    TraceRecorder recorder{world, 3, {Stage::call()}};
    Stage stage{world, recorder};
    std::array<std::uint8_t, protocol::datagram_size_max> buffer{};
};

TEST_F(TraceOfAStagedCall, FollowsAMessageToItsArrival) {
    begin();
    const model::Sequence sent = send_cancel(1010);
    stage.show(Stage::broker(), 1035, model::DatagramDelivered{}, Stage::call(), sent);
    const CallTrace trace = recorder.take().at(0);
    ASSERT_EQ(trace.steps.size(), 2U);
    const TraceStep& step = trace.steps[1];
    EXPECT_EQ(step.label, "InviteCancel");
    EXPECT_EQ(step.at, 10'000'000);
    EXPECT_EQ(step.ended, 35'000'000);
    EXPECT_EQ(step.fate, Fate::delivered);
    EXPECT_EQ(step.to->node, Stage::broker());
}

TEST_F(TraceOfAStagedCall, SaysWhyAMessageWasLost) {
    begin();
    const model::Sequence sent = send_cancel(1010);
    stage.show(Stage::device(1), 1010, drop(), Stage::call(), sent);
    const CallTrace trace = recorder.take().at(0);
    EXPECT_EQ(trace.steps.at(1).fate, Fate::dropped);
    EXPECT_EQ(trace.steps.at(1).reason, "fault");
    EXPECT_EQ(trace.steps.at(1).to->node, Stage::broker()) << "known from the address";
}

TEST_F(TraceOfAStagedCall, FollowsAStoredPush) {
    begin();
    const model::Sequence pushed = stage.push(2, 1050);
    const model::Sequence stored =
        stage.show(Stage::device(2), 1600, model::PushStored{}, {}, pushed);
    stage.show(Stage::device(2), 9000, model::PushDelivered{}, Stage::call(), stored);
    const CallTrace trace = recorder.take().at(0);
    ASSERT_EQ(trace.steps.size(), 3U);
    EXPECT_TRUE(trace.steps[1].to->is_push_service());
    EXPECT_TRUE(trace.steps[2].from.is_push_service());
    EXPECT_EQ(trace.steps[2].fate, Fate::delivered);
    EXPECT_EQ(trace.steps[2].ended, 8'000'000'000);
}

TEST_F(TraceOfAStagedCall, KnowsHowLongTheAcceptTook) {
    stage.play();
    const CallTrace trace = recorder.take().at(0);
    EXPECT_EQ(trace.accept_delivery, 90'000'000);
    EXPECT_EQ(trace.initiator, 1U);
    EXPECT_EQ(trace.world, 3U);
}

TEST_F(TraceOfAStagedCall, OfOtherCallsKeepsNothing) {
    TraceRecorder other(world, 0, {protocol::CallId{.high = 8, .low = 8}});
    Stage(world, other).play();
    EXPECT_TRUE(other.take().at(0).steps.empty());
}

TEST_F(TraceOfAStagedCall, IsReadAsItWasWritten) {
    stage.play();
    const auto traces = recorder.take();
    const auto read = parse_traces(to_json(traces));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, traces);
}

TEST_F(TraceOfAStagedCall, IsDrawnWithItsActorsAndItsLosses) {
    begin();
    const model::Sequence sent = send_cancel(1010);
    stage.show(Stage::device(1), 1010, drop(), Stage::call(), sent);
    const std::string svg = sequence_chart(recorder.take().at(0), "x");
    EXPECT_THAT(svg, HasSubstr("device 1 calls"));
    EXPECT_THAT(svg, HasSubstr("broker 0"));
    EXPECT_THAT(svg, HasSubstr("class=\"cross\""));
    EXPECT_THAT(svg, HasSubstr("InviteCancel to broker 0 (lost: fault)"));
}

TEST_F(TraceOfAStagedCall, DrawsWhatIsHandedOverAtOnceAsOneLine) {
    begin();
    for (const std::uint32_t device : {2U, 3U}) {
        stage.push(device, 1050);
    }
    EXPECT_THAT(sequence_chart(recorder.take().at(0), "x"), HasSubstr("unreadable × 2"));
}

TEST(SequenceChart, OfNothingIsNothing) {
    EXPECT_EQ(sequence_chart(CallTrace{}, "x"), "");
}

}  // namespace
}  // namespace invitro::reports
