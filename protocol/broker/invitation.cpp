#include "protocol/broker/invitation.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// A reason is said once; the exchange that says it begins at `now`.
void tell(Invitee& invitee, EndReason reason, Instant now) {
    invitee.told = reason;
    invitee.ended.start(now);
}

void dismiss(Invitee& invitee, EndReason reason, Instant now) {
    invitee.phase = InviteePhase::dismissed;
    invitee.push.stop();
    invitee.refresh.stop();
    tell(invitee, reason, now);
}

// What the device was told holds no longer: it takes part again.
void take_back(Invitee& invitee) {
    invitee.told = EndReason::unknown;
    invitee.ended.stop();
}

void tell_initiator(Call& call, EndReason reason, Instant now) {
    if (call.initiator_told != EndReason::unknown) return;
    call.initiator_told = reason;
    call.initiator_ended.start(now);
}

// Nobody is left to answer, and somebody has said no.
bool have_all_declined(const Call& call) {
    const auto& all = call.invitees;
    return std::all_of(all.begin(),
                       all.end(),
                       [](const Invitee& one) { return one.phase == InviteePhase::declined; }) &&
           std::any_of(
               all.begin(), all.end(), [](const Invitee& one) { return !one.has_withdrawn; });
}

// The token was registered anew: what its service still says of pushes before that is about another
// record than what it will say from now on.
void confirm_token(Call& call, Invitee& invitee, std::uint32_t position, const BoundToken& token) {
    InvitedToken confirmed = call.tokens[position];
    call.tokens[position].is_in_use = false;
    confirmed.incarnation = token.incarnation;
    confirmed.next = invitee.first_token;
    call.tokens.push_back(confirmed);
    invitee.first_token = static_cast<std::uint32_t>(call.tokens.size() - 1);
}

Duration granted_lifetime(Duration asked_for) {
    if (asked_for <= Duration{}) return timing::invitation_lifetime_default;
    return std::min(asked_for, timing::invitation_lifetime_max);
}

}  // namespace

Call open_call(Instant now,
               std::uint64_t number,
               const InviteRequest& request,
               const ReturnPath& source) {
    Call call;
    call.number = number;
    call.opened_at = now;
    call.initiator_address = source;
    call.request = request;
    call.request.lifetime = granted_lifetime(request.lifetime);
    return call;
}

bool may_be_joined(const Call& call, Instant now) {
    return call.request.admits_late_joiners && call.end == EndReason::unknown &&
           !call.choice.is_made && now < call.lifetime_end();
}

Invitee* find_invitee(Call& call, DeviceId device) {
    const auto found = std::find_if(call.invitees.begin(),
                                    call.invitees.end(),
                                    [&](const Invitee& one) { return one.device == device; });
    return found == call.invitees.end() ? nullptr : &*found;
}

Invitee& add_invitee(Call& call, DeviceId device, const Ticket& ticket) {
    Invitee& invitee = call.invitees.emplace_back();
    invitee.device = device;
    invitee.ticket = ticket;
    // Whatever is pushed to it is at least as new.
    invitee.known_generation = call.request.connection.generation;
    return invitee;
}

bool add_token(Call& call, Invitee& invitee, const BoundToken& token, Instant now) {
    if (call.tokens.size() == invited_tokens_max) return false;
    for (std::uint32_t at = invitee.first_token; at != no_position; at = call.tokens[at].next) {
        InvitedToken& known = call.tokens[at];
        if (!known.is_in_use || known.provider != token.provider) continue;
        const ByteView bytes = call.token_view(known);
        if (std::equal(bytes.begin(), bytes.end(), token.token.begin(), token.token.end())) {
            if (known.incarnation < token.incarnation) confirm_token(call, invitee, at, token);
            return false;
        }
        known.is_in_use = false;
    }
    call.tokens.push_back({.device = invitee.device,
                           .bytes_begin = static_cast<std::uint32_t>(call.token_bytes.size()),
                           .bytes_size = static_cast<std::uint16_t>(token.token.size()),
                           .provider = token.provider,
                           .incarnation = token.incarnation,
                           .next = invitee.first_token});
    call.token_bytes.insert(call.token_bytes.end(), token.token.begin(), token.token.end());
    invitee.first_token = static_cast<std::uint32_t>(call.tokens.size() - 1);
    if (invitee.phase == InviteePhase::invited) invitee.push.start(now);
    return true;
}

void drop_token(Call& call, InvitedToken& token) {
    token.is_in_use = false;
    Invitee* invitee = find_invitee(call, token.device);
    for (std::uint32_t at = invitee->first_token; at != no_position; at = call.tokens[at].next) {
        if (call.tokens[at].is_in_use) return;
    }
    // There is no way to push to this device any more.
    invitee->push.stop();
    if (!invitee->is_heard()) invitee->ended.stop();
}

void withdraw(Call& call, Invitee& invitee, Instant now) {
    if (!invitee.is_undecided() || invitee.is_heard()) return;
    for (std::uint32_t at = invitee.first_token; at != no_position; at = call.tokens[at].next) {
        call.tokens[at].is_in_use = false;
    }
    invitee.phase = InviteePhase::declined;
    invitee.has_withdrawn = true;
    invitee.push.stop();
    if (call.end != EndReason::unknown || !have_all_declined(call)) return;
    call.end = EndReason::declined;
    tell_initiator(call, EndReason::declined, now);
}

void take_ringing(Invitee& invitee, Instant now) {
    if (invitee.phase == InviteePhase::invited) {
        invitee.phase = InviteePhase::ringing;
        invitee.push.stop();
    }
    // It rings although it was dismissed: the dismissal has not come through.
    if (invitee.phase == InviteePhase::dismissed) invitee.ended.start(now);
}

