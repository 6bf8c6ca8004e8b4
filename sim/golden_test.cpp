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
    {"broker-crash", "3c3a67a99a7a45573e1196b1f5344c7a"},
    {"household", "4a93e891bba25be007cf84ea8a8077eb"},
    {"office", "f95d135b5bf599aee15404ccd01072b6"},
    {"roaming", "86a11adeddbb47a063b2dc02cccce2cc"},
    {"lossy", "4bed895b81eaa7fa5afba564243462bd"},
    {"relay-fallback", "0a61469ec56036b71d47bc57921c718e"},
    {"mobility", "f4797179f769d9fed0fb6bfdf2338cc0"},
    {"blocked-udp", "24521123ce52bc7aaea5b9b6f385bed3"},
    {"hostile", "8961e198bc7a5f3ea3dc68a56e73a0b7"},
    {"overload", "193aeae393220ce770a49c0e1b456769"},
    {"registration", "00000000000000000000000000000000"},
    {"glare", "50937956eef76805549c3eb35de75d99"},
    {"transfer", "d86cf8535d46d2450551fb0ac998137b"},
    {"wake-up", "34efe59bf3c538ae4fd8ad35bb3aafdf"},
    {"cluster", "aa456a37e641dec3644d332d4f6d747d"},
    {"handover", "07196f0fafdb9c87bc8d1a5de71ba925"},
    {"flash-crowd", "2ca4ebfd8a20cb82296223d6ca187b55"},
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
