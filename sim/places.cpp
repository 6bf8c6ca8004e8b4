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
constexpr std::uint32_t network_net = 240U << 24;
constexpr std::uint32_t public_net = 248U << 24;
constexpr std::uint32_t inside_net = 10U << 24;
constexpr std::uint32_t block_mask = 0xF8000000U;
constexpr std::uint32_t inside_mask = 0xFF000000U;
static_assert((scenarios::limits::device_number_max & inside_mask) == 0);
static_assert((scenarios::limits::network_number_max & block_mask) == 0);
constexpr std::uint16_t broker_port = 4000;
constexpr std::uint16_t reflector_port = 3478;
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

}  // namespace

Address broker_address(std::uint32_t number) {
    return {.ip = ipv4(broker_net | (number + 1)), .port = broker_port};
}

Address reflector_address(std::uint32_t number) {
    return {.ip = ipv4(reflector_net | (number + 1)), .port = reflector_port};
}

protocol::IpAddress outside_ip(std::uint32_t network_number) {
    return ipv4(network_net | network_number);
}

Target interpret(const Address& destination) {
    if (destination.ip.family != protocol::IpFamily::v4) return {};
    const std::uint32_t ip = protocol::ipv4_number(destination.ip);
    // The first is number 0 and has the address 1.
    if (const std::uint32_t n = ip - broker_net - 1;
        n < broker_count && destination.port == broker_port) {
        return {.kind = Target::Kind::infrastructure, .node = NodeIndex{n}};
    }
    if (const std::uint32_t n = ip - reflector_net - 1;
        n < reflector_count && destination.port == reflector_port) {
        return {.kind = Target::Kind::infrastructure, .node = reflector_index(n)};
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

Places::Places(const scenarios::World& world) : networks_(world.networks), devices_(world.devices) {
    attachments_.resize(devices_.size());
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        const auto network = network_index(devices_[i].network);
        CHECK(network.has_value(), "a consistent world attaches every device to a network");
        attachments_[i].network = *network;
    }
}

model::NodeId Places::id(NodeIndex node) const {
    if (raw(node) < broker_count) return {.kind = model::NodeKind::broker, .number = raw(node)};
    if (!is_device(node)) {
        return {.kind = model::NodeKind::reflector, .number = raw(node) - broker_count};
    }
    return {.kind = model::NodeKind::device, .number = row(node).number};
}

std::optional<NodeIndex> Places::device(std::uint32_t number) const {
    const auto index = find_numbered(devices_, number);
    if (!index) return std::nullopt;
    return NodeIndex{infrastructure_count + *index};
}

const scenarios::Device& Places::row(NodeIndex device) const {
    return devices_[raw(device) - infrastructure_count];
}

std::optional<std::uint32_t> Places::network_index(std::uint32_t number) const {
    return find_numbered(networks_, number);
}

Address Places::local_address(NodeIndex device) const {
    const Attachment& attachment = attachments_[raw(device) - infrastructure_count];
    const bool inside = model::translates(networks_[attachment.network].nat.kind);
    return {.ip = ipv4((inside ? inside_net : public_net) | row(device).number),
            .port = static_cast<std::uint16_t>(device_port + attachment.moves)};
}

void Places::move(NodeIndex device, std::uint32_t network_number) {
    const auto network = network_index(network_number);
    CHECK(network.has_value(), "a consistent world moves devices only to its own networks");
    Attachment& attachment = attachments_[raw(device) - infrastructure_count];
    attachment = {.network = *network, .moves = attachment.moves + 1};
}

}  // namespace invitro::sim
