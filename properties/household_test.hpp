// The household call in tests that take brokers away at every moment of it: the world, what its
// people were told, and that nothing was lost on them.
#pragma once

#include "properties/checker.hpp"
#include "protocol/vocabulary/time.hpp"
#include "scenarios/scenario.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/run.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <variant>
#include <vector>

namespace invitro::properties {

inline scenarios::World household() {
    const auto scenario = scenarios::load_scenario("household");
    CHECK(scenario.has_value(), "the household is shipped");
    scenarios::World world = scenarios::expand(*scenario, scenario->world.seed);
    world.security = scenarios::Security::charged;  // it is run hundreds of times
    return world;
}

// A nanosecond after an event, so that it finds everything the event has led to.
inline model::Fault crash_after(protocol::Instant event,
                                std::uint32_t number,
                                std::uint32_t broker = 0) {
    constexpr protocol::Duration down_time = std::chrono::seconds{1};
    const protocol::Instant start = event + protocol::Duration{1};
    return {.number = number,
            .kind = model::FaultKind::broker_crash,
            .start = start,
            .end = start + down_time,
            .target = {.kind = model::NodeKind::broker, .number = broker}};
}

// What the people of a world were told, and what befell its brokers.
class Told : public sim::Observer {
public:
    void observe(const model::Event& event) override {
        using Notified = model::Notified<protocol::Notification>;
        if (std::holds_alternative<model::StorageRefused>(event.body)) ++refused;
        if (const auto* crash = std::get_if<model::NodeCrashed>(&event.body)) {
            ++crashes;
            lost = crash->bytes_lost;
        }
        const auto* notified = std::get_if<Notified>(&event.body);
        if (notified == nullptr) return;
        const auto& what = notified->notification;
        if (std::holds_alternative<protocol::Registered>(what)) ++registered;
        if (std::holds_alternative<protocol::CallEnded>(what)) ++ended;
        if (std::holds_alternative<protocol::Connected>(what)) ++connected;
        if (std::holds_alternative<protocol::AcceptConfirmed>(what)) ++confirmed;
        if (const auto* arrived = std::get_if<protocol::AcceptArrived>(&what)) {
            acceptors.insert(arrived->device);
            ++arrivals;
        }
    }

    std::size_t registered = 0;
    std::size_t confirmed = 0;
    std::size_t arrivals = 0;
    std::size_t connected = 0;
    std::size_t ended = 0;
    std::size_t refused = 0;
    std::size_t crashes = 0;
    std::uint64_t lost = 0;  // bytes, in the last crash
    std::set<protocol::DeviceId> acceptors;
};

// What befell a world in which all went well.
struct Befell {
    std::size_t crashes = 0;
    sim::RunSummary summary;

    [[nodiscard]] std::uint64_t remarked(protocol::RemarkKind kind) const {
        return summary.remarks[static_cast<std::size_t>(kind)];
    }
};

// Three accept, both ends of each session are connected, and the initiator learns the end. A
// registration is told once more only where its lease is refreshed, which is not in three minutes.
inline Befell expect_that_all_went_well(const scenarios::World& world) {
    Told told;
    Checker checker(world);
    sim::Observer* const observers[] = {&told, &checker};
    const auto summary = sim::run_world(world, sim::shared_test_platform(), observers);
    EXPECT_EQ(told.registered, world.devices.size());
    EXPECT_EQ(told.confirmed, 3U);
    EXPECT_EQ(told.acceptors.size(), 3U);
    EXPECT_EQ(told.arrivals, 3U);
    EXPECT_EQ(told.connected, 6U);
    EXPECT_EQ(told.ended, 1U);
    EXPECT_EQ(told.refused, 0U);
    const std::vector<Tally> tallies = checker.tallies();
    for (std::size_t i = 0; i < tallies.size(); ++i) {
        EXPECT_EQ(tallies[i].violated, 0U)
            << catalogue()[i].id << ": " << tallies[i].violations.front().explanation;
    }
    return {.crashes = told.crashes, .summary = summary};
}

}  // namespace invitro::properties
