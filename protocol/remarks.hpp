// Remarks: what a machine says of itself.
#pragma once

#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace invitro::protocol {

// For probes, counts and explanations; a verdict never rests on one.
enum class RemarkKind : std::uint8_t {
    malformed_dropped = 0,
    unexpected_dropped = 1,  // well-formed, but from nobody concerned or a wrong ticket or tag
    duplicate_dropped = 2,
    message_retransmitted = 3,
    push_repeated = 4,
    push_given_up = 5,  // the token is gone
    late_accept_refused = 6,
    accept_after_choice = 7,  // taken although somebody else was chosen
    late_joiner_invited = 8,
    all_declined = 9,
    peer_reflexive_learned = 10,
    invitation_expired = 11,
    invitation_purged = 12,
    registration_replaced = 13,
    exchange_given_up = 14,
    mapping_classified = 15,
    forged_dropped = 16,     // not sealed, by nobody we know, or by another than its author
    replayed_dropped = 17,   // sealed, and seen before
    recipient_unknown = 18,  // not sent: there is no key to seal it with
    relay_asked = 19,        // no direct path so far
    relay_granted = 20,
    relay_refused = 21,
    relay_lapsed = 22,
    relay_data_dropped = 23,       // nobody's, or for an end that is not there
    mapping_changed = 24,          // a reflector has seen another address than before
    connection_data_renewed = 25,  // at the broker: a newer generation was taken
    session_moved = 26,            // a session goes on over another path
    invitation_refused = 27,       // for lack of room, or because its caller asks too often
    registration_refused = 28,     // likewise
    request_postponed = 29,  // the broker is overloaded: the invitation is asked for again later
    possession_challenged = 30,  // by push or by mail
    credential_granted = 31,
    identifier_refused = 32,  // nothing vouches for it, or somebody else proved it later
    device_unregistered = 33,
    validation_given_up = 34,
    pending_told = 35,   // an invitation, to a device that has woken
    calls_crossed = 36,  // the larger of two crossing calls gives way
    call_held = 37,      // an invitation does not ring, since a call of ours crosses it
    transfer_offered = 38,
    transfer_refused = 39,
    request_forwarded = 40,  // to the broker of the cluster that owns what it is about
    handover_awaited = 41,   // dropped: what it is about is still being handed over to us
    epoch_refused = 42,      // a membership, or a message by one, that is not the newest
    membership_adopted = 43,
    handover_completed = 44,
};

inline constexpr std::size_t remark_kind_count = 45;

std::string_view to_string(RemarkKind kind);

struct Remark {
    RemarkKind kind = RemarkKind::malformed_dropped;
    CallId call;
    DeviceId device;

    bool operator==(const Remark&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("kind", &Remark::kind),
                          field("call", &Remark::call),
                          field("device", &Remark::device)};
    }
};

}  // namespace invitro::protocol
