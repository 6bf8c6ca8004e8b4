#include "protocol/broker/broker_fixture_test.hpp"
#include "protocol/paths/relay_credential.hpp"

namespace invitro::protocol::testing {
namespace {

BrokerConfig config_with_relays(std::uint32_t count) {
    BrokerConfig config = broker_config();
    config.relay_key.octets.fill(5);
    for (std::uint32_t i = 0; i < count; ++i) {
        config.relays.push_back({.ip = ipv4(0xC6336400U + i), .port = 3479});
    }
    return config;
}

class Relaying : public BrokerTest {
protected:
    Relaying() { broker = Broker(config_with_relays(3)); }

    Outputs& ask_as_initiator(std::uint32_t peer) {
        return receive(initiator, RelayRequest{call, device_id(initiator), device_id(peer), {}});
    }

    Outputs& ask_as_acceptor(std::uint32_t number) {
        return receive(number, RelayRequest{call, device_id(number), {}, ticket(number)});
    }

    static RelaySecret secret_of(const RelayOffer& offer) {
        return relay_secret(
            config_with_relays(0).relay_key, offer.call, offer.device, offer.peer, offer.expires);
    }
};

TEST_F(Relaying, BothEndsOfAnAcceptAreOfferedTheSameRelaysForEachOther) {
    register_devices({2});
    invite();
    accept(2);
    const RelayOffer mine = only<RelayOffer>(ask_as_initiator(2));
    EXPECT_EQ(mine.device, device_id(initiator));
    EXPECT_EQ(mine.peer, device_id(2));
    EXPECT_EQ(mine.secret, secret_of(mine));
    EXPECT_EQ(mine.relays.size(), RelayOffer::relays_max);
    const RelayOffer theirs = only<RelayOffer>(ask_as_acceptor(2));
    EXPECT_EQ(theirs.device, device_id(2));
    EXPECT_EQ(theirs.peer, device_id(initiator));
    EXPECT_EQ(theirs.secret, secret_of(theirs));
    EXPECT_NE(theirs.secret, mine.secret);
    EXPECT_EQ(theirs.relays, mine.relays);
    EXPECT_EQ(theirs.expires, mine.expires);
}

TEST_F(Relaying, TheSameIsOfferedWheneverItIsAskedFor) {
    register_devices({2});
    invite();
    accept(2);
    const RelayOffer before = only<RelayOffer>(ask_as_initiator(2));
    pass(20s);
    EXPECT_EQ(only<RelayOffer>(ask_as_initiator(2)), before);
}

TEST_F(Relaying, CallsAreSpreadOverTheRelays) {
    register_devices({2});
    for (std::uint64_t number = 1; number < 4; ++number) {
        call = call_id(number);
        tickets.clear();
        invite();
        accept(2);
        const RelayOffer offer = only<RelayOffer>(ask_as_initiator(2));
        EXPECT_EQ(offer.relays[0], config_with_relays(3).relays[number % 3]);
    }
}

TEST_F(Relaying, NobodyIsCoupledWithADeviceThatHasNotAccepted) {
    register_devices({2, 3});
    invite();
    ring(2);
    EXPECT_TRUE(is_silent(ask_as_initiator(2)));
    EXPECT_TRUE(is_silent(ask_as_acceptor(2)));
    decline(2);
    EXPECT_TRUE(is_silent(ask_as_initiator(2)));
    EXPECT_EQ(count_remarks(last, RemarkKind::unexpected_dropped), 1U);
    EXPECT_TRUE(is_silent(ask_as_initiator(9)));
}

TEST_F(Relaying, NobodyElseIsOfferedAnything) {
    register_devices({2, 3});
    invite();
    accept(2);
    // Another invited device with its own ticket, a device with a wrong one, an unknown call.
    EXPECT_TRUE(is_silent(receive(3, RelayRequest{call, device_id(3), device_id(2), ticket(3)})));
    EXPECT_TRUE(is_silent(receive(2, RelayRequest{call, device_id(2), {}, ticket(3)})));
    EXPECT_TRUE(is_silent(
        receive(initiator, RelayRequest{call_id(8), device_id(initiator), device_id(2), {}})));
}

TEST_F(Relaying, WhereThereIsNoRelayTheOfferIsEmpty) {
    broker = Broker(config_with_relays(0));
    register_devices({2});
    invite();
    accept(2);
    EXPECT_TRUE(only<RelayOffer>(ask_as_initiator(2)).relays.empty());
}

}  // namespace
}  // namespace invitro::protocol::testing
