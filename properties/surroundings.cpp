#include "properties/surroundings.hpp"

#include "protocol/paths/relay.hpp"
#include "protocol/timing.hpp"

#include <algorithm>

namespace invitro::properties {
namespace {

using model::Fault;
using model::FaultKind;
using model::NodeId;
using model::NodeKind;

// A delay that an exchange does not notice: its answer still comes before the next try but one.
constexpr Duration delay_harmless = protocol::timing::retransmission_first;

// So long after a move to where UDP is blocked a client has found that out: by what it sends from
// its new address.
constexpr Duration stream_after_move =
    protocol::timing::udp_silence_max + protocol::timing::retransmission_max;

// For how long the loss of one message is felt. While a keep-alive is missing, the broker may not
// know the way to the participant, and its own tries fail until the next one.
Duration felt_for(Exchange exchange) {
    return exchange == Exchange::keep_alive ? protocol::timing::call_keep_alive : Duration{};
}

// How long it may take until brokers have handed over what they own, once those concerned are up:
// the operator's patience with each of them, and an exchange.
constexpr Duration handover_time = std::chrono::seconds{10};

// How many tries of an exchange a loss stands for that is felt so long.
int tries_lost(Duration felt) {
    constexpr Duration between_tries = protocol::timing::retransmission_max;
    return std::max(1, static_cast<int>(felt / between_tries));
}

// The tries that were lost within a stretch.
struct LostTries {
    Instant start{};
    Instant end{};
    int count = 0;

    // Counts one if it is felt within the stretch; true once there are too many.
    bool add(Instant at, Duration felt) {
        if (at + felt < start || at > end) return false;
        count += tries_lost(felt);
        return count > protocol::timing::failed_tries_max;
    }
};

bool concerns(const FailedTry& one, const Need& need) {
    const bool is_of_theirs = one.device == nobody || one.device == need.device ||
                              one.device == need.initiator || one.device == need.acceptor;
    return is_of_theirs && (need.exchanges & set_of(one.exchange)) != 0;
}

template <class Item>
const Item* find_number(const std::vector<Item>& items, std::uint32_t number) {
    const auto found = std::lower_bound(
        items.begin(), items.end(), number, [](const Item& item, std::uint32_t wanted) {
            return item.number < wanted;
        });
    return found != items.end() && found->number == number ? &*found : nullptr;
}

bool overlaps(Instant start, Instant end, Instant from, Instant until) {
    return start < until && from < end;
}

// Whoever sends from here is seen by each peer under a port that cannot be known beforehand.
bool has_unknown_ports(model::NatKind kind) {
    return kind != model::NatKind::pub &&
           model::mapping_of(kind) != model::Dependence::endpoint_independent;
}

// Which broker a fault strikes that strikes nobody else.
NodeId broker_of(const Fault& fault) {
    if (fault.target.kind == NodeKind::broker) return fault.target;
    return {.kind = NodeKind::broker, .number = 0};
}

model::Dependence filter_of(model::NatKind kind) {
    return kind == model::NatKind::pub ? model::Dependence::endpoint_independent
                                       : model::filtering_of(kind);
}

}  // namespace

// What comes from an unknown port passes no filter that asks for the port. And of two ends with
// unknown ports one must let the other in at the mapping that the reflectors saw, from which it has
// never sent to the other.
bool allows_direct_path(model::NatKind one, model::NatKind other) {
    using model::Dependence;
    if (one == model::NatKind::blk || other == model::NatKind::blk) return false;
    const auto lets_in = [](model::NatKind peer, model::NatKind kind) {
        return !has_unknown_ports(peer) ||
               filter_of(kind) != Dependence::address_and_port_dependent;
    };
    if (!lets_in(one, other) || !lets_in(other, one)) return false;
    if (!has_unknown_ports(one) || !has_unknown_ports(other)) return true;
    return filter_of(one) == Dependence::endpoint_independent ||
           filter_of(other) == Dependence::endpoint_independent;
}

Surroundings::Surroundings(const scenarios::World& world) : world_(&world) {
    for (const Fault& fault : world.faults) {
        add_trouble(fault);
    }
    for (const scenarios::MembershipChange& change : world.membership) {
        add_handover(Instant{change.at});
    }
    for (const scenarios::DeviceMove& move : world.moves) {
        const Instant at{move.move.at};
        const NodeId node{.kind = NodeKind::device, .number = move.device};
        troubles_.push_back({.start = at, .end = at + Duration{1}, .node = node});
        troubles_.push_back(
            {.start = at, .end = at + stream_after_move, .node = node, .reach = Reach::streams});
        note_if_blocked(move.device, move.move.network);
    }
    for (const scenarios::Device& device : world.devices) {
        note_if_blocked(device.number, device.network);
    }
    std::sort(blocked_.begin(), blocked_.end());
    list_owners();
}

// While the brokers of a cluster hand over what they own, who asks for it waits; and they wait for
// those that are down.
void Surroundings::add_handover(Instant at) {
    Trouble handover{
        .start = at, .end = at + handover_time, .node = {.kind = NodeKind::broker, .number = 0}};
    bool grows = true;
    while (grows && handover.end != protocol::never) {
        grows = false;
        for (const Trouble& trouble : troubles_) {
            const bool matters = trouble.node.kind != NodeKind::device &&
                                 overlaps(trouble.start, trouble.end, handover.start, handover.end);
            if (!matters) continue;
            const Instant end =
                trouble.end == protocol::never ? trouble.end : trouble.end + handover_time;
            grows = grows || end > handover.end;
            handover.end = std::max(handover.end, end);
        }
    }
    troubles_.push_back(handover);
    handovers_end_ = std::max(handovers_end_, handover.end);
}

void Surroundings::note_if_blocked(std::uint32_t device, std::uint32_t network) {
    const auto* found = find_number(world_->networks, network);
    if (found != nullptr && found->nat.kind == model::NatKind::blk) blocked_.push_back(device);
}

// Devices of one profile side by side, and where to find them by the profile's identifiers.
void Surroundings::list_owners() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> by_profile;
    by_profile.reserve(world_->devices.size());
    for (const scenarios::Device& device : world_->devices) {
        by_profile.emplace_back(device.profile, device.number);
    }
    std::sort(by_profile.begin(), by_profile.end());
    devices_.reserve(by_profile.size());
    for (const auto& [profile, device] : by_profile) {
        devices_.push_back(device);
    }

