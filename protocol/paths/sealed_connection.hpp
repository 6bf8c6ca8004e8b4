// Connection data of another device, told over a session: sealed under the session's key, since
// what peers send each other is authenticated, but not secret.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/transfer_messages.hpp"

#include <optional>

namespace invitro::protocol {

// Whose data it is, and for which leg.
struct LegConnection {
    CallId leg;
    DeviceId device;
    ConnectionData connection;

    bool operator==(const LegConnection&) const = default;
};

// A nonce, a CandidateUpdate that says it, a tag: XChaCha20-Poly1305 whatever the world seals with.
// The nonce is a keyed hash of the message, so that the same is sealed to the same bytes, and no
// two messages under one nonce.
SealedConnection seal_connection(const RandomValue& session_key, const LegConnection& data);

// None if it has not been sealed under this key, or has been changed since.
[[nodiscard]] std::optional<LegConnection> open_connection(const RandomValue& session_key,
                                                           const SealedConnection& sealed);

}  // namespace invitro::protocol
