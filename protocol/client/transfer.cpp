#include "protocol/client/transfer.hpp"

#include "protocol/vocabulary/slot.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// How long the peers may take to find a path, and the peer to be connected by it.
constexpr Duration confirming_max =
    timing::connect_max + timing::session_silence_max + timing::retransmission_max;
// How long the broker is told that a transfer is over.
constexpr Duration closing_max = timing::session_silence_max;

void send_answer(OfferedLeg& leg, ClientContext& context) {
    TransferAnswer message{.device = context.device,
                           .session = leg.session,
                           .leg = leg.leg,
                           .ticket = leg.ticket,
                           .step = leg.answer,
                           .connection = {}};
    if (leg.answer == TransferStep::accepted) message.connection = leg.own;
    context.send_to_broker(message);
}

void fall_silent(OfferedLeg& leg) {
    leg.phase = OfferedPhase::silent;
    leg.search = {};
    leg.ring_until = never;
    leg.give_up = never;
}

void disconnect(OfferedLeg& leg, ClientContext& context, SessionEnd reason) {
    leg.exchange.stop();
    fall_silent(leg);
    context.sender.tell(Disconnected{.call = leg.leg, .peer = leg.peer, .reason = reason});
}

void serve_gathering(OfferedLeg& leg, ClientContext& context) {
    leg.gathering.serve(context);
    if (!leg.gathering.is_complete(context.now)) return;
    leg.own.key = context.draws.call_key();
    leg.own.mapping = leg.gathering.mapping();
    leg.own.filtering = leg.gathering.filtering();
    leg.own.candidates = leg.gathering.candidates(context.addresses);
    leg.gathering = {};
    leg.phase = OfferedPhase::accepting;
    leg.answer = TransferStep::accepted;
    leg.exchange.start(context.now);
    leg.search.begin(context,
                     {.call = leg.leg,
                      .self = context.device,
                      .peer = leg.peer,
                      .key = derive_path_key(leg.own.key, leg.peer_data.key),
                      .own_key = leg.own.key,
                      .peer_key = leg.peer_data.key,
                      .initiates = true},
                     context.addresses,
                     leg.peer_data.candidates.view());
}

bool take_try(ClientContext& context, Retransmission& exchange) {
    if (!exchange.is_due(context.now)) return false;
    if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted);
    exchange.tried(context.now);
    return true;
}

}  // namespace

// ---- from ---------------------------------------------------------------------------------------

MovingSession MovingSession::begin(ClientContext& context,
                                   const Session& session,
                                   const DeviceId& target) {
    MovingSession moving;
    moving.session = session.identity.call;
    moving.peer = session.identity.peer;
    moving.leg = with_slot(context.draws.call_id(), slot_of(session.identity.call));
    moving.target = target;
    moving.peer_data.key = session.identity.peer_key;
    // Where the peer is heard from now comes first: it may have moved since it named the others.
    moving.peer_data.candidates.push_back(
        {.kind = CandidateKind::peer_reflexive, .address = session.remote, .priority = 0xFFFFFFFF});
    for (const Candidate& candidate : session.candidates) {
        const bool has_room = moving.peer_data.candidates.size() < ConnectionData::candidates_max;
        if (has_room && candidate.address != session.remote) {
            moving.peer_data.candidates.push_back(candidate);
        }
    }
    moving.exchange.start(context.now);
    moving.give_up = context.now + timing::invitation_lifetime_default + timing::liveness_window;
    return moving;
}

void MovingSession::receive(ClientContext& context, const TransferState& message) {
    if (phase == MovingPhase::closing) {
        if (message.step >= TransferStep::refused) exchange.stop();
        return;
    }
    if (message.step >= TransferStep::refused) {
        fail(context, message.step);
    } else if (message.step == TransferStep::accepted && phase == MovingPhase::asking) {
        phase = MovingPhase::confirming;
        target_data = message.connection;
        exchange.stop();
        offer.start(context.now);
        give_up = context.now + confirming_max;
    }
}

void MovingSession::receive(ClientContext& context, const LegAnswer& message) {
    if (phase != MovingPhase::confirming || message.leg != leg) return;
    offer.stop();
    if (message.state == LegState::failed) fail(context, TransferStep::over);
}

void MovingSession::fail(ClientContext& context, TransferStep step) {
    if (phase == MovingPhase::closing) return;
    context.sender.tell(
        TransferFailed{.call = session, .leg = leg, .target = target, .step = step});
    close(context);
}

void MovingSession::close(ClientContext& context) {
    if (phase == MovingPhase::closing) return;
    phase = MovingPhase::closing;
    target_data = {};
    offer.stop();
    exchange.start(context.now);
    give_up = context.now + closing_max;
}

void MovingSession::serve(ClientContext& context, Session* old) {
    if (old == nullptr && phase != MovingPhase::closing) fail(context, TransferStep::over);
    if (give_up <= context.now) fail(context, TransferStep::expired);
    if (take_try(context, exchange)) {
        context.send_to_broker(Transfer{.device = context.device,
                                        .session = session,
                                        .leg = leg,
                                        .peer = peer,
                                        .target = target,
                                        .connection = peer_data,
                                        .is_over = phase == MovingPhase::closing});
    }
    if (old != nullptr && take_try(context, offer)) {
        LegOffer message;
        message.leg = leg;
        message.device = target;
        message.connection = seal_connection(
            old->identity.key, {.leg = leg, .device = target, .connection = target_data});
        old->say(context, message);
    }
}

