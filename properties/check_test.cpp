#include "properties/check.hpp"

#include "sim/campaign/worker.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace invitro::properties {
namespace {

TEST(ReplayToken, round_trips) {
    for (const ShrinkPath& path : {ShrinkPath{}, ShrinkPath{0}, ShrinkPath{3, 0, 12}}) {
        const ReplayToken token{
            .version = "0.1.0-gabc-dirty", .seed = 42, .index = 1234, .path = path};
        EXPECT_EQ(parse_token(to_string(token)), token);
    }
}

TEST(ReplayToken, reads_like_this) {
    const ReplayToken token{
        .version = "0.1.0", .generator = 1, .seed = 42, .index = 17, .path = {3, 0, 2}};
    EXPECT_EQ(to_string(token), "0.1.0:g1:s42:w17:3.0.2");
}

TEST(ReplayToken, is_told_from_other_text) {
    for (const char* text : {"",
                             "household.json",
                             "0.1.0",
                             "0.1.0:g1:s42",
                             "0.1.0:g1:s42:w",
                             "0.1.0:g1:s42:wx",
                             "0.1.0:1:42:17",
                             "0.1.0:g1:s42:w17:3..2",
                             "0.1.0:g1:s42:w17:a",
                             ":g1:s42:w17"}) {
        EXPECT_EQ(parse_token(text), std::nullopt) << text;
    }
}

TEST(ReplayToken, rebuilds_its_world) {
    const scenarios::World original = generate(42, 99);
    ShrinkReport report;
    const scenarios::World smallest = shrink(
        original,
        [](const scenarios::World& world) { return world.devices.size() >= 2; },
        1000,
        &report);
    const ReplayToken token{.version = "0", .seed = 42, .index = 99, .path = report.path};
    EXPECT_EQ(world_of(token), smallest);
}

TEST(ReplayToken, of_another_generator_is_refused) {
    const ReplayToken token{.version = "0", .generator = generator_version + 1};
    EXPECT_FALSE(world_of(token).has_value());
}

// In a child, since a process has room for one Platform and must have none when it forks workers.
template <class Body>
void in_child(Body&& body) {
    const auto end = sim::run_forked([&] {
        body();
        return std::vector<std::uint8_t>{static_cast<std::uint8_t>(testing::Test::HasFailure())};
    });
    const auto* result = std::get_if<std::vector<std::uint8_t>>(&end);
    ASSERT_NE(result, nullptr) << std::get<sim::WorldCrash>(end).last_words;
    EXPECT_EQ(result->at(0), 0);
}

TEST(CheckWorld, gives_the_same_verdict_every_time) {
    in_child([] {
        sim::Platform platform(model::builtin_metros());
        for (const std::uint64_t index : {5U, 60U}) {
            const WorldVerdict first = check_world(generate(1, index), platform);
            check_world(generate(1, index + 1), platform);
            const WorldVerdict second = check_world(generate(1, index), platform);
            EXPECT_EQ(first.summary, second.summary);
            EXPECT_EQ(first.tallies, second.tallies);
        }
    });
}

TEST(CheckCampaign, finds_nothing_in_two_hundred_worlds) {
    const CheckReport report = check_campaign({.seed = 1, .worlds = 200});
    EXPECT_EQ(report.worlds, 200U);
    EXPECT_GT(report.events, 200U);
    if (report.finding) {
        ADD_FAILURE() << report.finding->property << ": " << report.finding->explanation << "\n"
                      << (report.finding->token ? to_string(*report.finding->token) : "");
    }
}

// World i of a seed is the same for ever, with every compiler, or tokens of this generator's
// version would name other worlds. Where the generator has changed, raise generator_version.
TEST(CheckCampaign, has_the_fingerprint_it_had) {
    const CheckReport report = check_campaign({.seed = 7, .worlds = 50, .keep_going = true});
    EXPECT_EQ(sim::to_string(report.fingerprint), "a0fc6eed8eb90bf7506800294e534c7f");
}

TEST(CheckCampaign, does_not_depend_on_jobs_or_shards) {
    const CheckReport whole = check_campaign({.seed = 1, .worlds = 40, .keep_going = true});
    const CheckReport two_jobs =
        check_campaign({.seed = 1, .worlds = 40, .jobs = 2, .keep_going = true});
    EXPECT_EQ(whole.fingerprint, two_jobs.fingerprint);
    EXPECT_EQ(whole.tallies, two_jobs.tallies);

    const CheckReport even =
        check_campaign({.seed = 1, .worlds = 40, .shard = 0, .shards = 2, .keep_going = true});
    const CheckReport odd =
        check_campaign({.seed = 1, .worlds = 40, .shard = 1, .shards = 2, .keep_going = true});
    EXPECT_EQ(even.worlds + odd.worlds, 40U);
    EXPECT_EQ(merge(even.fingerprint, odd.fingerprint), whole.fingerprint);
}

TEST(Counterexample, is_an_ordinary_scenario_with_its_expectation_beside_it) {
    const auto folder = std::filesystem::temp_directory_path() / "invitro_counterexample_test";
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "found.json").string();
    Finding finding{.index = 3, .property = "ring-once", .explanation = "device 1 rang twice"};
    finding.world = generate(1, 3);
    finding.fingerprint = {.high = 1, .low = 2};
    ASSERT_TRUE(write_counterexample(finding, path).has_value());

