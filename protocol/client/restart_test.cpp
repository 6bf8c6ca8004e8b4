// A client whose program is killed and begins again with what it kept, or with nothing.
#include "protocol/client/outgoing_call_test.hpp"
#include "protocol/vocabulary/state.hpp"

#include <gmock/gmock.h>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RestartTest : public OutgoingCallTest {
protected:
    // What is kept is kept as bytes.
    void kill_and_restart() {
        std::vector<std::uint8_t> bytes;
        serialise(bench.client.stored(), bytes);
        const auto stored = deserialise<StoredClient>(bytes);
        ASSERT_TRUE(stored.has_value());
        EXPECT_EQ(*stored, bench.client.stored());
        ClientConfig config = config_of(1);
        config.seed.octets.fill(99);
        NetworkChanged network;
        network.addresses = {home_of(1)};
        bench.forget();
        bench.client = Client::restored(config, bench.now, *stored);
        bench.command(network);
    }
};

TEST_F(RestartTest, AnIdleClientWakesAsItWas) {
    bench.command(register_command());
    bench.from_broker(RegisterAck{.device = device_of(1), .incarnation = 1, .lease = 24h});
    const Instant refresh = bench.client.next_deadline();
    kill_and_restart();
    EXPECT_THAT(bench.sent, IsEmpty());
    EXPECT_EQ(bench.client.next_deadline(), refresh);
    EXPECT_TRUE(bench.client.is_idle());
}

TEST_F(RestartTest, ARegistrationThatWasNotAcknowledgedIsAskedForAgain) {
    bench.command(register_command());
    kill_and_restart();
    ASSERT_THAT(bench.all<RegisterDevice>(), SizeIs(1));
    EXPECT_EQ(bench.all<RegisterDevice>()[0].incarnation, 1U);
    bench.from_broker(RegisterAck{.device = device_of(1), .incarnation = 1, .lease = 24h});
    EXPECT_THAT(bench.heard<Registered>(), SizeIs(1));
}

TEST_F(RestartTest, ACallThatWasBeingPreparedIsPreparedAgainUnderItsId) {
    bench.command(call_command());
    call = bench.heard<CallStarted>().at(0).call;
    kill_and_restart();
    bench.answer_reflectors();
    ASSERT_THAT(bench.all<InviteRequest>(), SizeIs(1));
    EXPECT_EQ(bench.all<InviteRequest>()[0].call, call);
}

TEST_F(RestartTest, ARequestIsRepeatedWordForWord) {
    call_and_gather();
    const InviteRequest before = bench.all<InviteRequest>().at(0);
    kill_and_restart();
    EXPECT_THAT(bench.all<InviteRequest>(), Not(IsEmpty()));
    EXPECT_THAT(bench.all<InviteRequest>(), Each(before));
    bench.from_broker(InviteProgress{.call = call});
    EXPECT_THAT(bench.heard<CallProgress>(), SizeIs(1));
}

TEST_F(RestartTest, ACallInHandSaysWhereItIsAndTakesTheAcceptsThatAreOwed) {
    call_in_hand();
    kill_and_restart();
    EXPECT_THAT(bench.all<CallKeepAlive>(), Not(IsEmpty()));
    accept_from(2);
    EXPECT_THAT(bench.all<ForwardAck>(), SizeIs(1));
    EXPECT_THAT(bench.heard<AcceptArrived>(), SizeIs(1));
    connect(2);
    EXPECT_THAT(bench.heard<Connected>(), SizeIs(1));
}

// Once in each incarnation of the application, and the broker's repetition tells nobody anything.
TEST_F(RestartTest, AnAcceptThatWasToldIsToldOnceMoreAndConnectedTo) {
    call_in_hand();
    accept_from(2);
    kill_and_restart();
    EXPECT_THAT(bench.heard<AcceptArrived>(),
                ElementsAre(AcceptArrived{
                    .call = call, .device = device_of(2), .connection = connection_of(2)}));
    accept_from(2);
    EXPECT_THAT(bench.heard<AcceptArrived>(), SizeIs(1));
    EXPECT_THAT(bench.all<ForwardAck>(), SizeIs(1));
    connect(2);
    EXPECT_THAT(bench.heard<Connected>(), SizeIs(1));
}

TEST_F(RestartTest, ASessionIsGoneAndItsAcceptIsNotTakenUpAgain) {
    call_in_hand();
    accept_from(2);
    connect(2);
    bench.from_broker(UpdateAck{.call = call, .generation = 1});
    kill_and_restart();
    EXPECT_THAT(bench.heard<AcceptArrived>(), IsEmpty());
    EXPECT_THAT(bench.all<Check>(), IsEmpty());
    EXPECT_THAT(bench.all<InviteUpdate>(), IsEmpty());
    accept_from(2);
    EXPECT_THAT(bench.heard<AcceptArrived>(), IsEmpty());
    EXPECT_THAT(bench.all<ForwardAck>(), SizeIs(1));
}

TEST_F(RestartTest, AChoiceThatTheBrokerDoesNotKnowIsToldAgain) {
    call_in_hand();
    accept_from(2);
    connect(2);
    kill_and_restart();
    ASSERT_THAT(bench.all<InviteUpdate>(), SizeIs(1));
    EXPECT_THAT(bench.all<InviteUpdate>()[0].chosen.view(), ElementsAre(device_of(2)));
}

TEST_F(RestartTest, ACancelThatTheBrokerDoesNotKnowIsToldAgain) {
    call_in_hand();
    bench.command(CancelCommand{call});
    kill_and_restart();
    EXPECT_THAT(bench.all<InviteCancel>(), SizeIs(1));
    EXPECT_THAT(bench.heard<CallEnded>(), IsEmpty());
    bench.from_broker(CancelAck{.call = call, .device = device_of(1)});
    kill_and_restart();
    EXPECT_THAT(bench.all<InviteCancel>(), IsEmpty());
}

TEST_F(RestartTest, ACallThatWasOverMeanwhileIsForgotten) {
    call_in_hand();
    bench.now += 10min;
    kill_and_restart();
    EXPECT_THAT(bench.heard<CallEnded>(), SizeIs(1));
    EXPECT_TRUE(bench.client.state().activity.empty());
}

// What rings belongs to the program that was told.
TEST_F(RestartTest, ACallThatRangRingsAgainWhenItIsPushedAgain) {
    InvitePush push;
    push.call = {.high = 4, .low = 2};
    push.device = device_of(1);
    push.callee = identifier("ada@example.org");
    push.caller = identifier("bob@example.org");
    push.lifetime = 60s;
    bench.push(push);
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1));
    kill_and_restart();
    EXPECT_THAT(bench.heard<Ringing>(), IsEmpty());
    bench.push(push);
    EXPECT_THAT(bench.heard<Ringing>(), SizeIs(1));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