Instant MovingSession::next_deadline() const {
    return std::min({give_up, exchange.due, offer.due});
}

// ---- target -------------------------------------------------------------------------------------

OfferedLeg OfferedLeg::begin(ClientContext& context, const TransferOffer& push) {
    OfferedLeg leg;
    leg.leg = push.leg;
    leg.session = push.session;
    leg.from = push.from;
    leg.peer = push.peer;
    leg.ticket = push.ticket;
    leg.peer_data = push.connection;
    const Duration lifetime = std::min(push.lifetime, timing::invitation_lifetime_max);
    leg.ring_until = context.now + lifetime - std::max(push.age, Duration{});
    leg.forget_at = leg.ring_until + timing::grace;
    leg.exchange.start(context.now);
    context.sender.tell(TransferOffered{
        .call = push.leg, .session = push.session, .from = push.from, .peer = push.peer});
    return leg;
}

void OfferedLeg::receive(ClientContext& context, const TransferOffer&) {
    context.sender.remark(RemarkKind::duplicate_dropped, leg);
    send_answer(*this, context);
}

void OfferedLeg::receive(ClientContext& context, const TransferState& message) {
    switch (message.step) {
        case TransferStep::offered:
            if (answer == TransferStep::offered) exchange.stop();
            return;
        case TransferStep::accepted:
            if (phase != OfferedPhase::accepting) return;
            exchange.stop();
            phase = OfferedPhase::accepted;
            give_up = context.now + timing::nomination_wait_max;
            return;
        case TransferStep::declined:
            if (answer == TransferStep::declined) exchange.stop();
            return;
        case TransferStep::expired:
            return end(context, EndReason::expired);
        case TransferStep::refused:
        case TransferStep::over:
            return end(context, EndReason::cancelled);
    }
}

bool OfferedLeg::receive(const ReflectResponse& response) {
    return phase == OfferedPhase::gathering && gathering.receive(response) != Reflected::none;
}

void OfferedLeg::end(ClientContext& context, EndReason reason) {
    if (phase == OfferedPhase::silent) return exchange.stop();
    if (nominated) return;
    if (phase != OfferedPhase::ringing) return disconnect(*this, context, SessionEnd::not_chosen);
    exchange.stop();
    fall_silent(*this);
    context.sender.tell(RingingStopped{.call = leg, .reason = reason});
}

void OfferedLeg::accept(ClientContext& context) {
    if (phase != OfferedPhase::ringing) return;
    phase = OfferedPhase::gathering;
    exchange.stop();
    ring_until = never;
    gathering.begin(context, context.addresses, context.reflectors);
}

void OfferedLeg::decline(ClientContext& context) {
    if (phase != OfferedPhase::ringing) return;
    end(context, EndReason::declined);
    answer = TransferStep::declined;
    exchange.start(context.now);
}

void OfferedLeg::hang_up(ClientContext& context) {
    const bool is_unsettled = phase == OfferedPhase::gathering || searches();
    if (is_unsettled && !nominated) disconnect(*this, context, SessionEnd::hung_up);
}

void OfferedLeg::move(ClientContext& context) {
    if (phase == OfferedPhase::gathering) {
        gathering.begin(context, context.addresses, context.reflectors);
    }
    if (searches()) search.move(context, context.addresses);
}

void OfferedLeg::serve(ClientContext& context, std::vector<Session>& sessions) {
    if (ring_until <= context.now) end(context, EndReason::unknown);
    const bool is_unsettled = phase == OfferedPhase::gathering || searches();
    if (forget_at <= context.now && is_unsettled) disconnect(*this, context, SessionEnd::no_path);
    if (phase == OfferedPhase::gathering) serve_gathering(*this, context);
    if (take_try(context, exchange)) send_answer(*this, context);
    if (!searches()) return;
    search.serve(context);
    if (phase == OfferedPhase::accepted && search.is_ready()) {
        sessions.push_back(Session::nominate(context, search.identity, search.best_path()));
        sessions.back().candidates = search.remotes;
        nominated = true;
        search = {};
        give_up = never;
    } else if (give_up <= context.now) {
        disconnect(*this, context, SessionEnd::no_path);
    }
}

Instant OfferedLeg::next_deadline() const {
    Instant next = std::min({forget_at, ring_until, give_up, exchange.due});
    if (phase == OfferedPhase::gathering) next = std::min(next, gathering.next_deadline());
    if (searches()) next = std::min(next, search.next_deadline());
    return next;
}

// ---- peer ---------------------------------------------------------------------------------------

ArrivingLeg ArrivingLeg::begin(ClientContext& context,
                               const Session& old,
                               const LegConnection& offer) {
    ArrivingLeg leg;
    leg.session = old.identity.call;
    leg.from = old.identity.peer;
    leg.give_up = context.now + timing::connect_max;
    leg.search.begin(context,
                     {.call = offer.leg,
                      .self = context.device,
                      .peer = offer.device,
                      .key = derive_path_key(offer.connection.key, old.identity.own_key),
                      .own_key = old.identity.own_key,
                      .peer_key = offer.connection.key,
                      .initiates = false},
                     context.addresses,
                     offer.connection.candidates.view());
    return leg;
}

}  // namespace invitro::protocol
