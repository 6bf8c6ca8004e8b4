#include "sim/places.hpp"

#include "sim/identities.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

namespace invitro::sim {
namespace {

TEST(Places, an_address_leads_back_to_what_it_was_made_for) {
    scenarios::World world = small_world(1);
    world.brokers = {{.number = 0}, {.number = 2}};
    world.relays = {{.number = 5}};
    const Places places(world);
    const auto found = [&](const protocol::Address& address) {
        return places.infrastructure(interpret(address));
    };
    EXPECT_EQ(found(broker_address(0)), first_broker);
    EXPECT_EQ(found(broker_address(2)), places.broker(2));
    EXPECT_EQ(found(broker_address(1)), std::nullopt);
    EXPECT_EQ(found(reflector_address(1)), places.reflector(1));
    EXPECT_EQ(found(relay_address(5)), places.relay(5));
    const Target outside = interpret({.ip = outside_ip(77), .port = 1});
    EXPECT_EQ(outside.kind, Target::Kind::network);
    EXPECT_EQ(outside.number, 77U);
    EXPECT_EQ(interpret(protocol::Address{}).kind, Target::Kind::nobody);
}

TEST(Places, every_node_has_an_index_of_its_own_that_leads_to_its_name) {
    scenarios::World world = small_world(2);
    world.brokers = {{.number = 0, .site = model::SiteIndex{3}}, {.number = 4}};
    world.relays = {{.number = 7, .site = model::SiteIndex{5}}};
    const Places places(world);
    ASSERT_EQ(places.node_count(), 2U + reflector_count + 1 + 3);
    EXPECT_EQ(to_string(places.id(*places.broker(4))), "broker 4");
    EXPECT_EQ(to_string(places.id(*places.reflector(0))), "reflector 0");
    EXPECT_EQ(to_string(places.id(*places.relay(7))), "relay 7");
    EXPECT_EQ(to_string(places.id(*places.device(2))), "device 2");
    EXPECT_EQ(places.site(first_broker), model::SiteIndex{3});
    EXPECT_EQ(places.site(*places.relay(7)), model::SiteIndex{5});
    EXPECT_FALSE(places.is_device(*places.relay(7)));
    EXPECT_TRUE(places.is_device(*places.device(0)));
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
    ASSERT_TRUE(locate_token(5, token.value.view()).has_value());
    EXPECT_EQ(locate_token(5, token.value.view())->device_number, 1234U);
    EXPECT_EQ(locate_token(5, token.value.view())->version, 0U);
    EXPECT_EQ(locate_token(5, push_token(5, 1234, 3).value.view())->version, 3U);
    EXPECT_FALSE(locate_token(6, token.value.view()).has_value());
    EXPECT_FALSE(locate_token(5, token.value.view().first(8)).has_value());
}

TEST(Identities, incarnations_get_fresh_seeds) {
    const model::NodeId node{.kind = model::NodeKind::device, .number = 1};
    EXPECT_NE(incarnation_seed(1, node, 1), incarnation_seed(1, node, 2));
    EXPECT_EQ(incarnation_seed(1, node, 1), incarnation_seed(1, node, 1));
}

}  // namespace
}  // namespace invitro::sim
