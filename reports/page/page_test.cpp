#include "reports/page/page.hpp"

#include "reports/page/axis.hpp"
#include "reports/page/chart.hpp"
#include "reports/page/html.hpp"
#include "reports/page/sequence_chart.hpp"
#include "reports/staged_result_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

namespace invitro::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Escaped, LeavesNothingThatMeansSomethingInMarkup) {
    EXPECT_EQ(escaped("<a href=\"x\">'&'</a>"),
              "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    EXPECT_EQ(escaped("plain, grün"), "plain, grün");
    EXPECT_EQ(escaped(""), "");
}

TEST(Page, NeedsNothingFromOutside) {
    const std::string page = report_page(staged_result());
    EXPECT_THAT(page, Not(HasSubstr("http:")));
    EXPECT_THAT(page, Not(HasSubstr("https:")));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("url(")));
    EXPECT_THAT(page, Not(HasSubstr("@import")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(Page, SaysTheVerdictFirst) {
    const std::string page = report_page(staged_result());
    EXPECT_LT(page.find("1 of 3 properties is violated"), page.find("<h2"));
    EXPECT_THAT(page, HasSubstr("device 2 &lt;script&gt;"));
    EXPECT_THAT(page, HasSubstr("not exercised"));
    EXPECT_THAT(page, HasSubstr("△ missed"));
}

TEST(Page, NamesEveryDrawingForThoseWhoCannotSeeIt) {
    const std::string page = report_page(staged_result());
    const std::regex drawing("<svg[^>]*>");
    for (std::sregex_iterator it(page.begin(), page.end(), drawing), end; it != end; ++it) {
        EXPECT_THAT(it->str(), HasSubstr("role=\"img\""));
        EXPECT_THAT(it->str(),
                    ::testing::AnyOf(HasSubstr("aria-labelledby"), HasSubstr("aria-label=")));
    }
    EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(Page, OfAnEmptyResultIsAPage) {
    const std::string page = report_page(Result{});
    EXPECT_THAT(page, HasSubstr("Inconclusive"));
    EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST(Page, TellsOfAttackersWhereThereWereAny) {
    const std::string page = report_page(staged_result());
    EXPECT_THAT(page, HasSubstr("<h2>Attackers</h2>"));
    EXPECT_THAT(page, HasSubstr("<dt>forge answers, delivered</dt><dd>5</dd>"));
    EXPECT_THAT(page, HasSubstr("<dt>calls held max</dt><dd>21</dd>"));
    EXPECT_THAT(page, HasSubstr("1 of 1 accepts reached their initiator"));
    EXPECT_THAT(report_page(Result{}), Not(HasSubstr("Attackers")));
}

// Every text of a result, with markup in it.
Result hostile_result() {
    const std::string markup = "<script>alert('1')</script>\"&";
    Result result = staged_result();
    result.scenario = markup;
    result.source = markup;
    result.description = markup;
    result.version = markup;
    result.fidelity = markup;
    result.security = markup;
    for (PropertyResult& property : result.properties) {
        property.id = markup;
        property.sentence = markup;
        property.source = markup;
        for (Finding& finding : property.findings) {
            finding.call = markup;
            finding.explanation = markup;
        }
    }
    for (ThresholdResult& one : result.thresholds) {
        one.threshold.metric = markup;
        one.threshold.statistic = markup;
    }
    result.crashes.push_back({.world = 1, .seed = 2, .signal = 6, .last_words = markup});
    for (CallTrace& trace : result.traces) {
        for (TraceStep& step : trace.steps) {
            step.label = markup;
            if (!step.reason.empty()) step.reason = markup;
        }
    }
    return result;
}

TEST(Page, EscapesEveryTextOfTheResult) {
    const std::string page = report_page(hostile_result());
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("alert('1')")));
    EXPECT_THAT(page, HasSubstr("<title>&lt;script&gt;"));
    // Nothing but the page's own elements are opened.
    const std::regex element("<([a-z0-9]+)");
    for (std::sregex_iterator it(page.begin(), page.end(), element), end; it != end; ++it) {
        EXPECT_NE((*it)[1], "a") << it->position();
        EXPECT_NE((*it)[1], "script") << it->position();
    }
}

TEST(Page, ClosesWhatItOpens) {
    const std::string page = report_page(staged_result());
    for (const std::string name :
         {"section", "table", "tbody", "svg", "figure", "ul", "dl", "main"}) {
        const auto count = [&](const std::string& pattern) {
            const std::regex tag(pattern);
            return std::distance(std::sregex_iterator(page.begin(), page.end(), tag),
                                 std::sregex_iterator());
        };
        EXPECT_EQ(count("<" + name + "[ >]"), count("</" + name + ">")) << name;
    }
}

Histogram spread_out() {
    Histogram histogram;
    for (std::uint64_t i = 1; i <= 2000; ++i) {
        histogram.record(i * 1'000'000);
    }
    return histogram;
}

std::vector<Curve> one_curve() {
    return {{.name = "accept <delivery>", .histogram = spread_out(), .colour = "curve-1"}};
}

TEST(PercentileChart, HasBothAxesItsCurveAndItsBound) {
    const std::string chart = percentile_chart(
        one_curve(),
        {{.curve = "accept <delivery>", .share = 0.99, .milliseconds = 500, .is_met = false}});
    for (const char* label : {">90 %<", ">99 %<", ">99.9 %<", ">100 ms<", ">1 s<"}) {
        EXPECT_THAT(chart, HasSubstr(label));
    }
    EXPECT_THAT(chart, HasSubstr("curve-1"));
    EXPECT_THAT(chart, HasSubstr("accept &lt;delivery&gt;"));
    EXPECT_THAT(chart, Not(HasSubstr("<delivery>")));
    EXPECT_NE(chart, percentile_chart(one_curve(), {}));
    EXPECT_THAT(chart, Not(HasSubstr("nan")));
    EXPECT_THAT(chart, Not(HasSubstr("inf")));
}

TEST(CumulativeChart, HasBothAxesAndItsCurve) {
    const std::string chart = cumulative_chart(one_curve());
    for (const char* label : {">100 ms<", ">1 s<", ">50 %<", ">100 %<"}) {
        EXPECT_THAT(chart, HasSubstr(label));
    }
    EXPECT_THAT(chart, HasSubstr("curve-1"));
}

TEST(LogScale, RunsFromItsFirstTickToItsLast) {
    const LogScale scale(3, 700, 400, 0);
    EXPECT_GE(scale.ticks().size(), 3U);
    double before = 400;
    for (const Tick& tick : scale.ticks()) {
        EXPECT_LE(scale.at(tick.value), before) << tick.label;
        EXPECT_FALSE(tick.label.empty());
        before = scale.at(tick.value);
    }
    EXPECT_GE(scale.at(3), scale.at(700));
    EXPECT_LE(scale.at(1e-9), 400);
    EXPECT_GE(scale.at(1e9), 0);
    const LogScale point(5, 5, 0, 100);
    EXPECT_TRUE(std::isfinite(point.at(5)));
}

TEST(PercentileScale, SpreadsTheNinesEvenly) {
    const PercentileScale scale(100'000, 0, 300);
    const double first = scale.at(0.9) - scale.at(0);
    EXPECT_NEAR(scale.at(0.99) - scale.at(0.9), first, 0.01);
    EXPECT_NEAR(scale.at(0.999) - scale.at(0.99), first, 0.01);
    EXPECT_LT(scale.share_max(), 1);
}

TEST(SequenceChart, NamesItsActorsAndMessages) {
    const Result result = staged_result();
    const std::string chart = sequence_chart(result.traces.at(0), "call-1");
    EXPECT_THAT(chart, HasSubstr("broker"));
    EXPECT_THAT(chart, HasSubstr("call-1"));
    EXPECT_THAT(chart, HasSubstr("<title"));
}

}  // namespace
}  // namespace invitro::reports
