#include "protocol/client/incoming_call.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

void send_answer(IncomingCall& call, ClientContext& context) {
    switch (call.answer) {
        case RecipientAnswer::ringing:
            return context.send_to_broker(
                InviteRinging{.call = call.call, .device = context.device, .ticket = call.ticket});
        case RecipientAnswer::accept:
            return context.send_to_broker(InviteAccept{.call = call.call,
                                                       .device = context.device,
                                                       .ticket = call.ticket,
                                                       .connection = call.own});
        case RecipientAnswer::decline:
            return context.send_to_broker(InviteDecline{.call = call.call,
                                                        .device = context.device,
                                                        .ticket = call.ticket,
                                                        .scope = call.decline_scope,
                                                        .reason = call.decline_reason});
        case RecipientAnswer::nothing:
            return;
    }
}

void say(IncomingCall& call, ClientContext& context, RecipientAnswer answer) {
    call.answer = answer;
    call.exchange.start(context.now);
}

// Nothing more happens here; what is being said to the broker is still repeated.
void fall_silent(IncomingCall& call) {
    call.phase = IncomingPhase::silent;
    call.names = {};
    call.search = {};
    call.gathering = {};
    call.renewal = {};
    call.keep_alive_due = never;
    call.ring_until = never;
    call.nomination_until = never;
}

void stop_ringing(IncomingCall& call, ClientContext& context, EndReason reason) {
    const bool is_held = call.phase == IncomingPhase::held;
    call.exchange.stop();
    fall_silent(call);
    // The user has not heard of a call that was held back.
    if (!is_held) context.sender.tell(RingingStopped{.call = call.call, .reason = reason});
}

void disconnect(IncomingCall& call, ClientContext& context, SessionEnd reason) {
    const DeviceId peer = call.search.identity.peer;
    fall_silent(call);
    context.sender.tell(Disconnected{.call = call.call, .peer = peer, .reason = reason});
}

// The invitation is over for this device, says the broker.
void end(IncomingCall& call, ClientContext& context, EndReason reason) {
    // Other ends leave accepts alone that were taken before (rules 4 and 7).
    const bool nobody_nominates = reason == EndReason::answered || reason == EndReason::cancelled;
    switch (call.phase) {
        case IncomingPhase::ringing:
        case IncomingPhase::held:
            return stop_ringing(call, context, reason);
        case IncomingPhase::gathering:
        case IncomingPhase::accepting:
            // The broker's answer to our accept says which came first.
            call.dismissed = call.dismissed || nobody_nominates;
            return;
        case IncomingPhase::accepted:
            if (nobody_nominates && !call.nominated) {
                disconnect(call, context, SessionEnd::not_chosen);
            }
            return;
        case IncomingPhase::silent:
            return;
    }
}

void serve_gathering(IncomingCall& call, ClientContext& context) {
    call.gathering.serve(context);
    if (!call.gathering.is_complete(context.now)) return;
    call.own.key = context.draws.call_key();
    call.own.mapping = call.gathering.mapping();
    call.own.filtering = call.gathering.filtering();
    call.own.candidates = call.gathering.candidates(context.addresses);
    call.gathering.finish();
    context.sender.remark(RemarkKind::mapping_classified, call.call);
    call.phase = IncomingPhase::accepting;
    say(call, context, RecipientAnswer::accept);
    call.search.begin(context,
                      {.call = call.call,
                       .self = context.device,
                       .peer = {},
                       .key = derive_path_key(call.initiator.key, call.own.key),
                       .own_key = call.own.key,
                       .peer_key = call.initiator.key,
                       .initiates = false},
                      context.addresses,
                      call.initiator.candidates.view());
}

void serve_exchange(IncomingCall& call, ClientContext& context) {
    if (!call.exchange.is_due(context.now)) return;
    if (call.exchange.tries > 0) {
        context.sender.remark(RemarkKind::message_retransmitted, call.call);
    }
    call.exchange.tried(context.now);
    send_answer(call, context);
}

OwnData own_data(IncomingCall& call) {
    return {.call = call.call,
            .ticket = call.ticket,
            .gathering = call.gathering,
            .connection = call.own};
}

// The newest of the initiator's data, however it comes; false if it is not news. Its key stays.
bool take_initiator_data(IncomingCall& call, ClientContext& context, const ConnectionData& data) {
    const bool takes_part = call.phase != IncomingPhase::silent;
    if (!takes_part || data.generation <= call.initiator.generation) return false;
    const CallKey key = call.initiator.key;
    call.initiator = data;
    call.initiator.key = key;
    if (call.searches()) {
        call.search.renew(context, context.addresses, data.candidates.view());
    }
    context.sender.tell(ConnectionDataRenewed{.call = call.call, .device = {}, .connection = data});
    return true;
}

