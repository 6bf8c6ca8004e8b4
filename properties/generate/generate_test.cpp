#include "properties/generate/generate.hpp"

#include "properties/generate/simplify.hpp"
#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace invitro::properties {
namespace {

using model::FaultKind;
using scenarios::World;
using namespace std::chrono_literals;

TEST(Generate, gives_the_same_world_for_the_same_seed_and_index) {
    for (std::uint64_t index = 0; index < 50; ++index) {
        EXPECT_EQ(generate(42, index), generate(42, index));
    }
    EXPECT_NE(generate(42, 100), generate(43, 100));
    EXPECT_NE(generate(42, 100), generate(42, 201));
}

TEST(Generate, gives_consistent_worlds_only) {
    for (std::uint64_t index = 0; index < 2000; ++index) {
        ASSERT_EQ(scenarios::inconsistency(generate(7, index)), "") << index;
    }
}

TEST(Generate, gives_worlds_that_a_file_can_express) {
    for (std::uint64_t index = 0; index < 100; ++index) {
        const World world = generate(7, index);
        const auto read = scenarios::parse_scenario(to_json(scenario_of(world)), "world.json");
        ASSERT_TRUE(read.has_value()) << read.error()[0].text();
        EXPECT_EQ(read->world, world) << index;
    }
}

TEST(Generate, reaches_every_feature_often_enough) {
    constexpr std::uint64_t worlds = 2000;
    std::vector<std::uint64_t> counts(features().size());
    for (std::uint64_t index = 0; index < worlds; ++index) {
        const World world = generate(7, index);
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (features()[i].is_in(world)) ++counts[i];
        }
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        EXPECT_GE(counts[i], worlds / 100) << features()[i].name;
        EXPECT_LE(counts[i], worlds * 99 / 100) << features()[i].name;
    }
}

TEST(Generate, leaves_time_for_what_is_promised_after_the_last_fault) {
    for (std::uint64_t index = 0; index < 500; ++index) {
        const World world = generate(7, index);
        for (const scenarios::Call& call : world.calls) {
            EXPECT_GE(world.duration, call.at + call.lifetime + protocol::timing::grace + 30s);
        }
    }
}

TEST(Generate, starts_with_small_worlds) {
    EXPECT_EQ(size_of_world(0), 0);
    EXPECT_EQ(size_of_world(100), 100);
    EXPECT_EQ(size_of_world(101), 0);
    EXPECT_LE(generate(7, 0).devices.size(), 4U);
}

// ---- shrinking ----------------------------------------------------------------------------------

bool has_loss(const World& world) {
    return std::any_of(world.faults.begin(), world.faults.end(), [](const auto& fault) {
        return fault.kind == FaultKind::loss;
    });
}

bool has_two_acceptors(const World& world) {
    for (const scenarios::Profile& profile : world.profiles) {
        const auto count =
            std::count_if(world.devices.begin(), world.devices.end(), [&](const auto& device) {
                return device.profile == profile.number &&
                       device.reaction.kind == model::ReactionKind::accept;
            });
        if (count >= 2) return true;
    }
    return false;
}

bool is_artificially_bad(const World& world) {
    return has_loss(world) && has_two_acceptors(world);
}

World some_bad_world() {
    for (std::uint64_t index = 100;; index += 101) {
        World world = generate(11, index);
        if (is_artificially_bad(world) && world.devices.size() > 5 && world.faults.size() > 3) {
            return world;
        }
    }
}

TEST(Shrink, reaches_the_minimum) {
    ShrinkReport report;
    const World smallest = shrink(some_bad_world(), is_artificially_bad, 100'000, &report);
    EXPECT_TRUE(report.exhausted);
    EXPECT_EQ(smallest.calls.size(), 1U);
    // Somebody calls, and two accept; the two may call themselves.
    EXPECT_LE(smallest.devices.size(), 3U);
    EXPECT_EQ(smallest.networks.size(), 1U);
    ASSERT_EQ(smallest.faults.size(), 1U);
    EXPECT_EQ(smallest.faults[0].probability, model::Probability{model::probability_one});
    EXPECT_EQ(smallest.faults[0].end - smallest.faults[0].start, 100ms);
    EXPECT_TRUE(smallest.moves.empty());
    EXPECT_EQ(smallest.seed, 1U);
    EXPECT_EQ(smallest.core, scenarios::CoreNetwork{});
    EXPECT_EQ(smallest.networks[0].nat, model::NatPolicy{});
    EXPECT_EQ(smallest.calls[0].policy, protocol::AnswerPolicy::first);
    EXPECT_EQ(smallest.calls[0].cancel_after, scenarios::Duration::max());
    EXPECT_EQ(smallest.calls[0].at, 2s);
    for (const scenarios::Device& device : smallest.devices) {
        EXPECT_EQ(device.reaction.after, 0s);
    }
}

TEST(Shrink, keeps_times_that_matter_but_rounds_them) {
    const auto is_late = [](const World& world) {
        return std::any_of(world.calls.begin(), world.calls.end(), [](const auto& call) {
            return call.cancel_after != scenarios::Duration::max() && call.cancel_after > 2500ms;
        });
    };
    for (std::uint64_t index = 0; index < 500; ++index) {
        const World world = generate(5, index);
        if (!is_late(world)) continue;
        const World smallest = shrink(world, is_late, 100'000);
        ASSERT_EQ(smallest.calls.size(), 1U);
        const scenarios::Duration cancel = smallest.calls[0].cancel_after;
        EXPECT_GT(cancel, 2500ms);
        EXPECT_EQ(cancel % 10ms, scenarios::Duration{});
    }
}

TEST(Shrink, looks_only_at_consistent_worlds_that_differ) {
    for (std::uint64_t index = 0; index < 300; index += 7) {
        const World world = generate(3, index);
        for (const World& simpler : simplifications(world)) {
            ASSERT_EQ(scenarios::inconsistency(simpler), "");
            ASSERT_NE(simpler, world);
        }
    }
}

TEST(Shrink, always_ends) {
    for (std::uint64_t index = 0; index < 300; index += 23) {
        ShrinkReport report;
        shrink(
            generate(3, index), [](const World&) { return true; }, 100'000, &report);
        EXPECT_TRUE(report.exhausted);
        EXPECT_LT(report.path.size(), 200U);
    }
}

TEST(Shrink, stops_when_told) {
    ShrinkReport report;
    shrink(some_bad_world(), is_artificially_bad, 3, &report);
    EXPECT_EQ(report.tried, 3U);
    EXPECT_FALSE(report.exhausted);
}

TEST(Shrink, leaves_a_path_that_leads_to_the_same_world) {
    ShrinkReport report;
    const World start = some_bad_world();
    const World smallest = shrink(start, is_artificially_bad, 100'000, &report);
    EXPECT_FALSE(report.path.empty());
    EXPECT_EQ(follow(start, report.path), smallest);
    EXPECT_EQ(follow(start, {1'000'000}), std::nullopt);
}

}  // namespace
}  // namespace invitro::properties
