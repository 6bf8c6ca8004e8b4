// Slots: how an identifier, and every message about a call to it, finds the broker that owns it.
//
// Each endpoint identifier falls into one of `slot_count` slots, and brokers own slots (see
// docs/PROTOCOL.md "Cluster"). The initiating device writes the callee's slot into the last bits of
// the call's id, so that a message which names a call can be routed by whatever node it reaches,
// with no look-up and no memory. Anybody may compute a slot; which node owns it is the cluster's
// secret.
#pragma once

#include "protocol/vocabulary/identity.hpp"

#include <cstdint>

namespace invitro::protocol {

using Slot = std::uint16_t;

inline constexpr std::uint32_t slot_count = 1024;

Slot slot_of(const EndpointIdentifier& identifier);

constexpr Slot slot_of(const CallId& call) {
    return static_cast<Slot>(call.low % slot_count);
}

// The same id, but for the bits that say the slot.
constexpr CallId with_slot(CallId call, Slot slot) {
    call.low -= call.low % slot_count;
    call.low += slot;
    return call;
}

}  // namespace invitro::protocol
