// One invitation's life at the broker: the record of a call and what may happen to it.
//
// The rules are in docs/PROTOCOL.md ("The broker, message by message", rules 1, 2 and 4 to 8). The
// functions below only change the record: they start and stop exchanges, and never send. What is
// owed to whom can be read off the record at any time (everything whose due time has come), so
// deciding and telling stay apart, and a decision can be made durable in between.
//
// Reasons: EndReason::unknown in `end` and `told` means "not ended" and "not told"; the broker
// never ends a call, or dismisses a device, for a reason it does not know.
//
// Invariants: a device is in the invited set once. It is told one reason, unless it is chosen or
// accepts afterwards, which makes it a participant again. There is one TakenAccept for each invitee
// in phase `accepted`, and it is never removed while the call is known; newer connection data of
// the same device replaces older (candidates.hpp).
#pragma once

#include "protocol/broker/hash_index.hpp"
#include "protocol/broker/registration.hpp"
#include "protocol/broker/return_path.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

enum class InviteePhase : std::uint8_t { invited, ringing, accepted, declined, dismissed };

// One device of the invited set.
struct Invitee {
    DeviceId device;
    Ticket ticket{};
    InviteePhase phase = InviteePhase::invited;
    EndReason told = EndReason::unknown;
    std::uint8_t dismissals = 0;  // pushes that said so, once per token each
    bool has_withdrawn = false;   // with phase `declined`: nobody has said so
    ReturnPath return_address;    // none until it has been heard in this call
    std::uint32_t first_token = no_position;
    std::uint32_t known_generation = 0;  // of the initiator's data: it has at least this one
    Retransmission push;                 // InvitePush
    Retransmission ended;                // InviteEnded, or InviteDismiss to who has not been heard
    Retransmission refresh;              // CandidateForward with the initiator's newest data

    bool operator==(const Invitee&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &Invitee::device),
                          field("ticket", &Invitee::ticket),
                          field("phase", &Invitee::phase),
                          field("told", &Invitee::told),
                          field("dismissals", &Invitee::dismissals),
                          field("has_withdrawn", &Invitee::has_withdrawn),
                          field("return_address", &Invitee::return_address),
                          field("first_token", &Invitee::first_token),
                          field("known_generation", &Invitee::known_generation),
                          field("push", &Invitee::push),
                          field("ended", &Invitee::ended),
                          field("refresh", &Invitee::refresh)};
    }

    [[nodiscard]] bool is_heard() const { return !return_address.is_none(); }

    // It may still ring, or be about to.
    [[nodiscard]] bool is_undecided() const {
        return phase == InviteePhase::invited || phase == InviteePhase::ringing;
    }
};

// A token of the snapshot (rule 1), or one that came later. Records are only added while the call
// is known, so an answer of the push service is always about the very token that was pushed to.
struct InvitedToken {
    DeviceId device;
    std::uint32_t bytes_begin = 0;  // in Call::token_bytes
    std::uint16_t bytes_size = 0;
    PushProvider provider = PushProvider::apns;
    bool is_in_use = true;             // false: gone, or replaced by another of that provider
    std::uint32_t incarnation = 0;     // under which it was registered
    std::uint32_t next = no_position;  // of the same device

    bool operator==(const InvitedToken&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &InvitedToken::device),
                          field("bytes_begin", &InvitedToken::bytes_begin),
                          field("bytes_size", &InvitedToken::bytes_size),
                          field("provider", &InvitedToken::provider),
                          field("is_in_use", &InvitedToken::is_in_use),
                          field("incarnation", &InvitedToken::incarnation),
                          field("next", &InvitedToken::next)};
    }
};

// An accept that is in force (rule 4), and its way to the initiator.
struct TakenAccept {
    DeviceId device;
    ConnectionData connection;  // the newest
    Retransmission forward;
    Retransmission refresh;  // CandidateForward, where newer data has come after the accept

    bool operator==(const TakenAccept&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &TakenAccept::device),
                          field("connection", &TakenAccept::connection),
                          field("forward", &TakenAccept::forward),
                          field("refresh", &TakenAccept::refresh)};
    }
};

// The newest InviteUpdate.
struct Choice {
    bool is_made = false;
    std::uint32_t generation = 0;
    InlineVector<DeviceId, InviteUpdate::chosen_max> devices;

    bool operator==(const Choice&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("is_made", &Choice::is_made),
                          field("generation", &Choice::generation),
                          field("devices", &Choice::devices)};
    }
};

