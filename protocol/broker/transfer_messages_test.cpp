// Session records and transfers at the broker: who is believed, and what is carried.
#include "protocol/broker/broker_fixture_test.hpp"

#include <gmock/gmock.h>

namespace invitro::protocol::testing {
namespace {

constexpr CallId leg{.high = 0x1E6, .low = 1};

// Device 1 has called, device 2 has accepted; 2 and 3 are of one profile.
class TransferMessagesTest : public BrokerTest {
protected:
    void SetUp() override {
        for (const std::uint32_t number : {2U, 3U}) {
            RegisterDevice message = registration(number, phone(7));
            message.profile = {.high = 0xF, .low = 2};
            receive(number, message);
        }
        receive(4, registration(4, phone(8)));
        invite();
        accept(2);
        choose({2});
    }

    Outputs& keep(std::uint32_t number, std::uint32_t peer, bool is_over = false) {
        return receive(number,
                       SessionKeep{.device = device_id(number),
                                   .session = call,
                                   .peer = device_id(peer),
                                   .is_over = is_over});
    }

    [[nodiscard]] Transfer offer(std::uint32_t from, std::uint32_t peer, std::uint32_t to) const {
        return {.device = device_id(from),
                .session = call,
                .leg = leg,
                .peer = device_id(peer),
                .target = device_id(to),
                .connection = connection(peer)};
    }

    TransferStep answered(const Outputs& outputs) { return only<TransferState>(outputs).step; }

    Outputs& answer(TransferStep step) {
        return receive(
            3,
            TransferAnswer{
                .device = device_id(3),
                .session = call,
                .leg = leg,
                .ticket = leg_ticket,
                .step = step,
                .connection = step == TransferStep::accepted ? connection(3) : ConnectionData{}});
    }

    void begin_transfer() {
        receive(2, offer(2, 1, 3));
        leg_ticket = only_push<TransferOffer>(last).ticket;
    }

    [[nodiscard]] std::size_t sessions() const { return broker.state().sessions.records.size(); }

