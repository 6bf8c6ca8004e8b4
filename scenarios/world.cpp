#include "scenarios/world.hpp"

#include "scenarios/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios {
namespace {

// Each check says what is wrong, or nothing. A check may rely on those before it in `checks` below.
using Verdict = std::string;

bool is_time(Duration time) {
    return time >= Duration::zero() && time <= limits::time_max;
}

bool is_time(protocol::Instant at) {
    return is_time(at.time_since_epoch());
}

bool is_probability(model::Probability probability) {
    return static_cast<std::uint64_t>(probability) <= model::probability_one;
}

bool is_site(model::SiteIndex site) {
    return static_cast<std::size_t>(site) < model::builtin_metros().sites.size();
}

bool is_distribution(const model::QuantileTable& table) {
    const auto& values = table.nanoseconds;
    return is_time(Duration{values.front()}) && is_time(Duration{values.back()}) &&
           std::is_sorted(values.begin(), values.end());
}

// Names end up in file names and in reports.
bool is_name(std::string_view name) {
    constexpr std::string_view others = " ._-";
    const auto is_allowed = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    };
    return !name.empty() && name.size() <= 80 && std::all_of(name.begin(), name.end(), is_allowed);
}

template <class Item>
const Item* find(const std::vector<Item>& items, std::uint32_t number) {
    const auto found = std::lower_bound(
        items.begin(), items.end(), number, [](const Item& item, std::uint32_t wanted) {
            return item.number < wanted;
        });
    return found != items.end() && found->number == number ? &*found : nullptr;
}

template <class Item>
Verdict check_numbers(const std::vector<Item>& items, std::string_view what) {
    for (std::size_t i = 1; i < items.size(); ++i) {
        if (items[i - 1].number == items[i].number) {
            return fmt::format("two {}s have the number {}", what, items[i].number);
        }
        if (items[i - 1].number > items[i].number) {
            return fmt::format("the {}s are not sorted by number", what);
        }
    }
    return {};
}

// The same, where a node's address follows from its number.
template <class Item>
Verdict check_numbers(const std::vector<Item>& items, std::string_view what, std::uint32_t max) {
    if (!items.empty() && items.back().number > max) {
        return fmt::format("{} {} has too high a number: {} is the highest that has an address",
                           what,
                           items.back().number,
                           max);
    }
    return check_numbers(items, what);
}

// The numbers of a list that is sorted by something else.
template <class Item>
Verdict check_numbers_differ(const std::vector<Item>& items, std::string_view what) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(items.size());
    for (const Item& item : items) {
        numbers.push_back(item.number);
    }
    std::sort(numbers.begin(), numbers.end());
    const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
    return twice == numbers.end() ? "" : fmt::format("two {}s have the number {}", what, *twice);
}

Verdict check_core(const CoreNetwork& core) {
    if (!is_probability(core.loss) || !is_probability(core.duplication) ||
        !is_probability(core.reordering)) {
        return "a probability of the network between the sites is more than 100%";
    }
    return is_time(core.reordering_delay) ? "" : "the network's reordering delay is out of bounds";
}

Verdict check_push(const model::PushProfile& push) {
    if (!is_probability(push.loss) || !is_probability(push.duplication) ||
        !is_probability(push.reordering)) {
        return "a probability of the push service is more than 100%";
    }
    if (!is_distribution(push.delay) || !is_distribution(push.reordering_delay)) {
        return "a delay of the push service is not a distribution: it falls or is out of bounds";
    }
    return is_time(push.storage_time_max) ? "" : "the push service's storage time is out of bounds";
}

Verdict check_settings(const World& world) {
    if (!is_name(world.name)) {
        return "the name is not 1 to 80 letters, digits, blanks, points, dashes and underscores";
    }
    if (!is_time(world.duration)) return "the duration is out of bounds";
    const auto& reflectors = world.reflector_sites;
    if (!std::all_of(reflectors.begin(), reflectors.end(), is_site)) {
        return "a reflector is at a site that does not exist";
    }
    for (const model::PostProfile* post : {&world.sms, &world.mail}) {
        if (!is_probability(post->loss) || !is_probability(post->duplication)) {
            return "a share of the SMS or mails is more than 100%";
        }
        if (!is_distribution(post->delay)) {
            return "a delay of SMS or mails is not a distribution: it falls or is out of bounds";
        }
    }
    Verdict verdict = check_core(world.core);
    return verdict.empty() ? check_push(world.push) : verdict;
}

