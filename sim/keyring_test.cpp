#include "sim/keyring.hpp"

#include "protocol/security/suite.hpp"
#include "sim/identities.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace invitro::sim {
namespace {

using protocol::ByteView;
using protocol::Party;
using protocol::Sealer;
using protocol::SealKind;
using protocol::SealSuite;

class KeyringTest : public ::testing::TestWithParam<SealSuite> {
protected:
    KeyringTest() {
        world_.seed = 5;
        world_.security = GetParam();
        world_.devices = {{.number = 3, .profile = 0, .network = 0, .reaction = {}},
                          {.number = 8, .profile = 0, .network = 0, .reaction = {}}};
    }

    static std::vector<std::uint8_t> seal(Sealer& sealer, const Party& recipient, SealKind kind) {
        std::vector<std::uint8_t> bytes(5 + protocol::seal_overhead(kind));
        sealer.seal(recipient, kind, protocol::bytes_of("hello"), bytes);
        return bytes;
    }

    std::string opened(ByteView bytes) {
        return std::string(protocol::text_of(keyring_.open(bytes)));
    }

    scenarios::World world_;
    Keyring keyring_{world_};
};

TEST_P(KeyringTest, opens_everything_that_this_world_seals) {
    Sealer device(keyring_.seal_config_of_device(1, 1));
    Sealer broker(keyring_.seal_config_of_broker(0, 1));
    Sealer other(keyring_.seal_config_of_broker(2, 1));
    broker.learn(keyring_.device(1).public_key);
    const Party party = Party::of_device(keyring_.id(1));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(opened(seal(device, Party::of_broker(), SealKind::to_broker)), "hello");
        EXPECT_EQ(opened(seal(broker, party, SealKind::to_device)), "hello");
        EXPECT_EQ(opened(seal(broker, party, SealKind::push)), "hello");
        EXPECT_EQ(opened(seal(other, Party::of_broker(0), SealKind::to_node)), "hello");
    }
}

TEST_P(KeyringTest, opens_what_a_broker_answers_an_attacker) {
    world_.attackers = {{.number = 1, .site = {}, .deeds = {model::Deed::guess_calls}}};
    protocol::RandomValue secret;
    secret.octets.fill(77);
    const protocol::KeyPair keys = protocol::key_pair_of(GetParam(), secret);
    const Party self = Party::of_device(protocol::device_id_of(keys.public_key));
    Sealer stranger({.suite = GetParam(),
                     .self = self,
                     .keys = keys,
                     .cluster = keyring_.cluster().public_key,
                     .incarnation = 1,
                     .seed = secret,
                     .channels_max = 1});
    Sealer broker(keyring_.seal_config_of_broker(0, 1));
    broker.learn(keys.public_key);
    EXPECT_EQ(opened(seal(stranger, Party::of_broker(), SealKind::to_broker)), "hello");
    EXPECT_EQ(opened(seal(broker, self, SealKind::to_device)), "hello");
}

TEST_P(KeyringTest, opens_no_message_in_clear) {
    EXPECT_TRUE(keyring_.open(protocol::bytes_of("\x83 in clear")).empty());
    EXPECT_TRUE(keyring_.open({}).empty());
}

TEST_P(KeyringTest, names_each_device_by_its_key) {
    EXPECT_EQ(keyring_.id(0), device_id(world_, 3));
    EXPECT_EQ(keyring_.seal_config_of_device(1, 1).self.device, device_id(world_, 8));
    EXPECT_NE(keyring_.id(0), keyring_.id(1));
}

INSTANTIATE_TEST_SUITE_P(All,
                         KeyringTest,
                         ::testing::Values(SealSuite::real, SealSuite::charged),
                         [](const auto& one) { return std::string(to_string(one.param)); });

TEST(Keyring, in_a_really_sealed_world_a_forged_envelope_is_not_opened) {
    scenarios::World world;
    world.devices = {{.number = 1, .profile = 0, .network = 0, .reaction = {}}};
    Keyring keyring(world);
    Sealer device(keyring.seal_config_of_device(0, 1));
    std::vector<std::uint8_t> bytes(5 + protocol::seal_overhead_max);
    device.seal(Party::of_broker(), SealKind::to_broker, protocol::bytes_of("hello"), bytes);
    bytes.back() ^= 1;
    EXPECT_TRUE(keyring.open(bytes).empty());
}

}  // namespace
}  // namespace invitro::sim
