// Who is where in a world: dense node indices, stable names, addresses.
//
// The address plan is fixed and depends only on names, so that removing a device moves nobody:
//
//   198.18.0.(1+n):4000   broker n             198.18.1.(1+n):3478   reflector n
//   240.0.0.0/5 + n       outside of access network n, where it translates
//   248.0.0.0/5 + n       device n, where its network does not translate
//   10.0.0.0/8  + n       device n, inside a network that translates; reachable only from there
//
// All of it is simulated: 198.18.0.0/15 is reserved for benchmarks (RFC 2544), 240.0.0.0/4 for
// future use (RFC 1112). A device's port is 5000, one more after each move.
#pragma once

#include "model/node_id.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace invitro::sim {

// Position of a node in the tables of a running world.
enum class NodeIndex : std::uint32_t {};

inline constexpr std::uint32_t broker_count = 1;
inline constexpr std::uint32_t reflector_count = 2;
inline constexpr std::uint32_t infrastructure_count = broker_count + reflector_count;

inline constexpr NodeIndex the_broker{0};

constexpr NodeIndex reflector_index(std::uint32_t number) {
    return NodeIndex{broker_count + number};
}

constexpr std::uint32_t raw(NodeIndex node) {
    return static_cast<std::uint32_t>(node);
}

constexpr bool is_device(NodeIndex node) {
    return raw(node) >= infrastructure_count;
}

protocol::Address broker_address(std::uint32_t number);
protocol::Address reflector_address(std::uint32_t number);
protocol::IpAddress outside_ip(std::uint32_t network_number);

// What a datagram's destination address means.
struct Target {
    enum class Kind : std::uint8_t { nobody, infrastructure, network, public_device, inside };
    Kind kind = Kind::nobody;
    NodeIndex node{};          // infrastructure
    std::uint32_t number = 0;  // of the access network, or of the device
};

Target interpret(const protocol::Address& destination);

// The devices of a world by index and by name, and where each is at the moment.
class Places {
public:
    explicit Places(const scenarios::World& world);

    [[nodiscard]] std::size_t node_count() const { return infrastructure_count + devices_.size(); }

    [[nodiscard]] model::NodeId id(NodeIndex node) const;

    // The device of this number, if there is one.
    [[nodiscard]] std::optional<NodeIndex> device(std::uint32_t number) const;

    [[nodiscard]] const scenarios::Device& row(NodeIndex device) const;

    // Index into World::networks of where the device is now.
    [[nodiscard]] std::uint32_t network(NodeIndex device) const {
        return attachments_[raw(device) - infrastructure_count].network;
    }

    [[nodiscard]] std::optional<std::uint32_t> network_index(std::uint32_t number) const;

    // The device's own address where it is now.
    [[nodiscard]] protocol::Address local_address(NodeIndex device) const;

    // Attaches the device to another network, with a new port.
    void move(NodeIndex device, std::uint32_t network_number);

private:
    struct Attachment {
        std::uint32_t network = 0;  // index into World::networks
        std::uint32_t moves = 0;
    };

    const std::vector<scenarios::AccessNetwork>& networks_;
    const std::vector<scenarios::Device>& devices_;
    std::vector<Attachment> attachments_;
};

}  // namespace invitro::sim