// Machines of one kind that the world counts.
template <class Item>
Verdict check_machines(const std::vector<Item>& items, std::string_view what, std::size_t max) {
    for (const Item& item : items) {
        if (!is_site(item.site)) {
            return fmt::format("{} {} is at a site that does not exist", what, item.number);
        }
    }
    if (items.size() > max) return fmt::format("there are more than {} {}s", max, what);
    return check_numbers(items, what, limits::infrastructure_number_max);
}

Verdict check_infrastructure(const World& world) {
    if (world.brokers.empty() || world.brokers.front().number != 0) {
        return "there is no broker of number 0";
    }
    for (const Relay& relay : world.relays) {
        if (relay.couplings > limits::relay_couplings_max) {
            return fmt::format("relay {} has more couplings than one may have", relay.number);
        }
    }
    Verdict verdict = check_machines(world.brokers, "broker", limits::brokers_max);
    return verdict.empty() ? check_machines(world.relays, "relay", limits::relays_max) : verdict;
}

Verdict check_membership(const World& world) {
    for (std::size_t i = 0; i < world.membership.size(); ++i) {
        const MembershipChange& change = world.membership[i];
        const auto wrong = [&](std::string_view why) {
            return fmt::format("change {} of the cluster ({} of broker {}): {}",
                               i,
                               to_string(change.step),
                               change.broker,
                               why);
        };
        if (find(world.brokers, change.broker) == nullptr) return wrong("it does not exist");
        if (!is_time(change.at)) return wrong("its time is out of bounds");
        if (i > 0 && change.at < world.membership[i - 1].at)
            return wrong("it is not sorted by time");
        const auto before = members_after(world, i);
        const bool is_member = std::binary_search(before.begin(), before.end(), change.broker);
        if (is_member == (change.step == MembershipStep::join)) {
            return wrong(is_member ? "it is a member already" : "it is no member");
        }
        if (change.step == MembershipStep::leave && before.size() == 1) {
            return wrong("it is the last member");
        }
    }
    return members_after(world, 0).empty() ? "no broker is a member of the cluster at first" : "";
}

Verdict check_networks(const World& world) {
    for (const AccessNetwork& network : world.networks) {
        if (!is_site(network.site)) {
            return fmt::format("network {} is at a site that does not exist", network.number);
        }
        if (!is_time(network.nat.mapping_timeout)) {
            return fmt::format("network {}: its NAT's mapping timeout is out of bounds",
                               network.number);
        }
        if (network.nat.port_count == 0 || network.nat.port_count > model::nat_port_count_max) {
            return fmt::format("network {}: its NAT's port count is out of bounds", network.number);
        }
    }
    return check_numbers(world.networks, "network", limits::network_number_max);
}

// An identifier is what somebody dials: it leads to one account.
Verdict check_identifiers(const World& world) {
    std::vector<std::string_view> all;
    for (const Profile& profile : world.profiles) {
        for (const EndpointIdentifier& identifier : profile.identifiers) {
            if (identifier.empty()) {
                return fmt::format("profile {} has an empty identifier", profile.number);
            }
            all.push_back(identifier.text());
        }
    }
    std::sort(all.begin(), all.end());
    const auto twice = std::adjacent_find(all.begin(), all.end());
    return twice == all.end() ? "" : fmt::format("the identifier \"{}\" is given twice", *twice);
}

Verdict check_profiles(const World& world) {
    for (const Profile& profile : world.profiles) {
        constexpr std::size_t identifiers_max = protocol::RegisterCommand::identifiers_max;
        if (profile.identifiers.empty() || profile.identifiers.size() > identifiers_max) {
            return fmt::format("profile {} has {} identifiers, expected 1 to {}",
                               profile.number,
                               profile.identifiers.size(),
                               identifiers_max);
        }
    }
    Verdict verdict = check_numbers(world.profiles, "profile");
    return verdict.empty() ? check_identifiers(world) : verdict;
}

Verdict check_devices(const World& world) {
    for (const Device& device : world.devices) {
        if (find(world.profiles, device.profile) == nullptr) {
            return fmt::format("device {} belongs to profile {}, which does not exist",
                               device.number,
                               device.profile);
        }
        if (find(world.networks, device.network) == nullptr) {
            return fmt::format(
                "device {} is in network {}, which does not exist", device.number, device.network);
        }
        if (!is_time(device.reaction.after)) {
            return fmt::format("device {}: its reaction's time is out of bounds", device.number);
        }
        const bool opens_mail = device.opens_mail_after != Duration::max();
        if (opens_mail && !is_time(device.opens_mail_after)) {
            return fmt::format("device {}: when it opens mail is out of bounds", device.number);
        }
    }
    return check_numbers(world.devices, "device", limits::device_number_max);
}

