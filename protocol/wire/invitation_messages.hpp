// Messages of an invitation, between initiator, broker and the devices invited.
#pragma once

#include "protocol/security/ticket.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// initiator -> broker: claim 1, "receiving from an initiator an invitation request with an endpoint
// identifier and the initiator's connection data".
struct InviteRequest {
    static constexpr MessageType type = MessageType::invite_request;

    CallId call;
    DeviceId initiator;
    EndpointIdentifier callee;
    EndpointIdentifier caller;
    ConnectionData connection;
    AnswerPolicy policy = AnswerPolicy::first;
    Duration lifetime{};
    bool admits_late_joiners = true;  // rule 1: who registers while it rings is invited too

    bool operator==(const InviteRequest&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteRequest::call),
                          field(1, "initiator", &InviteRequest::initiator),
                          field(2, "callee", &InviteRequest::callee),
                          field(3, "caller", &InviteRequest::caller),
                          field(4, "connection", &InviteRequest::connection),
                          field(5, "policy", &InviteRequest::policy),
                          field(6, "lifetime", &InviteRequest::lifetime),
                          field(7, "admits_late_joiners", &InviteRequest::admits_late_joiners)};
    }
};

// broker -> initiator: the request is in hand. Says nothing about who is registered.
struct InviteProgress {
    static constexpr MessageType type = MessageType::invite_progress;

    CallId call;

    bool operator==(const InviteProgress&) const = default;

    static constexpr auto fields() { return std::tuple{field(0, "call", &InviteProgress::call)}; }
};

// broker -> initiator: refused, and why.
struct InviteFailed {
    static constexpr MessageType type = MessageType::invite_failed;

    CallId call;
    FailureReason reason = FailureReason::refused;
    Duration retry_after{};  // overloaded: before that, asking again is in vain

    bool operator==(const InviteFailed&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteFailed::call),
                          field(1, "reason", &InviteFailed::reason),
                          field(2, "retry_after", &InviteFailed::retry_after)};
    }
};

// broker -> each token, as a push: claim 1, "pushing the invitation with the initiator's connection
// data to each device".
struct InvitePush {
    static constexpr MessageType type = MessageType::invite_push;

    CallId call;
    DeviceId device;  // whom the ticket is for
    Ticket ticket{};
    EndpointIdentifier callee;
    EndpointIdentifier caller;
    ConnectionData connection;  // the initiator's, unmodified (rule 3)
    Duration age{};             // since the request was taken in hand
    Duration lifetime{};        // of the whole invitation

    bool operator==(const InvitePush&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InvitePush::call),
                          field(1, "device", &InvitePush::device),
                          field(2, "ticket", &InvitePush::ticket),
                          field(3, "callee", &InvitePush::callee),
                          field(4, "caller", &InvitePush::caller),
                          field(5, "connection", &InvitePush::connection),
                          field(6, "age", &InvitePush::age),
                          field(7, "lifetime", &InvitePush::lifetime)};
    }
};

// broker -> token, as a push under the invitation's collapse key: stop ringing.
struct InviteDismiss {
    static constexpr MessageType type = MessageType::invite_dismiss;

    CallId call;
    DeviceId device;
    EndReason reason = EndReason::unknown;

    bool operator==(const InviteDismiss&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteDismiss::call),
                          field(1, "device", &InviteDismiss::device),
                          field(2, "reason", &InviteDismiss::reason)};
    }
};

// device -> broker: it rings (or cannot ring any more); the pushing can stop. No connection data.
struct InviteRinging {
    static constexpr MessageType type = MessageType::invite_ringing;

    CallId call;
    DeviceId device;
    Ticket ticket{};

    bool operator==(const InviteRinging&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteRinging::call),
                          field(1, "device", &InviteRinging::device),
                          field(2, "ticket", &InviteRinging::ticket)};
    }
};

// device -> broker: claim 1, "receiving an acceptance with the device's connection data".
struct InviteAccept {
    static constexpr MessageType type = MessageType::invite_accept;

    CallId call;
    DeviceId device;
    Ticket ticket{};
    ConnectionData connection;

    bool operator==(const InviteAccept&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteAccept::call),
                          field(1, "device", &InviteAccept::device),
                          field(2, "ticket", &InviteAccept::ticket),
                          field(3, "connection", &InviteAccept::connection)};
    }
};

// broker -> device: too late, and why (rule 4).
struct AcceptRefused {
    static constexpr MessageType type = MessageType::accept_refused;

