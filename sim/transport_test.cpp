#include "sim/transport.hpp"

#include "sim/platform_fixture.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace invitro::sim {
namespace {

using model::DropReason;
using model::FaultKind;
using protocol::Address;
using protocol::Instant;
using namespace protocol::literals;

struct Bench {
    explicit Bench(scenarios::World w)
        : world(std::move(w)),
          places(world),
          faults(world.faults, world.seed),
          transport(world, shared_test_platform(), places, faults) {}

    [[nodiscard]] NodeIndex device(std::uint32_t number) const { return *places.device(number); }

    Transport::Departure send(std::uint32_t from, const Address& to, std::uint64_t identity = 1) {
        return transport.send(
            Instant{1s}, device(from), places.local_address(device(from)), to, 100, identity);
    }

    // Sends and lets it arrive: the receiver, or why not.
    std::variant<Transport::Delivered, DropReason> deliver(std::uint32_t from, const Address& to) {
        const auto departure = send(from, to);
        if (departure.copies == 0) return departure.dropped;
        const auto arrival =
            transport.arrive(departure.flights[0].arrival, departure.flights[0].packet);
        if (const auto* delivered = std::get_if<Transport::Delivered>(&arrival)) return *delivered;
        return std::get<DropReason>(arrival);
    }

    scenarios::World world;
    Places places;
    ActiveFaults faults;
    Transport transport;
};

TEST(Transport, the_broker_sees_the_outside_address_of_a_device_behind_a_nat) {
    Bench bench(small_world(1));
    const auto arrived = std::get<Transport::Delivered>(bench.deliver(1, broker_address(0)));
    EXPECT_EQ(arrived.receiver, first_broker);
    EXPECT_EQ(arrived.source.ip, outside_ip(1));
}

TEST(Transport, an_answer_finds_its_way_back_through_the_nat_and_a_stranger_does_not) {
    Bench bench(small_world(2));
    const auto there = std::get<Transport::Delivered>(bench.deliver(1, broker_address(0)));
    const auto back =
        bench.transport.send(Instant{1s}, first_broker, broker_address(0), there.source, 100, 2);
    const auto arrival = bench.transport.arrive(back.flights[0].arrival, back.flights[0].packet);
    EXPECT_EQ(std::get<Transport::Delivered>(arrival).receiver, bench.device(1));
    EXPECT_EQ(std::get<DropReason>(bench.deliver(2, there.source)), DropReason::nat_filtered);
}

TEST(Transport, an_inside_address_is_reached_from_the_same_network_only) {
    scenarios::World world = small_world(3);
    world.devices[2].network = world.devices[1].network;
    Bench bench(world);
    const Address inside = bench.places.local_address(bench.device(1));
    EXPECT_EQ(std::get<Transport::Delivered>(bench.deliver(2, inside)).receiver, bench.device(1));
    EXPECT_EQ(std::get<DropReason>(bench.deliver(3, inside)), DropReason::unroutable);
}

TEST(Transport, a_blocked_network_lets_nothing_out) {
    Bench bench(small_world(1, model::NatKind::blk));
    EXPECT_EQ(std::get<DropReason>(bench.deliver(0, broker_address(0))), DropReason::nat_blocked);
}

TEST(Transport, the_old_address_of_a_device_that_moved_is_nobodys) {
    Bench bench(small_world(2, model::NatKind::pub, model::NatKind::pub));
    const Address before = bench.places.local_address(bench.device(1));
    bench.places.move(bench.device(1), 2);
    EXPECT_EQ(std::get<DropReason>(bench.deliver(0, before)), DropReason::unroutable);
}

TEST(Transport, a_fault_concerns_its_target_at_either_end) {
    scenarios::World world = small_world(2, model::NatKind::pub, model::NatKind::pub);
    world.faults.push_back({.number = 0,
                            .kind = FaultKind::loss,
                            .start = Instant{},
                            .end = Instant{9s},
                            .target = {.kind = model::NodeKind::device, .number = 1}});
    Bench bench(world);
    bench.faults.start(0);
    const Address first = bench.places.local_address(bench.device(1));
    const Address second = bench.places.local_address(bench.device(2));
    EXPECT_EQ(std::get<DropReason>(bench.deliver(0, first)), DropReason::fault);
    EXPECT_EQ(std::get<DropReason>(bench.deliver(1, second)), DropReason::fault);
    EXPECT_EQ(std::get<Transport::Delivered>(bench.deliver(0, second)).receiver, bench.device(2));
}

TEST(Transport, duplication_makes_two_copies_with_fates_of_their_own) {
    scenarios::World world = small_world(1);
    world.core.duplication = model::probability(1.0);
    Bench bench(world);
    const auto departure = bench.send(0, broker_address(0));
    ASSERT_EQ(departure.copies, 2);
    EXPECT_NE(departure.flights[0].packet.identity, departure.flights[1].packet.identity);
}

TEST(Transport, an_operators_figures_concern_the_networks_of_its_kind_only) {
    scenarios::World world = small_world(1);
    world.networks[1].access = model::AccessKind::cellular_4g;
    const auto flight_times = [&] {
        Bench bench(world);
        std::vector<protocol::Duration> times;
        for (const std::uint32_t device : {0U, 1U}) {
            times.push_back(bench.send(device, broker_address(0)).flights[0].arrival - Instant{1s});
        }
        return times;
    };
    const auto usual = flight_times();
    world.access_figures = {
        {.access = model::AccessKind::cellular_4g, .figures = {.round_trip = 4s}}};
    const auto other = flight_times();
    EXPECT_EQ(other[0], usual[0]);
    EXPECT_GT(other[1], usual[1] + 1s);
}

// The fate of a datagram is its own: it depends on its identity and not on what else was sent.
TEST(Transport, another_datagram_changes_nobodys_fate) {
    scenarios::World world = small_world(1);
    world.core.loss = model::probability(0.5);
    const auto fates = [&](bool with_others) {
        Bench bench(world);
        std::vector<std::uint8_t> copies;
        for (std::uint64_t i = 0; i < 64; ++i) {
            if (with_others) bench.send(1, broker_address(0), 1000 + i);
            copies.push_back(bench.send(0, broker_address(0), i).copies);
        }
        return copies;
    };
    EXPECT_EQ(fates(false), fates(true));
}

}  // namespace
}  // namespace invitro::sim
