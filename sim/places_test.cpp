#include "sim/places.hpp"

#include "sim/identities.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

namespace invitro::sim {
namespace {

TEST(Places, an_address_leads_back_to_what_it_was_made_for) {
    EXPECT_EQ(interpret(broker_address(0)).node, the_broker);
    EXPECT_EQ(interpret(reflector_address(1)).node, reflector_index(1));
    const Target outside = interpret({.ip = outside_ip(77), .port = 1});
    EXPECT_EQ(outside.kind, Target::Kind::network);
    EXPECT_EQ(outside.number, 77U);
    EXPECT_EQ(interpret(protocol::Address{}).kind, Target::Kind::nobody);
}

TEST(Places, removing_a_device_leaves_the_addresses_of_the_others) {
    scenarios::World world = small_world(3);
    const Places before(world);
    const protocol::Address third = before.local_address(*before.device(3));
    scenarios::World smaller = world;
    smaller.devices.erase(smaller.devices.begin() + 1);
    const Places after(smaller);
    EXPECT_FALSE(after.device(1).has_value());
    EXPECT_EQ(after.local_address(*after.device(3)), third);
}

TEST(Places, a_move_changes_network_and_port) {
    const scenarios::World world = small_world(1);
    Places places(world);
    const NodeIndex device = *places.device(1);
    const protocol::Address before = places.local_address(device);
    places.move(device, 0);
    EXPECT_EQ(places.network(device), 0U);
    EXPECT_NE(places.local_address(device), before);
}

TEST(Identities, a_token_leads_to_its_device_in_its_world_only) {
    const protocol::PushToken token = push_token(5, 1234);
    EXPECT_EQ(device_of_token(5, token.value.view()), 1234U);
    EXPECT_EQ(device_of_token(6, token.value.view()), std::nullopt);
    EXPECT_EQ(device_of_token(5, token.value.view().first(8)), std::nullopt);
}

TEST(Identities, incarnations_get_fresh_seeds) {
    const model::NodeId node{.kind = model::NodeKind::device, .number = 1};
    EXPECT_NE(incarnation_seed(1, node, 1), incarnation_seed(1, node, 2));
    EXPECT_EQ(incarnation_seed(1, node, 1), incarnation_seed(1, node, 1));
}

}  // namespace
}  // namespace invitro::sim
