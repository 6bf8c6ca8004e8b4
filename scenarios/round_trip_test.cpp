// What is written reads back as the same; what is broken is reported and breaks nothing.
#include "scenarios/limits.hpp"
#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace invitro::scenarios {
namespace {

// ---- random worlds: anything that inconsistency() lets pass -------------------------------------

template <class T>
T in_range(T low, T high) {
    return *rc::gen::inRange<T>(low, high);
}

template <class Enum>
Enum any_of(std::size_t count) {
    return static_cast<Enum>(in_range<std::size_t>(0, count));
}

Duration any_time() {
    if (in_range(0, 6) == 0) return {};
    // The sum of two is within limits::time_max.
    // Few times are round to the hour, and few worlds last for months: all kinds must be met.
    static constexpr std::int64_t scales[] = {1, 1'000, 1'000'000, 1'000'000'000, 60'000'000'000};
    const std::int64_t scale = scales[in_range<std::size_t>(0, std::size(scales))];
    return Duration{in_range<std::int64_t>(0, 250'000) * scale};
}

model::Probability any_share() {
    return model::Probability{in_range<std::uint64_t>(0, model::probability_one + 1)};
}

model::QuantileTable any_distribution() {
    switch (in_range(0, 5)) {
        case 0:
            return model::constant(any_time());
        case 1: {
            const Duration low = any_time();
            return model::uniform(low, low + any_time());
        }
        case 2:
            return model::exponential(Duration{in_range<std::int64_t>(0, 3'600'000'000'000)});
        case 3: {
            const Duration median{in_range<std::int64_t>(0, 100'000'000'000)};
            return model::lognormal(median, in_range<std::int64_t>(0, 2'001));
        }
        default:
            break;
    }
    model::QuantileTable table;
    for (std::int64_t& quantile : table.nanoseconds) {
        quantile = any_time().count();
    }
    std::sort(table.nanoseconds.begin(), table.nanoseconds.end());
    return table;
}

model::SiteIndex any_site() {
    return any_of<model::SiteIndex>(model::builtin_metros().sites.size());
}

// Numbers with gaps, rising.
template <class Item>
void number(std::vector<Item>& items) {
    std::uint32_t next = 0;
    for (Item& item : items) {
        next += in_range<std::uint32_t>(1, 1'000);
        item.number = next;
    }
}

void add_places(World& world) {
    world.networks.resize(in_range<std::size_t>(1, 5));
    number(world.networks);
    for (AccessNetwork& network : world.networks) {
        network.site = any_site();
        network.access = any_of<model::AccessKind>(model::access_kind_count);
        network.families = any_of<model::IpFamilies>(model::ip_families_count);
        network.nat.kind = any_of<model::NatKind>(model::nat_kind_count);
        if (in_range(0, 2) == 1) network.nat.mapping_timeout = any_time();
        network.nat.hairpinning = in_range(0, 2) == 1;
        network.nat.port_count = in_range<std::uint16_t>(1, model::nat_port_count_max + 1);
    }
}

void add_people(World& world) {
    world.profiles.resize(in_range<std::size_t>(1, 4));
    number(world.profiles);
    for (Profile& profile : world.profiles) {
        const auto count = in_range<std::size_t>(1, protocol::RegisterCommand::identifiers_max + 1);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name = std::to_string(profile.number) + "." + std::to_string(i);
            profile.identifiers.push_back(*EndpointIdentifier::parse("a\"\\" + name + "@example"));
        }
    }
    world.devices.resize(in_range<std::size_t>(1, 6));
    number(world.devices);
    for (Device& device : world.devices) {
        device.profile = world.profiles[in_range<std::size_t>(0, world.profiles.size())].number;
        device.network = world.networks[in_range<std::size_t>(0, world.networks.size())].number;
        device.reaction.kind = any_of<model::ReactionKind>(model::reaction_kind_count);
        device.reaction.after = any_time();
        device.opens_mail_after = in_range(0, 3) == 0 ? Duration::max() : any_time();
    }
}

std::uint32_t any_device(const World& world) {
    return world.devices[in_range<std::size_t>(0, world.devices.size())].number;
}

void add_calls(World& world) {
    world.calls.resize(in_range<std::size_t>(0, 4));
    number(world.calls);
    for (Call& call : world.calls) {
        call.at = any_time();
        call.initiator = any_device(world);
        call.callee = world.profiles.front().identifiers.front();
        call.policy = any_of<protocol::AnswerPolicy>(3);
        call.admits_late_joiners = in_range(0, 2) == 1;
        call.lifetime = Duration{in_range<std::int64_t>(1'000'000'000, 180'000'000'001)};
        if (in_range(0, 2) == 1) call.cancel_after = any_time();
        call.talk = any_time();
        if (in_range(0, 2) == 1) {
            call.transfer_after = any_time();
            call.transfer_to = any_device(world);
        }
    }
    std::sort(world.calls.begin(), world.calls.end(), [](const Call& a, const Call& b) {
        return a.at != b.at ? a.at < b.at : a.number < b.number;
    });
    world.moves.resize(in_range<std::size_t>(0, 4));
    for (DeviceMove& move : world.moves) {
        move.device = any_device(world);
        move.move.at = any_time();
        move.move.network = world.networks.front().number;
    }
    std::stable_sort(world.moves.begin(), world.moves.end(), [](const auto& a, const auto& b) {
        return a.move.at < b.move.at;
    });
    auto& changes = world.registration_changes;
    changes.resize(in_range<std::size_t>(0, 4));
    for (RegistrationChange& change : changes) {
        change.device = any_device(world);
        change.at = any_time();
        change.action = any_of<RegistrationAction>(registration_action_count);
        change.old_token_lasts = any_time();
    }
    std::stable_sort(
        changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

model::NodeId any_target(const World& world) {
    switch (in_range(0, 4)) {
        case 0:
            return {.kind = model::NodeKind::broker,
                    .number = world.brokers[in_range<std::size_t>(0, world.brokers.size())].number};
        case 1:
            return {.kind = model::NodeKind::reflector, .number = in_range(0U, 2U)};
        case 2:
            return {.kind = model::NodeKind::device, .number = any_device(world)};
        default:
            return {};
    }
}

void add_faults(World& world) {
    world.faults.resize(in_range<std::size_t>(0, 5));
    number(world.faults);
    for (model::Fault& fault : world.faults) {
        fault.kind = any_of<model::FaultKind>(model::fault_kind_count);
        fault.start = protocol::Instant{any_time()};
        fault.end = in_range(0, 2) == 1 ? protocol::never : fault.start + any_time();
        fault.target = any_target(world);
        if (model::uses_probability(fault.kind)) fault.probability = any_share();
        if (model::uses_delay(fault.kind)) fault.delay = any_time();
    }
    std::sort(world.faults.begin(), world.faults.end(), [](const auto& a, const auto& b) {
        return a.start != b.start ? a.start < b.start : a.number < b.number;
    });
}

void add_attackers(World& world) {
    world.attackers.resize(in_range<std::size_t>(0, 4));
    for (std::size_t i = 0; i < world.attackers.size(); ++i) {
        model::Attacker& attacker = world.attackers[i];
        attacker.number = static_cast<std::uint32_t>(i * 7);
        attacker.site = any_site();
        attacker.start = protocol::Instant{any_time()};
        attacker.end = in_range(0, 2) == 1 ? protocol::never : attacker.start + any_time();
        attacker.every = std::max(limits::attack_every_min, any_time());
        for (std::size_t deeds = in_range<std::size_t>(1, 4); deeds > 0; --deeds) {
            attacker.deeds.push_back(any_of<model::Deed>(model::deed_count));
        }
    }
}

protocol::Rate any_rate() {
    return {.burst = in_range<std::uint32_t>(1, 1'000'001), .every = any_time()};
}

void add_limits(World& world) {
    world.limits.calls_max = in_range<std::uint32_t>(1, 1'000'000'001);
    world.limits.tokens_per_call_max = in_range<std::uint32_t>(1, protocol::invited_tokens_max + 1);
    world.limits.bindings_max = in_range<std::uint32_t>(1, 1'000'000'001);
    world.limits.calls_per_caller = any_rate();
    world.limits.calls_per_source = any_rate();
    world.limits.registrations_per_source = any_rate();
    world.limits.retry_after = any_time();
}

// One of the brokers, if there are several, comes and goes.
void add_membership(World& world) {
    if (world.brokers.size() < 2) return;
    Duration at{};
    for (std::size_t i = in_range<std::size_t>(0, 4); i > 0; --i) {
        at += Duration{in_range<std::int64_t>(0, 1'000'000'000)};
        const bool is_first = world.membership.empty();
        const bool joins = !is_first && world.membership.back().step == MembershipStep::leave;
        world.membership.push_back({.at = at,
                                    .broker = world.brokers.back().number,
                                    .step = joins ? MembershipStep::join : MembershipStep::leave});
    }
}

void add_settings(World& world) {
    world.name = "random world-1.x_y";
    world.seed = in_range<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max());
    world.duration = any_time();
    world.registration = any_of<RegistrationStart>(registration_start_count);
    world.security = any_of<Security>(2);
    world.stream_fallback = in_range(0, 2) == 1;
    world.core = {.loss = any_share(),
                  .duplication = any_share(),
                  .reordering = any_share(),
                  .reordering_delay = any_time()};
    world.brokers.front().site = any_site();
    for (std::uint32_t number = in_range(1U, 3U); number < 4; number += in_range(1U, 3U)) {
        world.brokers.push_back({.number = number, .site = any_site()});
    }
    add_membership(world);
    for (std::uint32_t number = in_range(0U, 3U); number < 3; number += in_range(1U, 3U)) {
        world.relays.push_back({.number = number,
                                .site = any_site(),
                                .couplings = in_range(0U, limits::relay_couplings_max + 1)});
    }
    world.reflector_sites = {any_site(), any_site()};
    for (model::PostProfile* post : {&world.sms, &world.mail}) {
        post->delay = any_distribution();
        post->loss = any_share();
        post->duplication = any_share();
    }
    world.push.delay = any_distribution();
    world.push.loss = any_share();
    world.push.duplication = any_share();
    world.push.reordering = any_share();
    world.push.reordering_delay = any_distribution();
    world.push.stored_per_device_max = in_range<std::uint16_t>(0, 0xFFFF);
    world.push.storage_time_max = any_time();
}

World any_world() {
    World world;
    // Each part is at times left out, so that what is not written is met as well.
    if (in_range(0, 3) > 0) add_settings(world);
    if (in_range(0, 5) > 0) {
        add_places(world);
        add_people(world);
        add_calls(world);
        add_faults(world);
        add_attackers(world);
    }
    if (in_range(0, 3) == 0) add_limits(world);
    return world;
}

RC_GTEST_PROP(RoundTrip, EveryWorldIsAFile, ()) {
    const World world = any_world();
    RC_ASSERT(inconsistency(world) == "");
    const Scenario scenario = scenario_of(world);
    const std::string text = to_json(scenario);
    const auto back = parse_scenario(text, "world.json");
    if (!back) RC_FAIL(back.error().front().text() + "\n" + text);
    RC_ASSERT(*back == scenario);
}

// ---- scenarios ----------------------------------------------------------------------------------

template <class T, class Any>
Mix<T> any_mix(Any any) {
    Mix<T> mix(in_range<std::size_t>(1, 5));
    for (Weighted<T>& entry : mix) {
        entry.value = any();
        entry.weight = in_range<std::uint32_t>(1, limits::weight_max + 1);
    }
    return mix;
}

RC_GTEST_PROP(RoundTrip, EveryScenarioIsAFile, ()) {
    Scenario scenario;
    scenario.description = "\"quotes\" and \xC3\xBC";
    scenario.population.people = in_range<std::uint32_t>(2, 10'000'001);
    scenario.population.devices_per_person =
        any_mix<std::uint32_t>([] { return in_range<std::uint32_t>(1, 257); });
    scenario.population.access = any_mix<model::AccessKind>(
        [] { return any_of<model::AccessKind>(model::access_kind_count); });
    scenario.population.families = any_mix<model::IpFamilies>(
        [] { return any_of<model::IpFamilies>(model::ip_families_count); });
    scenario.population.nat = any_mix<model::NatPolicy>([] {
        model::NatPolicy policy{.kind = any_of<model::NatKind>(model::nat_kind_count)};
        if (in_range(0, 4) == 0) policy.mapping_timeout = any_time();
        if (in_range(0, 4) == 0) policy.port_count = in_range<std::uint16_t>(1, 100);
        return policy;
    });
    scenario.population.sites = any_mix<std::string>(
        [] { return model::builtin_metros().sites[static_cast<std::size_t>(any_site())].name; });
    scenario.population.shared_network = in_range(0, 2) == 1;
    scenario.behaviour.answer_after = any_distribution();
    scenario.workload.calls = in_range<std::uint32_t>(0, 10'000'001);
    scenario.workload.arrivals = any_of<Arrivals>(3);
    scenario.workload.policy = any_of<protocol::AnswerPolicy>(3);
    scenario.workload.cancelled = any_share();
    scenario.workload.talk = any_distribution();
    scenario.thresholds = {{.metric = "accept_delivery",
                            .statistic = "p99.9",
                            .at_most = static_cast<double>(in_range(0, 1'000'000)) / 1'000},
                           {.metric = "direct_rate", .statistic = "value", .at_least = 0.625},
                           {.metric = "time_to_ring", .statistic = "count", .at_least = 40}};
    scenario.properties = {"P1", "P2"};
    const std::string text = to_json(scenario);
    const auto back = parse_scenario(text, "scenario.json");
    if (!back) RC_FAIL(back.error().front().text() + "\n" + text);
    RC_ASSERT(*back == scenario);
}

TEST(RoundTrip, DistributionsAreWrittenAsAPersonWould) {
    const auto written = [](const model::QuantileTable& table) {
        Scenario scenario;
        scenario.world.push.delay = table;
        const std::string text = to_json(scenario);
        const std::size_t start = text.find("\"delay\": ") + 9;
        return text.substr(start, text.find_last_of('}', text.find_last_of('}') - 1) - start);
    };
    using namespace std::chrono_literals;
    EXPECT_EQ(written(model::constant(500ms)), "\"500ms\"");
    EXPECT_EQ(written(model::uniform(1s, 3s)), "{\"uniform\": [\"1s\", \"3s\"]}");
    EXPECT_EQ(written(model::exponential(2s)), "{\"exponential\": {\"mean\": \"2s\"}}");
    EXPECT_EQ(written(model::lognormal(620ms, 710)),
              "{\"lognormal\": {\"median\": \"620ms\", \"sigma\": 0.71}}");
}

TEST(RoundTrip, AQuietScenarioIsWrittenWithoutAWord) {
    EXPECT_EQ(to_json(Scenario{}), "{}\n");
}

TEST(RoundTrip, ListsMayStandInAnyOrder) {
    const auto scenario = parse_scenario(R"({"faults": [
        {"number": 2, "kind": "push_outage", "start": "2s", "end": "3s"},
        {"number": 7, "kind": "push_outage", "start": "1s", "end": "3s"}]})",
                                         "x.json");
    ASSERT_TRUE(scenario.has_value());
    EXPECT_EQ(scenario->world.faults.front().number, 7U);
}

TEST(RoundTrip, CallsTakeTheScenariosPolicyUnlessTheySayTheirs) {
    const auto scenario = parse_scenario(R"({"workload": {"calls": [
          {"number": 1, "initiator": 1, "callee": "a@b"},
          {"number": 2, "initiator": 1, "callee": "a@b", "policy": "first"}]},
        "policy": "all",
        "population": {"networks": [{"number": 1}],
                       "profiles": [{"number": 1, "identifiers": ["a@b"]}],
                       "devices": [{"number": 1, "profile": 1, "network": 1}]}})",
                                         "x.json");
    ASSERT_TRUE(scenario.has_value()) << scenario.error().front().text();
    EXPECT_EQ(scenario->world.calls[0].policy, protocol::AnswerPolicy::all);
    EXPECT_EQ(scenario->world.calls[1].policy, protocol::AnswerPolicy::first);
    EXPECT_EQ(*parse_scenario(to_json(*scenario), "x.json"), *scenario);
}

// ---- broken files -------------------------------------------------------------------------------

// Reads it; whatever comes of it, every mistake has a place in the text.
void read_anything(const std::string& text) {
    const auto scenario = parse_scenario(text, "x.json");
    if (scenario) return;
    RC_ASSERT(!scenario.error().empty());
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const Mistake& mistake : scenario.error()) {
        RC_ASSERT(mistake.line >= 1U);
        RC_ASSERT(mistake.line <= lines);
        RC_ASSERT(!mistake.message.empty());
    }
}

RC_GTEST_PROP(BrokenFiles, RandomBytesAreReported, ()) {
    read_anything(*rc::gen::arbitrary<std::string>());
}

RC_GTEST_PROP(BrokenFiles, ChangedFilesAreReadOrReported, ()) {
    const auto& shipped = shipped_scenarios();
    std::string text(shipped[in_range<std::size_t>(0, shipped.size())].text);
    const int changes = in_range(1, 6);
    static constexpr std::string_view marks = "{}[]\",:0123456789.-eE%msh/* \n\\tfn\xC3";
    for (int i = 0; i < changes && !text.empty(); ++i) {
        const auto at = in_range<std::size_t>(0, text.size());
        const char mark = marks[in_range<std::size_t>(0, marks.size())];
        switch (in_range(0, 4)) {
            case 0:
                text[at] = mark;
                break;
            case 1:
                text.insert(at, 1, mark);
                break;
            case 2:
                text.erase(at, in_range<std::size_t>(1, 20));
                break;
            default:
                text.resize(at);
                break;
        }
    }
    read_anything(text);
}

}  // namespace
}  // namespace invitro::scenarios
