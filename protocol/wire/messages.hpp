// The message catalogue: every message of the service, with its fields and their keys on the wire.
//
// A datagram is one message: the CBOR array [version, type, {key: value, ...}] (RFC 8949). A push
// carries one InvitePush, InviteDismiss, TransferOffer or PossessionChallenge in the same form.
// Unknown keys are ignored, so fields can be added; keys are never reused. Times are ages and
// spans; of absolute ones only those cross the wire that the service gives itself to keep (tickets,
// proofs, credentials, relay offers).
//
// The step of claim 1 (US 2012/0117250 A1) or the rule (docs/PROTOCOL.md) behind a message stands
// beside it. Every message that wants an answer is retransmitted by its sender until the answer
// comes; every receiver answers a repetition as it answered the first.
#pragma once

#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/candidate_messages.hpp"
#include "protocol/wire/cluster_messages.hpp"
#include "protocol/wire/invitation_messages.hpp"
#include "protocol/wire/message_types.hpp"
#include "protocol/wire/path_messages.hpp"
#include "protocol/wire/pending_messages.hpp"
#include "protocol/wire/registration_messages.hpp"
#include "protocol/wire/relay_messages.hpp"
#include "protocol/wire/transfer_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <variant>

namespace invitro::protocol {

inline constexpr std::uint8_t wire_version = 1;
// Of what travels: sealed, where it is sealed.
inline constexpr std::size_t datagram_size_max = 1200;
inline constexpr std::size_t push_size_max = 4096;

using Message = std::variant<RegisterDevice,
                             RegisterAck,
                             RegisterBySms,
                             PossessionChallenge,
                             ProvePossession,
                             CredentialGranted,
                             ValidateEmail,
                             ValidationPending,
                             UnregisterDevice,
                             InviteRequest,
                             InviteProgress,
                             InviteFailed,
                             InvitePush,
                             InviteDismiss,
                             InviteRinging,
                             RingingAck,
                             InviteAccept,
                             AcceptAck,
                             AcceptRefused,
                             InviteDecline,
                             DeclineAck,
                             AcceptForward,
                             ForwardAck,
                             InviteCancel,
                             CancelAck,
                             InviteUpdate,
                             UpdateAck,
                             InviteEnded,
                             EndedAck,
                             CallKeepAlive,
                             PendingFetch,
                             PendingInvitation,
                             PendingList,
                             SessionKeep,
                             SessionKept,
                             Transfer,
                             TransferOffer,
                             TransferAnswer,
                             TransferState,
                             LegOffer,
                             LegAnswer,
                             ReflectRequest,
                             ReflectResponse,
                             RelayRequest,
                             RelayOffer,
                             RelayAllocate,
                             RelayGranted,
                             RelayRefused,
                             RelayData,
                             ReflectProbe,
                             Check,
                             CheckResponse,
                             Nominate,
                             NominateResponse,
                             SessionData,
                             SessionClose,
                             CandidateUpdate,
                             CandidateUpdateAck,
                             CandidateForward,
                             CandidateForwardAck,
                             ForwardedRequest,
                             ForwardedAnswer,
                             MembershipNotice,
                             MembershipAck,
                             HandoverPart,
                             HandoverAck>;

// A message that only brokers send each other.
template <class M>
inline constexpr bool is_between_brokers =
    std::is_same_v<M, ForwardedRequest> || std::is_same_v<M, ForwardedAnswer> ||
    std::is_same_v<M, MembershipNotice> || std::is_same_v<M, MembershipAck> ||
    std::is_same_v<M, HandoverPart> || std::is_same_v<M, HandoverAck>;

// A client's message that names a call: it is for the owner of the slot in the call's id.
template <class M>
inline constexpr bool is_about_call = !is_between_brokers<M> && requires(const M& message) {
    message.call;
};

// A client's message that names a session: it is for the owner of the slot in that id, likewise.
template <class M>
inline constexpr bool is_about_session =
    !is_between_brokers<M> && !is_about_call<M> && requires(const M& message) {
    message.session;
};

MessageType type_of(const Message& message);

// The call a message belongs to; none for registration and reflection.
CallId call_of(const Message& message);

}  // namespace invitro::protocol
