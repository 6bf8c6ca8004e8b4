#include "reports/text/check_list.hpp"

#include "reports/staged_result_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Result result_with_a_crash() {
    Result result = staged_result();
    result.crashes = {
        {.world = 5, .seed = 12, .signal = 6, .last_words = "CHECK \x01 <\xC3\x28> \xE2\x82\xAC"}};
    return result;
}

TEST(CheckList, HasEveryPropertyThresholdAndCrash) {
    const CheckList list = check_list_of(result_with_a_crash());
    ASSERT_EQ(list.items.size(), 6U);
    EXPECT_EQ(list.items[0], (CheckItem{.name = "first", .message = {}, .details = {}}));
    EXPECT_EQ(list.items[1].state, CheckState::failed);
    EXPECT_THAT(list.items[1].details,
                HasSubstr("seed 7\nagain: invitro run 'scenarios/staged call"));
    EXPECT_EQ(list.items[2].state, CheckState::skipped);
    EXPECT_EQ(list.items[3].state, CheckState::passed);
    EXPECT_EQ(list.items[4].message, "is 100 %, expected at least 150 %");
    EXPECT_EQ(list.items[5].state, CheckState::died);
    EXPECT_EQ(list.file, "scenarios/staged call.json");
}

TEST(CheckList, AsJUnitCountsAndEscapes) {
    const std::string xml = junit_of({check_list_of(result_with_a_crash())});
    EXPECT_THAT(xml,
                HasSubstr("<testsuites name=\"invitro\" tests=\"6\" failures=\"2\" errors=\"1\">"));
    EXPECT_THAT(xml, HasSubstr("<testsuite name=\"staged &lt;&amp;&gt;\""));
    EXPECT_THAT(xml,
                HasSubstr("message=\"device 2 &lt;script&gt;\" type=\"violated\">It does not"));
    EXPECT_THAT(xml, HasSubstr("CHECK \uFFFD &lt;\uFFFD(&gt; \u20AC\n"));
    EXPECT_THAT(xml, Not(HasSubstr("\x01")));
}

TEST(CheckList, AsAnnotationsIsALineForEach) {
    CheckList list{.name = "a, b", .file = "x:y.json", .properties = {}, .items = {}};
    list.items = {{.name = "one", .state = CheckState::skipped, .message = "not", .details = {}},
                  {.name = "two",
                   .state = CheckState::failed,
                   .message = "50 % late",
                   .details = "seed 3\nagain: x\n"},
                  {.name = "three", .message = {}, .details = {}}};
    EXPECT_EQ(github_annotations_of({list}),
              "::error file=x%3Ay.json,title=a%2C b%3A two::50 %25 late%0Aseed 3%0Aagain: x%0A\n"
              "::notice file=x%3Ay.json,title=a%2C b%3A one::not\n");
}

TEST(CheckList, AsCodeQualityHasFailuresAlone) {
    const auto report =
        nlohmann::json::parse(gitlab_code_quality_of({check_list_of(result_with_a_crash())}));
    ASSERT_EQ(report.size(), 3U);
    EXPECT_EQ(report[0]["check_name"], "second");
    EXPECT_EQ(report[0]["location"]["path"], "scenarios/staged call.json");
    EXPECT_EQ(report[2]["severity"], "blocker");
    EXPECT_NE(report[0]["fingerprint"], report[1]["fingerprint"]);
}

TEST(CheckList, AsOpenMetricsIsInSeconds) {
    const std::string text = open_metrics_of({staged_result()});
    EXPECT_THAT(text,
                HasSubstr("# TYPE invitro_accept_delivery_seconds summary\n"
                          "# UNIT invitro_accept_delivery_seconds seconds\n"
                          "invitro_accept_delivery_seconds{scenario=\"staged <&>\","
                          "quantile=\"0.5\"} 0.09\n"));
    EXPECT_THAT(text,
                HasSubstr("invitro_accept_delivery_seconds_count{scenario=\"staged <&>\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("invitro_direct_rate{scenario=\"staged <&>\"} 1\n# EOF\n"));
}

}  // namespace
}  // namespace invitro::reports