Verdict check_call(const World& world, const Call& call) {
    if (find(world.devices, call.initiator) == nullptr) {
        return fmt::format(
            "call {} is made by device {}, which does not exist", call.number, call.initiator);
    }
    if (call.callee.empty()) return fmt::format("call {} calls nobody", call.number);
    if (call.lifetime < limits::lifetime_min ||
        call.lifetime > protocol::timing::invitation_lifetime_max) {
        return fmt::format("call {}: its lifetime is out of bounds", call.number);
    }
    const bool transfers = call.transfer_after != Duration::max();
    if (transfers && find(world.devices, call.transfer_to) == nullptr) {
        return fmt::format("call {} is transferred to device {}, which does not exist",
                           call.number,
                           call.transfer_to);
    }
    if (transfers && !is_time(call.transfer_after)) {
        return fmt::format("call {}: a time is out of bounds", call.number);
    }
    const bool gives_up = call.cancel_after != Duration::max();
    if (!is_time(call.at) || !is_time(call.talk) || (gives_up && !is_time(call.cancel_after))) {
        return fmt::format("call {}: a time is out of bounds", call.number);
    }
    return {};
}

Verdict check_calls(const World& world) {
    for (const Call& call : world.calls) {
        Verdict verdict = check_call(world, call);
        if (!verdict.empty()) return verdict;
    }
    const auto earlier = [](const Call& a, const Call& b) {
        return a.at != b.at ? a.at < b.at : a.number < b.number;
    };
    if (!std::is_sorted(world.calls.begin(), world.calls.end(), earlier)) {
        return "the calls are not sorted by time, then number";
    }
    return check_numbers_differ(world.calls, "call");
}

Verdict check_moves(const World& world) {
    for (const DeviceMove& move : world.moves) {
        if (find(world.devices, move.device) == nullptr) {
            return fmt::format("device {} moves, but does not exist", move.device);
        }
        if (find(world.networks, move.move.network) == nullptr) {
            return fmt::format("device {} moves to network {}, which does not exist",
                               move.device,
                               move.move.network);
        }
        if (!is_time(move.move.at)) {
            return fmt::format("device {} moves at a time out of bounds", move.device);
        }
    }
    const auto earlier = [](const DeviceMove& a, const DeviceMove& b) {
        return a.move.at < b.move.at;
    };
    return std::is_sorted(world.moves.begin(), world.moves.end(), earlier)
               ? ""
               : "the moves are not sorted by time";
}

Verdict check_registration_changes(const World& world) {
    for (const RegistrationChange& change : world.registration_changes) {
        if (find(world.devices, change.device) == nullptr) {
            return fmt::format("device {} changes its registration, but does not exist",
                               change.device);
        }
        if (!is_time(change.at) || !is_time(change.old_token_lasts)) {
            return fmt::format("device {} changes its registration at a time out of bounds",
                               change.device);
        }
    }
    const auto earlier = [](const RegistrationChange& a, const RegistrationChange& b) {
        return a.at < b.at;
    };
    return std::is_sorted(
               world.registration_changes.begin(), world.registration_changes.end(), earlier)
               ? ""
               : "the registration changes are not sorted by time";
}

bool exists(const World& world, model::NodeId node) {
    switch (node.kind) {
        case model::NodeKind::none:
            return node.number == 0;
        case model::NodeKind::broker:
            return find(world.brokers, node.number) != nullptr;
        case model::NodeKind::reflector:
            return node.number < world.reflector_sites.size();
        case model::NodeKind::relay:
            return find(world.relays, node.number) != nullptr;
        case model::NodeKind::attacker:
            return false;
        case model::NodeKind::device:
            return find(world.devices, node.number) != nullptr;
    }
    return false;
}

