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
    {"broker-crash", "00000000000000000000000000000000"},
    {"household", "bd21344160d1944ce3f036e275b19cdc"},
    {"office", "8d41f9bd09beda6c66229521d55c600f"},
    {"roaming", "bd6c9827993451b2fa7038e04a1364f1"},
    {"lossy", "c582d02c916671aec98391b8adcf4b29"},
    {"hostile", "00000000000000000000000000000000"},
    {"overload", "00000000000000000000000000000000"},
    {"flash-crowd", "e0a2333815b9d9b9b25af8f3c0c73030"},
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
