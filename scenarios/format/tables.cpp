#include "scenarios/format/tables.hpp"

#include "scenarios/format/mix.hpp"
#include "scenarios/format/notations.hpp"

#include <algorithm>

namespace invitro::scenarios::format {
namespace {

using model::Fault;
using model::PostProfile;
using model::PushProfile;

constexpr auto required = Presence::required;

// Tables are laid out by hand.
// clang-format off

Section<CoreNetwork> network() {
    return {.fields = {
        {"loss", &CoreNetwork::loss, share(),
            "share of the datagrams that vanish"},
        {"duplication", &CoreNetwork::duplication, share(),
            "share that arrives twice"},
        {"reordering", &CoreNetwork::reordering, share(),
            "share that is held back, so that later ones overtake it"},
        {"reordering_delay", &CoreNetwork::reordering_delay, duration(),
            "for how long, at most"},
    }};
}

Section<PushProfile> push() {
    return {.fields = {
        {"delay", &PushProfile::delay, distribution(),
            "from the broker's request to the arrival at a device that is online"},
        {"loss", &PushProfile::loss, share(),
            "share of the accepted notifications that never arrive"},
        {"duplication", &PushProfile::duplication, share(),
            "share that arrives twice"},
        {"reordering", &PushProfile::reordering, share(),
            "share that is held back, so that later ones overtake it"},
        {"reordering_delay", &PushProfile::reordering_delay, distribution(),
            "for how long"},
        {"stored_per_device_max", &PushProfile::stored_per_device_max, count<std::uint16_t>(0, 65535),
            "notifications kept for a device that is offline; the newest survive"},
        {"storage_time_max", &PushProfile::storage_time_max, duration(),
            "how long they are kept"},
    }, .defaults = model::apns_profile()};
}

Section<PostProfile> post(const PostProfile& defaults) {
    return {.fields = {
        {"delay", &PostProfile::delay, distribution(),
            "from its sending to its arrival"},
        {"loss", &PostProfile::loss, share(),
            "share that never arrives; of an SMS, of its parts"},
        {"duplication", &PostProfile::duplication, share(),
            "share that arrives twice"},
    }, .defaults = defaults};
}

Section<Broker> broker() {
    return {.fields = {
        {"number", &Broker::number, number_of(Entity::broker),
            "its name, from 1; never reused", required},
        {"site", &Broker::site, site(),
            "where it stands"},
    }};
}

Section<Relay> relay() {
    return {.fields = {
        {"number", &Relay::number, number_of(Entity::relay),
            "its name; never reused", required},
        {"site", &Relay::site, site(),
            "where it stands"},
        {"couplings", &Relay::couplings, count(0U, limits::relay_couplings_max),
            "of how many pairs of devices it passes the data at once; more are refused"},
    }};
}

Section<MembershipChange> membership_change() {
    return {.fields = {
        {"at", &MembershipChange::at, duration(),
            "since the start of the world"},
        {"step", &MembershipChange::step, membership_step(),
            "what the broker does", required},
        {"broker", &MembershipChange::broker, reference_to(Entity::broker),
            "which; one whose first step is to join is no member before", required},
    }};
}

// Of brokers, the first stands for itself: the others are a list.
Notation<std::vector<Broker>> further_brokers() {
    auto notation = list_of(broker(), {"brokers", 0, limits::brokers_max - 1});
    notation.read = [list = notation.read](
                        Reader& reader, const Value& value, std::vector<Broker>& target) {
        std::vector<Broker> further;
        if (!list(reader, value, further)) return false;
        target.insert(target.end(), further.begin(), further.end());
        return true;
    };
    notation.write = [list = notation.write](const std::vector<Broker>& source) {
        return list({source.begin() + 1, source.end()});
    };
    return notation;
}

template <class Item>
void sort_by_number(std::vector<Item>& items) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return a.number < b.number;
    });
}

void finish_brokers(Reader& /*reader*/, const Value& /*value*/, World& world) {
    sort_by_number(world.brokers);
    sort_by_number(world.relays);
    std::stable_sort(
        world.membership.begin(),
        world.membership.end(),
        [](const MembershipChange& a, const MembershipChange& b) { return a.at < b.at; });
}

