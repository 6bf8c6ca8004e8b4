#include "scenarios/format/tables.hpp"

#include "protocol/wire/messages.hpp"
#include "scenarios/format/mix.hpp"
#include "scenarios/format/notations.hpp"

#include <algorithm>
#include <limits>

namespace invitro::scenarios::format {
namespace {

using model::Fault;
using model::PushProfile;

constexpr auto required = Presence::required;

// ---- network, access, nat, push, brokers
// -----------------------------------------------------------

Section<CoreNetwork> network() {
    return {.fields =
                {
                    {"loss", &CoreNetwork::loss, share(), "share of the datagrams that vanish"},
                    {"duplication", &CoreNetwork::duplication, share(), "share that arrives twice"},
                    {"reordering",
                     &CoreNetwork::reordering,
                     share(),
                     "share that is held back, so that later ones overtake it"},
                    {"reordering_delay",
                     &CoreNetwork::reordering_delay,
                     duration(),
                     "for how long, at most"},
                },
            .finish = {}};
}

Section<PushProfile> push() {
    return {.fields =
                {
                    {"delay",
                     &PushProfile::delay,
                     distribution(),
                     "from the broker's request to the arrival at a device that is online"},
                    {"loss",
                     &PushProfile::loss,
                     share(),
                     "share of the accepted notifications that never arrive"},
                    {"duplication", &PushProfile::duplication, share(), "share that arrives twice"},
                    {"reordering",
                     &PushProfile::reordering,
                     share(),
                     "share that is held back, so that later ones overtake it"},
                    {"reordering_delay",
                     &PushProfile::reordering_delay,
                     distribution(),
                     "for how long"},
                    {"stored_per_device_max",
                     &PushProfile::stored_per_device_max,
                     count<std::uint16_t>(0, 1000),
                     "notifications kept for a device that is offline; the newest survive"},
                    {"storage_time_max",
                     &PushProfile::storage_time_max,
                     duration(),
                     "how long they are kept"},
                },
            .defaults = model::apns_profile(),
            .finish = {}};
}

Section<World> brokers() {
    return {.fields =
                {
                    {"site", &World::broker_site, site(), "where the broker stands"},
                    {"reflectors",
                     &World::reflector_sites,
                     reflector_sites(),
                     "where the two reflectors stand that tell a device its outside address"},
                    {"registration",
                     &World::registration,
                     registration_start(),
                     "\"live\": each device registers over the network in the first seconds; "
                     "\"preloaded\": the broker knows them all, which is faster at scale"},
                },
            .finish = {}};
}

// ---- population
// ------------------------------------------------------------------------------------

Section<AccessNetwork> access_network() {
    return {.fields =
                {
                    {"number",
                     &AccessNetwork::number,
                     number_of(Entity::network),
                     "its name; never reused",
                     required},
                    {"site", &AccessNetwork::site, site(), "the nearest city"},
                    {"access", &AccessNetwork::access, access_kind(), "the last mile"},
                    {"nat", &AccessNetwork::nat, nat_policy(), "the box between it and the world"},
                },
            .finish = {}};
}

Section<Profile> profile() {
    constexpr std::size_t identifiers_max = protocol::RegisterDevice::identifiers_max;
    return {.fields =
                {
                    {"number",
                     &Profile::number,
                     number_of(Entity::profile),
                     "its name; never reused",
                     required},
                    {"identifiers",
                     &Profile::identifiers,
                     list_of(own_identifier(),
                             {"phone numbers and email addresses", 1, identifiers_max}),
                     "what others dial; all devices of the profile ring",
                     required},
                },
            .finish = {}};
}

Section<model::Reaction> reaction() {
    return {
        .fields =
            {
                {"kind", &model::Reaction::kind, reaction_kind(), "what the user does", required},
                {"after", &model::Reaction::after, duration(), "how long after it began to ring"},
            },
        .finish = {}};
}

Section<Device> device() {
    return {.fields =
                {
                    {"number",
                     &Device::number,
                     number_of(Entity::device),
                     "its name; never reused",
                     required},
                    {"profile",
                     &Device::profile,
                     reference_to(Entity::profile),
                     "whose it is",
                     required},
                    {"network",
                     &Device::network,
                     reference_to(Entity::network),
                     "where it is at the start",
                     required},
                    {"reaction",
                     &Device::reaction,
                     object_of(reaction()),
                     "to every call that rings here"},
                },
            .finish = {}};
}

template <class Item>
void sort_by_number(std::vector<Item>& items) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return a.number < b.number;
    });
}

