#include "sim/places.hpp"

#include "protocol/stream/stream_address.hpp"
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

// The nets of IPv6, by the third group of the address; the number is in the last two.
enum class NetV6 : std::uint8_t { broker = 0x0B, reflector = 0x0C, device = 0x0D, relay = 0x0E };

constexpr protocol::IpAddress ipv6(NetV6 net, std::uint32_t number) {
    protocol::IpAddress ip;
    ip.family = protocol::IpFamily::v6;
    ip.octets = {0x20, 0x01, 0x0D, 0xB8, 0, static_cast<std::uint8_t>(net)};
    for (unsigned i = 0; i < 4; ++i) {
        ip.octets[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    }
    return ip;
}

// The number of a machine or a device in one of these nets.
std::optional<std::uint32_t> number_in(NetV6 net, const protocol::IpAddress& ip) {
    std::uint32_t number = 0;
    for (unsigned i = 12; i < 16; ++i) {
        number = (number << 8) | ip.octets[i];
    }
    if (ip != ipv6(net, number)) return std::nullopt;
    return number;
}

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

// Machines are told by net and port; the first is number 0 and has the address 1.
Target interpret_v6(const Address& destination) {
    struct Machines {
        NetV6 net;
        std::uint16_t port;
        Target::Kind kind;
    };

    constexpr Machines all[] = {{NetV6::broker, broker_port, Target::Kind::broker},
                                {NetV6::reflector, reflector_port, Target::Kind::reflector},
                                {NetV6::relay, relay_port, Target::Kind::relay}};
    for (const Machines& machines : all) {
        const auto number = number_in(machines.net, destination.ip);
        if (!number || *number == 0 || destination.port != machines.port) continue;
        return {.kind = machines.kind, .number = *number - 1};
    }
    if (const auto number = number_in(NetV6::device, destination.ip)) {
        return {.kind = Target::Kind::public_device, .number = *number};
    }
    return {};
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

Address broker_address_v6(std::uint32_t number) {
    return {.ip = ipv6(NetV6::broker, number + 1), .port = broker_port};
}

Address reflector_address_v6(std::uint32_t number) {
    return {.ip = ipv6(NetV6::reflector, number + 1), .port = reflector_port};
}

Address relay_address_v6(std::uint32_t number) {
    return {.ip = ipv6(NetV6::relay, number + 1), .port = relay_port};
}

protocol::IpAddress outside_ip(std::uint32_t network_number) {
    return ipv4(network_net | network_number);
}

Target interpret(const Address& destination) {
    if (destination.ip.family == protocol::IpFamily::v6) return interpret_v6(destination);
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

std::optional<NodeIndex> Places::stream_server(Address destination) const {
    if (destination.port != protocol::stream_port) return std::nullopt;
    for (const std::uint16_t port : {broker_port, relay_port}) {
        destination.port = port;
        const Target target = interpret(destination);
        if (target.kind == Target::Kind::broker || target.kind == Target::Kind::relay) {
            return infrastructure(target);
        }
    }
    return std::nullopt;
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

Places::Addresses Places::local_addresses(NodeIndex device) const {
    const Attachment& attachment = attachments_[row_of(device)];
    const scenarios::AccessNetwork& network = networks_[attachment.network];
    const std::uint32_t number = row(device).number;
    const auto port = static_cast<std::uint16_t>(device_port + attachment.moves);
    Addresses addresses;
    if (model::has_v6(network.families)) {
        addresses.push_back({.ip = ipv6(NetV6::device, number), .port = port});
    }
    if (model::has_v4(network.families)) {
        const std::uint32_t net = model::translates(network.nat.kind) ? inside_net : public_net;
        addresses.push_back({.ip = ipv4(net | number), .port = port});
    }
    return addresses;
}

Address Places::local_address(NodeIndex device) const {
    return local_addresses(device)[0];
}

Address Places::local_address(NodeIndex device, protocol::IpFamily family) const {
    for (const Address& address : local_addresses(device)) {
        if (address.ip.family == family) return address;
    }
    return {};
}

void Places::move(NodeIndex device, std::uint32_t network_number) {
    const auto network = network_index(network_number);
    CHECK(network.has_value(), "a consistent world moves devices only to its own networks");
    Attachment& attachment = attachments_[row_of(device)];
    attachment = {.network = *network, .moves = attachment.moves + 1};
}

}  // namespace invitro::sim
