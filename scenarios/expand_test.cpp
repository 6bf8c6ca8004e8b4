#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace invitro::scenarios {
namespace {

using namespace std::chrono_literals;

Scenario crowd() {
    Scenario scenario;
    scenario.population.people = 200;
    scenario.population.devices_per_person = {{1, 2}, {2, 1}, {5, 1}};
    scenario.population.access = {{model::AccessKind::wifi, 1},
                                  {model::AccessKind::cellular_4g, 1}};
    scenario.population.sites = {{"London", 1}, {"Tokyo", 1}};
    scenario.population.identifiers_per_person = 3;
    scenario.behaviour.reaction = {{model::ReactionKind::accept, 3},
                                   {model::ReactionKind::ignore, 1}};
    scenario.workload.calls = 300;
    scenario.workload.cancelled = model::probability(0.25);
    return scenario;
}

const Call* find_call(const World& world, std::uint32_t number) {
    const auto found = std::find_if(world.calls.begin(), world.calls.end(), [&](const Call& call) {
        return call.number == number;
    });
    return found == world.calls.end() ? nullptr : &*found;
}

TEST(Expand, TheSameSeedGivesTheSameWorld) {
    EXPECT_EQ(expand(crowd(), 7), expand(crowd(), 7));
    EXPECT_NE(expand(crowd(), 7), expand(crowd(), 8));
    EXPECT_EQ(expand(crowd(), 7).seed, 7U);
}

TEST(Expand, GivesASoundWorld) {
    for (const bool shared : {true, false}) {
        Scenario scenario = crowd();
        scenario.population.shared_network = shared;
        const World world = expand(scenario, 3);
        EXPECT_EQ(inconsistency(world), "");
        EXPECT_EQ(world.profiles.size(), 200U);
        EXPECT_EQ(world.calls.size(), 300U);
        EXPECT_EQ(world.networks.size(), shared ? 200U : world.devices.size());
    }
}

TEST(Expand, LeavesWhatIsSpeltOutAsItIs) {
    Scenario scenario = crowd();
    scenario.world.networks = {{.number = 5, .nat = {}}};
    const World world = expand(scenario, 3);
    EXPECT_EQ(world.networks.front(), scenario.world.networks.front());
    scenario.world.networks.clear();
    const World without = expand(scenario, 3);
    EXPECT_EQ(without.devices, world.devices);
    EXPECT_EQ(without.calls, world.calls);
}

TEST(Expand, OnePersonFewerLeavesTheOthersAsTheyWere) {
    Scenario scenario = crowd();
    const World more = expand(scenario, 3);
    --scenario.population.people;
    const World fewer = expand(scenario, 3);
    const auto starts_with = [](const auto& all, const auto& start) {
        return std::equal(start.begin(), start.end(), all.begin());
    };
    EXPECT_TRUE(starts_with(more.networks, fewer.networks));
    EXPECT_TRUE(starts_with(more.profiles, fewer.profiles));
    EXPECT_TRUE(starts_with(more.devices, fewer.devices));
    const std::uint32_t removed_first = fewer.devices.back().number + 1;
    const EndpointIdentifier removed = more.profiles.back().identifiers.front();
    std::size_t changed = 0;
    for (const Call& call : more.calls) {
        if (call == *find_call(fewer, call.number)) continue;
        ++changed;
        EXPECT_TRUE(call.initiator >= removed_first || call.callee == removed);
    }
    EXPECT_LT(changed, 20U);  // some 300 * 2 / 200
}

TEST(Expand, OneCallFewerLeavesTheOthersAsTheyWere) {
    for (const Arrivals arrivals : {Arrivals::poisson, Arrivals::burst}) {
        Scenario scenario = crowd();
        scenario.workload.arrivals = arrivals;
        World more = expand(scenario, 3);
        --scenario.workload.calls;
        std::erase_if(more.calls, [](const Call& call) { return call.number == 1299; });
        EXPECT_EQ(more.calls, expand(scenario, 3).calls);
    }
}

TEST(Expand, FollowsTheWeights) {
    const World world = expand(crowd(), 3);
    const auto accepting =
        std::count_if(world.devices.begin(), world.devices.end(), [](const Device& device) {
            return device.reaction.kind == model::ReactionKind::accept;
        });
    const auto cancelled =
        std::count_if(world.calls.begin(), world.calls.end(), [](const Call& call) {
            return call.cancel_after != Duration::max();
        });
    const auto share = static_cast<double>(accepting) / static_cast<double>(world.devices.size());
    EXPECT_NEAR(share, 0.75, 0.08);
    EXPECT_NEAR(static_cast<double>(cancelled), 75, 25);
    EXPECT_NEAR(static_cast<double>(world.devices.size()), 200 * 2.25, 60);
}

TEST(Expand, CallsFallIntoTheSpan) {
    for (const Arrivals arrivals : {Arrivals::evenly, Arrivals::poisson, Arrivals::burst}) {
        Scenario scenario = crowd();
        scenario.workload.arrivals = arrivals;
        const World world = expand(scenario, 3);
        EXPECT_GE(world.calls.front().at, 5s);
        EXPECT_LE(world.calls.back().at, 65s);
        const Duration middle = world.calls[150].at;
        if (arrivals == Arrivals::evenly) {
            EXPECT_EQ(middle, 35s);
        } else if (arrivals == Arrivals::burst) {
            EXPECT_LT(middle, 15s);
        }
    }
}

TEST(Expand, NobodyCallsThemselves) {
    Scenario scenario = crowd();
    scenario.population.people = 2;
    const World world = expand(scenario, 3);
    for (const Call& call : world.calls) {
        const auto caller =
            std::find_if(world.devices.begin(), world.devices.end(), [&](const Device& device) {
                return device.number == call.initiator;
            });
        EXPECT_NE(call.callee, world.profiles[caller->profile - 1000].identifiers.front());
    }
}

}  // namespace
}  // namespace invitro::scenarios
