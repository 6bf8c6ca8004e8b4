// Renewed connection data at the broker: docs/PROTOCOL.md "Renewing connection data".
#include "protocol/broker/broker_fixture_test.hpp"
#include "protocol/broker/decision.hpp"

namespace invitro::protocol::testing {
namespace {

class Renewing : public BrokerTest {
protected:
    // What the device says the second, third ... time. (The first is of generation 1.)
    static ConnectionData renewed(std::uint32_t number, std::uint32_t generation) {
        ConnectionData data = connection(number);
        data.generation = generation;
        data.candidates[1].address.port = static_cast<std::uint16_t>(6000 + generation);
        return data;
    }

    [[nodiscard]] CandidateUpdate update_of(std::uint32_t number, std::uint32_t generation) const {
        return {.call = call,
                .device = device_id(number),
                .ticket = number == initiator ? Ticket{} : ticket(number),
                .connection = renewed(number, generation)};
    }

    Outputs& renew(std::uint32_t number, std::uint32_t generation) {
        return receive(number, update_of(number, generation));
    }

    Outputs& acknowledge(std::uint32_t from, std::uint32_t author, std::uint32_t generation) {
        return receive(from,
                       CandidateForwardAck{.call = call,
                                           .device = device_id(from),
                                           .author = device_id(author),
                                           .generation = generation});
    }
};

TEST_F(Renewing, TheInitiatorsNewDataIsAcknowledgedAndReachesWhoeverRings) {
    register_devices({2, 3});
    invite();
    ring(2);
    const Outputs outputs = renew(initiator, 2);
    EXPECT_EQ(only<CandidateUpdateAck>(outputs),
              (CandidateUpdateAck{call, device_id(initiator), 2}));
    const auto forward = only<CandidateForward>(outputs);
    EXPECT_EQ(forward.device, device_id(2));
    EXPECT_EQ(forward.author, device_id(initiator));
    EXPECT_EQ(forward.connection, renewed(initiator, 2));
}

TEST_F(Renewing, LaterPushesCarryTheNewestData) {
    register_devices({2});
    invite();
    renew(initiator, 2);
    EXPECT_EQ(only_push<InvitePush>(pass(2s)).connection, renewed(initiator, 2));
}

TEST_F(Renewing, ADeviceThatRingsOnlyAfterwardsIsToldToo) {
    register_devices({2});
    invite();
    renew(initiator, 2);
    EXPECT_EQ(only<CandidateForward>(ring(2)).connection, renewed(initiator, 2));
}

TEST_F(Renewing, ItIsRepeatedUntilThatGenerationIsAcknowledged) {
    register_devices({2});
    invite();
    ring(2);
    renew(initiator, 2);
    renew(initiator, 3);
    acknowledge(2, initiator, 2);
    EXPECT_EQ(count_sent<CandidateForward>(pass(2s), 2), 2U);
    acknowledge(2, initiator, 3);
    EXPECT_EQ(count_sent<CandidateForward>(pass(20s), 2), 0U);
}

TEST_F(Renewing, OlderAndRepeatedDataChangesNothingAndIsAcknowledged) {
    register_devices({2});
    invite();
    ring(2);
    renew(initiator, 3);
    acknowledge(2, initiator, 3);
    for (const std::uint32_t generation : {2U, 3U}) {
        const Outputs outputs = renew(initiator, generation);
        EXPECT_EQ(only<CandidateUpdateAck>(outputs).generation, generation);
        EXPECT_EQ(count_sent<CandidateForward>(outputs, 2), 0U);
        EXPECT_EQ(count_remarks(outputs, RemarkKind::duplicate_dropped), 1U);
    }
}

TEST_F(Renewing, AnAcceptorsNewDataReachesTheInitiator) {
    register_devices({2});
    invite();
    accept(2);
    const Outputs outputs = renew(2, 2);
    EXPECT_EQ(only<CandidateForward>(outputs),
              (CandidateForward{call, device_id(initiator), device_id(2), renewed(2, 2)}));
    EXPECT_EQ(only<AcceptForward>(pass(500ms)).connection, renewed(2, 2))
        << "an accept on its way carries the newest too";
    acknowledge(initiator, 2, 2);
    acknowledge_forward(2);
    EXPECT_TRUE(pass(20s).sent.empty());
}

TEST_F(Renewing, NobodyHasDataToRenewWhoHasNotAccepted) {
    register_devices({2});
    invite();
    ring(2);
    EXPECT_TRUE(is_silent(renew(2, 2)));
}

TEST_F(Renewing, WithoutTheTicketAnAcceptorsDataIsNotBelieved) {
    register_devices({2});
    invite();
    accept(2);
    CandidateUpdate forged = update_of(2, 2);
    forged.ticket[0] ^= 1U;
    EXPECT_TRUE(is_silent(receive(2, forged)));
}

TEST_F(Renewing, WhoIsDismissedIsToldNoMore) {
    register_devices({2});
    invite();
    ring(2);
    renew(initiator, 2);
    cancel();
    EXPECT_EQ(count_sent<CandidateForward>(pass(20s), 2), 0U);
}

TEST_F(Renewing, OnlyNewerDataIsADecisionForTheJournal) {
    register_devices({2});
    invite();
    accept(2);
    const BrokerState& state = broker.state();
    EXPECT_TRUE(decides(state, update_of(initiator, 2)));
    EXPECT_FALSE(decides(state, update_of(initiator, 1)));
    EXPECT_TRUE(decides(state, update_of(2, 2)));
    CandidateUpdate forged = update_of(2, 2);
    forged.ticket[0] ^= 1U;
    EXPECT_FALSE(decides(state, forged));
}

}  // namespace
}  // namespace invitro::protocol::testing
