// Every kind of mistake with the exact text that a user sees.
#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>

#include <string>

namespace invitro::scenarios {
namespace {

// All mistakes of the text, one in a line.
std::string mistakes(std::string_view text) {
    const auto scenario = parse_scenario(text, "x.json");
    std::string lines;
    if (scenario) return lines;
    for (const Mistake& mistake : scenario.error()) {
        lines += mistake.text() + "\n";
    }
    return lines;
}

TEST(Mistakes, NothingIsWrongWithAnEmptyObject) {
    EXPECT_EQ(mistakes("{}"), "");
}

TEST(Mistakes, AnUnknownKeyIsNamedWithItsNearestWord) {
    EXPECT_EQ(mistakes("{\n  \"network\": {\"losss\": \"1%\"}\n}"),
              "x.json:2:15: /network/losss: unknown key; did you mean \"loss\"?\n");
    EXPECT_EQ(mistakes(R"({"network": {"banana": 1}})"),
              "x.json:1:14: /network/banana: unknown key; known are \"loss\", \"duplication\", "
              "\"reordering\", \"reordering_delay\"\n");
}

TEST(Mistakes, ADuplicateKeyIsNamedWithTheFirst) {
    EXPECT_EQ(mistakes("{\"seed\": 1,\n \"seed\": 2}"),
              "x.json:2:2: /seed: duplicate key; it already stands in line 1, column 2\n");
}

TEST(Mistakes, AUnitMustBeWritten) {
    EXPECT_EQ(mistakes(R"({"duration": 250})"),
              "x.json:1:14: /duration: missing unit: write \"250s\" or \"250ms\"\n");
    EXPECT_EQ(mistakes(R"({"duration": "250"})"),
              "x.json:1:14: /duration: missing unit: write \"250s\" or \"250ms\"\n");
    EXPECT_EQ(mistakes(R"({"duration": "250mss"})"),
              "x.json:1:14: /duration: unknown unit \"mss\"; did you mean \"ms\"?\n");
}

TEST(Mistakes, AProbabilityIsAtMostOne) {
    EXPECT_EQ(mistakes(R"({"network": {"loss": 1.2}})"),
              "x.json:1:22: /network/loss: expected a text, \"0%\" to \"100%\"\n");
    EXPECT_EQ(mistakes(R"({"network": {"loss": "120%"}})"),
              "x.json:1:22: /network/loss: 120% is more than 100%; expected 0% to 100%\n");
}

TEST(Mistakes, AnUnknownWordIsNamedWithItsNearest) {
    EXPECT_EQ(mistakes(R"({"nat": "EIM/APD"})"),
              "x.json:1:9: /nat: unknown NAT kind \"EIM/APD\"; did you mean \"EIM/APDF\"?\n");
    EXPECT_EQ(mistakes(R"({"nat": {"EIM/APDX": 1}})"),
              "x.json:1:10: /nat/EIM~1APDX: unknown NAT kind \"EIM/APDX\"; did you mean "
              "\"EIM/APDF\"?\n");
    EXPECT_EQ(mistakes(R"({"brokers": {"site": "Frankfort"}})"),
              "x.json:1:22: /brokers/site: unknown site \"Frankfort\"; did you mean "
              "\"Frankfurt\"?\n");
    EXPECT_EQ(mistakes(R"({"policy": "last"})"),
              "x.json:1:12: /policy: unknown answer policy \"last\"; known are \"first\", \"all\", "
              "\"choose\"\n");
}

TEST(Mistakes, AThresholdNamesAMetricThatExists) {
    EXPECT_EQ(mistakes(R"({"thresholds": {"acept_delivery.p99": "2s"}})"),
              "x.json:1:17: /thresholds/acept_delivery.p99: unknown metric \"acept_delivery\"; did "
              "you mean \"accept_delivery\"?\n");
    EXPECT_EQ(mistakes(R"({"thresholds": {"accept_delivery": "2s"}})"),
              "x.json:1:17: /thresholds/accept_delivery: missing statistic: write "
              "\"accept_delivery.p99\"\n");
    EXPECT_EQ(mistakes(R"({"thresholds": {"accept_delivery.p98": "2s"}})"),
              "x.json:1:17: /thresholds/accept_delivery.p98: unknown statistic \"p98\" of "
              "accept_delivery; did you mean \"p90\"?\n");
    EXPECT_EQ(
        mistakes(R"({"thresholds": {"accept_delivery.p99": 2}})"),
        "x.json:1:40: /thresholds/accept_delivery.p99: missing unit: write \"2s\" or \"2ms\"\n");
    EXPECT_EQ(mistakes(R"({"thresholds": {"direct_rate.value": {"at_leat": "2%"}}})"),
              "x.json:1:39: /thresholds/direct_rate.value/at_leat: unknown key; did you mean "
              "\"at_least\"?\n");
}

TEST(Mistakes, AThresholdCanBeMet) {
    EXPECT_EQ(
        mistakes(R"({"thresholds": {"direct_rate.value": {"at_least": "2%", "at_most": "1%"}}})"),
        "x.json:1:38: /thresholds/direct_rate.value: no value is at least and at most this\n");
    EXPECT_EQ(mistakes(R"({"thresholds": {"direct_rate.value": {}}})"),
              "x.json:1:38: /thresholds/direct_rate.value: expected a bound: \"at_most\", "
              "\"at_least\" or both\n");
}

TEST(Mistakes, WhatIsReferredToMustExist) {
    EXPECT_EQ(
        mistakes(R"({"population": {"devices": [{"number": 1, "profile": 2, "network": 3}]}})"),
        "x.json:1:54: /population/devices/0/profile: there is no profile 2; none is spelt "
        "out\n"
        "x.json:1:68: /population/devices/0/network: there is no network 3; none is spelt "
        "out\n");
    EXPECT_EQ(
        mistakes(R"({"population": {"networks": [{"number": 1}, {"number": 4}],
                           "profiles": [{"number": 1, "identifiers": ["a@b"]}],
                           "devices": [{"number": 1, "profile": 1, "network": 3}]}})"),
        "x.json:3:79: /population/devices/0/network: there is no network 3; known are 1, 4\n");
}

