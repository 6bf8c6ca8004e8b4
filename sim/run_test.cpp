#include "sim/run.hpp"

#include "sim/identities.hpp"
#include "sim/places.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;

// Keeps every notification with the node that heard it.
class Notifications : public Observer {
public:
    void observe(const model::Event& event) override {
        if (const auto* notified =
                std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
            heard.emplace_back(event.header.node, notified->notification);
        }
    }

    template <class T>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(
            std::count_if(heard.begin(), heard.end(), [](const auto& entry) {
                return std::holds_alternative<T>(entry.second);
            }));
    }

    std::vector<std::pair<model::NodeId, protocol::Notification>> heard;
};

struct WorldRun {
    RunSummary summary;
    Notifications notifications;
};

WorldRun run(const scenarios::World& world) {
    WorldRun result;
    Observer* const observers[] = {&result.notifications};
    result.summary = run_world(world, shared_test_platform(), observers);
    return result;
}

TEST(Run, both_devices_ring_and_both_accepts_reach_the_initiator) {
    scenarios::World world = small_world(2);
    world.calls[0].policy = protocol::AnswerPolicy::all;
    const WorldRun result = run(world);
    EXPECT_EQ(result.notifications.count<protocol::Registered>(), 3U);
    EXPECT_EQ(result.notifications.count<protocol::Ringing>(), 2U);
    EXPECT_EQ(result.notifications.count<protocol::AcceptArrived>(), 2U);
    EXPECT_EQ(result.notifications.count<protocol::Connected>(), 4U);  // two sessions, both ends
}

// The second device would accept ten seconds later; by then the first one has the call.
TEST(Run, under_the_policy_first_the_others_fall_silent) {
    scenarios::World world = small_world(2);
    world.devices[2].reaction.after = 12s;
    const WorldRun result = run(world);
    EXPECT_EQ(result.notifications.count<protocol::Ringing>(), 2U);
    EXPECT_EQ(result.notifications.count<protocol::AcceptArrived>(), 1U);
    EXPECT_EQ(result.notifications.count<protocol::Connected>(), 2U);  // one session, both ends
    EXPECT_EQ(result.notifications.count<protocol::RingingStopped>(), 1U);
}

TEST(Run, an_accept_arrives_with_the_addresses_of_the_device_that_sent_it) {
    const scenarios::World world = small_world(3);
    const WorldRun result = run(world);
    const Places places(world);
    for (const auto& [node, notification] : result.notifications.heard) {
        const auto* arrived = std::get_if<protocol::AcceptArrived>(&notification);
        if (arrived == nullptr) continue;
        bool found = false;
        for (std::uint32_t number = 1; number <= 3; ++number) {
            if (device_id(world, number) != arrived->device) continue;
            const auto own = places.local_address(*places.device(number));
            for (const auto& candidate : arrived->connection.candidates) {
                found |= candidate.address == own;
            }
        }
        EXPECT_TRUE(found);
    }
}

TEST(Run, the_same_world_gives_the_same_summary) {
    scenarios::World world = small_world(3);
    world.core.loss = model::probability(0.1);
    EXPECT_EQ(run(world).summary, run(world).summary);
}

TEST(Run, another_seed_gives_another_fingerprint) {
    scenarios::World world = small_world(1);
    const auto before = run(world).summary.fingerprint;
    world.seed = 2;
    EXPECT_NE(run(world).summary.fingerprint, before);
}

TEST(Run, a_preloaded_world_rings_as_a_registered_one_does) {
    scenarios::World world = small_world(2);
    world.registration = scenarios::RegistrationStart::preloaded;
    world.calls[0].policy = protocol::AnswerPolicy::all;
    const WorldRun result = run(world);
    EXPECT_EQ(result.notifications.count<protocol::Ringing>(), 2U);
    EXPECT_EQ(result.notifications.count<protocol::AcceptArrived>(), 2U);
}

// Draws are keyed by what they are for: somebody who has nothing to do with a call does not change
// a single event of it.
TEST(Run, a_bystander_changes_nothing_for_the_others) {
    scenarios::World world = small_world(2);
    world.registration = scenarios::RegistrationStart::preloaded;
    world.core.loss = model::probability(0.1);
    const auto heard = run(world).notifications.heard;
    scenarios::World larger = world;
    larger.profiles.push_back(
        {.number = 9, .identifiers = {*protocol::EndpointIdentifier::parse("+4930900")}});
    larger.networks.push_back({.number = 9, .site = {}, .access = {}, .nat = {}});
    larger.devices.push_back({.number = 9, .profile = 9, .network = 9, .reaction = {}});
    EXPECT_EQ(run(larger).notifications.heard, heard);
}

TEST(Run, what_arrives_at_a_paused_broker_waits_for_it) {
    scenarios::World world = small_world(1);
    world.registration = scenarios::RegistrationStart::preloaded;
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::broker_pause,
                            .start = protocol::Instant{4s},
                            .end = protocol::Instant{20s},
                            .target = {.kind = model::NodeKind::broker, .number = 0}});
    const WorldRun result = run(world);
    EXPECT_EQ(result.notifications.count<protocol::Ringing>(), 1U);
    EXPECT_EQ(result.notifications.count<protocol::AcceptArrived>(), 1U);
}

TEST(Run, a_push_waits_for_a_device_that_is_offline) {
    scenarios::World world = small_world(1);
    world.registration = scenarios::RegistrationStart::preloaded;
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::device_offline,
                            .start = protocol::Instant{1s},
                            .end = protocol::Instant{15s},
                            .target = {.kind = model::NodeKind::device, .number = 1}});
    const WorldRun result = run(world);
    EXPECT_EQ(result.notifications.count<protocol::Ringing>(), 1U);
}

// Ids follow from keys, and what the network draws from ids: so times differ, and nothing else.
TEST(Run, a_charged_world_tells_everybody_what_a_really_sealed_one_does) {
    scenarios::World world = small_world(2);
    world.push.delay = model::constant(500ms);
    const auto told_in = [&](scenarios::Security security) {
        world.security = security;
        const WorldRun result = run(world);
        std::vector<std::pair<model::NodeId, std::size_t>> told;
        for (const auto& [node, notification] : result.notifications.heard) {
            told.emplace_back(node, notification.index());
        }
        std::sort(told.begin(), told.end());
        return std::pair{result.summary.fingerprint, told};
    };
    const auto real = told_in(scenarios::Security::real);
    const auto charged = told_in(scenarios::Security::charged);
    EXPECT_NE(real.first, charged.first);
    EXPECT_FALSE(real.second.empty());
    EXPECT_EQ(real.second, charged.second);
}

}  // namespace
}  // namespace invitro::sim
