#include "reports/merge.hpp"

#include "reports/run_scenario.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;

// What a world with this number came to: anything, but the same every time.
WorldOutcome outcome_of(std::uint64_t world) {
    WorldOutcome outcome;
    outcome.summary.fingerprint = {.high = world * 0x9E37'79B9'7F4A'7C15U, .low = ~world};
    outcome.summary.events = 100 + world;
    outcome.summary.quiescent = world % 3 != 0;
    outcome.summary.datagrams_dropped[world % model::drop_reason_count] = world;
    outcome.summary.remarks[world % protocol::remark_kind_count] = 1;
    const protocol::CallId call{.high = world, .low = world * 5};
    const Cell ring{.measure = Measure::time_to_ring, .circumstances = Circumstances{}};
    outcome.measurements.record(ring, 1'000'000 + world % 7 * 350'001);
    outcome.measurements.add_example(2'000'000 * (world % 11), {.world = world, .call = call});
    outcome.measurements.count(Happening::calls);
    outcome.measurements.add_pair({}, {.direct = world % 2, .failed = 1});
    outcome.tallies = {{.checked = 2, .violated = 0, .violations = {}}};
    if (world % 5 == 0) {
        outcome.tallies[0].violated = 1;
        outcome.tallies[0].violations = {
            {.at = world, .call = call, .explanation = fmt::format("world {}", world)}};
    }
    return outcome;
}

constexpr std::uint64_t seed = 40;

Result run(std::uint64_t worlds, std::uint64_t shard, std::uint64_t shards) {
    Result result;
    result.scenario = "made up";
    result.seed = seed;
    result.worlds = worlds;
    result.shard = shard;
    result.shards = shards;
    result.properties = {{.id = "one", .sentence = "It holds.", .source = {}, .findings = {}}};
    for (std::uint64_t world = shard; world < worlds; world += shards) {
        if (world % 13 == 12) {
            result.crashes.push_back({.world = world, .seed = seed + world, .last_words = "oh"});
        } else {
            add_world(result, world, seed + world, outcome_of(world), {0});
        }
    }
    scenarios::Threshold bound{.metric = "time_to_ring", .statistic = "p90"};
    bound.at_most = 2;
    result.thresholds = judge({bound}, result.measurements);
    return result;
}

std::vector<ResultPart> parts_of(std::uint64_t worlds, std::uint64_t shards) {
    std::vector<ResultPart> parts;
    for (std::uint64_t shard = 0; shard < shards; ++shard) {
        parts.push_back(
            {.name = fmt::format("part {}", shard), .result = run(worlds, shard, shards)});
    }
    return parts;
}

RC_GTEST_PROP(Merge, OfAnyShardsInAnyOrderIsTheWhole, ()) {
    const auto worlds = *rc::gen::inRange<std::uint64_t>(1, 120);
    std::vector<ResultPart> parts = parts_of(worlds, *rc::gen::inRange<std::uint64_t>(1, 9));
    for (std::size_t i = 1; i < parts.size(); ++i) {
        std::swap(parts[i], parts[*rc::gen::inRange<std::size_t>(0, i + 1)]);
    }
    const auto merged = merge_results(parts);
    RC_ASSERT(merged.has_value());
    RC_ASSERT(to_json(*merged) == to_json(run(worlds, 0, 1)));
}

TEST(Merge, RefusesWhatIsNotTheWholeOfOneRun) {
    const auto error_of = [](const std::vector<ResultPart>& parts) {
        const auto merged = merge_results(parts);
        return merged ? std::string() : merged.error().message;
    };
    EXPECT_THAT(error_of({}), HasSubstr("nothing to merge"));
    std::vector<ResultPart> parts = parts_of(20, 3);
    std::vector<ResultPart> missing(parts.begin(), parts.begin() + 2);
    EXPECT_THAT(error_of(missing), HasSubstr("shard 2/3 is missing"));
    std::vector<ResultPart> twice = {parts[0], parts[1], parts[1], parts[2]};
    EXPECT_THAT(error_of(twice), HasSubstr("part 1: is shard 1/3, and so is part 1"));
    parts[1].result.seed = 41;
    EXPECT_THAT(error_of(parts),
                HasSubstr("part 1: belongs to another run than part 0: "
                          "it has another seed"));
    parts = parts_of(20, 3);
    parts[2].result.version = "another";
    EXPECT_THAT(error_of(parts), HasSubstr("another version"));
}

TEST(Merge, IsIncompleteIfAPartIs) {
    std::vector<ResultPart> parts = parts_of(9, 2);
    parts[1].result.is_complete = false;
    const auto merged = merge_results(parts);
    ASSERT_TRUE(merged);
    EXPECT_FALSE(merged->is_complete);
}

}  // namespace
}  // namespace invitro::reports