// What is drawn has numbers from limits::drawn_number_first on.
void keep_drawn_numbers_free(Reader& reader,
                             const Value& value,
                             bool draws,
                             std::initializer_list<Entity> entities) {
    if (!draws) return;
    for (const Entity entity : entities) {
        const auto* number = reader.number_from(entity, limits::drawn_number_first);
        if (number == nullptr) continue;
        reader.fail(value,
                    fmt::format("{} {}: numbers from {} on are for what is drawn",
                                to_string(entity),
                                *number,
                                limits::drawn_number_first));
    }
}

void finish_population(Reader& reader, const Value& value, Scenario& scenario) {
    sort_by_number(scenario.world.networks);
    sort_by_number(scenario.world.profiles);
    sort_by_number(scenario.world.devices);
    keep_drawn_numbers_free(reader,
                            value,
                            scenario.population.people > 0,
                            {Entity::network, Entity::profile, Entity::device});
}

Section<Scenario> population() {
    constexpr std::uint32_t identifiers_max = protocol::RegisterDevice::identifiers_max;
    const auto drawn = [](auto member) { return path(&Scenario::population, member); };
    const auto spelt_out = [](auto member) { return path(&Scenario::world, member); };
    return {
        .fields =
            {
                {"people",
                 drawn(&Population::people),
                 count<std::uint32_t>(0, limits::people_max),
                 "drawn in addition to the devices spelt out"},
                {"devices_per_person",
                 drawn(&Population::devices_per_person),
                 mix_of(count<std::uint32_t>(1, limits::devices_per_person_max)),
                 "of each person drawn"},
                {"identifiers_per_person",
                 drawn(&Population::identifiers_per_person),
                 count<std::uint32_t>(1, identifiers_max),
                 "of each person drawn: phone numbers and email addresses in turn"},
                {"shared_network",
                 drawn(&Population::shared_network),
                 flag(),
                 "a person's devices share one access network, as in a home; otherwise each has "
                 "its own"},
                {"sites", drawn(&Population::sites), mix_of(site_name()), "where the people live"},
                {"networks",
                 spelt_out(&World::networks),
                 list_of(access_network(), {"access networks"}),
                 "homes, offices, cells: one access link and one NAT box each"},
                {"profiles",
                 spelt_out(&World::profiles),
                 list_of(profile(), {"profiles"}),
                 "accounts"},
                {"devices", spelt_out(&World::devices), list_of(device(), {"devices"}), "devices"},
            },
        .finish = finish_population};
}

// ---- behaviour, workload
// ---------------------------------------------------------------------------

Section<Behaviour> behaviour() {
    return {.fields =
                {
                    {"reaction",
                     &Behaviour::reaction,
                     mix_of(reaction_kind()),
                     "what the users of drawn devices do when it rings"},
                    {"answer_after",
                     &Behaviour::answer_after,
                     distribution(),
                     "how long after it began to ring"},
                },
            .finish = {}};
}

Duration lifetime_max() {
    return protocol::timing::invitation_lifetime_max;
}

Notation<Duration> lifetime() {
    return duration({.low = std::chrono::seconds{1}, .high = lifetime_max()});
}