void serve_renewal(IncomingCall& call, ClientContext& context) {
    switch (call.phase) {
        case IncomingPhase::ringing:
        case IncomingPhase::held:
        case IncomingPhase::gathering:
        case IncomingPhase::silent:
            return;
        case IncomingPhase::accepting:
            return call.renewal.serve_gathering(context, own_data(call));
        case IncomingPhase::accepted:
            call.renewal.serve_gathering(context, own_data(call));
            return call.renewal.serve_exchange(context, own_data(call));
    }
}

// The kind of the own address on which the initiator's nomination arrived.
CandidateKind kind_of_path(const IncomingCall& call, const ReceivedDatagram& datagram) {
    if (call.search.is_relayed(datagram.destination)) return CandidateKind::relayed;
    for (const CandidatePair& pair : call.search.pairs) {
        const bool is_this = pair.local == datagram.destination &&
                             call.search.remotes[pair.remote].address == datagram.source;
        if (is_this && pair.confirmed) return pair.local_kind;
    }
    if (call.search.best_pair() != nullptr) return call.search.best_pair()->local_kind;
    return call.own.mapping == MappingBehaviour::none ? CandidateKind::host
                                                      : CandidateKind::server_reflexive;
}

}  // namespace

IncomingCall IncomingCall::begin(ClientContext& context, const InvitePush& push) {
    IncomingCall call = begin_held(context, push, {});
    call.ring(context);
    return call;
}

IncomingCall IncomingCall::begin_held(ClientContext& context,
                                      const InvitePush& push,
                                      const CallId& crossed_by) {
    IncomingCall call;
    call.call = push.call;
    call.phase = IncomingPhase::held;
    call.crossed_by = crossed_by;
    call.names = {push.caller, push.callee};
    call.ticket = push.ticket;
    call.initiator = push.connection;
    const Duration lifetime = std::min(push.lifetime, timing::invitation_lifetime_max);
    call.ring_until = context.now + lifetime - std::max(push.age, Duration{});
    call.forget_at = call.ring_until + timing::grace;
    call.keep_alive_due = context.now + timing::call_keep_alive;
    say(call, context, RecipientAnswer::ringing);
    return call;
}

IncomingCall IncomingCall::begin_dismissed(const ClientContext& context,
                                           const InviteDismiss& push) {
    IncomingCall call;
    call.call = push.call;
    call.forget_at = context.now + timing::invitation_lifetime_max;
    call.answer = RecipientAnswer::nothing;
    fall_silent(call);
    return call;
}

void IncomingCall::receive(ClientContext& context, const InvitePush& push) {
    take_initiator_data(*this, context, push.connection);
    context.sender.remark(RemarkKind::duplicate_dropped, call);
    send_answer(*this, context);
}

void IncomingCall::receive(ClientContext&, const RingingAck&) {
    if (answer == RecipientAnswer::ringing) exchange.stop();
}

void IncomingCall::receive(ClientContext& context, const AcceptAck&) {
    if (phase != IncomingPhase::accepting) {
        return context.sender.remark(RemarkKind::duplicate_dropped, call);
    }
    exchange.stop();
    phase = IncomingPhase::accepted;
    context.sender.tell(AcceptConfirmed{.call = call});
    if (nominated) return;
    nomination_until = context.now + timing::nomination_wait_max;
    if (dismissed) disconnect(*this, context, SessionEnd::not_chosen);
}

void IncomingCall::receive(ClientContext& context, const AcceptRefused& message) {
    if (phase != IncomingPhase::accepting) {
        return context.sender.remark(RemarkKind::duplicate_dropped, call);
    }
    exchange.stop();
    // A broker that has lost its memory refuses what it had taken; the initiator knows better.
    if (nominated) return;
    fall_silent(*this);
    context.sender.tell(AcceptRejected{.call = call, .reason = message.reason});
}

void IncomingCall::receive(ClientContext&, const DeclineAck&) {
    if (answer == RecipientAnswer::decline) exchange.stop();
}

void IncomingCall::receive(ClientContext& context, const InviteEnded& message) {
    context.send_to_broker(
        EndedAck{.call = call, .device = context.device, .reason = message.reason});
    end(*this, context, message.reason);
}

void IncomingCall::receive(ClientContext& context, const InviteDismiss& message) {
    end(*this, context, message.reason);
}

void IncomingCall::receive(ClientContext& context, const CandidateUpdateAck& message) {
    if (!renewal.receive(message, own)) context.sender.remark(RemarkKind::duplicate_dropped, call);
}

bool IncomingCall::receive(ClientContext& context, const CandidateForward& message) {
    context.send_to_broker(CandidateForwardAck{.call = call,
                                               .device = context.device,
                                               .author = message.author,
                                               .generation = message.connection.generation});
    const bool is_news = take_initiator_data(*this, context, message.connection);
    if (!is_news) context.sender.remark(RemarkKind::duplicate_dropped, call, message.author);
    return is_news;
}

