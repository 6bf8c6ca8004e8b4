#include "sim/places.hpp"

#include "protocol/vocabulary/check.hpp"
#include "scenarios/limits.hpp"

#include <algorithm>

namespace invitro::sim {
namespace {

using protocol::Address;
using protocol::ipv4;

constexpr std::uint32_t broker_net = (198U << 24) | (18U << 16);
constexpr std::uint32_t reflector_net = broker_net | (1U << 8);
constexpr std::uint32_t relay_net = broker_net | (2U << 8);
constexpr std::uint32_t network_net = 240U << 24;
constexpr std::uint32_t public_net = 248U << 24;
constexpr std::uint32_t inside_net = 10U << 24;
constexpr std::uint32_t block_mask = 0xF8000000U;
constexpr std::uint32_t inside_mask = 0xFF000000U;
static_assert(scenarios::limits::infrastructure_number_max < 255);
static_assert((scenarios::limits::device_number_max & inside_mask) == 0);
static_assert((scenarios::limits::network_number_max & block_mask) == 0);
constexpr std::uint16_t broker_port = 4000;
constexpr std::uint16_t reflector_port = 3478;
constexpr std::uint16_t relay_port = 3478;
constexpr std::uint32_t device_port = 5000;

// Lists are sorted by number, and mostly numbered without gaps: try that place first.
template <class T>
std::optional<std::uint32_t> find_numbered(const std::vector<T>& items, std::uint32_t number) {
    const std::uint32_t guess = items.empty() ? 0 : number - items.front().number;
    if (guess < items.size() && items[guess].number == number) return guess;
    const auto found =
        std::lower_bound(items.begin(), items.end(), number, [](const T& item, std::uint32_t n) {
            return item.number < n;
        });
    if (found == items.end() || found->number != number) return std::nullopt;
    return static_cast<std::uint32_t>(found - items.begin());
}

// The number of a machine in a net of 256, whose first is number 0 and has the address 1.
std::optional<std::uint32_t> number_in(std::uint32_t net, std::uint32_t ip) {
    const std::uint32_t number = ip - net - 1;
    if (number > scenarios::limits::infrastructure_number_max) return std::nullopt;
    return number;
}

}  // namespace

Address broker_address(std::uint32_t number) {
    return {.ip = ipv4(broker_net | (number + 1)), .port = broker_port};
}

Address reflector_address(std::uint32_t number) {
    return {.ip = ipv4(reflector_net | (number + 1)), .port = reflector_port};
}

protocol::IpAddress reflector_other_ip(std::uint32_t number) {
    return ipv4(reflector_net | (number + 129));
}

Address relay_address(std::uint32_t number) {
    return {.ip = ipv4(relay_net | (number + 1)), .port = relay_port};
}

protocol::IpAddress outside_ip(std::uint32_t network_number) {
    return ipv4(network_net | network_number);
}

Target interpret(const Address& destination) {
    if (destination.ip.family != protocol::IpFamily::v4) return {};
    const std::uint32_t ip = protocol::ipv4_number(destination.ip);
    if (const auto number = number_in(broker_net, ip)) {
        if (destination.port != broker_port) return {};
        return {.kind = Target::Kind::broker, .number = *number};
    }
    if (const auto number = number_in(reflector_net, ip)) {
        if (destination.port != reflector_port && destination.port != reflector_port + 1) return {};
        return {.kind = Target::Kind::reflector, .number = *number};
    }
    if (const auto number = number_in(relay_net, ip)) {
        if (destination.port != relay_port) return {};
        return {.kind = Target::Kind::relay, .number = *number};
    }
    if ((ip & block_mask) == network_net) {
        return {.kind = Target::Kind::network, .number = ip & ~block_mask};
    }
    if ((ip & block_mask) == public_net) {
        return {.kind = Target::Kind::public_device, .number = ip & ~block_mask};
    }
    if ((ip & inside_mask) == inside_net) {
        return {.kind = Target::Kind::inside, .number = ip & ~inside_mask};
    }
    return {};
}

Places::Places(const scenarios::World& world)
    : brokers_(world.brokers),
      reflectors_(world.reflector_sites),
      relays_(world.relays),
      networks_(world.networks),
      devices_(world.devices),
      device_first_(relay_first() + static_cast<std::uint32_t>(world.relays.size())) {
    attachments_.resize(devices_.size());
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        const auto network = network_index(devices_[i].network);
        CHECK(network.has_value(), "a consistent world attaches every device to a network");
        attachments_[i].network = *network;
    }
}

model::NodeId Places::id(NodeIndex node) const {
    if (is_broker(node)) {
        return {.kind = model::NodeKind::broker, .number = brokers_[raw(node)].number};
    }
    if (raw(node) < relay_first()) {
        return {.kind = model::NodeKind::reflector, .number = raw(node) - reflector_first()};
    }
    if (!is_device(node)) {
        return {.kind = model::NodeKind::relay,
                .number = relays_[raw(node) - relay_first()].number};
    }
    return {.kind = model::NodeKind::device, .number = row(node).number};
}

std::optional<NodeIndex> Places::broker(std::uint32_t number) const {
    const auto index = find_numbered(brokers_, number);
    if (!index) return std::nullopt;
    return NodeIndex{*index};
}

std::optional<NodeIndex> Places::reflector(std::uint32_t number) const {
    if (number >= reflector_count) return std::nullopt;
    return NodeIndex{reflector_first() + number};
}

std::optional<NodeIndex> Places::relay(std::uint32_t number) const {
    const auto index = find_numbered(relays_, number);
    if (!index) return std::nullopt;
    return NodeIndex{relay_first() + *index};
}

std::optional<NodeIndex> Places::device(std::uint32_t number) const {
    const auto index = find_numbered(devices_, number);
    if (!index) return std::nullopt;
    return node_of(*index);
}

std::optional<NodeIndex> Places::infrastructure(const Target& target) const {
    switch (target.kind) {
        case Target::Kind::broker:
            return broker(target.number);
        case Target::Kind::reflector:
            return reflector(target.number);
        case Target::Kind::relay:
            return relay(target.number);
        case Target::Kind::nobody:
        case Target::Kind::network:
        case Target::Kind::public_device:
        case Target::Kind::inside:
            break;
    }
    return std::nullopt;
}

model::SiteIndex Places::site(NodeIndex infrastructure) const {
    const std::uint32_t index = raw(infrastructure);
    if (is_broker(infrastructure)) return brokers_[index].site;
    if (index < relay_first()) return reflectors_[index - reflector_first()];
    return relays_[index - relay_first()].site;
}

const scenarios::Device& Places::row(NodeIndex device) const {
    return devices_[row_of(device)];
}

std::optional<std::uint32_t> Places::network_index(std::uint32_t number) const {
    return find_numbered(networks_, number);
}

Address Places::local_address(NodeIndex device) const {
    const Attachment& attachment = attachments_[row_of(device)];
    const bool inside = model::translates(networks_[attachment.network].nat.kind);
    return {.ip = ipv4((inside ? inside_net : public_net) | row(device).number),
            .port = static_cast<std::uint16_t>(device_port + attachment.moves)};
}

void Places::move(NodeIndex device, std::uint32_t network_number) {
    const auto network = network_index(network_number);
    CHECK(network.has_value(), "a consistent world moves devices only to its own networks");
    Attachment& attachment = attachments_[row_of(device)];
    attachment = {.network = *network, .moves = attachment.moves + 1};
}

}  // namespace invitro::sim
