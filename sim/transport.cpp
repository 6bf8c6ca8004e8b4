#include "sim/transport.hpp"

#include "model/draw.hpp"
#include "model/network/access.hpp"
#include "protocol/vocabulary/overloaded.hpp"

#include <algorithm>

namespace invitro::sim {
namespace {

using model::draw;
using model::DropReason;
using model::Subsystem;
using protocol::Address;
using protocol::Duration;
using protocol::Instant;

// What a core draw is for.
enum class Use : std::uint8_t {
    loss = 1,
    duplication = 2,
    reordering = 3,
    held_back = 4,
    copy = 5
};

// Between two hosts behind one box: a switch or an access point.
constexpr Duration local_delay = std::chrono::microseconds{500};

DropReason reason_of(model::NatRefusal refusal) {
    switch (refusal) {
        case model::NatRefusal::blocked:
            return DropReason::nat_blocked;
        case model::NatRefusal::no_mapping:
            return DropReason::nat_no_mapping;
        case model::NatRefusal::filtered:
            return DropReason::nat_filtered;
        case model::NatRefusal::no_port:
            return DropReason::nat_no_port;
        case model::NatRefusal::no_hairpin:
            return DropReason::nat_no_hairpin;
    }
    return DropReason::nat_blocked;
}

// Does the core do this to the packet? What never happens needs no draw.
bool happens(model::Probability probability, std::uint64_t seed, const Packet& packet, Use use) {
    return probability != model::Probability{} &&
           model::happens(probability, draw(seed, Subsystem::network, packet.identity, use));
}

// IPv6 is not translated: what stands in its way is a firewall at most.
model::NatKind firewall_of(model::NatKind kind) {
    return model::translates(kind) ? model::NatKind::fw : kind;
}

Transport::Departure dropped(DropReason reason) {
    Transport::Departure departure;
    departure.dropped = reason;
    return departure;
}

}  // namespace

Transport::Transport(const scenarios::World& world,
                     const Platform& platform,
                     Places& places,
                     const ActiveFaults& faults)
    : world_(world), platform_(platform), places_(places), faults_(faults) {
    if (!world.access_figures.empty()) {
        for (std::size_t i = 0; i < model::access_kind_count; ++i) {
            profiles_.push_back(model::access_profile(static_cast<model::AccessKind>(i)));
        }
    }
    for (const auto& [kind, figures] : world.access_figures) {
        model::AccessProfile& profile = profiles_[static_cast<std::size_t>(kind)];
        profile = *with_figures(profile, figures);
    }
    boxes_.reserve(world.networks.size());
    for (const auto& network : world.networks) {
        const std::uint64_t seed = draw(world.seed, Subsystem::nat, network.number);
        boxes_.emplace_back(network.nat, outside_ip(network.number), seed);
    }
    if (std::none_of(world.networks.begin(), world.networks.end(), [](const auto& network) {
            return model::has_v6(network.families);
        })) {
        return;
    }
    firewalls_.reserve(world.networks.size());
    for (const auto& network : world.networks) {
        model::NatPolicy policy = network.nat;
        policy.kind = firewall_of(policy.kind);
        const std::uint64_t seed = draw(world.seed, Subsystem::nat, network.number, 6);
        firewalls_.emplace_back(policy, protocol::IpAddress{}, seed);
    }
}

Transport::Departure Transport::send(Instant now,
                                     NodeIndex sender,
                                     const Address& source,
                                     const Address& destination,
                                     std::size_t size,
                                     std::uint64_t identity) {
    const model::NodeId name = places_.id(sender);
    FaultEffect effect;
    if (!faults_.none()) {
        if (faults_.is_offline(name)) return dropped(DropReason::offline);
        effect = faults_.on_datagram(name, End::sender, identity);
        if (effect.lost) return dropped(DropReason::fault);
    }
    Packet packet{.source = source, .destination = destination, .identity = identity};
    const Target target = interpret(destination);
    const Attachment from = attachment_of(sender);
    if (places_.is_device(sender)) {
        if (!is_attached(sender, source)) return dropped(DropReason::unroutable);
        if (is_local(sender, target)) return travel(now, packet, from, from, size, effect);
        model::NatRefusal refusal{};
        const auto passed = box(places_.network(sender), source.ip.family)
                                .outbound(now, source, destination, refusal);
        if (!passed) return dropped(reason_of(refusal));
        packet.source = passed->source;
    }
    if (target.kind == Target::Kind::nobody || target.kind == Target::Kind::inside) {
        return dropped(DropReason::unroutable);
    }
    const Attachment to = attachment_of(target);
    if (to.network == nullptr && !places_.infrastructure(target)) {
        return dropped(DropReason::unroutable);
    }
    return travel(now, packet, from, to, size, effect);
}

Transport::Departure Transport::send_from(Instant now,
                                          model::SiteIndex site,
                                          const Address& source,
                                          const Address& destination,
                                          std::size_t size,
                                          std::uint64_t identity) {
    const Packet packet{.source = source, .destination = destination, .identity = identity};
    const Target target = interpret(destination);
    const Attachment to = attachment_of(target);
    if (to.network == nullptr && !places_.infrastructure(target)) {
        return dropped(DropReason::unroutable);
    }
    return travel(now, packet, {.site = site, .network = nullptr}, to, size, {});
}

std::variant<Transport::Delivered, DropReason, Transport::Again> Transport::arrive(
    Instant now, const Packet& packet) {
    const auto entered = enter(now, packet);
    if (const auto* reason = std::get_if<DropReason>(&entered)) return *reason;
    const auto& delivered = std::get<Delivered>(entered);
    if (faults_.none()) return delivered;
    const model::NodeId name = places_.id(delivered.receiver);
    if (faults_.is_offline(name)) return DropReason::offline;
    const FaultEffect effect = faults_.on_datagram(name, End::receiver, packet.identity);
    if (effect.lost) return DropReason::fault;
    if (packet.held_back || (effect.delay == Duration{} && !effect.duplicated)) return delivered;
    Again again{.copies = 1, .flights = {}};
    again.flights[0] = {.arrival = now + effect.delay, .packet = packet};
    again.flights[0].packet.held_back = true;
    if (effect.duplicated) {
        again.flights[again.copies++] = again.flights[0];
    }
    return again;
}

std::optional<Duration> Transport::segment(
    Instant now, NodeIndex from, NodeIndex to, std::size_t size, std::uint64_t identity) const {
    Duration delay{};
    if (!faults_.none()) {
        const model::NodeId name = places_.id(from);
        if (faults_.is_offline(name)) return std::nullopt;
        const FaultEffect effect = faults_.on_datagram(name, End::sender, identity);
        if (effect.lost) return std::nullopt;
        delay = effect.delay;
    }
    const Packet packet{.source = {}, .destination = {}, .identity = identity};
    const auto flight = fly(now + delay, packet, attachment_of(from), attachment_of(to), size);
    if (!flight) return std::nullopt;
    return flight->arrival - now;
}

std::optional<Duration> Transport::admit(NodeIndex to, std::uint64_t identity) const {
    if (faults_.none()) return Duration{};
    const model::NodeId name = places_.id(to);
    if (faults_.is_offline(name)) return std::nullopt;
    const FaultEffect effect = faults_.on_datagram(name, End::receiver, identity);
    if (effect.lost) return std::nullopt;
    return effect.delay;
}

// Ports of streams are drawn apart from those of datagrams.
Address Transport::stream_address(NodeIndex opener,
                                  std::uint64_t name,
                                  protocol::IpFamily family) const {
    constexpr std::uint32_t port_first = 32'768;
    Address address = places_.local_address(opener, family);
    const auto& network = world_.networks[places_.network(opener)];
    const bool is_v4 = family == protocol::IpFamily::v4;
    if (is_v4 && model::translates(network.nat.kind)) address.ip = outside_ip(network.number);
    const std::uint64_t drawn =
        draw(world_.seed, Subsystem::nat, model::key_of(places_.id(opener)), name, 1);
    address.port = static_cast<std::uint16_t>(port_first + model::below(port_first, drawn));
    return address;
}

model::NatBox& Transport::box(std::uint32_t network, protocol::IpFamily family) {
    return family == protocol::IpFamily::v6 ? firewalls_[network] : boxes_[network];
}

void Transport::flush_nat(NodeIndex device) {
    boxes_[places_.network(device)].flush();
    if (!firewalls_.empty()) firewalls_[places_.network(device)].flush();
}

Transport::Attachment Transport::attachment_of(NodeIndex node) const {
    if (places_.is_device(node)) {
        const auto& network = world_.networks[places_.network(node)];
        return {.site = network.site, .network = &network};
    }
    return {.site = places_.site(node), .network = nullptr};
}

Transport::Attachment Transport::attachment_of(const Target& target) const {
    switch (target.kind) {
        case Target::Kind::broker:
        case Target::Kind::reflector:
        case Target::Kind::relay:
            if (const auto node = places_.infrastructure(target)) return attachment_of(*node);
            return {};
        case Target::Kind::network:
            if (const auto index = places_.network_index(target.number)) {
                const auto& network = world_.networks[*index];
                return {.site = network.site, .network = &network};
            }
            return {};
        case Target::Kind::public_device:
            if (const auto device = places_.device(target.number)) return attachment_of(*device);
            return {};
        case Target::Kind::nobody:
        case Target::Kind::inside:
            return {};
    }
    return {};
}

const model::AccessProfile& Transport::profile_of(model::AccessKind kind) const {
    return profiles_.empty() ? model::access_profile(kind)
                             : profiles_[static_cast<std::size_t>(kind)];
}

// Do both ends sit behind the same box, and does the address say so without the box's help?
bool Transport::is_local(NodeIndex sender, const Target& target) const {
    if (target.kind != Target::Kind::inside && target.kind != Target::Kind::public_device) {
        return false;
    }
    const auto device = places_.device(target.number);
    return device && places_.network(*device) == places_.network(sender);
}

// Has the device this very address now? After a move the old one is nobody's.
bool Transport::is_attached(NodeIndex device, const Address& address) const {
    return places_.local_address(device, address.ip.family) == address;
}

Transport::Departure Transport::travel(Instant now,
                                       const Packet& packet,
                                       const Attachment& from,
                                       const Attachment& to,
                                       std::size_t size,
                                       const FaultEffect& effect) const {
    Departure departure;
    const auto add = [&](const Packet& copy) {
        if (auto flight = fly(now, copy, from, to, size)) {
            flight->arrival += effect.delay;
            departure.flights[departure.copies++] = *flight;
        }
    };
    add(packet);
    if (effect.duplicated ||
        happens(world_.core.duplication, world_.seed, packet, Use::duplication)) {
        Packet copy = packet;
        copy.identity = draw(world_.seed, Subsystem::network, packet.identity, Use::copy);
        add(copy);
    }
    return departure;
}

std::optional<Transport::Flight> Transport::fly(Instant now,
                                                const Packet& packet,
                                                const Attachment& from,
                                                const Attachment& to,
                                                std::size_t size) const {
    if (from.network != nullptr && from.network == to.network) {
        return Flight{.arrival = now + local_delay, .packet = packet};
    }
    Duration delay = platform_.latency(from.site, to.site);
    const auto cross_access = [&](const Attachment& end, model::Direction direction) {
        if (end.network == nullptr) return true;
        const model::Crossing crossing = model::cross(profile_of(end.network->access),
                                                      {.seed = world_.seed,
                                                       .network = end.network->number,
                                                       .datagram = packet.identity,
                                                       .direction = direction},
                                                      now,
                                                      size);
        delay += crossing.delay;
        return !crossing.lost;
    };
    if (!cross_access(from, model::Direction::up)) return std::nullopt;
    if (!cross_access(to, model::Direction::down)) return std::nullopt;
    const scenarios::CoreNetwork& core = world_.core;
    if (happens(core.loss, world_.seed, packet, Use::loss)) return std::nullopt;
    if (happens(core.reordering, world_.seed, packet, Use::reordering)) {
        delay += core.reordering_delay;
    }
    return Flight{.arrival = now + delay, .packet = packet};
}

std::variant<Transport::Delivered, DropReason> Transport::enter(Instant now, const Packet& packet) {
    const Target target = interpret(packet.destination);
    switch (target.kind) {
        case Target::Kind::broker:
        case Target::Kind::reflector:
        case Target::Kind::relay:
            if (const auto node = places_.infrastructure(target)) {
                return Delivered{
                    .receiver = *node, .source = packet.source, .destination = packet.destination};
            }
            return DropReason::unroutable;
        case Target::Kind::network:
            if (const auto index = places_.network_index(target.number)) {
                return enter_network(now, packet, *index);
            }
            return DropReason::unroutable;
        case Target::Kind::public_device:
            if (const auto device = places_.device(target.number)) {
                const std::uint32_t network = places_.network(*device);
                const Target origin = interpret(packet.source);
                if (is_local(*device, origin)) {
                    return hand_over(packet.source, packet.destination, network);
                }
                return enter_network(now, packet, network);
            }
            return DropReason::unroutable;
        case Target::Kind::inside:
            if (const auto device = places_.device(target.number)) {
                return hand_over(packet.source, packet.destination, places_.network(*device));
            }
            return DropReason::unroutable;
        case Target::Kind::nobody:
            return DropReason::unroutable;
    }
    return DropReason::unroutable;
}

std::variant<Transport::Delivered, DropReason> Transport::enter_network(Instant now,
                                                                        const Packet& packet,
                                                                        std::uint32_t network) {
    model::NatRefusal refusal{};
    if (packet.destination.ip.family == protocol::IpFamily::v6 && firewalls_.empty()) {
        return DropReason::unroutable;
    }
    const auto passed = box(network, packet.destination.ip.family)
                            .inbound(now, packet.source, packet.destination, refusal);
    if (!passed) return reason_of(refusal);
    return hand_over(passed->source, passed->destination, network);
}

// Gives the datagram to the device that has this address in this network, if one has.
std::variant<Transport::Delivered, DropReason> Transport::hand_over(const Address& source,
                                                                    const Address& inside,
                                                                    std::uint32_t network) const {
    const Target target = interpret(inside);
    const auto device = places_.device(target.number);
    if (!device || places_.network(*device) != network || !is_attached(*device, inside)) {
        return DropReason::unroutable;
    }
    return Delivered{.receiver = *device, .source = source, .destination = inside};
}

}  // namespace invitro::sim