Section<World> brokers() {
    const auto first_site = [](auto& world) -> auto& { return world.brokers.front().site; };
    return {.fields = {
        {"site", first_site, site(),
            "where broker 0 stands"},
        {"further", &World::brokers, further_brokers(),
            "the other brokers of a cluster"},
        {"membership", &World::membership, list_of(membership_change(), {"changes"}),
            "the operator adds and removes members of the cluster, which hand over what they own"},
        {"relays", &World::relays, list_of(relay(), {"relays", 0, limits::relays_max}),
            "forward between two devices where no direct path exists"},
        {"reflectors", &World::reflector_sites, reflector_sites(),
            "where the two reflectors stand that tell a device its outside address"},
        {"registration", &World::registration, registration_start(),
            "\"live\": each device registers over the network in the first seconds; "
            "\"preloaded\": the broker knows them all, which is faster at scale; "
            "\"scratch\": each proves its number by SMS and its addresses by mail first"},
        {"security", &World::security, security(),
            "\"real\": datagrams and pushes are really sealed; \"charged\": the same sizes and the "
            "same time of simulated processors, without the cryptography, for scale"},
    }, .finish = finish_brokers};
}

// clang-format on

void finish_scenario(Reader& /*reader*/, const Value& /*value*/, Scenario& scenario) {
    auto& faults = scenario.world.faults;
    std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
        return a.start != b.start ? a.start < b.start : a.number < b.number;
    });
    auto& attackers = scenario.world.attackers;
    std::sort(attackers.begin(), attackers.end(), [](const auto& a, const auto& b) {
        return a.number < b.number;
    });
}

// clang-format off

Section<Scenario> whole_file() {
    const auto world = [](auto member) { return path(&Scenario::world, member); };
    const auto drawn = [](auto member) { return path(&Scenario::population, member); };
    const auto schedule = reserved<Scenario>(
        "the schedule section is for the explorer's counterexamples, which cannot be read yet");
    return {.fields = {
        {"$schema", whole(), ignored_text<Scenario>(),
            "the schema, for editors; not read"},
        {"name", world(&World::name), world_name(),
            "stands in reports and file names"},
        {"description", &Scenario::description, text(),
            "what it is about, in a sentence"},
        {"seed", world(&World::seed), seed(),
            "of every draw, unless the command gives one"},
        {"duration", world(&World::duration), duration(),
            "the world ends then, or when nothing is left to happen"},
        {"network", world(&World::core), object_of(network()),
            "what the wide area between the sites does to datagrams, beside its latency"},
        {"stream_fallback", world(&World::stream_fallback), flag(),
            "clients go on over streams where UDP is blocked"},
        {"access", drawn(&Population::access), mix_of(access_kind()),
            "the last mile of the people drawn"},
        {"nat", drawn(&Population::nat), mix_of(nat_policy()),
            "the NAT boxes of the people drawn"},
        {"families", drawn(&Population::families), mix_of(ip_families()),
            "the versions of IP that the networks of the people drawn speak"},
        {"push", world(&World::push), object_of(push()),
            "how the push service behaves"},
        {"sms", world(&World::sms), object_of(post(model::sms_profile())),
            "how SMS get to the service's gateway"},
        {"mail", world(&World::mail), object_of(post(model::mail_profile())),
            "how mails get to mailboxes"},
        {"brokers", &Scenario::world, object_of(brokers()),
            "the service's own machines"},
        {"limits", world(&World::limits), object_of(limits_section()),
            "what a broker takes on, and how often it lets the same ones ask"},
        {"policy", path(&Scenario::workload, &Workload::policy), answer_policy(),
            "which of the devices that accept are connected: the first, all, or those the caller "
            "chooses"},
        {"population", whole(), object_of(population_section()),
            "people and their devices"},
        {"behaviour", &Scenario::behaviour, object_of(behaviour_section()),
            "what the people drawn do when it rings"},
        {"workload", whole(), object_of(workload_section()),
            "who calls whom, and who moves"},
        {"faults", world(&World::faults), list_of(fault_section(), {"faults"}),
            "what goes wrong, when"},
        {"attackers", world(&World::attackers), list_of(attacker_section(), {"attackers"}),
            "who wishes the service ill"},
        {"schedule", whole(), schedule,
            "kept for the explorer's counterexamples"},
        {"thresholds", &Scenario::thresholds, thresholds(),
            "bounds on metrics: a plain value is the most allowed"},
        {"properties", &Scenario::properties, list_of(text(), {"ids of properties"}),
            "to check; none: all"},
    }, .finish = finish_scenario};
}

// clang-format on

}  // namespace

const Section<Scenario>& scenario_section() {
    static const Section<Scenario> section = whole_file();
    return section;
}

}  // namespace invitro::scenarios::format
