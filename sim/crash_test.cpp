// What crashes, kills and disks do to a world of the invitation service.
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>
#include <vector>

namespace invitro::sim {
namespace {

using namespace protocol::literals;
using protocol::Instant;

constexpr model::NodeId broker{.kind = model::NodeKind::broker, .number = 0};

constexpr model::NodeId device(std::uint32_t number) {
    return {.kind = model::NodeKind::device, .number = number};
}

// Keeps what happened where, in order.
class Witness : public Observer {
public:
    void observe(const model::Event& event) override {
        if (const auto* notified =
                std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
            heard.push_back({event.header, notified->notification});
        } else if (std::holds_alternative<model::NodeCrashed>(event.body)) {
            crashed.push_back(event.header);
        } else if (const auto* start = std::get_if<model::NodeStarted>(&event.body)) {
            if (start->incarnation > 1) restarted.push_back(event.header);
        } else if (std::holds_alternative<model::StorageRefused>(event.body)) {
            refused.push_back(event.header);
        }
    }

    struct Heard {
        model::EventHeader header;
        protocol::Notification notification;
    };

    // When `T` was told to this device, each time.
    template <class T>
    [[nodiscard]] std::vector<Instant> times(std::uint32_t number) const {
        std::vector<Instant> found;
        for (const Heard& one : heard) {
            if (one.header.node == device(number) && std::holds_alternative<T>(one.notification)) {
                found.push_back(one.header.at);
            }
        }
        return found;
    }

    std::vector<Heard> heard;
    std::vector<model::EventHeader> crashed;
    std::vector<model::EventHeader> restarted;
    std::vector<model::EventHeader> refused;
    RunSummary summary;
};

Witness watch(const scenarios::World& world) {
    Witness witness;
    Observer* const observers[] = {&witness};
    witness.summary = run_world(world, shared_test_platform(), observers);
    return witness;
}

void add_fault(scenarios::World& world,
               model::FaultKind kind,
               model::NodeId target,
               protocol::Duration start,
               protocol::Duration end) {
    world.faults.push_back({.number = static_cast<std::uint32_t>(world.faults.size()),
                            .kind = kind,
                            .start = Instant{start},
                            .end = Instant{end},
                            .target = target});
}

// The call is placed at 5 s; device 1 rings about a second later and accepts 2.1 s after that.
scenarios::World calling_world(scenarios::RegistrationStart registration) {
    scenarios::World world = small_world(1);
    world.registration = registration;
    return world;
}

TEST(Crash, of_the_broker_between_registration_and_call_forgets_nobody) {
    for (const auto start :
         {scenarios::RegistrationStart::live, scenarios::RegistrationStart::preloaded}) {
        scenarios::World world = calling_world(start);
        add_fault(world, model::FaultKind::broker_crash, broker, 4s, 4500ms);
        const Witness seen = watch(world);
        EXPECT_EQ(seen.crashed.size(), 1U);
        EXPECT_EQ(seen.restarted.size(), 1U);
        EXPECT_EQ(seen.times<protocol::Ringing>(1).size(), 1U);
        EXPECT_EQ(seen.times<protocol::Connected>(0).size(), 1U);
    }
}

TEST(Crash, of_the_broker_while_a_device_rings_is_not_noticed_by_its_user) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    add_fault(world, model::FaultKind::broker_crash, broker, 7s, 9s);
    const Witness seen = watch(world);
    EXPECT_EQ(seen.times<protocol::Ringing>(1).size(), 1U);
    EXPECT_EQ(seen.times<protocol::AcceptConfirmed>(1).size(), 1U);
    EXPECT_EQ(seen.times<protocol::AcceptArrived>(0).size(), 1U);
    EXPECT_EQ(seen.times<protocol::Connected>(1).size(), 1U);
}

// What waits for a paused broker is in the memory that the crash takes.
TEST(Crash, takes_what_waits_for_a_paused_broker) {
    scenarios::World paused = calling_world(scenarios::RegistrationStart::preloaded);
    add_fault(paused, model::FaultKind::broker_pause, broker, 4s, 8s);
    const auto down = static_cast<std::size_t>(model::DropReason::node_down);
    EXPECT_EQ(watch(paused).summary.datagrams_dropped[down], 0U);
    add_fault(paused, model::FaultKind::broker_crash, broker, 6s, 6100ms);
    const Witness seen = watch(paused);
    EXPECT_GT(seen.summary.datagrams_dropped[down], 0U);
    EXPECT_EQ(seen.times<protocol::Connected>(1).size(), 1U);
}

TEST(Crash, one_that_ends_while_another_lasts_brings_nobody_back) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    add_fault(world, model::FaultKind::broker_crash, broker, 3s, 10s);
    add_fault(world, model::FaultKind::broker_crash, broker, 4s, 6s);
    const Witness seen = watch(world);
    ASSERT_EQ(seen.crashed.size(), 1U);
    ASSERT_EQ(seen.restarted.size(), 1U);
    EXPECT_EQ(seen.restarted[0].at, Instant{10s});
    EXPECT_EQ(seen.times<protocol::Connected>(1).size(), 1U);
}

