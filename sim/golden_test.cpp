// The promise of determinism: each shipped scenario's first world has the same fingerprint on every
// machine and with every compiler. CTest runs this a second time with AVX2 and FMA masked out,
// since libm and others pick their code by processor.
//
// A change that alters what the protocol, the models or the scenarios do alters these, and may: put
// the new lines here, and say in the commit why the behaviour changed.
#include "scenarios/scenario.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

namespace invitro::sim {
namespace {

struct Golden {
    std::string_view scenario;
    std::string_view fingerprint;
};

std::ostream& operator<<(std::ostream& out, const Golden& golden) {
    return out << golden.scenario;
}

class GoldenFingerprint : public testing::TestWithParam<Golden> {};

TEST_P(GoldenFingerprint, is_what_it_was) {
    const auto scenario = scenarios::load_scenario(std::string(GetParam().scenario));
    ASSERT_TRUE(scenario.has_value());
    const scenarios::World world = scenarios::expand(*scenario, scenario->world.seed);
    const RunSummary summary = run_world(world, shared_test_platform(), {});
    EXPECT_GT(summary.events, 100U);
    EXPECT_EQ(to_string(summary.fingerprint), GetParam().fingerprint);
}

constexpr Golden goldens[] = {
    {"broker-crash", "2aab24d77648d3c65aa23cd48941c0b9"},
    {"household", "50d6a891183adc2b554e6df32177e8ed"},
    {"office", "a05aed77667d52b291070cb81aab52a2"},
    {"roaming", "1f1097fce5f7df81b3777da3527bc03f"},
    {"lossy", "9c74edd0d7654fc0c0215fce26832d8f"},
    {"relay-fallback", "f57bf006dc1ed5706f37d902d99b1f97"},
    {"mobility", "63f99ff80221ae0e429f6495f1a67117"},
    {"blocked-udp", "d3ca14a7b35653096ac8f3e8fd6ee099"},
    {"flash-crowd", "c8fa872a64fa5669a6d08499ad315cd6"},
};

INSTANTIATE_TEST_SUITE_P(Shipped, GoldenFingerprint, testing::ValuesIn(goldens));

TEST(GoldenFingerprints, are_kept_for_every_shipped_scenario) {
    for (const scenarios::ShippedScenario& shipped : scenarios::shipped_scenarios()) {
        EXPECT_TRUE(std::any_of(std::begin(goldens), std::end(goldens), [&](const Golden& one) {
            return one.scenario == shipped.name;
        })) << shipped.name;
    }
}

}  // namespace
}  // namespace invitro::sim