    Ticket leg_ticket{};
};

TEST_F(TransferMessagesTest, ASessionOutlivesItsInvitationWhileItsEndsSayThatItLives) {
    EXPECT_TRUE(only<SessionKept>(keep(1, 2)).is_known);
    for (int i = 0; i < 10; ++i) {
        pass(100s);
        EXPECT_TRUE(only<SessionKept>(keep(2, 1)).is_known);
    }
    EXPECT_TRUE(broker.state().calls.calls.empty());
    pass(timing::session_record_life + 1s);
    EXPECT_EQ(sessions(), 0U);
    EXPECT_FALSE(only<SessionKept>(keep(2, 1)).is_known);
    EXPECT_EQ(broker.next_deadline(), never);
}

TEST_F(TransferMessagesTest, NoneIsBelievedOfDevicesThatHaveNone) {
    EXPECT_FALSE(only<SessionKept>(keep(1, 3)).is_known) << "it has not accepted";
    EXPECT_FALSE(only<SessionKept>(keep(2, 3)).is_known);
    EXPECT_FALSE(only<SessionKept>(keep(4, 1)).is_known);
    keep(1, 2);
    EXPECT_FALSE(only<SessionKept>(keep(1, 3)).is_known);
    EXPECT_EQ(sessions(), 1U);
}

TEST_F(TransferMessagesTest, ATransferIsOfferedAnsweredAndPassedOn) {
    receive(2, offer(2, 1, 3));
    EXPECT_EQ(answered(last), TransferStep::offered);
    const auto push = only_push<TransferOffer>(last);
    EXPECT_EQ(push.device, device_id(3));
    EXPECT_EQ(push.from, device_id(2));
    EXPECT_EQ(push.peer, device_id(1));
    EXPECT_EQ(push.connection, connection(1));
    leg_ticket = push.ticket;
    EXPECT_EQ(answered(answer(TransferStep::offered)), TransferStep::offered);
    EXPECT_TRUE(pass(10s).pushed.empty()) << "it rings";
    answer(TransferStep::accepted);
    EXPECT_EQ(count_sent<TransferState>(last, 2), 1U);
    EXPECT_EQ(count_sent<TransferState>(last, 3), 1U);
    receive(2, offer(2, 1, 3));
    EXPECT_EQ(only<TransferState>(last).step, TransferStep::accepted);
    EXPECT_EQ(only<TransferState>(last).connection, connection(3));
    EXPECT_EQ(sessions(), 2U) << "the leg is known as well";
}

TEST_F(TransferMessagesTest, TheTargetIsNotToldItsOwnConnectionData) {
    begin_transfer();
    answer(TransferStep::accepted);
    answer(TransferStep::accepted);
    EXPECT_TRUE(only<TransferState>(last).connection.candidates.empty());
}

TEST_F(TransferMessagesTest, WrongTransfersAreRefused) {
    EXPECT_EQ(answered(receive(2, offer(2, 1, 4))), TransferStep::refused) << "another profile";
    EXPECT_EQ(answered(receive(2, offer(2, 1, 9))), TransferStep::refused) << "not registered";
    EXPECT_EQ(answered(receive(2, offer(2, 1, 2))), TransferStep::refused) << "itself";
    EXPECT_EQ(answered(receive(2, offer(2, 1, 1))), TransferStep::refused) << "its peer";
    EXPECT_EQ(answered(receive(3, offer(3, 1, 2))), TransferStep::refused) << "not its session";
    EXPECT_EQ(answered(receive(3, offer(3, 2, 2))), TransferStep::refused) << "nobody's";
    EXPECT_TRUE(last.pushed.empty());
}

TEST_F(TransferMessagesTest, ASecondTransferWaitsForTheFirst) {
    begin_transfer();
    Transfer second = offer(2, 1, 3);
    second.leg.low = 2;
    EXPECT_EQ(answered(receive(2, second)), TransferStep::refused);
    answer(TransferStep::declined);
    EXPECT_EQ(answered(receive(2, second)), TransferStep::offered);
}

TEST_F(TransferMessagesTest, AForgedAnswerIsDropped) {
    begin_transfer();
    leg_ticket[0] ^= 1;
    EXPECT_TRUE(answer(TransferStep::accepted).sent.empty());
    EXPECT_EQ(count_remarks(last, RemarkKind::unexpected_dropped), 1U);
    receive(2, offer(2, 1, 3));
    EXPECT_EQ(answered(last), TransferStep::offered);
}

TEST_F(TransferMessagesTest, AnOfferThatNobodyAnswersIsRepeatedAndExpires) {
    begin_transfer();
    const Outputs waited = pass(59s);
    EXPECT_GE(waited.pushed.size(), 14U);
    const Outputs expired = pass(30s);
    EXPECT_EQ(count_pushed<InviteDismiss>(expired, 3), 3U);
    EXPECT_EQ(count_sent<TransferState>(expired, 2), 1U);
    EXPECT_EQ(answered(answer(TransferStep::accepted)), TransferStep::expired);
    EXPECT_EQ(answered(receive(2, offer(2, 1, 3))), TransferStep::expired);
}

TEST_F(TransferMessagesTest, OneThatIsGivenUpIsDismissed) {
    begin_transfer();
    Transfer over = offer(2, 1, 3);
    over.is_over = true;
    receive(2, over);
    EXPECT_EQ(answered(last), TransferStep::over);
    EXPECT_EQ(count_pushed<InviteDismiss>(last, 3), 1U);
    EXPECT_EQ(answered(answer(TransferStep::accepted)), TransferStep::over);
}

TEST_F(TransferMessagesTest, TheEndOfTheSessionEndsItsOffer) {
    keep(2, 1);
    begin_transfer();
    keep(1, 2, true);
    EXPECT_EQ(count_pushed<InviteDismiss>(last, 3), 1U);
    pass(30s);
    EXPECT_EQ(sessions(), 0U);
}

TEST_F(TransferMessagesTest, ASessionThatIsOverIsForgottenAtOnce) {
    keep(1, 2);
    keep(1, 2, true);
    EXPECT_EQ(sessions(), 0U);
}

}  // namespace
}  // namespace invitro::protocol::testing
