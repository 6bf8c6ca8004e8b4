// Names of the nodes of a world. A name is given once and never reused or renumbered, so that
// removing one device leaves every other device's name, and every draw keyed by it, as it was.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace invitro::model {

enum class NodeKind : std::uint8_t {
    none = 0,
    broker = 1,
    reflector = 2,
    relay = 3,
    device = 4,
    attacker = 5
};

struct NodeId {
    NodeKind kind = NodeKind::none;
    std::uint32_t number = 0;

    auto operator<=>(const NodeId&) const = default;
};

// One number per name, for draws and for the fixed-width event stream.
constexpr std::uint64_t key_of(NodeId node) {
    return (std::uint64_t{static_cast<std::uint8_t>(node.kind)} << 32) | node.number;
}

// "device 7", "broker 0".
std::string to_string(NodeId node);

}  // namespace invitro::model
