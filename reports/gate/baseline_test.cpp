#include "reports/gate/baseline.hpp"

#include "reports/gate/staged_gate_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;

Baseline staged_baseline() {
    std::vector<WorldFigures> worlds = staged_worlds();
    worlds[3].values[2].reset();
    worlds[4].values[0] = 0.125;
    return baseline_of(staged_scenario(), result_that_holds(), worlds);
}

std::string error_of(const std::string& text) {
    const auto baseline = parse_baseline(text);
    return baseline ? std::string() : baseline.error().message;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t place = text.find(what);
    EXPECT_NE(place, std::string::npos) << what;
    return text.replace(place, what.size(), with);
}

TEST(Baseline, IsReadAsItWasWritten) {
    const Baseline baseline = staged_baseline();
    const auto read = parse_baseline(to_json(baseline));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, baseline);
    EXPECT_EQ(to_json(*read), to_json(baseline));
}

TEST(Baseline, HasALineForEachWorld) {
    const std::string text = to_json(staged_baseline());
    EXPECT_THAT(text,
                HasSubstr("\n    {\"seed\":11,\"fingerprint\":\"00000000000000040000000000000005"
                          "\",\"time_to_ring.mean\":0.125,\"time_to_ring.p99\":"));
    // Twenty worlds, three properties, one kind of remark, and fourteen lines around them.
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20 + 3 + 1 + 14);
}

TEST(Baseline, IsRefusedWithThePlaceThatIsWrong) {
    const std::string text = to_json(staged_baseline());
    EXPECT_THAT(error_of("{"), HasSubstr("not JSON"));
    EXPECT_THAT(error_of(replaced(text, "\"format\": 1", "\"format\": 9")),
                HasSubstr("/format: the baseline has format 9"));
    EXPECT_THAT(error_of(replaced(text, "\"seed\":11", "\"seed\":12")),
                HasSubstr("/worlds/4/seed: expected 11"));
    EXPECT_THAT(error_of(replaced(text, "0.125", "\"fast\"")),
                HasSubstr("/worlds/4/time_to_ring.mean: expected a number"));
}

TEST(Baseline, KnowsAScenarioByWhatShapesItsWorlds) {
    const scenarios::Scenario scenario = staged_scenario();
    scenarios::Scenario other = scenario;
    other.description = "The same";
    other.world.seed = 8;
    other.properties = {"accept-delivery"};
    scenarios::Threshold bound{.metric = "time_to_ring", .statistic = "p99"};
    bound.at_most = 1;
    other.thresholds.push_back(bound);
    EXPECT_EQ(scenario_hash_of(other), scenario_hash_of(scenario));
    other.workload.calls = scenario.workload.calls + 1;
    EXPECT_NE(scenario_hash_of(other), scenario_hash_of(scenario));
}

}  // namespace
}  // namespace invitro::reports
