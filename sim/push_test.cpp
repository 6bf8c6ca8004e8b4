// Push services in whole worlds: a provider for each device, rest, limits.
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using protocol::Instant;
using protocol::PushOutcome;
using protocol::PushProvider;

// What was pushed to whom, how that was answered, and what became of it. Times are since the start.
class PushWitness : public Observer {
public:
    void observe(const model::Event& event) override {
        const std::uint32_t node = event.header.node.number;
        const auto at = event.header.at.time_since_epoch();
        if (const auto* push = std::get_if<model::PushSubmitted>(&event.body)) {
            providers[push->device] = push->provider;
            outcomes[push->device].push_back(push->outcome);
        } else if (std::holds_alternative<model::PushStored>(event.body)) {
            stored[node].push_back(at);
        } else if (std::holds_alternative<model::PushDelivered>(event.body)) {
            delivered[node].push_back(at);
        } else if (const auto* told =
                       std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
            if (std::holds_alternative<protocol::Ringing>(told->notification)) rings[node] = at;
        }
    }

    std::map<std::uint32_t, PushProvider> providers;
    std::map<std::uint32_t, std::vector<PushOutcome>> outcomes;
    std::map<std::uint32_t, std::vector<protocol::Duration>> stored;
    std::map<std::uint32_t, std::vector<protocol::Duration>> delivered;
    std::map<std::uint32_t, protocol::Duration> rings;
};

PushWitness run(const scenarios::World& world) {
    EXPECT_EQ(scenarios::inconsistency(world), "");
    PushWitness witness;
    Observer* const observers[] = {&witness};
    run_world(world, shared_test_platform(), observers);
    return witness;
}

// Ben, device 0, calls Ada's devices at 5 s; every push takes 600 ms and none is lost.
scenarios::World pushed_world(std::uint32_t recipients) {
    scenarios::World world = small_world(recipients);
    const auto calm = [](model::PushProfile& profile) {
        profile.delay = model::constant(600ms);
        profile.loss = profile.duplication = profile.reordering = profile.tail = {};
        profile.urgencies.front().demoted = {};
    };
    calm(world.push);
    for (model::PushProfile& profile : world.further_push) {
        calm(profile);
    }
    return world;
}

model::PushProfile& fcm(scenarios::World& world) {
    return world.further_push[model::index_of(PushProvider::fcm) - 1];
}

// One device, reached by the FCM-like service, which takes every message for an ordinary one. A
// window of its rest opens at 10 s.
scenarios::World resting_world() {
    scenarios::World world = pushed_world(1);
    fcm(world).urgencies.front().demoted = model::Probability{model::probability_one};
    world.devices[1].push = PushProvider::fcm;
    world.devices[1].unused_for = 9min + 50s;
    return world;
}

TEST(Push, reaches_each_device_through_its_own_provider) {
    scenarios::World world = pushed_world(3);
    world.devices[2].push = PushProvider::fcm;
    world.devices[3].push = PushProvider::web_push;
    const PushWitness witness = run(world);
    EXPECT_EQ(witness.providers.at(1), PushProvider::apns);
    EXPECT_EQ(witness.providers.at(2), PushProvider::fcm);
    EXPECT_EQ(witness.providers.at(3), PushProvider::web_push);
    for (const std::uint32_t device : {1U, 2U, 3U}) {
        EXPECT_EQ(witness.outcomes.at(device).front(), PushOutcome::accepted) << device;
        EXPECT_TRUE(witness.rings.contains(device)) << device;
    }
}

TEST(Push, that_is_not_urgent_waits_for_a_window_of_a_device_that_rests) {
    const PushWitness witness = run(resting_world());
    ASSERT_FALSE(witness.stored.empty());
    EXPECT_LT(witness.stored.at(1).front(), 7s);
    EXPECT_EQ(witness.delivered.at(1).front(), 10s);
    EXPECT_GE(witness.rings.at(1), 10s);
}

TEST(Push, that_is_urgent_does_not_wait) {
    scenarios::World world = resting_world();
    fcm(world).urgencies.front().demoted = {};
    const PushWitness witness = run(world);
    EXPECT_TRUE(witness.stored.empty());
    EXPECT_LT(witness.delivered.at(1).front(), 7s);
}

TEST(Push, arrives_as_soon_as_somebody_uses_a_device_that_rests) {
    scenarios::World world = resting_world();
    // Its user calls Ben; it is in use from then on.
    world.calls.push_back(
        {.number = 1, .at = 8s, .initiator = 1, .callee = world.profiles[0].identifiers[0]});
    const PushWitness witness = run(world);
    EXPECT_EQ(witness.delivered.at(1).front(), 8s);
}

TEST(Push, rest_does_not_concern_a_device_in_use) {
    scenarios::World world = resting_world();
    world.devices[1].unused_for = {};
    const PushWitness witness = run(world);
    EXPECT_TRUE(witness.stored.empty());
    EXPECT_LT(witness.delivered.at(1).front(), 7s);
}

TEST(Push, beyond_a_providers_limit_is_throttled_and_tried_again) {
    scenarios::World world = pushed_world(1);
    world.devices[1].push = PushProvider::fcm;
    fcm(world).loss = model::Probability{model::probability_one};
    fcm(world).device_limits = {{.count = 2, .period = 1h}};
    const PushWitness witness = run(world);
    const auto& outcomes = witness.outcomes.at(1);
    ASSERT_GE(outcomes.size(), 4U);
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), PushOutcome::accepted), 2);
    EXPECT_EQ(std::count(outcomes.begin() + 2, outcomes.end(), PushOutcome::throttled),
              std::distance(outcomes.begin() + 2, outcomes.end()));
    EXPECT_FALSE(witness.rings.contains(1));
}

TEST(Push, settings_of_one_provider_leave_the_others_alone) {
    scenarios::World world = pushed_world(2);
    world.devices[2].push = PushProvider::fcm;
    fcm(world).loss = model::Probability{model::probability_one};
    const PushWitness witness = run(world);
    EXPECT_TRUE(witness.rings.contains(1));
    EXPECT_FALSE(witness.rings.contains(2));
}

}  // namespace
}  // namespace invitro::sim