    const auto read = load_replayable(path);
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_EQ(read->world, finding.world);
    ASSERT_TRUE(read->expected.has_value());
    EXPECT_EQ(read->expected->property, "ring-once");
    EXPECT_EQ(read->expected->fingerprint, finding.fingerprint);
    EXPECT_EQ(read->events_max, 0U);
    EXPECT_FALSE(replay(*read).is_broken());
    std::filesystem::remove_all(folder);
}

Replayable expecting(Expectation expected) {
    return {.world = generate(1, 3), .expected = std::move(expected), .token = {}};
}

TEST(Replay, of_a_death_that_does_not_happen_again_is_not_the_same) {
    const Replayable what = expecting({.version = {},
                                       .token = {},
                                       .death = Death{.signal = 9},
                                       .property = {},
                                       .explanation = {}});
    EXPECT_EQ(compare(replay(what), what), Likeness::gone);
    EXPECT_EQ(compare({.death = Death{.signal = 6}, .property = {}, .explanation = {}}, what),
              Likeness::same);
}

TEST(Replay, tells_a_violation_that_is_gone_from_one_that_nothing_exercised) {
    const Replayable what = expecting({.version = {},
                                       .token = {},
                                       .death = {},
                                       .property = "ring-once",
                                       .explanation = {},
                                       .fingerprint = {.high = 1, .low = 2}});
    Replayed replayed{.death = {}, .property = {}, .explanation = {}};
    EXPECT_EQ(compare(replayed, what), Likeness::not_exercised);
    replayed.checked = 3;
    EXPECT_EQ(compare(replayed, what), Likeness::gone);
    replayed.property = "ring-bounded";
    EXPECT_EQ(compare(replayed, what), Likeness::another_failure);
    replayed.property = "ring-once";
    EXPECT_EQ(compare(replayed, what), Likeness::another_fingerprint);
    replayed.fingerprint = {.high = 1, .low = 2};
    EXPECT_EQ(compare(replayed, what), Likeness::same);
}

TEST(Replay, runs_within_the_events_that_the_finding_had) {
    Replayable what{.world = generate(1, 3), .expected = {}, .token = {}, .events_max = 5};
    const Replayed blown = replay(what);
    ASSERT_TRUE(blown.death.has_value());
    EXPECT_EQ(to_string(*blown.death), "SIGABRT");
    what.events_max = generated_events_max;
    EXPECT_FALSE(replay(what).death.has_value());
}

TEST(Counterexample, with_a_mistake_beside_it_is_refused) {
    const auto folder = std::filesystem::temp_directory_path() / "invitro_expectation_test";
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "found.json").string();
    Finding finding{.property = "ring-onse"};
    finding.world = generate(1, 3);
    ASSERT_TRUE(write_counterexample(finding, path).has_value());
    const auto read = load_replayable(path);
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().find("did you mean \"ring-once\"?"), std::string::npos) << read.error();

    for (const char* text : {"[]",
                             "x",
                             R"({"verdict": "sad"})",
                             R"({"verdict": 3})",
                             R"({"verdict": "crash", "events_max": -1})"}) {
        std::ofstream(folder / "found.expected.json") << text;
        const auto broken = load_replayable(path);
        ASSERT_FALSE(broken.has_value()) << text;
        EXPECT_NE(broken.error().find("found.expected.json: "), std::string::npos);
        EXPECT_EQ(broken.error().find("json.exception"), std::string::npos);
    }
    std::filesystem::remove_all(folder);
}

TEST(Replayable, that_is_nothing_says_what_a_token_looks_like) {
    const auto read = load_replayable("garbage");
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().find(":s42:w17:3.0.2"), std::string::npos) << read.error();
}

}  // namespace
}  // namespace invitro::properties