TEST(Mistakes, ANumberIsGivenOnce) {
    EXPECT_EQ(mistakes(R"({"population": {"networks": [{"number": 1}, {"number": 1}]}})"),
              "x.json:1:56: /population/networks/1/number: two networks have the number 1\n");
}

TEST(Mistakes, AnIdentifierIsGivenOnce) {
    EXPECT_EQ(mistakes(R"({"population": {"profiles": [{"number": 1, "identifiers": ["a@b", "x"]},
 {"number": 2, "identifiers": ["a@b"]}]}})"),
              "x.json:1:67: /population/profiles/0/identifiers/1: \"x\" is neither a phone number "
              "(+ and at most 15 digits) nor an email address\n"
              "x.json:2:32: /population/profiles/1/identifiers/0: the identifier \"a@b\" is given "
              "twice\n");
}

TEST(Mistakes, ARequiredKeyIsMissed) {
    EXPECT_EQ(mistakes(R"({"workload": {"calls": [{"number": 1, "callee": "a@b"}]}})"),
              "x.json:1:25: /workload/calls/0: missing key \"initiator\": expected the number of a "
              "device\n");
}

TEST(Mistakes, AFaultHasOnlyWhatItsKindUses) {
    EXPECT_EQ(mistakes(R"({"faults": [{"number": 1, "kind": "delay", "probability": "5%"}]})"),
              "x.json:1:13: /faults/0: missing key \"delay\": a fault of kind \"delay\" has one\n"
              "x.json:1:59: /faults/0/probability: a fault of kind \"delay\" has no probability\n");
    EXPECT_EQ(mistakes(R"({"faults": [{"number": 1, "kind": "loss", "delay": "5s"}]})"),
              "x.json:1:52: /faults/0/delay: a fault of kind \"loss\" has no delay\n");
    EXPECT_EQ(
        mistakes(R"({"faults": [{"number": 1, "kind": "loss", "start": "5s", "end": "1s"}]})"),
        "x.json:1:13: /faults/0: the fault ends before it starts\n");
    EXPECT_EQ(mistakes(R"({"faults": [{"number": 1, "kind": "loss", "target": "device"}]})"),
              "x.json:1:53: /faults/0/target: expected \"everybody\", \"broker\", \"reflector 0\", "
              "\"reflector 1\" or a node such as \"device 7\", \"broker 2\", \"relay 0\", found "
              "the text \"device\"\n");
}

TEST(Mistakes, TheTypeMustBeRight) {
    EXPECT_EQ(mistakes(R"({"name": 5, "duration": null, "population": []})"),
              "x.json:1:10: /name: expected 1 to 80 letters, digits, blanks and . _ -, found the "
              "number 5\n"
              "x.json:1:25: /duration: expected a duration such as \"250ms\", found null\n"
              "x.json:1:45: /population: expected an object, found a list\n");
    EXPECT_EQ(mistakes("[1]"), "x.json:1:1: expected an object, found a list\n");
}

TEST(Mistakes, SizesHaveBounds) {
    EXPECT_EQ(mistakes(R"({"population": {"people": 99999999999, "devices_per_person": 4000}})"),
              "x.json:1:27: /population/people: expected a whole number from 0 to 10000000, found "
              "99999999999\n"
              "x.json:1:62: /population/devices_per_person: expected a whole number from 1 to 256, "
              "found 4000\n");
    EXPECT_EQ(mistakes(R"({"duration": "9000h", "access": {"wifi": 0}})"),
              "x.json:1:14: /duration: 9000h is too long\n"
              "x.json:1:42: /access/wifi: expected a whole number from 1 to 1000000, found 0\n");
}