bool IncomingCall::receive(ClientContext& context, const ReflectResponse& response) {
    if (phase != IncomingPhase::gathering) {
        return renewal.receive(context, own_data(*this), response);
    }
    return gathering.receive(response) != Reflected::none;
}

void IncomingCall::accept(ClientContext& context) {
    if (phase != IncomingPhase::ringing && phase != IncomingPhase::held) return;
    phase = IncomingPhase::gathering;
    names = {};
    exchange.stop();
    ring_until = never;
    gathering.begin(context, context.addresses, context.reflectors);
}

void IncomingCall::decline(ClientContext& context, DeclineScope scope, DeclineReason reason) {
    if (phase != IncomingPhase::ringing) return;
    decline_scope = scope;
    decline_reason = reason;
    stop_ringing(*this, context, EndReason::declined);
    say(*this, context, RecipientAnswer::decline);
}

void IncomingCall::hang_up(ClientContext& context) {
    const bool is_unsettled =
        phase == IncomingPhase::gathering || phase == IncomingPhase::accepting;
    if (nominated || (!is_unsettled && phase != IncomingPhase::accepted)) return;
    exchange.stop();
    disconnect(*this, context, SessionEnd::hung_up);
    // As far as the broker knows, the device may still be ringing.
    if (is_unsettled) say(*this, context, RecipientAnswer::decline);
}

void IncomingCall::ring(ClientContext& context) {
    phase = IncomingPhase::ringing;
    crossed_by = {};
    context.sender.tell(
        Ringing{.call = call, .caller = names[0], .callee = names[1], .connection = initiator});
}

void IncomingCall::give_up_ringing(ClientContext& context) {
    stop_ringing(*this, context, EndReason::unknown);
}

void IncomingCall::wake(const ClientContext& context) {
    if (keep_alive_due != never) keep_alive_due = context.now;
    if (exchange.is_active()) exchange.start(context.now);
}

void IncomingCall::move(ClientContext& context) {
    if (phase == IncomingPhase::gathering) {
        gathering.begin(context, context.addresses, context.reflectors);
    } else if (phase == IncomingPhase::accepting || phase == IncomingPhase::accepted) {
        renewal.gather_anew(context, gathering);
    }
    if (searches()) search.move(context, context.addresses);
    if (keep_alive_due == never) return;
    if (phase == IncomingPhase::ringing) {
        // Unlike a keep-alive this is answered: without an answer, datagrams do not pass from here.
        say(*this, context, RecipientAnswer::ringing);
        keep_alive_due = context.now + timing::call_keep_alive;
    } else {
        keep_alive_due = context.now;
    }
}

void IncomingCall::refresh(ClientContext& context) {
    const bool has_told = phase == IncomingPhase::accepting || phase == IncomingPhase::accepted;
    if (has_told && !renewal.is_gathering) gathering.refresh(context);
}

Session IncomingCall::begin_session(ClientContext& context, const ReceivedDatagram& datagram) {
    CHECK(searches(), "only a searching recipient can be nominated");
    Session session =
        Session::answer(context, search.identity, datagram, kind_of_path(*this, datagram));
    session.candidates = search.remotes;
    session.generation = own.generation;
    nominated = true;
    nomination_until = never;
    search = {};
    return session;
}

void IncomingCall::session_ended() {
    exchange.stop();
    fall_silent(*this);
}

void IncomingCall::serve(ClientContext& context) {
    if (ring_until <= context.now) stop_ringing(*this, context, EndReason::unknown);
    if (phase == IncomingPhase::gathering) serve_gathering(*this, context);
    serve_exchange(*this, context);
    serve_renewal(*this, context);
    if (searches()) search.serve(context);
    if (nomination_until <= context.now) {
        disconnect(
            *this, context, search.has_found() ? SessionEnd::not_chosen : SessionEnd::no_path);
    }
    if (keep_alive_due <= context.now) {
        keep_alive_due = context.now + timing::call_keep_alive;
        context.send_to_broker(CallKeepAlive{.call = call, .device = context.device});
        refresh(context);
        serve_renewal(*this, context);
    }
}

void IncomingCall::forget(ClientContext& context) {
    if (exchange.is_active()) context.sender.remark(RemarkKind::exchange_given_up, call);
    const bool is_undecided = phase != IncomingPhase::silent && !nominated;
    if (is_undecided) disconnect(*this, context, SessionEnd::no_path);
}

bool IncomingCall::searches() const {
    const bool may_search = phase == IncomingPhase::accepting || phase == IncomingPhase::accepted;
    return may_search && !nominated;
}

Instant IncomingCall::next_deadline() const {
    Instant next = std::min({forget_at, keep_alive_due, ring_until, nomination_until});
    next = std::min(next, exchange.due);
    next = std::min({next, gathering.next_deadline(), renewal.next_deadline()});
    if (searches()) next = std::min(next, search.next_deadline());
    return next;
}

}  // namespace invitro::protocol
