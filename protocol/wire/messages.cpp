#include "protocol/wire/messages.hpp"

#include <array>
#include <string_view>
#include <variant>

namespace invitro::protocol {

namespace {

struct MessageName {
    MessageType type;
    std::string_view name;
};

constexpr std::array message_names{
    MessageName{MessageType::register_device, "RegisterDevice"},
    MessageName{MessageType::register_ack, "RegisterAck"},
    MessageName{MessageType::invite_request, "InviteRequest"},
    MessageName{MessageType::invite_progress, "InviteProgress"},
    MessageName{MessageType::invite_failed, "InviteFailed"},
    MessageName{MessageType::invite_push, "InvitePush"},
    MessageName{MessageType::invite_dismiss, "InviteDismiss"},
    MessageName{MessageType::invite_ringing, "InviteRinging"},
    MessageName{MessageType::ringing_ack, "RingingAck"},
    MessageName{MessageType::invite_accept, "InviteAccept"},
    MessageName{MessageType::accept_ack, "AcceptAck"},
    MessageName{MessageType::accept_refused, "AcceptRefused"},
    MessageName{MessageType::invite_decline, "InviteDecline"},
    MessageName{MessageType::decline_ack, "DeclineAck"},
    MessageName{MessageType::accept_forward, "AcceptForward"},
    MessageName{MessageType::forward_ack, "ForwardAck"},
    MessageName{MessageType::invite_cancel, "InviteCancel"},
    MessageName{MessageType::cancel_ack, "CancelAck"},
    MessageName{MessageType::invite_update, "InviteUpdate"},
    MessageName{MessageType::update_ack, "UpdateAck"},
    MessageName{MessageType::invite_ended, "InviteEnded"},
    MessageName{MessageType::ended_ack, "EndedAck"},
    MessageName{MessageType::call_keep_alive, "CallKeepAlive"},
    MessageName{MessageType::pending_fetch, "PendingFetch"},
    MessageName{MessageType::pending_invitation, "PendingInvitation"},
    MessageName{MessageType::pending_list, "PendingList"},
    MessageName{MessageType::session_keep, "SessionKeep"},
    MessageName{MessageType::session_kept, "SessionKept"},
    MessageName{MessageType::transfer, "Transfer"},
    MessageName{MessageType::transfer_offer, "TransferOffer"},
    MessageName{MessageType::transfer_answer, "TransferAnswer"},
    MessageName{MessageType::transfer_state, "TransferState"},
    MessageName{MessageType::leg_offer, "LegOffer"},
    MessageName{MessageType::leg_answer, "LegAnswer"},
    MessageName{MessageType::reflect_request, "ReflectRequest"},
    MessageName{MessageType::reflect_response, "ReflectResponse"},
    MessageName{MessageType::check, "Check"},
    MessageName{MessageType::check_response, "CheckResponse"},
    MessageName{MessageType::nominate, "Nominate"},
    MessageName{MessageType::nominate_response, "NominateResponse"},
    MessageName{MessageType::session_data, "SessionData"},
    MessageName{MessageType::session_close, "SessionClose"},
};

static_assert(message_names.size() == std::variant_size_v<Message>, "every message has a name");

}  // namespace

std::string_view to_string(MessageType type) {
    for (const MessageName& one : message_names) {
        if (one.type == type) return one.name;
    }
    return "unknown";
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
