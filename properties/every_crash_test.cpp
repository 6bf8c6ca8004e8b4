// The broker crashes at every event of the household call, and at every byte of what was on its way
// to the disk then: nothing that was acknowledged is lost, and the call ends as it would have.
//
// The number of a fault names it and decides how many bytes in flight are kept: the number is
// chosen so that it keeps as many as wanted. Several brokers: every_cluster_crash_test.cpp.
#include "properties/household_test.hpp"
#include "sim/storage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <variant>
#include <vector>

namespace invitro::properties {
namespace {

using namespace protocol::literals;
using protocol::Instant;

constexpr model::NodeId broker{.kind = model::NodeKind::broker, .number = 0};

// When something happened at the broker, and how many bytes were on their way to its disk then.
class BrokerEvents : public sim::Observer {
public:
    void observe(const model::Event& event) override {
        if (event.header.node != broker) return;
        if (const auto* written = std::get_if<model::BytesWritten>(&event.body)) {
            in_flight_[written->number] = written->payload.size();
        } else if (const auto* persisted = std::get_if<model::BytesPersisted>(&event.body)) {
            in_flight_.erase(in_flight_.begin(), in_flight_.upper_bound(persisted->number));
        }
        std::size_t bytes = 0;
        for (const auto& [number, size] : in_flight_) {
            bytes += size;
        }
        moments[event.header.at] = bytes;
    }

    std::map<Instant, std::size_t> moments;

private:
    std::map<std::uint64_t, std::size_t> in_flight_;
};

// By how many of so many bytes in flight it keeps: a fault number that keeps them.
std::vector<std::uint32_t> numbers_that_keep(const scenarios::World& world, std::size_t in_flight) {
    constexpr std::uint32_t none = 0xFFFFFFFF;
    std::vector<std::uint32_t> numbers(in_flight + 1, none);
    std::size_t left = numbers.size();
    for (std::uint32_t number = 0; left > 0; ++number) {
        const model::Fault fault{.number = number};
        const std::size_t kept =
            model::Disk::kept(sim::crash_draw(world.seed, broker, fault), in_flight);
        if (numbers[kept] != none) continue;
        numbers[kept] = number;
        --left;
    }
    return numbers;
}

BrokerEvents undisturbed() {
    BrokerEvents events;
    sim::Observer* const observers[] = {&events};
    sim::run_world(household(), sim::shared_test_platform(), observers);
    return events;
}

// Every `stride`-th number of bytes kept, none and all among them.
void crash_at_every_byte(std::size_t stride) {
    std::size_t torn = 0;
    for (const auto& [at, in_flight] : undisturbed().moments) {
        if (in_flight == 0) continue;
        const auto numbers = numbers_that_keep(household(), in_flight);
        for (std::size_t kept = 0; kept <= in_flight; kept += stride) {
            scenarios::World world = household();
            world.faults.push_back(crash_after(at, numbers[kept]));
            SCOPED_TRACE(testing::Message() << "crash after " << protocol::nanoseconds(at)
                                            << " ns, " << kept << " of " << in_flight << " bytes");
            expect_that_all_went_well(world);
            if (testing::Test::HasFailure()) return;
            ++torn;
        }
    }
    EXPECT_GT(torn, 2'500 / stride);
}

TEST(EveryCrash, after_any_event_of_the_household_call_loses_nothing) {
    const BrokerEvents events = undisturbed();
    EXPECT_GT(events.moments.size(), 50U);
    for (const auto& [at, in_flight] : events.moments) {
        scenarios::World world = household();
        world.faults.push_back(crash_after(at, 0));
        SCOPED_TRACE(testing::Message() << "crash after " << protocol::nanoseconds(at) << " ns");
        expect_that_all_went_well(world);
        if (HasFailure()) return;
    }
}

TEST(EveryCrash, at_some_bytes_of_every_write_in_flight_loses_nothing) {
    crash_at_every_byte(101);
}

// CTest runs it as properties.every_byte.
TEST(EveryCrash, DISABLED_at_every_byte_of_every_write_in_flight_loses_nothing) {
    crash_at_every_byte(1);
}

// What the tests above rest on: a crash that finds bytes in flight keeps as many as was wanted.
TEST(EveryCrash, keeps_as_many_bytes_as_its_number_says) {
    const auto moments = undisturbed().moments;
    const auto writing = std::find_if(
        moments.begin(), moments.end(), [](const auto& one) { return one.second > 0; });
    ASSERT_NE(writing, moments.end());
    const auto numbers = numbers_that_keep(household(), writing->second);
    scenarios::World world = household();
    world.faults.push_back(crash_after(writing->first, numbers[writing->second - 7]));
    Told told;
    sim::Observer* const observers[] = {&told};
    sim::run_world(world, sim::shared_test_platform(), observers);
    EXPECT_EQ(told.lost, 7U);
}

// Damage is another fault: it is noticed, and the broker stays down.
TEST(EveryCrash, of_a_broker_whose_disk_is_damaged_is_its_last) {
    scenarios::World world = household();
    const Instant start = Instant{30s};
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::disk_damage,
                            .start = start,
                            .end = start,
                            .target = broker});
    world.faults.push_back(crash_after(start + 10ms, 1));
    Told told;
    Checker checker(world);
    sim::Observer* const observers[] = {&told, &checker};
    sim::run_world(world, sim::shared_test_platform(), observers);
    EXPECT_EQ(told.refused, 1U);
    const std::vector<Tally> tallies = checker.tallies();
    EXPECT_EQ(tallies[*find_property("damage-is-refused")].verdict(), Verdict::holds);
}

}  // namespace
}  // namespace invitro::properties
