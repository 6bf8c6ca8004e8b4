#include "protocol/wire/messages.hpp"

namespace invitro::protocol {

std::string_view to_string(MessageType type) {
    switch (type) {
        case MessageType::register_device:
            return "RegisterDevice";
        case MessageType::register_ack:
            return "RegisterAck";
        case MessageType::invite_request:
            return "InviteRequest";
        case MessageType::invite_progress:
            return "InviteProgress";
        case MessageType::invite_failed:
            return "InviteFailed";
        case MessageType::invite_push:
            return "InvitePush";
        case MessageType::invite_dismiss:
            return "InviteDismiss";
        case MessageType::invite_ringing:
            return "InviteRinging";
        case MessageType::ringing_ack:
            return "RingingAck";
        case MessageType::invite_accept:
            return "InviteAccept";
        case MessageType::accept_ack:
            return "AcceptAck";
        case MessageType::accept_refused:
            return "AcceptRefused";
        case MessageType::invite_decline:
            return "InviteDecline";
        case MessageType::decline_ack:
            return "DeclineAck";
        case MessageType::accept_forward:
            return "AcceptForward";
        case MessageType::forward_ack:
            return "ForwardAck";
        case MessageType::invite_cancel:
            return "InviteCancel";
        case MessageType::cancel_ack:
            return "CancelAck";
        case MessageType::invite_update:
            return "InviteUpdate";
        case MessageType::update_ack:
            return "UpdateAck";
        case MessageType::invite_ended:
            return "InviteEnded";
        case MessageType::ended_ack:
            return "EndedAck";
        case MessageType::call_keep_alive:
            return "CallKeepAlive";
        case MessageType::pending_fetch:
            return "PendingFetch";
        case MessageType::pending_invitation:
            return "PendingInvitation";
        case MessageType::pending_list:
            return "PendingList";
        case MessageType::session_keep:
            return "SessionKeep";
        case MessageType::session_kept:
            return "SessionKept";
        case MessageType::transfer:
            return "Transfer";
        case MessageType::transfer_offer:
            return "TransferOffer";
        case MessageType::transfer_answer:
            return "TransferAnswer";
        case MessageType::transfer_state:
            return "TransferState";
        case MessageType::leg_offer:
            return "LegOffer";
        case MessageType::leg_answer:
            return "LegAnswer";
        case MessageType::reflect_request:
            return "ReflectRequest";
        case MessageType::reflect_response:
            return "ReflectResponse";
        case MessageType::check:
            return "Check";
        case MessageType::check_response:
            return "CheckResponse";
        case MessageType::nominate:
            return "Nominate";
        case MessageType::nominate_response:
            return "NominateResponse";
        case MessageType::session_data:
            return "SessionData";
        case MessageType::session_close:
            return "SessionClose";
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
