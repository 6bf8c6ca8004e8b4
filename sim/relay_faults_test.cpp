// What becomes of a session through a relay when the relay crashes, or has no room.
#include "sim/nat_matrix.hpp"
#include "sim/observer.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using model::FaultKind;
using model::NatKind;
using protocol::Instant;

constexpr Instant at(protocol::Duration since_start) {
    return Instant{} + since_start;
}

// When the two ends were connected, and how each of their sessions ended.
class Sessions : public Observer {
public:
    void observe(const model::Event& event) override {
        const auto* told = std::get_if<model::Notified<protocol::Notification>>(&event.body);
        if (told == nullptr) return;
        if (std::holds_alternative<protocol::Connected>(told->notification)) {
            connected.push_back(event.header.at);
        }
        if (const auto* end = std::get_if<protocol::Disconnected>(&told->notification)) {
            reasons.push_back(end->reason);
            ended.push_back(event.header.at);
        }
    }

    [[nodiscard]] bool all_ended_by(protocol::SessionEnd reason) const {
        return reasons.size() == 2 && std::count(reasons.begin(), reasons.end(), reason) == 2;
    }

    std::vector<Instant> connected;
    std::vector<Instant> ended;
    std::vector<protocol::SessionEnd> reasons;
};

// Two that only a relay brings together talk for a minute and a half.
scenarios::World relayed_world() {
    scenarios::World world = nat_world(NatKind::apdm_apdf, NatKind::apdm_apdf, 1);
    world.calls[0].talk = 90s;
    return world;
}

void strike(scenarios::World& world, FaultKind kind, Instant start, Instant end) {
    world.faults.push_back({.number = static_cast<std::uint32_t>(world.faults.size()),
                            .kind = kind,
                            .start = start,
                            .end = end,
                            .target = {.kind = model::NodeKind::relay, .number = 0}});
}

Sessions sessions_of(const scenarios::World& world) {
    Sessions sessions;
    Observer* const observers[] = {&sessions};
    run_world(world, shared_test_platform(), observers);
    return sessions;
}

TEST(RelayFaults, without_one_the_session_lasts_until_somebody_hangs_up) {
    const Sessions sessions = sessions_of(relayed_world());
    ASSERT_EQ(sessions.connected.size(), 2U);
    EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::hung_up));
}

TEST(RelayFaults, a_session_outlives_a_short_crash_of_its_relay) {
    scenarios::World world = relayed_world();
    strike(world, FaultKind::relay_crash, at(40s), at(42s));
    const Sessions sessions = sessions_of(world);
    ASSERT_EQ(sessions.connected.size(), 2U);
    EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::hung_up));
}

TEST(RelayFaults, a_relay_that_stays_down_ends_it_for_both) {
    scenarios::World world = relayed_world();
    strike(world, FaultKind::relay_crash, at(40s), protocol::never);
    const Sessions sessions = sessions_of(world);
    ASSERT_EQ(sessions.connected.size(), 2U);
    EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::silent));
    for (const Instant ended : sessions.ended) {
        EXPECT_LE(ended, at(40s) + protocol::timing::session_silence_max);
    }
}

TEST(RelayFaults, a_relay_without_room_is_asked_until_it_has) {
    scenarios::World world = relayed_world();
    strike(world, FaultKind::relay_exhausted, at(0s), at(18s));
    const Sessions sessions = sessions_of(world);
    ASSERT_EQ(sessions.connected.size(), 2U);
    EXPECT_GE(sessions.connected[0], at(18s));
    EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::hung_up));
}

TEST(RelayFaults, one_without_room_for_long_leads_to_an_explicit_failure) {
    scenarios::World world = relayed_world();
    strike(world, FaultKind::relay_exhausted, at(0s), at(100s));
    const Sessions sessions = sessions_of(world);
    EXPECT_TRUE(sessions.connected.empty());
    EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::no_path));
}

TEST(RelayFaults, the_second_relay_serves_whom_the_first_refuses) {
    for (std::uint64_t seed = 1; seed < 5; ++seed) {
        scenarios::World world = relayed_world();
        world.seed = seed;
        world.relays.push_back({.number = 1});
        strike(world, FaultKind::relay_exhausted, at(0s), at(100s));
        const Sessions sessions = sessions_of(world);
        ASSERT_EQ(sessions.connected.size(), 2U) << seed;
        EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::hung_up)) << seed;
    }
}

TEST(RelayFaults, what_is_granted_already_does_not_mind_that_no_more_is) {
    scenarios::World world = relayed_world();
    strike(world, FaultKind::relay_exhausted, at(30s), at(80s));
    const Sessions sessions = sessions_of(world);
    ASSERT_EQ(sessions.connected.size(), 2U);
    EXPECT_TRUE(sessions.all_ended_by(protocol::SessionEnd::hung_up));
}

}  // namespace
}  // namespace invitro::sim
