// The kinds of messages, and the words that messages choose among.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace invitro::protocol {

// The numbers are on the wire; those left out are kept for messages to come.
enum class MessageType : std::uint8_t {
    register_device = 1,
    register_ack = 2,
    register_by_sms = 3,
    possession_challenge = 4,
    prove_possession = 5,
    credential_granted = 6,
    validate_email = 7,
    validation_pending = 8,
    unregister_device = 9,
    invite_request = 10,
    invite_progress = 11,
    invite_failed = 12,
    invite_push = 13,
    invite_dismiss = 14,
    invite_ringing = 15,
    ringing_ack = 16,
    invite_accept = 17,
    accept_ack = 18,
    accept_refused = 19,
    invite_decline = 20,
    decline_ack = 21,
    accept_forward = 22,
    forward_ack = 23,
    invite_cancel = 24,
    cancel_ack = 25,
    invite_update = 26,
    update_ack = 27,
    invite_ended = 28,
    ended_ack = 29,
    call_keep_alive = 30,
    pending_fetch = 31,
    pending_invitation = 32,
    pending_list = 33,
    session_keep = 34,
    session_kept = 35,
    transfer = 36,
    transfer_offer = 37,
    transfer_answer = 38,
    transfer_state = 39,
    reflect_request = 40,
    reflect_response = 41,
    relay_request = 43,
    relay_offer = 44,
    relay_allocate = 45,
    relay_granted = 46,
    relay_refused = 47,
    relay_data = 48,
    reflect_probe = 49,
    check = 50,
    check_response = 51,
    nominate = 52,
    nominate_response = 53,
    session_data = 54,
    session_close = 55,
    candidate_update = 56,
    candidate_update_ack = 57,
    candidate_forward = 58,
    candidate_forward_ack = 59,
    leg_offer = 60,
    leg_answer = 61,
    forwarded_request = 64,
    forwarded_answer = 65,
    membership_notice = 66,
    membership_ack = 67,
    handover_part = 68,
    handover_ack = 69,
};

std::string_view to_string(MessageType type);

// Which acceptors the initiator connects to (rule 5).
enum class AnswerPolicy : std::uint8_t {
    first = 0,   // the first device whose path is confirmed wins
    all = 1,     // every acceptor is connected
    choose = 2,  // the initiator's user picks
};

inline constexpr std::size_t answer_policy_count = 3;

enum class DeclineScope : std::uint8_t { here = 0, everywhere = 1 };
enum class DeclineReason : std::uint8_t { declined = 0, busy = 1 };
enum class FailureReason : std::uint8_t { refused = 0, overloaded = 1 };

// Why an invitation is over, as told to devices (rule 6): `unknown` where the truth is not known,
// never a false one.
enum class EndReason : std::uint8_t {
    unknown = 0,
    answered = 1,
    declined = 2,
    cancelled = 3,
    expired = 4
};

// From where a reflector is to answer (RFC 5780 7.2, CHANGE-REQUEST).
enum class ReflectOrigin : std::uint8_t {
    same = 0,        // from where it was asked
    other_port = 1,  // from its other port
    other_address = 2,
};

// Why a relay does not grant an allocation.
enum class RelayRefusal : std::uint8_t {
    stale_nonce = 0,  // ask again with the nonce that comes with this
    full = 1,         // every allocation of the relay is taken
    too_many = 2,     // this device has as many as one may have
    expired = 3,      // the offer is too old to begin with
};

std::string_view to_string(AnswerPolicy policy);
std::string_view to_string(DeclineScope scope);
std::string_view to_string(DeclineReason reason);
std::string_view to_string(FailureReason reason);
std::string_view to_string(EndReason reason);
std::string_view to_string(ReflectOrigin origin);
std::string_view to_string(RelayRefusal reason);

}  // namespace invitro::protocol