    std::size_t first = 0;
    for (const scenarios::Profile& profile : world_->profiles) {
        while (first < by_profile.size() && by_profile[first].first < profile.number) {
            ++first;
        }
        std::size_t end = first;
        while (end < by_profile.size() && by_profile[end].first == profile.number) {
            ++end;
        }
        for (const protocol::EndpointIdentifier& identifier : profile.identifiers) {
            owners_.push_back({.identifier = identifier.text(),
                               .first = static_cast<std::uint32_t>(first),
                               .count = static_cast<std::uint32_t>(end - first)});
        }
    }
    std::sort(owners_.begin(), owners_.end(), [](const Owner& a, const Owner& b) {
        return a.identifier < b.identifier;
    });
}

void Surroundings::add_trouble(const Fault& fault) {
    Trouble trouble{.start = fault.start, .end = fault.end, .node = fault.target};
    switch (fault.kind) {
        // What these lose is counted try by try, and the rest changes no outcome.
        case FaultKind::loss:
        case FaultKind::duplication:
        case FaultKind::reordering:
        case FaultKind::push_loss:
        case FaultKind::sms_loss:
        case FaultKind::mail_delay:
        case FaultKind::push_duplication:
        // Who needs a relay asks are_relays_untroubled().
        case FaultKind::relay_crash:
        case FaultKind::relay_exhausted:
            return;
        case FaultKind::delay:
            if (fault.delay <= delay_harmless) return;
            if (trouble.end != protocol::never) trouble.end += fault.delay;
            break;
        case FaultKind::push_delay:
        case FaultKind::push_outage:
            trouble.reach = Reach::pushes;
            break;
        case FaultKind::broker_pause:
            trouble.node = broker_of(fault);
            break;
        case FaultKind::device_offline:
        case FaultKind::partition:
        case FaultKind::device_kill:
        case FaultKind::device_reinstall:
            break;
        case FaultKind::broker_crash:
            trouble.node = broker_of(fault);
            // Whom it heard since its last snapshot it hears again with the next keep-alive.
            if (trouble.end != protocol::never) trouble.end += protocol::timing::call_keep_alive;
            break;
        // A broker whose journal is damaged may stay down.
        case FaultKind::disk_damage:
            trouble.node = broker_of(fault);
            trouble.end = protocol::never;
            break;
        case FaultKind::slow_disk:
            trouble.node = broker_of(fault);
            if (fault.delay <= delay_harmless) return;
            if (trouble.end != protocol::never) trouble.end += fault.delay;
            break;
        case FaultKind::nat_flush:
            // Until the next keep-alive the broker may not know the way.
            trouble.end = trouble.start + protocol::timing::call_keep_alive;
            break;
    }
    troubles_.push_back(trouble);
}

std::span<const std::uint32_t> Surroundings::devices_of(
    const protocol::EndpointIdentifier& identifier) const {
    const auto found = std::lower_bound(
        owners_.begin(), owners_.end(), identifier.text(), [](const Owner& owner, auto wanted) {
            return owner.identifier < wanted;
        });
    if (found == owners_.end() || found->identifier != identifier.text()) return {};
    return {devices_.data() + found->first, found->count};
}

bool Surroundings::changes_registration(std::uint32_t device) const {
    return std::any_of(world_->registration_changes.begin(),
                       world_->registration_changes.end(),
                       [&](const auto& one) { return one.device == device; });
}