TEST(Crash, of_a_broker_with_a_damaged_journal_is_for_good_and_the_world_says_so) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    add_fault(world, model::FaultKind::disk_damage, broker, 3s, 3s);
    add_fault(world, model::FaultKind::broker_crash, broker, 3500ms, 4s);
    const Witness seen = watch(world);
    EXPECT_EQ(seen.refused.size(), 1U);
    EXPECT_TRUE(seen.restarted.empty());
    EXPECT_TRUE(seen.times<protocol::Ringing>(1).empty());
}

TEST(Disk, that_is_slow_delays_what_is_acknowledged) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    const Instant usual = watch(world).times<protocol::AcceptConfirmed>(1).at(0);
    add_fault(world, model::FaultKind::slow_disk, broker, 5s, 60s);
    world.faults[0].delay = 400ms;
    const Instant slow = watch(world).times<protocol::AcceptConfirmed>(1).at(0);
    // The request and the accept each wait for it once, or longer.
    EXPECT_GE(slow - usual, 800ms);
}

// Its program is gone between the accept and its arrival; the broker keeps forwarding.
TEST(Kill, of_the_initiator_delays_an_accept_and_loses_none) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    const Witness usual = watch(world);
    const Instant accepted = usual.times<protocol::AcceptConfirmed>(1).at(0);
    const protocol::Duration kill = accepted - Instant{} - 500ms;
    add_fault(world, model::FaultKind::device_kill, device(0), kill, kill + 10s);
    const Witness seen = watch(world);
    const auto arrivals = seen.times<protocol::AcceptArrived>(0);
    ASSERT_EQ(arrivals.size(), 1U);
    EXPECT_GE(arrivals[0] - Instant{}, kill + 10s);
    EXPECT_EQ(seen.times<protocol::CallStarted>(0).size(), 1U);
    EXPECT_EQ(seen.times<protocol::Connected>(0).size(), 1U);
}

// The push waits at the push service, as for a device that has no network.
TEST(Kill, of_a_device_that_is_called_has_it_ring_when_it_is_back) {
    for (const auto start :
         {scenarios::RegistrationStart::live, scenarios::RegistrationStart::preloaded}) {
        scenarios::World world = calling_world(start);
        add_fault(world, model::FaultKind::device_kill, device(1), 4s, 20s);
        const Witness seen = watch(world);
        const auto rings = seen.times<protocol::Ringing>(1);
        ASSERT_EQ(rings.size(), 1U);
        EXPECT_GE(rings[0], Instant{20s});
        EXPECT_EQ(seen.times<protocol::Connected>(1).size(), 1U);
    }
}

TEST(Kill, of_a_device_in_a_session_is_noticed_by_its_peer) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    world.calls[0].talk = 60s;
    add_fault(world, model::FaultKind::device_kill, device(1), 20s, 25s);
    const Witness seen = watch(world);
    ASSERT_EQ(seen.times<protocol::Connected>(0).size(), 1U);
    const auto ends = seen.times<protocol::Disconnected>(0);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_GT(ends[0], Instant{20s});
    EXPECT_LE(ends[0],
              Instant{20s} + protocol::timing::session_silence_max +
                  protocol::timing::session_keep_alive);
}

TEST(Reinstall, registers_anew_and_can_be_called_again) {
    for (const auto start :
         {scenarios::RegistrationStart::live, scenarios::RegistrationStart::preloaded}) {
        scenarios::World world = calling_world(start);
        add_fault(world, model::FaultKind::device_reinstall, device(1), 3s, 4s);
        const Witness seen = watch(world);
        const auto registered = seen.times<protocol::Registered>(1);
        ASSERT_FALSE(registered.empty());
        EXPECT_GE(registered.back(), Instant{4s});
        EXPECT_EQ(seen.times<protocol::Connected>(1).size(), 1U);
    }
}

TEST(Reinstall, of_the_initiator_forgets_its_call) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    add_fault(world, model::FaultKind::device_reinstall, device(0), 6s, 7s);
    const Witness seen = watch(world);
    EXPECT_TRUE(seen.times<protocol::AcceptArrived>(0).empty());
    EXPECT_EQ(seen.times<protocol::Registered>(0).size(), 2U);
}

TEST(Crash, the_same_crashes_give_the_same_fingerprint) {
    scenarios::World world = calling_world(scenarios::RegistrationStart::live);
    add_fault(world, model::FaultKind::broker_crash, broker, 7s, 9s);
    add_fault(world, model::FaultKind::device_kill, device(1), 10s, 12s);
    EXPECT_EQ(watch(world).summary, watch(world).summary);
}

}  // namespace
}  // namespace invitro::sim
