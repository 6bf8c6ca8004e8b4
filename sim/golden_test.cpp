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
    {"broker-crash", "364c8853d9bbb74cc9c271f3d38d3342"},
    {"household", "c2e0fd7ea4790a84beb11b8b8c4af6b7"},
    {"office", "9ce0f7eaab0ed058fdf8614b581deb5d"},
    {"roaming", "705644bd950bc90cb664c762986919a2"},
    {"lossy", "ce62a8c6d7e8f55da1a9c418afbd22a9"},
    {"relay-fallback", "94e8f485273f1b50d15604eabaee6646"},
    {"mobility", "de09a1e15f1f257d70ffd650bc990cbe"},
    {"blocked-udp", "c615fe230775e4aeff04fec5666377d8"},
    {"hostile", "dc24b922a660245e619b9c1cbfc6e539"},
    {"overload", "00458b7e2014da582f1a9a027c744b81"},
    {"registration", "00000000000000000000000000000000"},
    {"glare", "00000000000000000000000000000000"},
    {"transfer", "00000000000000000000000000000000"},
    {"wake-up", "00000000000000000000000000000000"},
    {"cluster", "00000000000000000000000000000000"},
    {"handover", "00000000000000000000000000000000"},
    {"flash-crowd", "16f845f199af98e49c8cd30f5a784226"},
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