Verdict check_fault(const World& world, const model::Fault& fault) {
    const auto wrong = [&](std::string_view why) {
        return fmt::format("fault {} ({}): {}", fault.number, to_string(fault.kind), why);
    };
    if (!exists(world, fault.target)) {
        return wrong(fmt::format("its target, {}, does not exist", to_string(fault.target)));
    }
    const bool ends = fault.end != protocol::never;
    if (!is_time(fault.start) || (ends && !is_time(fault.end))) {
        return wrong("a time is out of bounds");
    }
    if (fault.end < fault.start) return wrong("it ends before it starts");
    if (!is_probability(fault.probability)) return wrong("its probability is more than 100%");
    if (!is_time(fault.delay)) return wrong("its delay is out of bounds");
    if (!uses_probability(fault.kind) && fault.probability != model::Fault{}.probability) {
        return wrong("this kind of fault has no probability");
    }
    if (!uses_delay(fault.kind) && fault.delay != Duration::zero()) {
        return wrong("this kind of fault has no delay");
    }
    return {};
}

Verdict check_faults(const World& world) {
    for (const model::Fault& fault : world.faults) {
        Verdict verdict = check_fault(world, fault);
        if (!verdict.empty()) return verdict;
    }
    const auto earlier = [](const model::Fault& a, const model::Fault& b) {
        return a.start != b.start ? a.start < b.start : a.number < b.number;
    };
    if (!std::is_sorted(world.faults.begin(), world.faults.end(), earlier)) {
        return "the faults are not sorted by start, then number";
    }
    return check_numbers_differ(world.faults, "fault");
}

bool is_rate(const protocol::Rate& rate) {
    return rate.burst > 0 && is_time(rate.every);
}

Verdict check_limits(const World& world) {
    const protocol::BrokerLimits& limits = world.limits;
    if (!is_rate(limits.calls_per_caller) || !is_rate(limits.calls_per_source) ||
        !is_rate(limits.registrations_per_source)) {
        return "a rate of the broker's limits is out of bounds";
    }
    if (limits.calls_max == 0 || limits.tokens_per_call_max == 0 ||
        limits.tokens_per_call_max > protocol::invited_tokens_max) {
        return "a broker's limit is out of bounds";
    }
    return is_time(limits.retry_after) ? "" : "the broker's retry_after is out of bounds";
}

Verdict check_attackers(const World& world) {
    for (const model::Attacker& attacker : world.attackers) {
        const auto wrong = [&](std::string_view why) {
            return fmt::format("attacker {}: {}", attacker.number, why);
        };
        if (attacker.deeds.empty()) return wrong("it does nothing");
        if (!is_site(attacker.site)) return wrong("it is at a site that does not exist");
        const bool ends = attacker.end != protocol::never;
        if (!is_time(attacker.start) || (ends && !is_time(attacker.end))) {
            return wrong("a time is out of bounds");
        }
        if (attacker.every < limits::attack_every_min || !is_time(attacker.every)) {
            return wrong("the time between its datagrams is out of bounds");
        }
    }
    return check_numbers(world.attackers, "attacker", limits::attacker_number_max);
}

}  // namespace

std::string_view to_string(RegistrationAction action) {
    switch (action) {
        case RegistrationAction::renew:
            return "renew";
        case RegistrationAction::new_token:
            return "new_token";
        case RegistrationAction::unregister:
            return "unregister";
    }
    return "unknown";
}

std::string_view to_string(MembershipStep step) {
    return step == MembershipStep::join ? "join" : "leave";
}

std::vector<std::uint32_t> members_after(const World& world, std::size_t changes) {
    std::vector<std::uint32_t> members;
    for (const Broker& broker : world.brokers) {
        const auto of_broker = [&](const MembershipChange& one) {
            return one.broker == broker.number;
        };
        const auto& all = world.membership;
        const auto first = std::find_if(all.begin(), all.end(), of_broker);
        bool is_member = first == all.end() || first->step == MembershipStep::leave;
        for (std::size_t i = 0; i < changes; ++i) {
            if (of_broker(all[i])) is_member = all[i].step == MembershipStep::join;
        }
        if (is_member) members.push_back(broker.number);
    }
    return members;
}

std::string inconsistency(const World& world) {
    // Numbers are looked up by bisection, so a list's order is checked before others refer to it.
    using Check = Verdict (*)(const World&);
    constexpr Check checks[] = {check_settings,
                                check_infrastructure,
                                check_membership,
                                check_networks,
                                check_profiles,
                                check_devices,
                                check_calls,
                                check_moves,
                                check_registration_changes,
                                check_faults,
                                check_limits,
                                check_attackers};
    for (const Check check : checks) {
        Verdict verdict = check(world);
        if (!verdict.empty()) return verdict;
    }
    return {};
}

}  // namespace invitro::scenarios
