#include "reports/result.hpp"

#include "reports/run_scenario.hpp"
#include "reports/staged_result_test.hpp"
#include "reports/text/export.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;

TEST(Result, IsReadAsItWasWritten) {
    const Result result = staged_result();
    const auto read = parse_result(to_json(result));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, result);
    EXPECT_EQ(to_json(*read), to_json(result));
}

TEST(Result, HoldsWhatUsersAreToldItHolds) {
    const auto json = nlohmann::json::parse(to_json(staged_result()));
    EXPECT_EQ(json["verdict"], "violated");
    EXPECT_EQ(json["metrics"]["accept_delivery"]["p99.9"], 90.0);
    EXPECT_EQ(json["metrics"]["direct_rate"]["value"], 1.0);
    EXPECT_EQ(json["properties"][2]["verdict"], "vacuous");
    EXPECT_EQ(json["thresholds"][1]["met"], false);
    EXPECT_EQ(json["counts"]["datagrams_dropped"]["offline"], 4);
    EXPECT_EQ(json["groups"]["time_to_ring"]["access"]["4g"]["max"], 800.0);
    EXPECT_EQ(json["counts"]["hostile_sent"]["forge_answers"], 6);
    EXPECT_EQ(json["counts"]["hostile_outcome"]["answered"], 3);
    EXPECT_EQ(json["counts"]["hostile_outcome"]["accepts_forged"], 0);
    EXPECT_EQ(json["counts"]["hostile_outcome"]["calls_held_max"], 21);
}

TEST(Result, AnUnmeasuredThresholdIsMissed) {
    scenarios::Threshold threshold{.metric = "time_to_ring", .statistic = "max"};
    threshold.at_most = 1;
    const auto judged = judge({threshold}, Measurements{});
    EXPECT_FALSE(judged.front().is_met());
}

TEST(Result, WithNothingExercisedIsInconclusive) {
    Result result = staged_result();
    for (PropertyResult& property : result.properties) {
        property.checked = 0;
        property.violated = 0;
    }
    EXPECT_EQ(result.outcome(), Outcome::inconclusive);
    result.crashes.push_back({.world = 1, .seed = 2, .last_words = {}});
    EXPECT_EQ(result.outcome(), Outcome::violated);
}

TEST(Result, QuotesWhatAShellWouldTakeApart) {
    EXPECT_EQ(staged_result().command(), "invitro run 'scenarios/staged call.json' --seed 7");
}

TEST(WorldOutcome, IsReadAsItWasWritten) {
    WorldOutcome outcome{
        .summary = {}, .tallies = {}, .measurements = staged_result().measurements, .abuse = {}};
    outcome.summary.fingerprint = {.high = 1, .low = ~std::uint64_t{0}};
    outcome.summary.remarks[7] = 300;
    outcome.summary.quiescent = true;
    outcome.abuse.put(AbuseFigure::answered, 5);
    outcome.abuse.put(AbuseFigure::calls_held_max, 7);
    outcome.tallies = {{.checked = 4, .violated = 0, .violations = {}},
                       {.checked = 2,
                        .violated = 1,
                        .violations = {{.at = 99, .call = Stage::call(), .explanation = "late"}}}};
    EXPECT_EQ(decode_outcome(encode(outcome)), outcome);
}

TEST(WorldOutcome, AddsUpInAnyOrder) {
    const auto outcome = [](std::uint64_t world) {
        WorldOutcome one;
        one.summary.fingerprint = {.high = world * 77, .low = world};
        one.summary.events = world;
        one.tallies = {
            {.checked = 1,
             .violated = 1,
             .violations = {{.call = {}, .explanation = fmt::format("world {}", world)}}}};
        return one;
    };
    Result forwards;
    forwards.properties = {{.id = "one", .sentence = {}, .source = {}, .findings = {}}};
    Result backwards = forwards;
    for (std::uint64_t world = 0; world < 20; ++world) {
        add_world(forwards, world, world, outcome(world), {0});
        add_world(backwards, 19 - world, 19 - world, outcome(19 - world), {0});
    }
    EXPECT_EQ(forwards, backwards);
    EXPECT_EQ(forwards.properties[0].findings.size(), PropertyResult::findings_max);
    EXPECT_EQ(forwards.properties[0].findings[0].world, 0U);
}

TEST(Export, MarkdownAndCsvTellTheSame) {
    const Result result = staged_result();
    EXPECT_THAT(markdown_of(result), HasSubstr("security real"));
    EXPECT_THAT(markdown_of(result),
                HasSubstr("| violated | second: It does not <hold>. | 3 | 1 |"));
    EXPECT_THAT(csv_of({result}), HasSubstr("accept_delivery,all,,1,90,90,90,90,90,90,90\n"));
}

}  // namespace
}  // namespace invitro::reports
