// The scenarios that come with the program, and how they are found.
#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace invitro::scenarios {
namespace {

std::string file_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

TEST(Shipped, EachIsReadAndGivesASoundWorld) {
    ASSERT_FALSE(shipped_scenarios().empty());
    for (const ShippedScenario& shipped : shipped_scenarios()) {
        const auto scenario = load_scenario(std::string(shipped.name));
        ASSERT_TRUE(scenario.has_value()) << scenario.error().front().text();
        EXPECT_EQ(scenario->world.name, shipped.name);
        EXPECT_FALSE(scenario->description.empty());
        EXPECT_FALSE(scenario->thresholds.empty());
        EXPECT_EQ(inconsistency(expand(*scenario, scenario->world.seed)), "");
    }
}

TEST(Shipped, AreAllTheFilesOfTheFolder) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
        const std::filesystem::path& path = entry.path();
        const bool is_schema = path.stem().extension() == ".schema";
        if (path.extension() == ".json" && !is_schema) files.push_back(path.stem().string());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> shipped;
    for (const ShippedScenario& each : shipped_scenarios()) {
        shipped.emplace_back(each.name);
        EXPECT_EQ(each.text, file_text("scenarios/" + shipped.back() + ".json"));
    }
    EXPECT_EQ(shipped, files);
}

TEST(Shipped, HouseholdIsOnePersonWithFiveDevices) {
    const auto scenario = load_scenario("household");
    ASSERT_TRUE(scenario.has_value());
    const World world = expand(*scenario, 1);
    const auto of_ada = [](const Device& device) { return device.profile == 1; };
    EXPECT_EQ(std::count_if(world.devices.begin(), world.devices.end(), of_ada), 5);
    const auto accepts = [](const Device& device) {
        return device.reaction.kind == model::ReactionKind::accept;
    };
    EXPECT_GE(std::count_if(world.devices.begin(), world.devices.end(), accepts), 2);
}

TEST(Load, APathIsReadAsAFile) {
    const auto by_path = load_scenario("scenarios/household.json");
    const auto by_name = load_scenario("household");
    ASSERT_TRUE(by_path.has_value() && by_name.has_value());
    EXPECT_EQ(*by_path, *by_name);
}

TEST(Load, AMissingOneIsToldWithTheShippedOnes) {
    const auto scenario = load_scenario("houshold.json");
    ASSERT_FALSE(scenario.has_value());
    EXPECT_EQ(
        scenario.error().front().text(),
        "houshold.json: no such file, and no shipped scenario of this name; shipped are "
        "blocked-udp, broker-crash, cluster, flash-crowd, glare, handover, hostile, household, "
        "lossy, mobility, office, overload, registration, relay-fallback, roaming, transfer, "
        "wake-up; did you mean household?");
}

TEST(Load, AFolderIsNoScenario) {
    const auto scenario = load_scenario("scenarios");
    ASSERT_FALSE(scenario.has_value());
    EXPECT_EQ(scenario.error().front().text(), "scenarios: is a folder; expected a scenario file");
}

TEST(Load, AnEmptyFileIsAMistake) {
    const std::string path = testing::TempDir() + "empty.json";
    std::ofstream(path).close();
    const auto scenario = load_scenario(path);
    ASSERT_FALSE(scenario.has_value());
    EXPECT_EQ(scenario.error().front().message, "nothing in the file; expected an object: { ... }");
}

TEST(Reference, ThePageIsCurrent) {
    EXPECT_EQ(file_text("docs/SCENARIOS.md"), reference_page())
        << "write it anew: invitro schema --reference > docs/SCENARIOS.md";
}

TEST(Reference, TheSchemaThatShippedScenariosNameIsCurrent) {
    EXPECT_EQ(file_text("scenarios/scenario.schema.json"), schema_json())
        << "write it anew: invitro schema > scenarios/scenario.schema.json";
}

TEST(Metrics, AreThoseThatReportsMeasure) {
    const std::vector<std::string> expected = {"time_to_ring",
                                               "accept_delivery",
                                               "time_to_first_accept",
                                               "time_to_connect",
                                               "time_to_silence",
                                               "direct_rate",
                                               "messages_per_call",
                                               "bytes_per_call",
                                               "pushes_per_call"};
    EXPECT_EQ(metric_names(), expected);
}

}  // namespace
}  // namespace invitro::scenarios
