#include "properties/check.hpp"
#include "properties/check_coarsen.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace invitro::properties {
namespace {

using namespace std::chrono_literals;

// A campaign's finding that can be had without a bug: a world with more events than allowed.
Finding death_by_events(std::uint64_t index, std::uint64_t events_max) {
    Finding finding{.index = index, .is_crash = true, .death = {.signal = SIGABRT}};
    finding.original = generate(1, index);
    finding.world = finding.original;
    finding.token = ReplayToken{.version = "0", .seed = 1, .index = index};
    finding.events_max = events_max;
    return finding;
}

TEST(Simplify, leads_where_the_token_leads) {
    Finding finding = death_by_events(60, 40);
    simplify(finding, {.tries_max = 200});
    EXPECT_TRUE(finding.simplified == SimplifyEnd::minimal ||
                finding.simplified == SimplifyEnd::tries);
    EXPECT_NE(finding.world, finding.original);
    EXPECT_EQ(world_of(*finding.token), finding.world);
    EXPECT_EQ(finding.death, Death{.signal = SIGABRT});
    EXPECT_NE(finding.explanation.find("comes to an end"), std::string::npos);
    const Replayable what{.world = finding.world,
                          .expected = {},
                          .token = finding.token,
                          .events_max = finding.events_max};
    EXPECT_TRUE(replay(what).death.has_value());
}

TEST(Simplify, comes_to_the_same_world_where_tries_are_the_bound) {
    Finding first = death_by_events(60, 40);
    Finding second = first;
    simplify(first, {.tries_max = 6});
    simplify(second, {.tries_max = 6});
    EXPECT_EQ(first.simplified, SimplifyEnd::tries);
    EXPECT_EQ(first.shrinking.tried, 6U);
    EXPECT_EQ(first.token, second.token);
    EXPECT_EQ(first.world, second.world);
}

TEST(Simplify, leaves_alone_what_does_not_fail_again) {
    Finding finding = death_by_events(60, generated_events_max);
    finding.death = {.signal = SIGKILL};
    simplify(finding, {});
    EXPECT_EQ(finding.simplified, SimplifyEnd::not_again);
    EXPECT_EQ(finding.world, finding.original);
    EXPECT_EQ(finding.death, Death{.signal = SIGKILL});
    EXPECT_EQ(finding.shrinking.tried, 0U);
}

TEST(Simplify, keeps_the_best_so_far_when_interrupted) {
    Finding finding = death_by_events(60, 40);
    simplify(finding, {}, [](std::uint64_t tried) {
        if (tried >= 3) raise(SIGINT);
    });
    EXPECT_EQ(finding.simplified, SimplifyEnd::interrupted);
    EXPECT_GE(finding.shrinking.tried, 3U);
    EXPECT_EQ(world_of(*finding.token), finding.world);
}

TEST(Simplify, keeps_the_best_so_far_when_time_is_over) {
    Finding finding = death_by_events(60, 40);
    simplify(finding, {.time_max = 0s});
    EXPECT_EQ(finding.simplified, SimplifyEnd::time);
    EXPECT_EQ(finding.world, finding.original);
}

scenarios::World crowd(std::uint32_t people) {
    scenarios::World world;
    for (std::uint32_t i = 1; i <= people; ++i) {
        const auto identifier =
            *protocol::EndpointIdentifier::parse("person" + std::to_string(i) + "@example.org");
        scenarios::AccessNetwork network;
        network.number = i;
        world.networks.push_back(network);
        world.profiles.push_back({.number = i, .identifiers = {identifier}});
        world.devices.push_back({.number = i, .profile = i, .network = i, .reaction = {}});
    }
    for (std::uint32_t i = 1; i < people; ++i) {
        world.calls.push_back({.number = i,
                               .at = std::chrono::seconds{i},
                               .initiator = i,
                               .callee = world.profiles[i].identifiers.front()});
    }
    return world;
}

TEST(Coarsened, finds_the_one_call_of_a_crowd_in_some_dozen_tries) {
    const scenarios::World world = crowd(1000);
    ASSERT_EQ(inconsistency(world), "");
    ASSERT_TRUE(is_large(world));
    int tried = 0;
    const scenarios::World small = coarsened(world, [&](const scenarios::World& one) {
        ++tried;
        return std::optional{std::any_of(one.calls.begin(), one.calls.end(), [](const auto& call) {
            return call.number == 617;
        })};
    });
    EXPECT_EQ(small.calls.size(), 1U);
    EXPECT_EQ(small.devices.size(), 2U);
    EXPECT_EQ(small.networks.size(), 2U);
    EXPECT_LE(tried, 60);
}

TEST(Coarsened, stops_when_no_more_worlds_are_to_be_tried) {
    const scenarios::World world = crowd(400);
    EXPECT_EQ(coarsened(world, [](const auto&) { return std::nullopt; }), world);
}

}  // namespace
}  // namespace invitro::properties
