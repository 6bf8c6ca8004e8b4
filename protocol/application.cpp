#include "protocol/application.hpp"

#include "protocol/wire/codec.hpp"

#include <array>
#include <cstddef>

namespace invitro::protocol {

std::string_view to_string(SessionEnd reason) {
    switch (reason) {
        case SessionEnd::no_path:
            return "no_path";
        case SessionEnd::not_chosen:
            return "not_chosen";
        case SessionEnd::hung_up:
            return "hung_up";
        case SessionEnd::silent:
            return "silent";
        case SessionEnd::moved:
            return "moved";
    }
    return "unknown";
}

namespace {

// By number.
constexpr std::array<std::string_view, remark_kind_count> remark_names{
    "malformed_dropped",      "unexpected_dropped",
    "duplicate_dropped",      "message_retransmitted",
    "push_repeated",          "push_given_up",
    "late_accept_refused",    "accept_after_choice",
    "late_joiner_invited",    "all_declined",
    "peer_reflexive_learned", "invitation_expired",
    "invitation_purged",      "registration_replaced",
    "exchange_given_up",      "mapping_classified",
    "forged_dropped",         "replayed_dropped",
    "recipient_unknown",      "relay_asked",
    "relay_granted",          "relay_refused",
    "relay_lapsed",           "relay_data_dropped",
    "mapping_changed",        "connection_data_renewed",
    "session_moved",          "invitation_refused",
    "registration_refused",   "request_postponed",
    "possession_challenged",  "credential_granted",
    "identifier_refused",     "device_unregistered",
    "validation_given_up",    "pending_told",
    "calls_crossed",          "call_held",
    "transfer_offered",       "transfer_refused",
    "request_forwarded",      "handover_awaited",
    "epoch_refused",          "membership_adopted",
    "handover_completed"};
static_assert(!remark_names.back().empty(), "every remark has a name");

}  // namespace

std::string_view to_string(RemarkKind kind) {
    const auto number = static_cast<std::size_t>(kind);
    return number < remark_names.size() ? remark_names[number] : "unknown";
}

CallId InvitationService::call_of(ByteView payload) {
    return peek_call(payload);
}

}  // namespace invitro::protocol
