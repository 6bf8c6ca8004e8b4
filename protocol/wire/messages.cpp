#include "protocol/wire/messages.hpp"

#include <type_traits>

namespace invitro::protocol {
namespace {

struct NamedType {
    MessageType type;
    std::string_view name;
};

constexpr NamedType named_types[] = {
    {MessageType::register_device, "RegisterDevice"},
    {MessageType::register_ack, "RegisterAck"},
    {MessageType::register_by_sms, "RegisterBySms"},
    {MessageType::possession_challenge, "PossessionChallenge"},
    {MessageType::prove_possession, "ProvePossession"},
    {MessageType::credential_granted, "CredentialGranted"},
    {MessageType::validate_email, "ValidateEmail"},
    {MessageType::validation_pending, "ValidationPending"},
    {MessageType::unregister_device, "UnregisterDevice"},
    {MessageType::invite_request, "InviteRequest"},
    {MessageType::invite_progress, "InviteProgress"},
    {MessageType::invite_failed, "InviteFailed"},
    {MessageType::invite_push, "InvitePush"},
    {MessageType::invite_dismiss, "InviteDismiss"},
    {MessageType::invite_ringing, "InviteRinging"},
    {MessageType::ringing_ack, "RingingAck"},
    {MessageType::invite_accept, "InviteAccept"},
    {MessageType::accept_ack, "AcceptAck"},
    {MessageType::accept_refused, "AcceptRefused"},
    {MessageType::invite_decline, "InviteDecline"},
    {MessageType::decline_ack, "DeclineAck"},
    {MessageType::accept_forward, "AcceptForward"},
    {MessageType::forward_ack, "ForwardAck"},
    {MessageType::invite_cancel, "InviteCancel"},
    {MessageType::cancel_ack, "CancelAck"},
    {MessageType::invite_update, "InviteUpdate"},
    {MessageType::update_ack, "UpdateAck"},
    {MessageType::invite_ended, "InviteEnded"},
    {MessageType::ended_ack, "EndedAck"},
    {MessageType::call_keep_alive, "CallKeepAlive"},
    {MessageType::pending_fetch, "PendingFetch"},
    {MessageType::pending_invitation, "PendingInvitation"},
    {MessageType::pending_list, "PendingList"},
    {MessageType::session_keep, "SessionKeep"},
    {MessageType::session_kept, "SessionKept"},
    {MessageType::transfer, "Transfer"},
    {MessageType::transfer_offer, "TransferOffer"},
    {MessageType::transfer_answer, "TransferAnswer"},
    {MessageType::transfer_state, "TransferState"},
    {MessageType::leg_offer, "LegOffer"},
    {MessageType::leg_answer, "LegAnswer"},
    {MessageType::reflect_request, "ReflectRequest"},
    {MessageType::reflect_response, "ReflectResponse"},
    {MessageType::reflect_probe, "ReflectProbe"},
    {MessageType::relay_request, "RelayRequest"},
    {MessageType::relay_offer, "RelayOffer"},
    {MessageType::relay_allocate, "RelayAllocate"},
    {MessageType::relay_granted, "RelayGranted"},
    {MessageType::relay_refused, "RelayRefused"},
    {MessageType::relay_data, "RelayData"},
    {MessageType::check, "Check"},
    {MessageType::check_response, "CheckResponse"},
    {MessageType::nominate, "Nominate"},
    {MessageType::nominate_response, "NominateResponse"},
    {MessageType::session_data, "SessionData"},
    {MessageType::session_close, "SessionClose"},
    {MessageType::candidate_update, "CandidateUpdate"},
    {MessageType::candidate_update_ack, "CandidateUpdateAck"},
    {MessageType::candidate_forward, "CandidateForward"},
    {MessageType::candidate_forward_ack, "CandidateForwardAck"},
    {MessageType::forwarded_request, "ForwardedRequest"},
    {MessageType::forwarded_answer, "ForwardedAnswer"},
    {MessageType::membership_notice, "MembershipNotice"},
    {MessageType::membership_ack, "MembershipAck"},
    {MessageType::handover_part, "HandoverPart"},
    {MessageType::handover_ack, "HandoverAck"},
};

constexpr std::string_view name_of(MessageType type) {
    for (const NamedType& one : named_types) {
        if (one.type == type) return one.name;
    }
    return "unknown";
}

template <class... M>
constexpr bool have_all_names(std::type_identity<std::variant<M...>> /*messages*/) {
    return ((name_of(M::type) != "unknown") && ...);
}

static_assert(have_all_names(std::type_identity<Message>{}));

}  // namespace

std::string_view to_string(MessageType type) {
    return name_of(type);
}

std::string_view to_string(AnswerPolicy policy) {
    switch (policy) {
        case AnswerPolicy::first:
            return "first";
        case AnswerPolicy::all:
            return "all";
        case AnswerPolicy::choose:
            return "choose";
    }
    return "unknown";
}

std::string_view to_string(DeclineScope scope) {
    switch (scope) {
        case DeclineScope::here:
            return "here";
        case DeclineScope::everywhere:
            return "everywhere";
    }
    return "unknown";
}

std::string_view to_string(DeclineReason reason) {
    switch (reason) {
        case DeclineReason::declined:
            return "declined";
        case DeclineReason::busy:
            return "busy";
    }
    return "unknown";
}

std::string_view to_string(FailureReason reason) {
    switch (reason) {
        case FailureReason::refused:
            return "refused";
        case FailureReason::overloaded:
            return "overloaded";
    }
    return "unknown";
}

std::string_view to_string(EndReason reason) {
    switch (reason) {
        case EndReason::unknown:
            return "unknown";
        case EndReason::answered:
            return "answered";
        case EndReason::declined:
            return "declined";
        case EndReason::cancelled:
            return "cancelled";
        case EndReason::expired:
            return "expired";
    }
    return "unknown";
}

std::string_view to_string(TransferStep step) {
    switch (step) {
        case TransferStep::offered:
            return "offered";
        case TransferStep::accepted:
            return "accepted";
        case TransferStep::refused:
            return "refused";
        case TransferStep::declined:
            return "declined";
        case TransferStep::expired:
            return "expired";
        case TransferStep::over:
            return "over";
    }
    return "unknown";
}

std::string_view to_string(LegState state) {
    switch (state) {
        case LegState::searching:
            return "searching";
        case LegState::connected:
            return "connected";
        case LegState::failed:
            return "failed";
    }
    return "unknown";
}

std::string_view to_string(ReflectOrigin origin) {
    switch (origin) {
        case ReflectOrigin::same:
            return "same";
        case ReflectOrigin::other_port:
            return "other_port";
        case ReflectOrigin::other_address:
            return "other_address";
    }
    return "unknown";
}

std::string_view to_string(RelayRefusal reason) {
    switch (reason) {
        case RelayRefusal::stale_nonce:
            return "stale_nonce";
        case RelayRefusal::full:
            return "full";
        case RelayRefusal::too_many:
            return "too_many";
        case RelayRefusal::expired:
            return "expired";
    }
    return "unknown";
}

MessageType type_of(const Message& message) {
    return std::visit([](const auto& one) { return one.type; }, message);
}

CallId call_of(const Message& message) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.call; }) {
                return one.call;
            } else {
                return CallId{};
            }
        },
        message);
}

}  // namespace invitro::protocol