Section<Workload> arriving() {
    return {
        .fields =
            {
                {"calls",
                 &Workload::calls,
                 count<std::uint32_t>(0, limits::calls_max),
                 "drawn between the people drawn, in addition to the calls spelt out"},
                {"pattern",
                 &Workload::arrivals,
                 arrivals(),
                 "how they fall into the span: at equal distances, at random, or most of them at "
                 "its start"},
                {"start", &Workload::start, duration(), "when the span begins"},
                {"span", &Workload::span, duration(), "how long it is"},
                {"lifetime", &Workload::lifetime, lifetime(), "how long an invitation lasts"},
                {"cancelled", &Workload::cancelled, share(), "share the caller gives up"},
                {"cancel_after",
                 &Workload::cancel_after,
                 distribution(),
                 "how long after calling, unless connected"},
                {"talk",
                 &Workload::talk,
                 distribution(),
                 "how long after connecting the caller hangs up"},
            },
        .finish = {}};
}

Section<Call> call(protocol::AnswerPolicy policy) {
    return {
        .fields =
            {
                {"number",
                 &Call::number,
                 number_of(Entity::call),
                 "its name; never reused",
                 required},
                {"at", &Call::at, duration(), "since the start of the world"},
                {"initiator",
                 &Call::initiator,
                 reference_to(Entity::device),
                 "the device that calls",
                 required},
                {"callee", &Call::callee, identifier(), "the identifier it dials", required},
                {"policy", &Call::policy, answer_policy(), "if not the scenario's"},
                {"lifetime", &Call::lifetime, lifetime(), "how long the invitation lasts"},
                {"cancel_after",
                 &Call::cancel_after,
                 duration_or_never(),
                 "when the caller gives up, unless connected"},
                {"talk", &Call::talk, duration(), "how long after connecting the caller hangs up"},
            },
        .defaults = {.callee = {}, .policy = policy},
        .finish = {}};
}

Section<DeviceMove> move() {
    return {.fields =
                {
                    {"device",
                     &DeviceMove::device,
                     reference_to(Entity::device),
                     "which moves",
                     required},
                    {"at",
                     path(&DeviceMove::move, &Move::at),
                     duration(),
                     "since the start of the world"},
                    {"network",
                     path(&DeviceMove::move, &Move::network),
                     reference_to(Entity::network),
                     "where to",
                     required},
                },
            .finish = {}};
}

void finish_workload(Reader& reader, const Value& value, Scenario& scenario) {
    std::sort(
        scenario.world.calls.begin(), scenario.world.calls.end(), [](const Call& a, const Call& b) {
            return a.at != b.at ? a.at < b.at : a.number < b.number;
        });
    std::stable_sort(
        scenario.world.moves.begin(),
        scenario.world.moves.end(),
        [](const DeviceMove& a, const DeviceMove& b) { return a.move.at < b.move.at; });
    const bool draws = scenario.workload.calls > 0;
    keep_drawn_numbers_free(reader, value, draws, {Entity::call});
    if (draws && scenario.population.people < 2) {
        reader.fail(value,
                    "calls are drawn between the people drawn: expected population.people "
                    "of at least 2");
    }
}

Section<Scenario> workload() {
    const auto spelt_out = [](auto member) { return path(&Scenario::world, member); };
    const auto calls = [](const Scenario& scenario) {
        return list_of(call(scenario.workload.policy), {"calls"});
    };
    return {
        .fields =
            {
                {"arrivals", &Scenario::workload, object_of(arriving()), "calls that are drawn"},
                {"calls", spelt_out(&World::calls), calls, "calls that are spelt out"},
                {"moves",
                 spelt_out(&World::moves),
                 list_of(move(), {"moves"}),
                 "devices that change their access network, also in the middle of a call"},
            },
        .finish = finish_workload};
}

// ---- faults
// ----------------------------------------------------------------------------------------

void finish_fault(Reader& reader, const Value& value, Fault& fault) {
    const Value* probability = value.find("probability");
    if (probability != nullptr && !model::uses_probability(fault.kind)) {
        const Reader::Step step(reader, "probability");
        reader.fail(*probability, fmt::format("a {} has no probability", to_string(fault.kind)));
    }
    const Value* delay = value.find("delay");
    if (delay != nullptr && !model::uses_delay(fault.kind)) {
        const Reader::Step step(reader, "delay");
        reader.fail(*delay, fmt::format("a {} has no delay", to_string(fault.kind)));
    }
    if (delay == nullptr && model::uses_delay(fault.kind) && value.find("kind") != nullptr) {
        reader.fail(value,
                    fmt::format("missing key \"delay\": a {} has one", to_string(fault.kind)));
    }
    if (fault.end < fault.start) reader.fail(value, "the fault ends before it starts");
}

