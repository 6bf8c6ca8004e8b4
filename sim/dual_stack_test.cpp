// Worlds of both IP families.
#include "sim/active_faults.hpp"
#include "sim/places.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"
#include "sim/transport.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using model::IpFamilies;
using model::NatKind;
using protocol::IpFamily;

class Heard : public Observer {
public:
    void observe(const model::Event& event) override {
        const auto* told = std::get_if<model::Notified<protocol::Notification>>(&event.body);
        if (told != nullptr) heard.push_back(told->notification);
    }

    template <class T>
    [[nodiscard]] std::vector<T> all() const {
        std::vector<T> found;
        for (const auto& one : heard) {
            if (const auto* what = std::get_if<T>(&one)) found.push_back(*what);
        }
        return found;
    }

    std::vector<protocol::Notification> heard;
};

Heard run_call(IpFamilies caller, IpFamilies callee, NatKind kind = NatKind::apdm_apdf) {
    scenarios::World world = small_world(1, kind, kind);
    world.networks[0].families = caller;
    world.networks[1].families = callee;
    Heard heard;
    Observer* const observers[] = {&heard};
    run_world(world, shared_test_platform(), observers);
    return heard;
}

TEST(DualStack, an_address_of_either_family_leads_back_to_what_it_was_made_for) {
    scenarios::World world = small_world(1);
    world.networks[1].families = IpFamilies::dual;
    const Places places(world);
    const auto addresses = places.local_addresses(*places.device(1));
    ASSERT_EQ(addresses.size(), 2U);
    EXPECT_EQ(addresses[0].ip.family, IpFamily::v6);
    EXPECT_EQ(interpret(addresses[0]).kind, Target::Kind::public_device);
    for (const auto& address : addresses) {
        EXPECT_EQ(interpret(address).number, 1U);
    }
    const auto is_same = [](const protocol::Address& v6, const protocol::Address& v4) {
        return interpret(v6).kind == interpret(v4).kind &&
               interpret(v6).number == interpret(v4).number;
    };
    EXPECT_TRUE(is_same(broker_address_v6(3), broker_address(3)));
    EXPECT_TRUE(is_same(reflector_address_v6(1), reflector_address(1)));
    EXPECT_TRUE(is_same(relay_address_v6(0), relay_address(0)));
    EXPECT_TRUE(places.local_address(*places.device(0), IpFamily::v6).is_none());
}

TEST(DualStack, a_device_with_ipv6_alone_registers_rings_and_is_connected) {
    const Heard heard = run_call(IpFamilies::v6, IpFamilies::v6);
    EXPECT_EQ(heard.all<protocol::Registered>().size(), 2U);
    ASSERT_EQ(heard.all<protocol::Connected>().size(), 2U);
    EXPECT_EQ(heard.all<protocol::Connected>()[0].remote.ip.family, IpFamily::v6);
}

TEST(DualStack, two_symmetric_nats_meet_by_ipv6) {
    EXPECT_EQ(run_call(IpFamilies::v4, IpFamilies::dual).all<protocol::Connected>().size(), 0U);
    EXPECT_EQ(run_call(IpFamilies::dual, IpFamilies::dual).all<protocol::Connected>().size(), 2U);
}

TEST(DualStack, without_a_family_in_common_the_accept_arrives_and_no_path_is_found) {
    const Heard heard = run_call(IpFamilies::v4, IpFamilies::v6, NatKind::pub);
    EXPECT_EQ(heard.all<protocol::AcceptArrived>().size(), 1U);
    EXPECT_TRUE(heard.all<protocol::Connected>().empty());
}

TEST(DualStack, a_dual_stack_device_is_reached_by_whatever_the_other_has) {
    for (const IpFamilies other : {IpFamilies::v4, IpFamilies::v6}) {
        const Heard heard = run_call(other, IpFamilies::dual, NatKind::eim_apdf);
        EXPECT_EQ(heard.all<protocol::Connected>().size(), 2U) << to_string(other);
    }
}

TEST(DualStack, a_firewall_lets_nobody_in_uninvited) {
    scenarios::World world = small_world(1);
    world.networks[0].families = world.networks[1].families = IpFamilies::v6;
    Places places(world);
    const ActiveFaults faults(world.faults, world.seed);
    Transport transport(world, shared_test_platform(), places, faults);
    const auto from = places.local_address(*places.device(0));
    const auto to = places.local_address(*places.device(1));
    const auto send = [&](std::uint32_t sender, const auto& source, const auto& destination) {
        const auto departure = transport.send(
            protocol::Instant{1s}, *places.device(sender), source, destination, 100, 7);
        EXPECT_EQ(departure.copies, 1U);
        return transport.arrive(protocol::Instant{2s}, departure.flights[0].packet);
    };
    EXPECT_EQ(std::get<model::DropReason>(send(0, from, to)), model::DropReason::nat_filtered);
    EXPECT_TRUE(std::holds_alternative<Transport::Delivered>(send(1, to, from)));
    EXPECT_TRUE(std::holds_alternative<Transport::Delivered>(send(0, from, to)));
}

}  // namespace
}  // namespace invitro::sim
