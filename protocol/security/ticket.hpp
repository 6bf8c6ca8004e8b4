// Tickets: the broker's proof that a device was invited to a call, and until when that counts.
//
//     expiry: i64, nanoseconds of the broker's clock, little-endian; then 16 bytes of MAC over
//     (call, device, expiry) under the cluster's key for tickets
//
// For everybody but the broker a ticket is 24 bytes without a meaning. It travels in the sealed
// push and comes back with whatever the device says of the call. The MAC binds all three, so nobody
// outside the invited set can accept or decline, and nobody inside for another device.
#pragma once

#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <array>
#include <cstdint>

namespace invitro::protocol {

using Ticket = std::array<std::uint8_t, 24>;

// It follows from a key, and nothing follows from it.
template <>
inline constexpr FieldKind field_kind<Ticket> = FieldKind::random;

Ticket make_ticket(const RandomValue& cluster_key, CallId call, DeviceId device, Instant expiry);

// Made by make_ticket() for this call and device?
[[nodiscard]] bool is_genuine(const RandomValue& cluster_key,
                              const Ticket& ticket,
                              CallId call,
                              DeviceId device);

// From when on a genuine ticket counts no more.
[[nodiscard]] Instant expiry_of(const Ticket& ticket);

}  // namespace invitro::protocol
