#include "properties/explore/service_subject.hpp"

#include "properties/explore/search.hpp"
#include "properties/explore/service_world.hpp"
#include "protocol/wire/codec.hpp"
#include "scenarios/scenario.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

namespace invitro::properties::explore {
namespace {

using namespace protocol::literals;

Subject subject_of(const scenarios::World& world, const ServiceOptions& options = {}) {
    auto subject = service_subject(world, options);
    EXPECT_TRUE(subject.has_value()) << (subject ? "" : subject.error().message);
    return subject ? *subject : Subject{};
}

SearchOptions within(Duration horizon, const Budget& budget = {}) {
    SearchOptions options;
    options.rules.budget = budget;
    options.rules.horizon = horizon;
    return options;
}

std::string told(const SearchReport& report) {
    if (!report.counterexample) return report.stopped_by;
    std::string text = report.counterexample->promise + "\n";
    for (const ToldMove& move : report.counterexample->told) {
        text += move.what + "\n";
        for (const std::string& note : move.notes) {
            text += "    " + note + "\n";
        }
    }
    return text;
}

// Nobody waits so long for anything but the end of a call that nobody answers.
constexpr Duration long_enough = 10s;

TEST(ServiceSubject, ACallToOneDeviceHoldsInEveryOrder) {
    const SearchReport report = search(subject_of(sim::small_world(1)), within(130s));
    EXPECT_EQ(report.verdict, SearchVerdict::holds) << told(report);
    EXPECT_GT(report.states, 20U);
    EXPECT_GT(report.last_states, 0U);
}

TEST(ServiceSubject, ALossADuplicateAndAnEarlyTimeoutChangeNothing) {
    for (const Budget& budget :
         {Budget{.losses = 1}, Budget{.duplicates = 1}, Budget{.timeouts = 1}}) {
        const SearchReport report =
            search(subject_of(sim::small_world(1)), within(long_enough, budget));
        EXPECT_EQ(report.verdict, SearchVerdict::holds) << told(report);
    }
}

TEST(ServiceSubject, NothingAcknowledgedIsLostInACrash) {
    const Subject subject = subject_of(sim::small_world(1), {.may_crash = true});
    const SearchReport report = search(subject, within(long_enough, {.crashes = 1}));
    EXPECT_EQ(report.verdict, SearchVerdict::holds) << told(report);
    EXPECT_GT(report.states, search(subject, within(long_enough)).states);
}

TEST(ServiceSubject, TheReductionsLeaveTheVerdictAndFewerStates) {
    const Subject subject = subject_of(sim::small_world(2));
    SearchOptions options = within(long_enough, {.losses = 1});
    const SearchReport both = search(subject, options);
    options.reduces_order = false;
    const SearchReport renamed = search(subject, options);
    options.uses_symmetries = false;
    const SearchReport full = search(subject, options);
    EXPECT_EQ(full.verdict, SearchVerdict::holds) << told(full);
    EXPECT_EQ(renamed.verdict, SearchVerdict::holds);
    EXPECT_EQ(both.verdict, SearchVerdict::holds);
    EXPECT_LT(both.states, renamed.states);
    EXPECT_LT(3 * renamed.states, 2 * full.states);
}

TEST(ServiceSubject, TheResultIsTheSameWithAnyNumberOfThreads) {
    const Subject subject = subject_of(sim::small_world(2));
    SearchOptions options = within(long_enough, {.duplicates = 1});
    const SearchReport one = search(subject, options);
    options.threads = 2;
    const SearchReport two = search(subject, options);
    EXPECT_EQ(one.states, two.states);
    EXPECT_EQ(one.transitions, two.transitions);
    EXPECT_EQ(one.depth, two.depth);
    EXPECT_EQ(one.local_states, two.local_states);
}

// A device that forgets everything when its user declines: it rings again if the push comes twice.
Subject with_amnesia() {
    scenarios::World world = sim::small_world(1);
    world.devices[1].reaction.kind = model::ReactionKind::decline_here;
    Subject subject = subject_of(world);
    subject.step = [before = subject.step, first = subject.machines](Node node,
                                                                     const Machine& machine,
                                                                     Instant now,
                                                                     Happening happening,
                                                                     const Input& input) {
        Outcome outcome = before(node, machine, now, happening, input);
        const bool answers =
            happening == Happening::input && node == 2 && kind_of(input) == ContentKind::act;
        if (answers) outcome.after = first[node];
        return outcome;
    };
    return subject;
}

TEST(ServiceSubject, APlantedSafetyBugIsFound) {
    const SearchReport without = search(with_amnesia(), within(1s));
    EXPECT_EQ(without.verdict, SearchVerdict::holds) << told(without);
    const SearchReport report = search(with_amnesia(), within(1s, {.duplicates = 1}));
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "ring-once");
    // Calls, asks, is pushed to, declines, is pushed to again.
    EXPECT_EQ(report.counterexample->moves.size(), 5U) << told(report);
}

// A network that lets no acceptance through to the initiator.
TEST(ServiceSubject, APlantedLivenessBugIsFound) {
    Subject subject = subject_of(sim::small_world(2));
    subject.step = [before = subject.step](Node node,
                                           const Machine& machine,
                                           Instant now,
                                           Happening happening,
                                           const Input& input) {
        Outcome outcome = before(node, machine, now, happening, input);
        std::erase_if(outcome.sent, [](const Input& sent) {
            if (kind_of(sent) != ContentKind::datagram) return false;
            const auto message = protocol::decode(letter_in(sent).payload);
            return message && std::holds_alternative<protocol::AcceptForward>(*message);
        });
        return outcome;
    };
    const SearchReport report = search(subject, within(long_enough));
    ASSERT_EQ(report.verdict, SearchVerdict::violated);
    EXPECT_EQ(report.counterexample->promise, "accept-delivery") << told(report);
}

TEST(ServiceSubject, TheWorldsToExploreCanBe) {
    for (const char* name : {"two-devices", "household", "glare", "cancel", "transfer", "relay"}) {
        const auto scenario =
            scenarios::load_scenario(std::string("properties/explore/worlds/") + name + ".json");
        ASSERT_TRUE(scenario.has_value()) << scenario.error().front().text();
        const auto subject = service_subject(scenarios::expand(*scenario, 1), {});
        ASSERT_TRUE(subject.has_value()) << subject.error().message;
        SearchOptions options = within(long_enough);
        options.states_max = 2000;
        const SearchReport report = search(*subject, options);
        EXPECT_NE(report.verdict, SearchVerdict::violated) << name << "\n" << told(report);
    }
}

TEST(ServiceSubject, WhatItDoesNotKnowItRefuses) {
    scenarios::World world = sim::small_world(1);
    world.brokers.push_back({.number = 1});
    EXPECT_FALSE(service_subject(world, {}).has_value());
    world = sim::small_world(1);
    world.calls.clear();
    EXPECT_FALSE(service_subject(world, {}).has_value());
    EXPECT_FALSE(service_subject(sim::small_world(9), {}).has_value());
}

}  // namespace
}  // namespace invitro::properties::explore
