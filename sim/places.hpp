// Who is where in a world: dense node indices, stable names, addresses.
//
// The address plan is fixed and depends only on names, so that removing a device moves nobody:
//
//   198.18.0.(1+n):4000   broker n             198.18.1.(1+n):3478   reflector n
//   198.18.2.(1+n):3478   relay n              198.18.3.(1+n):6666   attacker n (sim/hostile.hpp)
//   198.18.1.(1+n):3479 and 198.18.1.(129+n):3478   where reflector n answers from as well
//   240.0.0.0/5 + n       outside of access network n, where it translates
//   248.0.0.0/5 + n       device n, where its network does not translate
//   10.0.0.0/8  + n       device n, inside a network that translates; reachable only from there
//
//   2001:db8:b::(1+n), c::, e::   broker, reflector, relay n by IPv6
//   2001:db8:d::n         device n by IPv6, wherever it is
//
// All of it is simulated: 198.18.0.0/15 is reserved for benchmarks (RFC 2544), 240.0.0.0/4 for
// future use (RFC 1112), 2001:db8::/32 for examples (RFC 3849). A device's port is 5000, one more
// after each move.
#pragma once

#include "model/node_id.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "scenarios/world.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace invitro::sim {

// Position of a node in the tables of a running world.
enum class NodeIndex : std::uint32_t {};

inline constexpr std::uint32_t reflector_count = 2;

// Broker 0, which every world has.
inline constexpr NodeIndex first_broker{0};

constexpr std::uint32_t raw(NodeIndex node) {
    return static_cast<std::uint32_t>(node);
}

protocol::Address broker_address(std::uint32_t number);
protocol::Address reflector_address(std::uint32_t number);
protocol::IpAddress reflector_other_ip(std::uint32_t number);
protocol::Address relay_address(std::uint32_t number);
protocol::Address broker_address_v6(std::uint32_t number);
protocol::Address reflector_address_v6(std::uint32_t number);
protocol::Address relay_address_v6(std::uint32_t number);
protocol::IpAddress outside_ip(std::uint32_t network_number);

// What the push service knows of a token.
struct TokenPlace {
    std::uint32_t device = 0;  // its number
    bool is_gone = false;
};

// What a datagram's destination address means.
struct Target {
    enum class Kind : std::uint8_t {
        nobody,
        broker,
        reflector,
        relay,
        network,
        public_device,
        inside
    };
    Kind kind = Kind::nobody;
    std::uint32_t number = 0;  // of the machine, the access network, or the device
};

Target interpret(const protocol::Address& destination);

// The nodes of a world by index and by name, and where each device is at the moment. Indices count
// brokers, reflectors, relays and devices, in this order.
class Places {
public:
    explicit Places(const scenarios::World& world);

    [[nodiscard]] std::size_t node_count() const { return device_first_ + devices_.size(); }

    [[nodiscard]] bool is_broker(NodeIndex node) const { return raw(node) < brokers_.size(); }

    [[nodiscard]] bool is_device(NodeIndex node) const { return raw(node) >= device_first_; }

    [[nodiscard]] model::NodeId id(NodeIndex node) const;

    // The broker or the relay whose stream port this is, if it is one's.
    [[nodiscard]] std::optional<NodeIndex> stream_server(protocol::Address destination) const;

    // The node of this number, if there is one.
    [[nodiscard]] std::optional<NodeIndex> broker(std::uint32_t number) const;
    [[nodiscard]] std::optional<NodeIndex> reflector(std::uint32_t number) const;
    [[nodiscard]] std::optional<NodeIndex> relay(std::uint32_t number) const;
    [[nodiscard]] std::optional<NodeIndex> device(std::uint32_t number) const;

    // The one of the service's machines that is meant, if there is one.
    [[nodiscard]] std::optional<NodeIndex> infrastructure(const Target& target) const;

    // Where a broker, reflector or relay stands.
    [[nodiscard]] model::SiteIndex site(NodeIndex infrastructure) const;

    // Rows of World::devices, and their nodes.
    [[nodiscard]] std::uint32_t row_of(NodeIndex device) const {
        return raw(device) - device_first_;
    }

    [[nodiscard]] NodeIndex node_of(std::uint32_t device_row) const {
        return NodeIndex{device_first_ + device_row};
    }

    // Of World::relays.
    [[nodiscard]] std::uint32_t relay_row(NodeIndex relay) const {
        return raw(relay) - relay_first();
    }

    [[nodiscard]] const scenarios::Device& row(NodeIndex device) const;

    // Index into World::networks of where the device is now.
    [[nodiscard]] std::uint32_t network(NodeIndex device) const {
        return attachments_[row_of(device)].network;
    }

    [[nodiscard]] std::optional<std::uint32_t> network_index(std::uint32_t number) const;

    // The device's own addresses where it is now, preferred first (RFC 6724: IPv6): one or two.
    using Addresses = protocol::InlineVector<protocol::Address, 2>;
    [[nodiscard]] Addresses local_addresses(NodeIndex device) const;
    // The preferred one, or that of this family; none if it has none.
    [[nodiscard]] protocol::Address local_address(NodeIndex device) const;
    [[nodiscard]] protocol::Address local_address(NodeIndex device,
                                                  protocol::IpFamily family) const;

    // Attaches the device to another network, with a new port.
    void move(NodeIndex device, std::uint32_t network_number);

private:
    struct Attachment {
        std::uint32_t network = 0;  // index into World::networks
        std::uint32_t moves = 0;
    };

    // Indices of the first of each kind; brokers begin at 0.
    [[nodiscard]] std::uint32_t reflector_first() const {
        return static_cast<std::uint32_t>(brokers_.size());
    }

    [[nodiscard]] std::uint32_t relay_first() const { return reflector_first() + reflector_count; }

    const std::vector<scenarios::Broker>& brokers_;
    const std::array<model::SiteIndex, reflector_count>& reflectors_;
    const std::vector<scenarios::Relay>& relays_;
    const std::vector<scenarios::AccessNetwork>& networks_;
    const std::vector<scenarios::Device>& devices_;
    std::uint32_t device_first_ = 0;
    std::vector<Attachment> attachments_;
};

}  // namespace invitro::sim