TEST(Mistakes, ADistributionIsOneOfAFew) {
    EXPECT_EQ(mistakes(R"({"push": {"delay": {"lognorm": {"median": "1s"}}}})"),
              "x.json:1:21: /push/delay/lognorm: unknown key; did you mean \"lognormal\"?\n");
    EXPECT_EQ(mistakes(R"({"push": {"delay": {"lognormal": {"median": "1s", "sigma": 0.7123}}}})"),
              "x.json:1:60: /push/delay/lognormal/sigma: expected a number from 0 to 3 of at most "
              "three decimals, found the number 0.7123\n");
    EXPECT_EQ(mistakes(R"({"push": {"delay": {"uniform": ["3s", "1s"]}}})"),
              "x.json:1:32: /push/delay/uniform: expected durations of which none is smaller than "
              "the one before\n");
    EXPECT_EQ(mistakes(R"({"push": {"delay": {"exponential": {"mean": "8000h"}}}})"),
              "x.json:1:20: /push/delay: the longest of these durations is beyond 8784h\n");
}

TEST(Mistakes, DrawnAndSpeltOutDoNotMeet) {
    EXPECT_EQ(mistakes(R"({"population": {"people": 2, "networks": [{"number": 1000}]}})"),
              "x.json:1:16: /population: network 1000: numbers from 1000 on are for what is "
              "drawn\n");
    EXPECT_EQ(mistakes(R"({"population": {"people": 1}, "workload": {"arrivals": {"calls": 5}}})"),
              "x.json:1:43: /workload: calls are drawn between the people drawn: expected "
              "population.people of at least 2\n");
}

TEST(Mistakes, TheScheduleIsKeptForLater) {
    EXPECT_EQ(mistakes(R"({"schedule": []})"),
              "x.json:1:14: /schedule: the schedule section is for the explorer's counterexamples, "
              "which cannot be read yet\n");
}

TEST(Mistakes, WhatIsNoJsonStopsAtOnce) {
    EXPECT_EQ(mistakes("{\"name\": \"x\",\n \"network\": {\"loss\": \"1%\""),
              "x.json:2:26: /network: not valid JSON: syntax error while parsing object - "
              "unexpected end of input; expected '}'\n");
    EXPECT_EQ(mistakes(R"({"name": "x" "seed": 1})"),
              "x.json:1:19: not valid JSON: syntax error while parsing object - unexpected string "
              "literal; expected '}'\n");
    EXPECT_EQ(mistakes(R"({"seed": tru})"),
              "x.json:1:13: not valid JSON: syntax error while parsing value - invalid literal\n");
}

TEST(Mistakes, AnEmptyFileIsOne) {
    EXPECT_EQ(mistakes(""), "x.json:1:1: nothing in the file; expected an object: { ... }\n");
    EXPECT_EQ(mistakes("// only\n/* comments */\n"),
              "x.json:1:1: nothing in the file; expected an object: { ... }\n");
}

TEST(Mistakes, BrokenUtf8IsFoundInCommentsToo) {
    EXPECT_EQ(mistakes("{\"name\": \"\xFF\"}"), "x.json:1:11: invalid UTF-8: byte 0xFF\n");
    EXPECT_EQ(mistakes("// \xC3(\n{}"), "x.json:1:4: invalid UTF-8: byte 0xC3\n");
    EXPECT_EQ(mistakes("{} // \xED\xA0\x80"), "x.json:1:7: invalid UTF-8: byte 0xED\n");
}

TEST(Mistakes, NestingHasABound) {
    const std::string text = "{\"name\": " + std::string(100'000, '[');
    EXPECT_EQ(mistakes(text).substr(0, 24), "x.json:1:41: /name/0/0/0");
    EXPECT_NE(mistakes(text).find(": nested deeper than 32\n"), std::string::npos);
}

TEST(Mistakes, AllOfThemAreToldInTheOrderOfTheText) {
    EXPECT_EQ(mistakes("{\n"
                       "  \"sed\": 1,  // seed\n"
                       "  \"duration\": 5,\n"
                       "  \"nat\": \"BLOCK\",\n"
                       "  \"duration\": \"5s\"\n"
                       "}"),
              "x.json:2:3: /sed: unknown key; did you mean \"seed\"?\n"
              "x.json:3:15: /duration: missing unit: write \"5s\" or \"5ms\"\n"
              "x.json:4:10: /nat: unknown NAT kind \"BLOCK\"; known are \"PUB\", \"FW\", "
              "\"EIM/EIF\", \"EIM/ADF\", \"EIM/APDF\", \"ADM/EIF\", \"ADM/ADF\", \"ADM/APDF\", "
              "\"APDM/EIF\", \"APDM/ADF\", \"APDM/APDF\", \"BLK\"\n"
              "x.json:5:3: /duration: duplicate key; it already stands in line 3, column 3\n");
}

}  // namespace
}  // namespace invitro::scenarios