    CallId call;
    DeviceId device;
    EndReason reason = EndReason::unknown;

    bool operator==(const AcceptRefused&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &AcceptRefused::call),
                          field(1, "device", &AcceptRefused::device),
                          field(2, "reason", &AcceptRefused::reason)};
    }
};

// device -> broker: rule 7.
struct InviteDecline {
    static constexpr MessageType type = MessageType::invite_decline;

    CallId call;
    DeviceId device;
    Ticket ticket{};
    DeclineScope scope = DeclineScope::here;
    DeclineReason reason = DeclineReason::declined;

    bool operator==(const InviteDecline&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteDecline::call),
                          field(1, "device", &InviteDecline::device),
                          field(2, "ticket", &InviteDecline::ticket),
                          field(3, "scope", &InviteDecline::scope),
                          field(4, "reason", &InviteDecline::reason)};
    }
};

// broker -> initiator: claim 1, "passing back the acceptance with that device's connection data".
struct AcceptForward {
    static constexpr MessageType type = MessageType::accept_forward;

    CallId call;
    DeviceId device;
    ConnectionData connection;  // that device's, unmodified

    bool operator==(const AcceptForward&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &AcceptForward::call),
                          field(1, "device", &AcceptForward::device),
                          field(2, "connection", &AcceptForward::connection)};
    }
};

// initiator -> broker: these devices are chosen, the others have been answered elsewhere (rule 5).
struct InviteUpdate {
    static constexpr MessageType type = MessageType::invite_update;
    static constexpr std::size_t chosen_max = 16;

    CallId call;
    DeviceId initiator;
    std::uint32_t generation = 0;  // grows with every update; the newest wins
    InlineVector<DeviceId, chosen_max> chosen;

    bool operator==(const InviteUpdate&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteUpdate::call),
                          field(1, "initiator", &InviteUpdate::initiator),
                          field(2, "generation", &InviteUpdate::generation),
                          field(3, "chosen", &InviteUpdate::chosen)};
    }
};

struct UpdateAck {
    static constexpr MessageType type = MessageType::update_ack;

    CallId call;
    std::uint32_t generation = 0;

    bool operator==(const UpdateAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &UpdateAck::call),
                          field(1, "generation", &UpdateAck::generation)};
    }
};

// broker -> initiator or device: the invitation is over for you, and why.
struct InviteEnded {
    static constexpr MessageType type = MessageType::invite_ended;

    CallId call;
    DeviceId device;  // the addressee
    EndReason reason = EndReason::unknown;

    bool operator==(const InviteEnded&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &InviteEnded::call),
                          field(1, "device", &InviteEnded::device),
                          field(2, "reason", &InviteEnded::reason)};
    }
};

// A message that names a call and a device and nothing else.
template <MessageType message_type>
struct CallDeviceMessage {
    static constexpr MessageType type = message_type;

    CallId call;
    DeviceId device;

    bool operator==(const CallDeviceMessage&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &CallDeviceMessage::call),
                          field(1, "device", &CallDeviceMessage::device)};
    }
};

using RingingAck = CallDeviceMessage<MessageType::ringing_ack>;  // broker -> device
using AcceptAck = CallDeviceMessage<MessageType::accept_ack>;    // broker -> device: it is taken
using DeclineAck = CallDeviceMessage<MessageType::decline_ack>;  // broker -> device
using ForwardAck =
    CallDeviceMessage<MessageType::forward_ack>;  // initiator -> broker; the acceptor
using InviteCancel = CallDeviceMessage<MessageType::invite_cancel>;  // initiator -> broker; itself
using CancelAck = CallDeviceMessage<MessageType::cancel_ack>;        // broker -> initiator

// Addressee of InviteEnded -> broker, with the reason that it names: another one may have followed.
struct EndedAck {
    static constexpr MessageType type = MessageType::ended_ack;

    CallId call;
    DeviceId device;
    EndReason reason = EndReason::unknown;

    bool operator==(const EndedAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &EndedAck::call),
                          field(1, "device", &EndedAck::device),
                          field(2, "reason", &EndedAck::reason)};
    }
};

// participant -> broker: keeps the NAT mapping open and the return address fresh; a broker that
// does not know the call answers InviteEnded (unknown).
using CallKeepAlive = CallDeviceMessage<MessageType::call_keep_alive>;

}  // namespace invitro::protocol
