#include "properties/generate/generate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::properties {
namespace {

using model::FaultKind;
using model::NatKind;
using model::ReactionKind;
using scenarios::World;

template <class List, class Condition>
bool has(const List& list, Condition&& condition) {
    return std::any_of(list.begin(), list.end(), condition);
}

bool changes_registration(const World& world, scenarios::RegistrationAction action) {
    return has(world.registration_changes, [&](const auto& one) { return one.action == action; });
}

bool changes_cluster(const World& world, scenarios::MembershipStep step) {
    return has(world.membership, [&](const auto& one) { return one.step == step; });
}

template <FaultKind kind>
Feature fault() {
    return {.name = {}, .is_in = [](const World& world) {
                return has(world.faults, [](const auto& one) { return one.kind == kind; });
            }};
}

template <NatKind kind>
Feature nat() {
    return {.name = {}, .is_in = [](const World& world) {
                return has(world.networks, [](const auto& one) { return one.nat.kind == kind; });
            }};
}

template <ReactionKind kind>
Feature reaction() {
    return {.name = {}, .is_in = [](const World& world) {
                return has(world.devices,
                           [](const auto& one) { return one.reaction.kind == kind; });
            }};
}

template <model::Deed deed>
Feature attack() {
    return {.name = {}, .is_in = [](const World& world) {
                return has(world.attackers, [](const auto& one) {
                    return has(one.deeds, [](model::Deed each) { return each == deed; });
                });
            }};
}

template <protocol::AnswerPolicy policy>
Feature answer_policy() {
    return {.name = {}, .is_in = [](const World& world) {
                return has(world.calls, [](const auto& one) { return one.policy == policy; });
            }};
}

// The one is made by whom the other calls, to whom the other is made by.
bool calls_back(const World& world, const scenarios::Call& one, const scenarios::Call& other) {
    const auto is_by_owner = [&](const scenarios::Call& made, const auto& identifier) {
        return has(world.devices, [&](const scenarios::Device& device) {
            return device.number == made.initiator &&
                   has(world.profiles, [&](const scenarios::Profile& profile) {
                       return profile.number == device.profile && !profile.identifiers.empty() &&
                              profile.identifiers.front() == identifier;
                   });
        });
    };
    return is_by_owner(one, other.callee) && is_by_owner(other, one.callee);
}

// A family of features, one for each of its kinds, named by family and kind.
template <class Kind, std::size_t... index, class Make>
void add_kinds(std::vector<Feature>& list,
               std::string_view family,
               std::index_sequence<index...>,
               Make&& make) {
    (list.push_back(make.template operator()<static_cast<Kind>(index)>()), ...);
    const std::size_t first = list.size() - sizeof...(index);
    ((list[first + index].name = fmt::format("{} {}", family, to_string(static_cast<Kind>(index)))),
     ...);
}

void add_registrations(std::vector<Feature>& list) {
    const auto add = [&](const char* name, bool (*is_in)(const World&)) {
        list.push_back({.name = name, .is_in = is_in});
    };
    add("preloaded", [](const World& world) {
        return world.registration == scenarios::RegistrationStart::preloaded;
    });
    add("from scratch", [](const World& world) {
        return world.registration == scenarios::RegistrationStart::scratch;
    });
    add("renewed registration", [](const World& world) {
        return changes_registration(world, scenarios::RegistrationAction::renew);
    });
    add("new token", [](const World& world) {
        return changes_registration(world, scenarios::RegistrationAction::new_token);
    });
    add("unregister", [](const World& world) {
        return changes_registration(world, scenarios::RegistrationAction::unregister);
    });
    add("unknown callee", [](const World& world) {
        return has(world.calls, [&world](const auto& call) {
            return !has(world.profiles, [&call](const auto& profile) {
                return std::find(profile.identifiers.begin(),
                                 profile.identifiers.end(),
                                 call.callee) != profile.identifiers.end();
            });
        });
    });
}

// The service's own machines, and those who wish them ill.
void add_machines(std::vector<Feature>& list) {
    const auto add = [&](const char* name, bool (*is_in)(const World&)) {
        list.push_back({.name = name, .is_in = is_in});
    };
    add("relay", [](const World& world) { return !world.relays.empty(); });
    add("small relay", [](const World& world) {
        return has(world.relays, [](const auto& one) {
            return one.couplings < scenarios::Relay::couplings_default;
        });
    });
    add("several brokers", [](const World& world) { return world.brokers.size() > 1; });
    add("broker joins",
        [](const World& world) { return changes_cluster(world, scenarios::MembershipStep::join); });
    add("broker leaves", [](const World& world) {
        return changes_cluster(world, scenarios::MembershipStep::leave);
    });
    add("attacker", [](const World& world) { return !world.attackers.empty(); });
    add("tight limits",
        [](const World& world) { return world.limits != protocol::BrokerLimits{}; });
    add("little room", [](const World& world) {
        return world.limits.calls_max < protocol::BrokerLimits{}.calls_max;
    });
    add("few calls of one caller", [](const World& world) {
        return world.limits.calls_per_caller != protocol::BrokerLimits{}.calls_per_caller;
    });
}

void add_settings(std::vector<Feature>& list) {
    const auto add = [&](const char* name, bool (*is_in)(const World&)) {
        list.push_back({.name = name, .is_in = is_in});
    };
    add("several calls", [](const World& world) { return world.calls.size() > 1; });
    add("several callees", [](const World& world) { return world.profiles.size() > 2; });
    add("several identifiers", [](const World& world) {
        return has(world.profiles, [](const auto& one) { return one.identifiers.size() > 1; });
    });
    add("shared network",
        [](const World& world) { return world.networks.size() < world.devices.size(); });
    add("cancel", [](const World& world) {
        return has(world.calls,
                   [](const auto& one) { return one.cancel_after != scenarios::Duration::max(); });
    });
    add("transfer", [](const World& world) {
        return has(world.calls, [](const auto& one) {
            return one.transfer_after != scenarios::Duration::max();
        });
    });
    add("closed invited set", [](const World& world) {
        return has(world.calls, [](const auto& one) { return !one.admits_late_joiners; });
    });
    add("crossing calls", [](const World& world) {
        return has(world.calls, [&](const scenarios::Call& one) {
            return has(world.calls,
                       [&](const scenarios::Call& other) { return calls_back(world, one, other); });
        });
    });
    add("move", [](const World& world) { return !world.moves.empty(); });
    add("IPv6 only", [](const World& world) {
        return has(world.networks,
                   [](const auto& one) { return one.families == model::IpFamilies::v6; });
    });
    add("dual stack", [](const World& world) {
        return has(world.networks,
                   [](const auto& one) { return one.families == model::IpFamilies::dual; });
    });
    add("no fault", [](const World& world) { return world.faults.empty(); });
    add("really sealed",
        [](const World& world) { return world.security == scenarios::Security::real; });
    add("core loss", [](const World& world) { return world.core.loss != model::Probability{}; });
    add("core duplication",
        [](const World& world) { return world.core.duplication != model::Probability{}; });
    add("core reordering",
        [](const World& world) { return world.core.reordering != model::Probability{}; });
    add("push profile trouble", [](const World& world) {
        const model::PushProfile usual = model::apns_profile();
        return world.push.loss != usual.loss || world.push.duplication != usual.duplication ||
               world.push.reordering != usual.reordering;
    });
    add("broken for good", [](const World& world) {
        return has(world.faults, [](const auto& one) { return one.end == protocol::never; });
    });
}

}  // namespace

const std::vector<Feature>& features() {
    static const std::vector<Feature> all = [] {
        std::vector<Feature> list;
        add_settings(list);
        add_machines(list);
        add_registrations(list);
        add_kinds<FaultKind>(list,
                             "fault",
                             std::make_index_sequence<model::fault_kind_count>{},
                             []<FaultKind kind>() { return fault<kind>(); });
        add_kinds<NatKind>(
            list, "NAT", std::make_index_sequence<model::nat_kind_count>{}, []<NatKind kind>() {
                return nat<kind>();
            });
        add_kinds<ReactionKind>(list,
                                "reaction",
                                std::make_index_sequence<model::reaction_kind_count>{},
                                []<ReactionKind kind>() { return reaction<kind>(); });
        add_kinds<model::Deed>(
            list, "attack", std::make_index_sequence<model::deed_count>{}, []<model::Deed deed>() {
                return attack<deed>();
            });
        add_kinds<protocol::AnswerPolicy>(
            list,
            "policy",
            std::make_index_sequence<protocol::answer_policy_count>{},
            []<protocol::AnswerPolicy policy>() { return answer_policy<policy>(); });
        return list;
    }();
    return all;
}

}  // namespace invitro::properties
