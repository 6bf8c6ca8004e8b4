#include "scenarios/commands.hpp"

#include "scenarios/scenario.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace invitro::scenarios {
namespace {

struct Outcome {
    int exit_code = -1;
    std::string data;
    std::string talk;
};

Outcome run(const std::string& arguments) {
    CLI::App program;
    Outcome outcome;
    add_scenarios_command(program, outcome.exit_code);
    add_schema_command(program, outcome.exit_code);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    program.parse(arguments);
    std::fflush(stdout);
    outcome.data = testing::internal::GetCapturedStdout();
    outcome.talk = testing::internal::GetCapturedStderr();
    return outcome;
}

TEST(ScenariosCommand, ListsWhatIsShipped) {
    const Outcome outcome = run("scenarios");
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.data, testing::HasSubstr("\nhousehold       One person with five devices"));
    EXPECT_EQ(outcome.talk, "");
}

TEST(ScenariosCommand, ListsForPrograms) {
    const Outcome outcome = run("scenarios --json");
    EXPECT_THAT(outcome.data, testing::StartsWith("[\n  {\n    \"name\": \"blocked-udp\""));
}

TEST(ScenariosCommand, ShowsOneWithItsComments) {
    EXPECT_THAT(run("scenarios --show household").data, testing::StartsWith("// Ada has five"));
}

TEST(ScenariosCommand, ChecksAFile) {
    EXPECT_EQ(run("scenarios --check household").exit_code, 0);
    const Outcome outcome = run("scenarios --check nowhere.json");
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.data, "");
    EXPECT_THAT(outcome.talk, testing::StartsWith("nowhere.json: no such file"));
}

TEST(WholeNumberMistake, IsInSignsFractionsAndNumbersThatAreTooLong) {
    for (const char* text : {"0", "7", "18446744073709551615"}) {
        EXPECT_EQ(whole_number_mistake(text), "") << text;
    }
    for (const char* text : {"", "-1", "+1", "1.5", "1e3", "0x10", "18446744073709551616", "1 "}) {
        EXPECT_NE(whole_number_mistake(text), "") << text;
    }
}

TEST(SchemaCommand, PrintsSchemaOrReference) {
    EXPECT_EQ(run("schema").data, schema_json());
    EXPECT_EQ(run("schema --reference").data, reference_page());
}

}  // namespace
}  // namespace invitro::scenarios