Section<Fault> fault() {
    const auto has_delay = [](const Fault& each) { return model::uses_delay(each.kind); };
    return {.fields =
                {
                    {"number",
                     &Fault::number,
                     number_of(Entity::fault),
                     "its name; never reused",
                     required},
                    {"kind", &Fault::kind, fault_kind(), "what goes wrong", required},
                    {"start", &Fault::start, moment(), "since the start of the world"},
                    {"end", &Fault::end, moment_or_never(), "the first moment without it"},
                    {"target", &Fault::target, node(), "who suffers from it"},
                    {"probability",
                     &Fault::probability,
                     share(),
                     "of each datagram or notification; for loss, duplication and reordering"},
                    Field<Fault>{"delay",
                                 &Fault::delay,
                                 duration(),
                                 "by how much, at most; for delay and reordering"}
                        .written_where(has_delay),
                },
            .defaults = {.end = protocol::never, .target = {}},
            .finish = finish_fault};
}

// ---- the whole file
// --------------------------------------------------------------------------------

void finish_scenario(Reader& /*reader*/, const Value& /*value*/, Scenario& scenario) {
    auto& faults = scenario.world.faults;
    std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
        return a.start != b.start ? a.start < b.start : a.number < b.number;
    });
}

Section<Scenario> make_scenario() {
    const auto world = [](auto member) { return path(&Scenario::world, member); };
    const auto schedule = reserved<Scenario>(
        "the schedule section is for the explorer's counterexamples, which cannot be read yet");
    const auto properties = list_of(text(), {"ids of properties"});
    return {
        .fields =
            {
                {"$schema", whole(), ignored_text<Scenario>(), "the schema, for editors; not read"},
                {"name", world(&World::name), world_name(), "stands in reports and file names"},
                {"description", &Scenario::description, text(), "what it is about, in a sentence"},
                {"seed",
                 world(&World::seed),
                 seed(),
                 "of every draw, unless the command gives one"},
                {"duration",
                 world(&World::duration),
                 duration(),
                 "the world ends then, or when nothing is left to happen"},
                {"network",
                 world(&World::core),
                 object_of(network()),
                 "what the wide area between the sites does to datagrams, beside its latency"},
                {"access",
                 path(&Scenario::population, &Population::access),
                 mix_of(access_kind()),
                 "the last mile of the people drawn"},
                {"nat",
                 path(&Scenario::population, &Population::nat),
                 mix_of(nat_policy()),
                 "the NAT boxes of the people drawn"},
                {"push", world(&World::push), object_of(push()), "how the push service behaves"},
                {"brokers", &Scenario::world, object_of(brokers()), "the service's own machines"},
                {"policy",
                 path(&Scenario::workload, &Workload::policy),
                 answer_policy(),
                 "which of the devices that accept are connected: the first, all, or those the "
                 "caller "
                 "chooses"},
                {"population", whole(), object_of(population()), "people and their devices"},
                {"behaviour",
                 &Scenario::behaviour,
                 object_of(behaviour()),
                 "what the people drawn do when it rings"},
                {"workload", whole(), object_of(workload()), "who calls whom, and who moves"},
                {"faults",
                 world(&World::faults),
                 list_of(fault(), {"faults"}),
                 "what goes wrong, when"},
                {"schedule", whole(), schedule, "kept for the explorer's counterexamples"},
                {"thresholds",
                 &Scenario::thresholds,
                 thresholds(),
                 "bounds on metrics: a plain value is the most allowed"},
                {"properties", &Scenario::properties, properties, "ids to check; none: all"},
            },
        .finish = finish_scenario};
}

}  // namespace

const Section<Scenario>& scenario_section() {
    static const Section<Scenario> section = make_scenario();
    return section;
}

}  // namespace invitro::scenarios::format
