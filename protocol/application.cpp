#include "protocol/application.hpp"

#include "protocol/wire/codec.hpp"

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
    }
    return "unknown";
}

std::string_view to_string(RemarkKind kind) {
    switch (kind) {
        case RemarkKind::malformed_dropped:
            return "malformed_dropped";
        case RemarkKind::unexpected_dropped:
            return "unexpected_dropped";
        case RemarkKind::duplicate_dropped:
            return "duplicate_dropped";
        case RemarkKind::message_retransmitted:
            return "message_retransmitted";
        case RemarkKind::push_repeated:
            return "push_repeated";
        case RemarkKind::push_given_up:
            return "push_given_up";
        case RemarkKind::late_accept_refused:
            return "late_accept_refused";
        case RemarkKind::accept_after_choice:
            return "accept_after_choice";
        case RemarkKind::late_joiner_invited:
            return "late_joiner_invited";
        case RemarkKind::all_declined:
            return "all_declined";
        case RemarkKind::peer_reflexive_learned:
            return "peer_reflexive_learned";
        case RemarkKind::invitation_expired:
            return "invitation_expired";
        case RemarkKind::invitation_purged:
            return "invitation_purged";
        case RemarkKind::invitation_refused:
            return "invitation_refused";
        case RemarkKind::registration_refused:
            return "registration_refused";
        case RemarkKind::request_postponed:
            return "request_postponed";
        case RemarkKind::registration_replaced:
            return "registration_replaced";
        case RemarkKind::exchange_given_up:
            return "exchange_given_up";
        case RemarkKind::mapping_classified:
            return "mapping_classified";
        case RemarkKind::forged_dropped:
            return "forged_dropped";
        case RemarkKind::replayed_dropped:
            return "replayed_dropped";
        case RemarkKind::recipient_unknown:
            return "recipient_unknown";
        case RemarkKind::relay_asked:
            return "relay_asked";
        case RemarkKind::relay_granted:
            return "relay_granted";
        case RemarkKind::relay_refused:
            return "relay_refused";
        case RemarkKind::relay_lapsed:
            return "relay_lapsed";
        case RemarkKind::relay_data_dropped:
            return "relay_data_dropped";
        case RemarkKind::mapping_changed:
            return "mapping_changed";
        case RemarkKind::connection_data_renewed:
            return "connection_data_renewed";
        case RemarkKind::session_moved:
            return "session_moved";
    }
    return "unknown";
}

CallId InvitationService::call_of(ByteView payload) {
    return peek_call(payload);
}

}  // namespace invitro::protocol
