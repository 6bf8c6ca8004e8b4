// Who is there: access networks, accounts, devices, and people to draw.
#include "protocol/wire/messages.hpp"
#include "scenarios/format/mix.hpp"
#include "scenarios/format/notations.hpp"
#include "scenarios/format/tables.hpp"

#include <algorithm>

namespace invitro::scenarios::format {
namespace {

constexpr auto required = Presence::required;
constexpr std::uint32_t identifiers_max = protocol::RegisterCommand::identifiers_max;

// clang-format off

Section<AccessNetwork> access_network() {
    return {.fields = {
        {"number", &AccessNetwork::number, number_of(Entity::network),
            "its name; never reused", required},
        {"site", &AccessNetwork::site, site(),
            "the nearest city"},
        {"access", &AccessNetwork::access, access_kind(),
            "the last mile"},
        {"nat", &AccessNetwork::nat, nat_policy(),
            "the box between it and the world"},
        {"families", &AccessNetwork::families, ip_families(),
            "the versions of IP that it speaks; IPv6 passes a firewall that keeps state"},
    }};
}

Section<Profile> profile() {
    return {.fields = {
        {"number", &Profile::number, number_of(Entity::profile),
            "its name; never reused", required},
        {"identifiers", &Profile::identifiers,
            list_of(own_identifier(), {"phone numbers and email addresses", 1, identifiers_max}),
            "what others dial; all devices of the profile ring", required},
    }};
}

Section<model::Reaction> reaction() {
    return {.fields = {
        {"kind", &model::Reaction::kind, reaction_kind(),
            "what the user does", required},
        {"after", &model::Reaction::after, duration(),
            "how long after it began to ring"},
    }};
}

Section<Device> device() {
    return {.fields = {
        {"number", &Device::number, number_of(Entity::device),
            "its name; never reused", required},
        {"profile", &Device::profile, reference_to(Entity::profile),
            "whose it is", required},
        {"network", &Device::network, reference_to(Entity::network),
            "where it is at the start", required},
        {"reaction", &Device::reaction, object_of(reaction()),
            "to every call that rings here"},
        {"opens_mail_after", &Device::opens_mail_after, duration_or_never(),
            "how long after a validation mail has come its link is opened here"},
    }};
}

// clang-format on

template <class Item>
void sort_by_number(std::vector<Item>& items) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return a.number < b.number;
    });
}

void finish_population(Reader& reader, const Value& value, Scenario& scenario) {
    sort_by_number(scenario.world.networks);
    sort_by_number(scenario.world.profiles);
    sort_by_number(scenario.world.devices);
    if (scenario.population.people > 0) {
        keep_drawn_numbers_free(reader, value, {Entity::network, Entity::profile, Entity::device});
    }
}

}  // namespace

void keep_drawn_numbers_free(Reader& reader,
                             const Value& value,
                             std::initializer_list<Entity> entities) {
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

// clang-format off

Section<Scenario> population_section() {
    const auto drawn = [](auto member) { return path(&Scenario::population, member); };
    const auto spelt_out = [](auto member) { return path(&Scenario::world, member); };
    return {.fields = {
        {"people", drawn(&Population::people), count<std::uint32_t>(0, limits::people_max),
            "drawn in addition to the devices spelt out"},
        {"devices_per_person", drawn(&Population::devices_per_person),
            mix_of(count<std::uint32_t>(1, limits::devices_per_person_max)),
            "of each person drawn"},
        {"identifiers_per_person", drawn(&Population::identifiers_per_person),
            count<std::uint32_t>(1, identifiers_max),
            "of each person drawn: phone numbers and email addresses in turn"},
        {"shared_network", drawn(&Population::shared_network), flag(),
            "a person's devices share one access network, as in a home; otherwise each has its own"},
        {"sites", drawn(&Population::sites), mix_of(site_name()),
            "where the people drawn live"},
        {"networks", spelt_out(&World::networks), list_of(access_network(), {"access networks"}),
            "homes, offices, cells: one access link and one NAT box each"},
        {"profiles", spelt_out(&World::profiles), list_of(profile(), {"profiles"}),
            "accounts"},
        {"devices", spelt_out(&World::devices), list_of(device(), {"devices"}),
            "phones, tablets, computers"},
    }, .finish = finish_population};
}

Section<Behaviour> behaviour_section() {
    return {.fields = {
        {"reaction", &Behaviour::reaction, mix_of(reaction_kind()),
            "what the users of drawn devices do when it rings"},
        {"answer_after", &Behaviour::answer_after, distribution(),
            "how long after it began to ring"},
        {"opens_mail_after", &Behaviour::opens_mail_after, distribution(),
            "how long after a validation mail has come its link is opened"},
    }};
}

// clang-format on

}  // namespace invitro::scenarios::format
