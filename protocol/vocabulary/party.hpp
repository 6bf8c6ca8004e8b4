// Who stands behind a datagram, as far as sealing tells (docs/PROTOCOL.md, "Security"): nobody, one
// device, or one node of the broker's cluster.
//
// With a received datagram it is who has sealed it; with one to be sent, for whom it is to be
// sealed. Nobody means that it travels in clear, as everything to and from reflectors, relays and
// peers does.
#pragma once

#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

enum class PartyKind : std::uint8_t { nobody = 0, device = 1, broker = 2 };

struct Party {
    PartyKind kind = PartyKind::nobody;
    DeviceId device;         // of a device
    std::uint16_t node = 0;  // of a broker: its number in the cluster

    static constexpr Party of_device(const DeviceId& id) {
        return {.kind = PartyKind::device, .device = id, .node = 0};
    }

    static constexpr Party of_broker(std::uint16_t node = 0) {
        return {.kind = PartyKind::broker, .device = {}, .node = node};
    }

    bool operator==(const Party&) const = default;

    [[nodiscard]] bool is_nobody() const { return kind == PartyKind::nobody; }

    [[nodiscard]] bool is_broker() const { return kind == PartyKind::broker; }

    [[nodiscard]] bool is_device(const DeviceId& id) const {
        return kind == PartyKind::device && device == id;
    }

    static constexpr auto fields() {
        return std::tuple{field("kind", &Party::kind),
                          field("device", &Party::device),
                          field("node", &Party::node)};
    }
};

}  // namespace invitro::protocol