bool Surroundings::is_blocked(std::uint32_t device) const {
    return std::binary_search(blocked_.begin(), blocked_.end(), device);
}

const scenarios::AccessNetwork* Surroundings::network_of(std::uint32_t number) const {
    const auto* device = find_number(world_->devices, number);
    const bool moves = std::any_of(world_->moves.begin(),
                                   world_->moves.end(),
                                   [&](const auto& one) { return one.device == number; });
    if (device == nullptr || moves) return nullptr;
    return find_number(world_->networks, device->network);
}

bool Surroundings::is_settled(Instant from, Instant until) const {
    const auto is_within = [&](Instant at) { return from <= at && at < until; };
    return std::none_of(world_->moves.begin(),
                        world_->moves.end(),
                        [&](const auto& one) { return is_within(Instant{one.move.at}); }) &&
           std::none_of(world_->faults.begin(), world_->faults.end(), [&](const Fault& fault) {
               return fault.kind == FaultKind::nat_flush && is_within(fault.start);
           });
}

bool Surroundings::is_untroubled(std::uint32_t device, Instant from, Instant until) const {
    const NodeId node{.kind = NodeKind::device, .number = device};
    return std::none_of(world_->faults.begin(), world_->faults.end(), [&](const Fault& fault) {
        return fault.concerns(node) && overlaps(fault.start, fault.end, from, until);
    });
}

bool Surroundings::are_relays_untroubled(Instant from, Instant until) const {
    return std::none_of(world_->faults.begin(), world_->faults.end(), [&](const Fault& fault) {
        const NodeKind kind = fault.target.kind;
        const bool touches_relays = kind == NodeKind::relay || kind == NodeKind::none;
        return touches_relays && overlaps(fault.start, fault.end, from, until);
    });
}

bool Surroundings::have_relays_room() const {
    const std::size_t pairs_max = world_->calls.size() * world_->devices.size();
    const bool is_any_refused = world_->devices.size() > protocol::RelayConfig{}.device_max;
    return !world_->relays.empty() && !is_any_refused &&
           std::all_of(world_->relays.begin(), world_->relays.end(), [&](const auto& relay) {
               return relay.couplings >= pairs_max;
           });
}

bool Surroundings::is_broker_paused(Instant from, Instant until) const {
    return std::any_of(troubles_.begin(), troubles_.end(), [&](const Trouble& trouble) {
        return trouble.stops_broker() && overlaps(trouble.start, trouble.end, from, until);
    });
}

Instant Surroundings::broker_notices(Instant at) const {
    Instant notices = at;
    for (const Trouble& trouble : troubles_) {
        if (trouble.stops_broker() && trouble.start <= at && at < trouble.end) {
            notices = std::max(notices, trouble.end);
        }
    }
    return notices;
}

bool Surroundings::needs_streams(const Need& need) const {
    return (need.device != nobody && is_blocked(need.device)) ||
           (need.initiator != nobody && is_blocked(need.initiator));
}

bool Surroundings::matters(const Trouble& trouble, const Need& need) const {
    if (trouble.reach == Reach::pushes && !need.push) return false;
    if (trouble.reach == Reach::streams && !needs_streams(need)) return false;
    switch (trouble.node.kind) {
        case NodeKind::none:
        case NodeKind::broker:
            return true;
        case NodeKind::device:
            return trouble.node.number == need.device || trouble.node.number == need.initiator;
        case NodeKind::reflector:
        case NodeKind::relay:
        case NodeKind::attacker:
            return false;
    }
    return true;
}

// If a stretch from `start` does not meet the need: when to try next.
std::optional<Instant> Surroundings::obstacle(const Need& need, Instant start) const {
    const Instant end = start + protocol::timing::liveness_window;
    for (const Trouble& trouble : troubles_) {
        if (matters(trouble, need) && overlaps(trouble.start, trouble.end, start, end)) {
            return trouble.end;
        }
    }
    LostTries lost{.start = start, .end = end};
    for (const auto& losses : need.stream_losses) {
        for (const StreamLoss& one : losses) {
            if (lost.add(one.at, one.felt)) return one.at + one.felt + Duration{1};
        }
    }
    for (const FailedTry& one : need.failed_tries) {
        const Duration felt = felt_for(one.exchange);
        if (concerns(one, need) && lost.add(one.at, felt)) return one.at + felt + Duration{1};
    }
    return std::nullopt;
}

std::optional<Instant> Surroundings::stretch_end(const Need& need) const {
    if (needs_streams(need) && !world_->stream_fallback) return std::nullopt;
    Instant start = need.from;
    while (start <= need.until - protocol::timing::liveness_window) {
        const std::optional<Instant> next = obstacle(need, start);
        if (!next) return start + protocol::timing::liveness_window;
        if (*next == protocol::never) return std::nullopt;
        start = std::max(*next, start + Duration{1});
    }
    return std::nullopt;
}

}  // namespace invitro::properties