struct Call {
    // Names the call in push requests, which have no room for its id. Never used twice.
    std::uint64_t number = 0;
    Instant opened_at{};
    EndReason end = EndReason::unknown;  // why no further accept is taken
    EndReason initiator_told = EndReason::unknown;
    bool is_lifetime_over = false;
    ReturnPath initiator_address;
    Retransmission initiator_ended;
    std::vector<Invitee> invitees;
    std::vector<InvitedToken> tokens;
    std::vector<std::uint8_t> token_bytes;
    std::vector<TakenAccept> accepts;
    // Calls to the same identifier form a list (CallTable).
    std::uint32_t previous_of_callee = no_position;
    std::uint32_t next_of_callee = no_position;
    Choice choice;
    InviteRequest request;  // its lifetime is the one granted

    bool operator==(const Call&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("number", &Call::number),
                          field("opened_at", &Call::opened_at),
                          field("end", &Call::end),
                          field("initiator_told", &Call::initiator_told),
                          field("is_lifetime_over", &Call::is_lifetime_over),
                          field("initiator_address", &Call::initiator_address),
                          field("initiator_ended", &Call::initiator_ended),
                          field("invitees", &Call::invitees),
                          field("tokens", &Call::tokens),
                          field("token_bytes", &Call::token_bytes),
                          field("accepts", &Call::accepts),
                          field("previous_of_callee", &Call::previous_of_callee),
                          field("next_of_callee", &Call::next_of_callee),
                          field("choice", &Call::choice),
                          field("request", &Call::request)};
    }

    [[nodiscard]] Instant lifetime_end() const { return opened_at + request.lifetime; }

    // When the invitation is forgotten.
    [[nodiscard]] Instant purge_at() const { return lifetime_end() + timing::grace; }

    [[nodiscard]] ByteView token_view(const InvitedToken& token) const {
        return ByteView{token_bytes}.subspan(token.bytes_begin, token.bytes_size);
    }
};

// The most tokens one call pushes to. An identifier with more is being abused.
inline constexpr std::size_t invited_tokens_max = 4096;

// ---- the record's beginning ---------------------------------------------------------------------

// A call taken in hand at `now`, as yet without invitees.
Call open_call(Instant now,
               std::uint64_t number,
               const InviteRequest& request,
               const ReturnPath& source);

// True while a device that registers for the callee joins the invited set (rule 1).
bool may_be_joined(const Call& call, Instant now);

Invitee* find_invitee(Call& call, DeviceId device);

// The device is invited from now on. Precondition: it is not in the set yet.
Invitee& add_invitee(Call& call, DeviceId device, const Ticket& ticket);

// The device is also, or instead of its other token of that provider, reached through this one; if
// it is still to be invited, the push goes out at once. False if that is known, or there is no
// room; a token known from an older registration is from now on that of this one.
bool add_token(Call& call, Invitee& invitee, const BoundToken& token, Instant now);

// The push service says that this token is gone.
void drop_token(Call& call, InvitedToken& token);

// The device has withdrawn from the callee's identifier. Unless it rings already it is out of this
// call, as if it had declined; but a call that nobody is left to answer looks like one that nobody
// answers.
void withdraw(Call& call, Invitee& invitee, Instant now);

// ---- what may happen to it ----------------------------------------------------------------------

// Precondition of all that take an invitee: its ticket was valid.
void take_ringing(Invitee& invitee, Instant now);

enum class AcceptVerdict : std::uint8_t { taken, repeated, refused };
AcceptVerdict judge_accept(const Call& call, const Invitee& invitee);

// Precondition: judge_accept() says `taken`.
void take_accept(Call& call, Invitee& invitee, const ConnectionData& connection, Instant now);

// Why an accept of this device is refused: what it was told, or said itself, else why the call
// ended. Precondition: judge_accept() says `refused`.
EndReason refusal_reason(const Call& call, const Invitee& invitee);

// True if this ended the call because every invited device has now declined.
bool take_decline(Call& call, Invitee& invitee, DeclineScope scope, Instant now);

// Once more changes nothing.
void take_cancel(Call& call, Instant now);

// False if a choice at least as new is known.
bool take_update(Call& call, const InviteUpdate& update, Instant now);

void take_lifetime_over(Call& call, Instant now);

// Both: false if nothing was outstanding.
bool take_forward_ack(Call& call, DeviceId acceptor);
bool take_ended_ack(Call& call, DeviceId device, EndReason reason);

// ---- what it still wants ------------------------------------------------------------------------

// True if this device is among those last chosen.
bool is_chosen(const Call& call, DeviceId device);

// When something of the call is due next.
Instant next_due(const Call& call);

// How many exchanges are still unanswered.
std::size_t unanswered_count(const Call& call);

}  // namespace invitro::protocol