AcceptVerdict judge_accept(const Call& call, const Invitee& invitee) {
    if (invitee.phase == InviteePhase::accepted) return AcceptVerdict::repeated;
    const bool is_too_late =
        call.end != EndReason::unknown || invitee.phase == InviteePhase::declined;
    return is_too_late ? AcceptVerdict::refused : AcceptVerdict::taken;
}

void take_accept(Call& call, Invitee& invitee, const ConnectionData& connection, Instant now) {
    invitee.phase = InviteePhase::accepted;
    invitee.push.stop();
    take_back(invitee);
    TakenAccept& accept = call.accepts.emplace_back();
    accept.device = invitee.device;
    accept.connection = connection;
    accept.forward.start(now);
    if (call.choice.is_made && !is_chosen(call, invitee.device)) {
        tell(invitee, EndReason::answered, now);
    }
}

EndReason refusal_reason(const Call& call, const Invitee& invitee) {
    if (invitee.told != EndReason::unknown) return invitee.told;
    if (invitee.has_withdrawn) return EndReason::unknown;
    return invitee.phase == InviteePhase::declined ? EndReason::declined : call.end;
}

bool take_decline(Call& call, Invitee& invitee, DeclineScope scope, Instant now) {
    // Whoever declines is silent and need not be told anything.
    if (invitee.phase == InviteePhase::dismissed) invitee.ended.stop();
    if (!invitee.is_undecided()) return false;
    invitee.phase = InviteePhase::declined;
    invitee.push.stop();
    invitee.refresh.stop();
    const bool is_last = have_all_declined(call);
    if (scope == DeclineScope::here && !is_last) return false;

    call.end = EndReason::declined;
    for (Invitee& other : call.invitees) {
        if (other.is_undecided()) dismiss(other, EndReason::declined, now);
    }
    // Accepts already taken stand and may still connect.
    if (call.accepts.empty()) tell_initiator(call, EndReason::declined, now);
    return is_last;
}

void take_cancel(Call& call, Instant now) {
    if (call.end == EndReason::unknown) call.end = EndReason::cancelled;
    // Who cancels knows, and need not hear of any end.
    if (call.initiator_told == EndReason::unknown) call.initiator_told = EndReason::cancelled;
    call.initiator_ended.stop();
    for (Invitee& invitee : call.invitees) {
        if (invitee.is_undecided()) dismiss(invitee, EndReason::cancelled, now);
        const bool is_acceptor = invitee.phase == InviteePhase::accepted;
        if (is_acceptor && invitee.told == EndReason::unknown) {
            tell(invitee, EndReason::cancelled, now);
        }
    }
}

bool take_update(Call& call, const InviteUpdate& update, Instant now) {
    if (call.choice.is_made && update.generation <= call.choice.generation) return false;
    call.choice = {.is_made = true, .generation = update.generation, .devices = update.chosen};
    for (Invitee& invitee : call.invitees) {
        const bool is_acceptor = invitee.phase == InviteePhase::accepted;
        if (is_chosen(call, invitee.device)) {
            if (is_acceptor && invitee.told == EndReason::answered) take_back(invitee);
        } else if (invitee.is_undecided()) {
            dismiss(invitee, EndReason::answered, now);
        } else if (is_acceptor && invitee.told == EndReason::unknown) {
            tell(invitee, EndReason::answered, now);
        }
    }
    return true;
}

void take_lifetime_over(Call& call, Instant now) {
    call.is_lifetime_over = true;
    for (Invitee& invitee : call.invitees) {
        // Whoever was passed over by a choice has been told so when it was made.
        if (invitee.is_undecided()) dismiss(invitee, EndReason::expired, now);
    }
    tell_initiator(call, call.accepts.empty() ? EndReason::expired : EndReason::answered, now);
}

bool take_forward_ack(Call& call, DeviceId acceptor) {
    for (TakenAccept& accept : call.accepts) {
        if (accept.device != acceptor) continue;
        const bool was_active = accept.forward.is_active();
        accept.forward.stop();
        return was_active;
    }
    return false;
}

bool take_ended_ack(Call& call, DeviceId device, EndReason reason) {
    Retransmission* ended = nullptr;
    if (device == call.request.initiator) {
        if (reason == call.initiator_told) ended = &call.initiator_ended;
    } else if (Invitee* invitee = find_invitee(call, device)) {
        if (reason == invitee->told) ended = &invitee->ended;
    }
    if (ended == nullptr || !ended->is_active()) return false;
    ended->stop();
    return true;
}

bool is_chosen(const Call& call, DeviceId device) {
    const auto& chosen = call.choice.devices;
    return std::find(chosen.begin(), chosen.end(), device) != chosen.end();
}

Instant next_due(const Call& call) {
    Instant due = call.is_lifetime_over ? call.purge_at() : call.lifetime_end();
    due = std::min(due, call.initiator_ended.due);
    for (const Invitee& invitee : call.invitees) {
        due = std::min({due, invitee.push.due, invitee.ended.due, invitee.refresh.due});
    }
    for (const TakenAccept& accept : call.accepts) {
        due = std::min({due, accept.forward.due, accept.refresh.due});
    }
    return due;
}

std::size_t unanswered_count(const Call& call) {
    std::size_t count = call.initiator_ended.is_active() ? 1 : 0;
    for (const Invitee& invitee : call.invitees) {
        if (invitee.ended.is_active()) ++count;
        if (invitee.refresh.is_active()) ++count;
    }
    for (const TakenAccept& accept : call.accepts) {
        if (accept.forward.is_active()) ++count;
        if (accept.refresh.is_active()) ++count;
    }
    return count;
}

}  // namespace invitro::protocol
