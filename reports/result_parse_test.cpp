#include "reports/result.hpp"
#include "reports/staged_result_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace invitro::reports {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string mistake_in(const std::string& text) {
    const auto result = parse_result(text);
    return result ? "none" : result.error().message;
}

// What is said of the staged result with another value at a place.
std::string mistake_with(const char* pointer, const Json& value) {
    Json json = Json::parse(to_json(staged_result()));
    json.at(Json::json_pointer(pointer)) = value;
    return mistake_in(json.dump());
}

TEST(ParseResult, NamesThePlaceOfAMistake) {
    struct Case {
        const char* pointer;
        Json value;
    };

    const std::vector<Case> cases = {
        {"/format", 2},
        {"/seed", "7"},
        {"/seed", -1},
        {"/worlds", 0},
        {"/worlds", 1e300},
        {"/shard", 1},
        {"/complete", 1},
        {"/fingerprint", "xyz"},
        {"/verdict", "perhaps"},
        {"/verdict", "holds"},
        {"/properties", Json::object()},
        {"/properties/0/checked", -5},
        {"/properties/0/checked", 1.5},
        {"/properties/0/violated", 18446744073709551615U},
        {"/properties/2/verdict", "unknown"},
        {"/properties/2/verdict", "holds"},
        {"/thresholds/0/metric", "time_to_rain"},
        {"/thresholds/0/met", false},
        {"/thresholds/0/measured", "much"},
        {"/counts/events", -1},
        {"/counts/datagrams_dropped", nullptr},
        {"/probes", Json::array()},
        {"/histograms/0/metric", "time_to_rain"},
        {"/histograms/0/min", -3},
        {"/histograms/0/max", 1},
        {"/histograms/0/buckets", "x"},
        {"/histograms/0/buckets", "5*0"},
        {"/histograms/0/buckets", "99999999"},
        {"/nat/0/direct", -1},
        {"/nat/0/initiator", "ROUND"},
        {"/examples/slowest", 3},
        {"/traces/0/steps/0/at_ns", 9000000000000000000},
        {"/traces/0/steps/0/from", "nobody 1"},
        {"/traces/0/initiator", -1},
    };
    for (const Case& one : cases) {
        // A bucket that does not fit is named at min or max.
        const std::string place = std::string(one.pointer).substr(0, 12);
        EXPECT_THAT(mistake_with(one.pointer, one.value),
                    AllOf(HasSubstr(place), Not(HasSubstr("json.exception"))))
            << one.pointer << " = " << one.value;
    }
}

TEST(ParseResult, SaysWhichFormatItReads) {
    EXPECT_THAT(mistake_with("/format", 2), HasSubstr("has format 2, and this program reads 1"));
}

TEST(ParseResult, NamesWhatIsMissing) {
    Json json = Json::parse(to_json(staged_result()));
    json.at("counts").erase("accepts");
    EXPECT_THAT(mistake_in(json.dump()), HasSubstr("/counts: \"accepts\" is missing"));
    EXPECT_THAT(mistake_in("[]"), HasSubstr("expected an object"));
    EXPECT_THAT(mistake_in("{\"format\": 1}"), HasSubstr("\"scenario\" is missing"));
}

TEST(ParseResult, OfWhatIsNotJsonNamesTheLine) {
    for (const char* text : {"", "x", "{\"format\": 1", "\xFF"}) {
        EXPECT_THAT(mistake_in(text), HasSubstr(": not JSON from line 1 on")) << text;
    }
    EXPECT_THAT(mistake_in("{\n\n  'a': 1}"), HasSubstr("not JSON from line 3 on"));
    EXPECT_THAT(mistake_in("{\"format\": 1e999}"), HasSubstr("too large"));
}

}  // namespace
}  // namespace invitro::reports
