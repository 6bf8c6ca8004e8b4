#include "reports/gate/gate.hpp"

#include "reports/gate/staged_gate_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace invitro::reports {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A candidate that differs from its baseline in its fingerprint and in nothing else, as after a
// harmless change.
class Gate : public ::testing::Test {
protected:
    GateReport judged() {
        return judge(baseline, {.scenario = scenario, .result = result, .worlds = worlds}, {});
    }

    void grow(std::size_t gauge, double factor) {
        for (WorldFigures& world : worlds) {
            *world.values[gauge] *= factor;
        }
    }

    scenarios::Scenario scenario = staged_scenario();
    Result result = result_that_holds();
    std::vector<WorldFigures> worlds = staged_worlds();
    Baseline baseline = baseline_of(scenario, result, worlds);

    void SetUp() override { result.fingerprint.low ^= 1; }
};

TEST_F(Gate, EqualFingerprintsAreTheEndOfIt) {
    result.fingerprint = baseline.fingerprint;
    grow(0, 2);  // nobody looks
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::identical);
    EXPECT_TRUE(report.comparisons.empty());
    EXPECT_THAT(report.reasons, ElementsAre("every event of 20 worlds is as in the baseline"));
    EXPECT_EQ(exit_code_of(report.verdict), 0);
}

TEST_F(Gate, ATightenedThresholdCountsEvenThen) {
    result.fingerprint = baseline.fingerprint;
    scenarios::Threshold bound{.metric = "accept_delivery", .statistic = "max"};
    bound.at_most = 1;
    result.thresholds = judge({bound}, result.measurements);
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::threshold_missed);
    EXPECT_THAT(report.reasons, Contains(HasSubstr("accept_delivery max: is 90.0 ms")));
    EXPECT_EQ(exit_code_of(report.verdict), 3);
}

TEST_F(Gate, AHarmlessChangePasses) {
    grow(0, 1.004);
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::passed);
    EXPECT_THAT(report.reasons, ElementsAre(HasSubstr("1 no worse than is tolerated")));
    EXPECT_EQ(exit_code_of(report.verdict), 0);
}

TEST_F(Gate, AViolationComesBeforeAllElse) {
    grow(0, 2);
    result.properties[0].violated = 1;
    result.properties[0].findings = {
        {.world = 3, .seed = 10, .event = 1, .call = {}, .explanation = "nobody rang"}};
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::violated);
    EXPECT_THAT(report.reasons,
                ElementsAre(AllOf(HasSubstr("first: nobody rang"), HasSubstr("--seed 10"))));
    EXPECT_EQ(exit_code_of(report.verdict), 1);
}

TEST_F(Gate, ARegressionNamesFigureSeedAndBranch) {
    grow(4, 1.5);
    result.totals.remarks[3] = 900;  // nine before
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::regression);
    ASSERT_EQ(report.reasons.size(), 2U);
    EXPECT_THAT(report.reasons[0],
                AllOf(HasSubstr(gauges()[4].name() + ": "),
                      HasSubstr(", +50.0 % ("),
                      HasSubstr("most in `invitro run"),
                      HasSubstr("p < 0.0001 in 20 worlds")));
    EXPECT_THAT(report.reasons[1], HasSubstr(" 9 -> 900"));
    EXPECT_EQ(exit_code_of(report.verdict), 4);
}

TEST_F(Gate, TooFewWorldsAreInconclusiveAndSayHowManyItTakes) {
    worlds.resize(5);
    baseline.worlds.resize(5);
    grow(4, 1.5);
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::inconclusive);
    ASSERT_TRUE(report.seeds_needed);
    EXPECT_THAT(report.reasons, ElementsAre(HasSubstr(" seeds would settle it")));
    EXPECT_EQ(exit_code_of(report.verdict), 5);
}

TEST_F(Gate, AnotherScenarioIsNotCompared) {
    scenario.workload.calls += 1;
    grow(4, 1.5);
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::inconclusive);
    EXPECT_THAT(report.reasons, ElementsAre(HasSubstr("the scenario has changed")));
    EXPECT_TRUE(report.comparisons.empty());
}

TEST_F(Gate, APropertyThatNothingTestsAnyMoreIsNoSuccess) {
    result.properties[0].checked = 0;
    const GateReport report = judged();
    EXPECT_EQ(report.verdict, GateVerdict::inconclusive);
    EXPECT_THAT(report.reasons, ElementsAre("first: nothing puts it to the test any more"));
}

TEST_F(Gate, SaysWhereSeedsDiffer) {
    result.seed = 1007;
    EXPECT_THAT(judged().reasons.front(), HasSubstr("seeds from 1007 on, the baseline's from 7"));
}

TEST_F(Gate, IsAsBadAsItsWorstScenario) {
    const auto of = [](GateVerdict verdict) {
        return GateReport{.scenario = {},
                          .file = {},
                          .verdict = verdict,
                          .reasons = {},
                          .command = {},
                          .comparisons = {},
                          .seeds_needed = {}};
    };
    EXPECT_EQ(worst({}), GateVerdict::identical);
    EXPECT_EQ(worst({of(GateVerdict::identical), of(GateVerdict::passed)}), GateVerdict::passed);
    EXPECT_EQ(worst({of(GateVerdict::inconclusive), of(GateVerdict::regression)}),
              GateVerdict::regression);
    EXPECT_EQ(worst({of(GateVerdict::regression), of(GateVerdict::violated)}),
              GateVerdict::violated);
}

TEST_F(Gate, TellsTheSameAsJsonMarkdownAndChecks) {
    grow(4, 1.5);
    const std::vector<GateReport> reports = {judged()};
    const auto json = nlohmann::json::parse(to_json(reports));
    EXPECT_EQ(json["verdict"], "regression");
    EXPECT_THAT(json["reasons"][0].get<std::string>(), HasSubstr("staged <&>: "));
    EXPECT_EQ(json["scenarios"][0]["comparisons"][4]["verdict"], "regression");
    EXPECT_EQ(json["scenarios"][0]["comparisons"].size(), gauges().size());
    const std::string name = gauges()[4].name();
    EXPECT_THAT(markdown_of(reports), HasSubstr("| " + name + " | "));
    const CheckList list = check_list_of(reports[0]);
    ASSERT_EQ(list.items.size(), gauges().size() + 1);
    EXPECT_EQ(list.items[0].state, CheckState::failed);
    EXPECT_EQ(list.items[5].state, CheckState::failed);
    EXPECT_THAT(list.items[5].message, HasSubstr("regression: " + name));
    EXPECT_EQ(list.items[6].state, CheckState::passed);
}

}  // namespace
}  // namespace invitro::reports
