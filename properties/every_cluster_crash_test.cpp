// The household call in a cluster: two of three brokers crash in turn after every event of it, a
// broker joins at every event and one leaves soon after, one of three leaves at every event.
// Nothing that was acknowledged is lost, and the call ends as it would have.
//
// The quick tests take every few events; the exhaustive ones, all of them (`ctest -L slow`). The
// same with real clients and no world around them: protocol/broker/cluster/cluster_test.cpp.
#include "properties/household_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace invitro::properties {
namespace {

using namespace protocol::literals;
using protocol::Instant;
using protocol::RemarkKind;
using scenarios::MembershipStep;

constexpr protocol::Duration pause_between = 2s;  // the first one is back after one
constexpr Instant last_moment{150s};              // by then the invitation is forgotten

// The service's other two sites in turn.
scenarios::World household_of(std::uint32_t brokers) {
    scenarios::World world = household();
    for (std::uint32_t number = 1; number < brokers; ++number) {
        world.brokers.push_back({.number = number, .site = world.reflector_sites[number % 2]});
    }
    return world;
}

class BrokerMoments : public sim::Observer {
public:
    void observe(const model::Event& event) override {
        if (event.header.node.kind == model::NodeKind::broker) moments.insert(event.header.at);
    }

    std::set<Instant> moments;
};

// When something happens at a broker of this world: every `stride`-th time.
std::vector<Instant> moments_of(const scenarios::World& world, std::size_t stride) {
    BrokerMoments observer;
    sim::Observer* const observers[] = {&observer};
    sim::run_world(world, sim::shared_test_platform(), observers);
    std::vector<Instant> moments;
    std::size_t number = 0;
    for (const Instant at : observer.moments) {
        if (at < last_moment && number++ % stride == 0) moments.push_back(at);
    }
    EXPECT_GT(number, 100U) << "a call in a cluster keeps its brokers busy";
    return moments;
}

scenarios::MembershipChange change(Instant at, std::uint32_t broker, MembershipStep step) {
    return {.at = at - Instant{}, .broker = broker, .step = step};
}

void crash_two_in_turn(std::size_t stride) {
    const auto moments = moments_of(household_of(3), stride);
    for (std::uint32_t first = 0; first < 3; ++first) {
        for (const std::uint32_t second : {(first + 1) % 3, (first + 2) % 3}) {
            for (const Instant at : moments) {
                scenarios::World world = household_of(3);
                world.faults = {crash_after(at, 0, first),
                                crash_after(at + pause_between, 1, second)};
                SCOPED_TRACE(testing::Message() << "brokers " << first << " and " << second
                                                << " crash after " << protocol::nanoseconds(at));
                const Befell befell = expect_that_all_went_well(world);
                EXPECT_EQ(befell.crashes, 2U);
                if (testing::Test::HasFailure()) return;
            }
        }
    }
}

// A fourth one joins, and one of the four leaves three seconds later, or as soon as it can.
void join_and_leave(std::size_t stride) {
    // The fourth takes no part until it joins: in the call that is played to learn its moments it
    // does so when that is over.
    scenarios::World undisturbed = household_of(4);
    undisturbed.membership = {change(last_moment + 10s, 3, MembershipStep::join)};
    const auto moments = moments_of(undisturbed, stride);
    for (std::uint32_t leaver = 0; leaver < 4; ++leaver) {
        for (const Instant at : moments) {
            const Instant joins = at + protocol::Duration{1};
            scenarios::World world = household_of(4);
            world.membership = {change(joins, 3, MembershipStep::join),
                                change(joins + 3s, leaver, MembershipStep::leave)};
            SCOPED_TRACE(testing::Message() << "broker 3 joins after " << protocol::nanoseconds(at)
                                            << " and broker " << leaver << " leaves");
            const Befell befell = expect_that_all_went_well(world);
            EXPECT_GT(befell.remarked(RemarkKind::membership_adopted), 4U)
                << "the four take notice of the first change, and some of the second";
            EXPECT_GT(befell.remarked(RemarkKind::handover_completed), 0U);
            if (testing::Test::HasFailure()) return;
        }
    }
}

void leave(std::size_t stride) {
    const auto moments = moments_of(household_of(3), stride);
    for (std::uint32_t leaver = 0; leaver < 3; ++leaver) {
        for (const Instant at : moments) {
            scenarios::World world = household_of(3);
            world.membership = {change(at + protocol::Duration{1}, leaver, MembershipStep::leave)};
            SCOPED_TRACE(testing::Message()
                         << "broker " << leaver << " leaves after " << protocol::nanoseconds(at));
            const Befell befell = expect_that_all_went_well(world);
            EXPECT_EQ(befell.remarked(RemarkKind::membership_adopted), 3U);
            EXPECT_GT(befell.remarked(RemarkKind::handover_completed), 0U);
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(EveryClusterCrash, of_two_brokers_in_turn_loses_nothing) {
    crash_two_in_turn(17);
}

TEST(EveryClusterChange, of_a_broker_that_joins_and_one_that_leaves_in_mid_call_loses_nothing) {
    join_and_leave(17);
}

TEST(EveryClusterChange, of_a_broker_that_leaves_in_mid_call_loses_nothing) {
    leave(17);
}

TEST(ExhaustiveClusterCrash, of_two_brokers_in_turn_after_every_event_loses_nothing) {
    crash_two_in_turn(1);
}

TEST(ExhaustiveClusterChange,
     of_a_broker_that_joins_and_one_that_leaves_at_every_event_loses_nothing) {
    join_and_leave(1);
}

TEST(ExhaustiveClusterChange, of_a_broker_that_leaves_at_every_event_loses_nothing) {
    leave(1);
}

}  // namespace
}  // namespace invitro::properties
