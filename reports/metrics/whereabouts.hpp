// Where each device of a world is at a moment: its access network's kind and NAT, moves included.
#pragma once

#include "model/nat/nat_box.hpp"
#include "model/network/access.hpp"
#include "protocol/vocabulary/time.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <vector>

namespace invitro::reports {

struct Whereabout {
    model::AccessKind access = model::AccessKind::fibre;
    model::NatKind nat = model::NatKind::pub;
};

// Keeps no table of the devices, so that ten million of them cost nothing. The world must outlive
// this and be consistent.
class Whereabouts {
public:
    explicit Whereabouts(const scenarios::World& world);

    // Precondition: the device exists.
    [[nodiscard]] Whereabout of(std::uint32_t device, protocol::Instant at) const;

private:
    const scenarios::World* world_;
    std::vector<scenarios::DeviceMove> moves_;  // sorted by device, then time
};

}  // namespace invitro::reports
