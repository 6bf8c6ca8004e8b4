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
    {"broker-crash", "426ec0601e8d7ba9b1e047fd860ed6b7"},
    {"household", "abf0b21a4bcb2e69cf3de58d85444fdf"},
    {"office", "c1911dbbf7205cf60bfcdeac1b920986"},
    {"roaming", "316c44e20257a0575c678f6de05c73bb"},
    {"lossy", "66fe7ec4ac73d5f3688b33ccd9a21373"},
    {"relay-fallback", "3e267d7d0eaa7b2886ba68995852b58a"},
    {"flash-crowd", "0ec41963af8bdb993325e1ce3a853b4c"},
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
