#include "protocol/broker/broker.hpp"
#include "protocol/broker/push_request.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// Unanswered tries of InviteEnded after which a dismissal is pushed as well.
constexpr std::uint8_t ended_tries_before_push = 2;

std::uint8_t invitation_attempt(const Invitee& invitee) {
    return std::min<std::uint8_t>(invitee.push.tries, dismissal_attempt_first - 1);
}

}  // namespace

// Sends everything of the call that is due, and no more: a duplicate that changed nothing leads
// here to nothing. Afterwards the position may be another call's, or nobody's.
void Broker::serve(Instant now, std::uint32_t position) {
    Call& call = state_.calls.calls[position];
    if (now >= call.purge_at()) {
        purge(position);
        return;
    }
    if (!call.is_lifetime_over && now >= call.lifetime_end()) {
        take_lifetime_over(call, now);
        remark(RemarkKind::invitation_expired, call.request.call, call.request.initiator);
    }
    const Instant sent = now + lateness_;
    serve_initiator(sent, call);
    for (Invitee& invitee : call.invitees) {
        serve_invitee(sent, call, invitee);
    }
    state_.calls.reschedule(position);
}

void Broker::serve_initiator(Instant now, Call& call) {
    const CallId id = call.request.call;
    for (TakenAccept& accept : call.accepts) {
        if (!accept.forward.is_due(now)) continue;
        if (accept.forward.tries != 0) {
            remark(RemarkKind::message_retransmitted, id, accept.device);
        }
        send({call.request.initiator, call.initiator_address},
             AcceptForward{.call = id, .device = accept.device, .connection = accept.connection});
        accept.forward.tried(now);
    }
    for (TakenAccept& accept : call.accepts) {
        if (!accept.refresh.is_due(now)) continue;
        if (accept.refresh.tries != 0) {
            remark(RemarkKind::message_retransmitted, id, accept.device);
        }
        send({call.request.initiator, call.initiator_address},
             CandidateForward{.call = id,
                              .device = call.request.initiator,
                              .author = accept.device,
                              .connection = accept.connection});
        accept.refresh.tried(now);
    }
    if (!call.initiator_ended.is_due(now)) return;
    const DeviceId initiator = call.request.initiator;
    if (call.initiator_ended.tries != 0) {
        remark(RemarkKind::message_retransmitted, id, initiator);
    }
    send({call.request.initiator, call.initiator_address},
         InviteEnded{.call = id, .device = initiator, .reason = call.initiator_told});
    call.initiator_ended.tried(now);
}

void Broker::serve_invitee(Instant now, Call& call, Invitee& invitee) {
    if (invitee.push.is_due(now)) push_invitation(now, call, invitee);
    if (invitee.refresh.is_due(now)) send_initiator_data(now, call, invitee);
    if (!invitee.ended.is_due(now)) return;
    if (invitee.is_heard()) {
        send_ended(now, call, invitee);
    } else {
        push_dismissal(now, call, invitee);
        invitee.ended.tried(now, push_backoff);
        if (invitee.dismissals == dismissals_max) invitee.ended.stop();
    }
}

void Broker::send_initiator_data(Instant now, const Call& call, Invitee& invitee) {
    if (invitee.refresh.tries != 0) {
        remark(RemarkKind::message_retransmitted, call.request.call, invitee.device);
    }
    send({invitee.device, invitee.return_address},
         CandidateForward{.call = call.request.call,
                          .device = invitee.device,
                          .author = call.request.initiator,
                          .connection = call.request.connection});
    invitee.refresh.tried(now);
}

InvitePush Broker::invitation_for(Instant now, const Call& call, const Invitee& invitee) {
    return {.call = call.request.call,
            .device = invitee.device,
            .ticket = invitee.ticket,
            .callee = call.request.callee,
            .caller = call.request.caller,
            .connection = call.request.connection,
            .age = now - call.opened_at,
            .lifetime = call.request.lifetime};
}

void Broker::push_invitation(Instant now, Call& call, Invitee& invitee) {
    // It came in time and waited too long: nobody is to ring any more.
    if (now >= call.lifetime_end()) return invitee.push.stop();
    if (invitee.push.tries != 0) {
        remark(RemarkKind::push_repeated, call.request.call, invitee.device);
    }
    push_to_tokens(call,
                   invitee,
                   invitation_for(now, call, invitee),
                   invitation_attempt(invitee),
                   call.lifetime_end() - now);
    invitee.push.tried(now, push_backoff);
}

// The device has been heard, so a datagram should reach it; where it does not, a push may.
void Broker::send_ended(Instant now, Call& call, Invitee& invitee) {
    if (invitee.ended.tries != 0) {
        remark(RemarkKind::message_retransmitted, call.request.call, invitee.device);
    }
    send({invitee.device, invitee.return_address},
         InviteEnded{.call = call.request.call, .device = invitee.device, .reason = invitee.told});
    if (invitee.ended.tries == ended_tries_before_push && invitee.dismissals == 0) {
        push_dismissal(now, call, invitee);
    }
    invitee.ended.tried(now);
}

void Broker::push_dismissal(Instant now, Call& call, Invitee& invitee) {
    if (now >= call.purge_at()) return;
    const InviteDismiss dismissal{
        .call = call.request.call, .device = invitee.device, .reason = invitee.told};
    const auto attempt = static_cast<std::uint8_t>(dismissal_attempt_first + invitee.dismissals);
    push_to_tokens(call, invitee, dismissal, attempt, call.purge_at() - now);
    ++invitee.dismissals;
}

template <class M>
void Broker::push_to_tokens(const Call& call,
                            const Invitee& invitee,
                            const M& message,
                            std::uint8_t attempt,
                            Duration time_to_live) {
    for (std::uint32_t at = invitee.first_token; at != no_position; at = call.tokens[at].next) {
        const InvitedToken& token = call.tokens[at];
        if (!token.is_in_use) continue;
        const PushRequest request{
            .call_number = call.number, .token_index = at, .attempt = attempt};
        const std::size_t size = encode_message(message, outbox_.reserve(push_size_max));
        outbox_.push({.request = to_number(request),
                      .provider = token.provider,
                      .token = call.token_view(token),
                      .payload = {},
                      .time_to_live = time_to_live,
                      .collapse_key = call.request.call,
                      .recipient = Party::of_device(invitee.device)},
                     size);
        ++state_.counters.pushes_sent;
    }
}

void Broker::purge(std::uint32_t position) {
    const Call& call = state_.calls.calls[position];
    const CallId id = call.request.call;
    const DeviceId initiator = call.request.initiator;
    if (unanswered_count(call) != 0) remark(RemarkKind::exchange_given_up, id, initiator);
    state_.admission.room -= room_of(call);
    state_.calls.close(position);
    remark(RemarkKind::invitation_purged, id, initiator);
}

}  // namespace invitro::protocol
