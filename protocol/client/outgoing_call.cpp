#include "protocol/client/outgoing_call.hpp"

#include "protocol/vocabulary/slot.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

Acceptor* find_acceptor(OutgoingCall& call, const DeviceId& device) {
    const auto found =
        std::find_if(call.acceptors.begin(), call.acceptors.end(), [&](const Acceptor& acceptor) {
            return acceptor.device == device;
        });
    return found == call.acceptors.end() ? nullptr : &*found;
}

void tell_end(OutgoingCall& call, ClientContext& context, EndReason reason) {
    if (call.end_told) return;
    call.end_told = true;
    context.sender.tell(CallEnded{.call = call.call, .reason = reason});
}

// No session with this acceptor comes about.
void let_go(OutgoingCall& call, ClientContext& context, Acceptor& acceptor, SessionEnd reason) {
    if (acceptor.phase != AcceptorPhase::searching) return;
    acceptor.phase = AcceptorPhase::done;
    acceptor.search = {};
    acceptor.connection = {};
    context.sender.tell(Disconnected{.call = call.call, .peer = acceptor.device, .reason = reason});
}

void let_all_go(OutgoingCall& call, ClientContext& context, SessionEnd reason) {
    for (Acceptor& acceptor : call.acceptors) {
        let_go(call, context, acceptor, reason);
    }
}

// ---- towards the broker ------------------------------------------------------------------------

// The broker has the call: from now on its clock, which started no later, decides.
void take_in_hand(OutgoingCall& call, ClientContext& context) {
    call.phase = OutgoingPhase::in_hand;
    call.request.stop();
    call.unanswered_at = never;
    call.keep_alive_due = context.now + timing::call_keep_alive;
    call.forget_at = context.now + call.lifetime + timing::grace;
    context.sender.tell(CallProgress{.call = call.call});
}

void fail_call(OutgoingCall& call, ClientContext& context, FailureReason reason) {
    call.phase = OutgoingPhase::given_up;
    call.gathering = {};
    call.renewal = {};
    call.request.stop();
    call.unanswered_at = never;
    call.end_told = true;
    context.sender.tell(CallFailed{.call = call.call, .reason = reason});
}

// When a refused request is sent again: not before the broker said, and not all at once, so up to
// half as long again by a share that differs from call to call.
Instant next_asking(const OutgoingCall& call, Instant now, const InviteFailed& refusal) {
    const Duration wait =
        std::clamp(refusal.retry_after, timing::refused_retry_min, timing::invitation_lifetime_max);
    const auto share = static_cast<Duration::rep>(call.call.low % 256);
    return now + wait + wait / 2 * share / 256;
}

// It has been refused and waits, so a second refusal is of a repetition.
bool is_postponed(const OutgoingCall& call, Instant now) {
    return call.request.tries == 0 && call.request.due > now;
}

// Whether a try of this exchange is due; arms the next one.
bool take_try(const OutgoingCall& call, ClientContext& context, Retransmission& exchange) {
    if (!exchange.is_due(context.now)) return false;
    if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted, call.call);
    exchange.tried(context.now);
    return true;
}

void send_request(OutgoingCall& call, ClientContext& context) {
    context.send_to_broker(InviteRequest{.call = call.call,
                                         .initiator = context.device,
                                         .callee = call.callee,
                                         .caller = call.caller,
                                         .connection = call.own,
                                         .policy = call.policy,
                                         .lifetime = call.lifetime,
                                         .admits_late_joiners = call.admits_late_joiners});
}

void send_update(OutgoingCall& call, ClientContext& context) {
    InviteUpdate message;
    message.call = call.call;
    message.initiator = context.device;
    message.generation = call.update_generation;
    message.chosen.assign(call.chosen);
    context.send_to_broker(message);
}

void send_keep_alive(OutgoingCall& call, ClientContext& context) {
    call.keep_alive_due = context.now + timing::call_keep_alive;
    context.send_to_broker(CallKeepAlive{.call = call.call, .device = context.device});
    call.refresh(context);
}

const Ticket no_ticket{};

OwnData own_data(OutgoingCall& call) {
    return {.call = call.call,
            .ticket = no_ticket,
            .gathering = call.gathering,
            .connection = call.own};
}

void serve_exchanges(OutgoingCall& call, ClientContext& context) {
    if (call.unanswered_at <= context.now) {
        context.sender.remark(RemarkKind::exchange_given_up, call.call);
        fail_call(call, context, FailureReason::refused);
    }
    if (take_try(call, context, call.request)) send_request(call, context);
    if (take_try(call, context, call.cancel)) {
        context.send_to_broker(InviteCancel{.call = call.call, .device = context.device});
    }
    if (take_try(call, context, call.update)) send_update(call, context);
    if (call.keep_alive_due <= context.now) send_keep_alive(call, context);
    if (call.phase == OutgoingPhase::gathering) return;
    call.renewal.serve_gathering(context, own_data(call));
    if (call.phase == OutgoingPhase::in_hand) {
        call.renewal.serve_exchange(context, own_data(call));
    }
}

void serve_gathering(OutgoingCall& call, ClientContext& context) {
    call.gathering.serve(context);
    if (!call.gathering.is_complete(context.now)) return;
    call.own.mapping = call.gathering.mapping();
    call.own.filtering = call.gathering.filtering();
    call.own.candidates = call.gathering.candidates(context.addresses);
    call.gathering.finish();
    context.sender.remark(RemarkKind::mapping_classified, call.call);
    call.phase = OutgoingPhase::inviting;
    call.request.start(context.now);
    call.unanswered_at = context.now + call.lifetime;
    call.forget_at = call.unanswered_at + timing::grace;
}

// ---- towards the acceptors ---------------------------------------------------------------------

// Under `first` nobody else is wanted once the choice is made.
bool takes_acceptors(const OutgoingCall& call) {
    const bool is_decided = call.policy == AnswerPolicy::first && !call.chosen.empty();
    return call.phase == OutgoingPhase::in_hand && !is_decided;
}

bool may_nominate(const OutgoingCall& call, const Acceptor& acceptor) {
    if (acceptor.phase != AcceptorPhase::searching || !acceptor.search.is_ready()) return false;
    switch (call.policy) {
        case AnswerPolicy::all:
            return true;
        case AnswerPolicy::choose:
            return acceptor.wanted;
        case AnswerPolicy::first:
            return std::none_of(
                call.acceptors.begin(), call.acceptors.end(), [](const Acceptor& other) {
                    return other.phase == AcceptorPhase::nominated;
                });
    }
    return false;
}

void serve_acceptors(OutgoingCall& call, ClientContext& context, std::vector<Session>& sessions) {
    for (Acceptor& acceptor : call.acceptors) {
        if (acceptor.phase != AcceptorPhase::searching) continue;
        acceptor.search.serve(context);
        if (may_nominate(call, acceptor)) {
            const PathSearch& search = acceptor.search;
            sessions.push_back(Session::nominate(context, search.identity, search.best_path()));
            sessions.back().candidates = search.remotes;
            sessions.back().generation = call.own.generation;
            acceptor.phase = AcceptorPhase::nominated;
            acceptor.search = {};
            acceptor.connection = {};
        } else if (acceptor.give_up <= context.now && !acceptor.search.is_ready()) {
            let_go(call, context, acceptor, SessionEnd::no_path);
        }
    }
}

}  // namespace

OutgoingCall OutgoingCall::begin(ClientContext& context, const CallCommand& command) {
    OutgoingCall call;
    call.call = with_slot(context.draws.call_id(), slot_of(command.callee));
    call.callee = command.callee;
    call.caller = command.caller;
    call.policy = command.policy;
    call.admits_late_joiners = command.admits_late_joiners;
    call.lifetime = std::clamp(command.lifetime, Duration{1s}, timing::invitation_lifetime_max);
    call.own.key = context.draws.call_key();
    call.gathering.begin(context, context.addresses, context.reflectors);
    context.sender.tell(CallStarted{.call = call.call, .callee = call.callee});
    return call;
}

void OutgoingCall::start_search(ClientContext& context,
                                Acceptor& acceptor,
                                const ConnectionData& connection) {
    acceptor.give_up = context.now + timing::connect_max;
    acceptor.connection.assign(1, connection);
    acceptor.search.begin(context,
                          {.call = call,
                           .self = context.device,
                           .peer = acceptor.device,
                           .key = derive_path_key(own.key, connection.key),
                           .own_key = own.key,
                           .peer_key = connection.key,
                           .initiates = true},
                          context.addresses,
                          connection.candidates.view());
}

void OutgoingCall::receive(ClientContext& context, const InviteProgress&) {
    switch (phase) {
        case OutgoingPhase::inviting:
            return take_in_hand(*this, context);
        case OutgoingPhase::given_up:
            // A request that was still on its way has opened the call after all: close it.
            return cancel.start(context.now);
        case OutgoingPhase::gathering:
        case OutgoingPhase::in_hand:
            return context.sender.remark(RemarkKind::duplicate_dropped, call);
    }
}

void OutgoingCall::receive(ClientContext& context, const InviteFailed& message) {
    if (phase != OutgoingPhase::inviting || is_postponed(*this, context.now)) {
        return context.sender.remark(RemarkKind::duplicate_dropped, call);
    }
    const bool may_try_again = message.reason == FailureReason::overloaded &&
                               next_asking(*this, context.now, message) < unanswered_at;
    if (!may_try_again) return fail_call(*this, context, message.reason);
    context.sender.remark(RemarkKind::request_postponed, call);
    request.start(next_asking(*this, context.now, message));
}

void OutgoingCall::receive(ClientContext& context, const AcceptForward& message) {
    const bool is_known = find_acceptor(*this, message.device) != nullptr;
    const bool has_room = acceptors.size() < acceptors_max;
    if (phase == OutgoingPhase::gathering || message.device == context.device ||
        (!is_known && !has_room)) {
        return context.sender.remark(RemarkKind::unexpected_dropped, call, message.device);
    }
    if (phase == OutgoingPhase::inviting) take_in_hand(*this, context);
    context.send_to_broker(ForwardAck{.call = call, .device = message.device});
    if (is_known) {
        return context.sender.remark(RemarkKind::duplicate_dropped, call, message.device);
    }
    context.sender.tell(
        AcceptArrived{.call = call, .device = message.device, .connection = message.connection});
    Acceptor& acceptor = acceptors.emplace_back();
    acceptor.device = message.device;
    acceptor.generation = message.connection.generation;
    if (takes_acceptors(*this)) {
        start_search(context, acceptor, message.connection);
    } else {
        let_go(*this, context, acceptor, SessionEnd::not_chosen);
    }
}

void OutgoingCall::receive(ClientContext& context, const CancelAck&) {
    if (!cancel.is_active()) context.sender.remark(RemarkKind::duplicate_dropped, call);
    cancel.stop();
}

void OutgoingCall::receive(ClientContext& context, const UpdateAck& message) {
    if (!update.is_active() || message.generation != update_generation) {
        return context.sender.remark(RemarkKind::duplicate_dropped, call);
    }
    update.stop();
}

void OutgoingCall::receive(ClientContext& context, const InviteEnded& message) {
    context.send_to_broker(
        EndedAck{.call = call, .device = context.device, .reason = message.reason});
    const bool is_unknown = message.reason == EndReason::unknown;
    if (phase == OutgoingPhase::gathering) return;
    if (phase == OutgoingPhase::inviting) {
        if (is_unknown) return;
        take_in_hand(*this, context);
    }
    // Accepts taken before the end may still be on their way: the address stays fresh for them,
    // unless the broker does not know of the call at all.
    if (is_unknown) keep_alive_due = never;
    tell_end(*this, context, message.reason);
}

void OutgoingCall::receive(ClientContext& context, const CandidateUpdateAck& message) {
    if (!renewal.receive(message, own)) context.sender.remark(RemarkKind::duplicate_dropped, call);
}

// One that has overtaken its accept is not answered, and so comes again.
bool OutgoingCall::receive(ClientContext& context, const CandidateForward& message) {
    Acceptor* acceptor = find_acceptor(*this, message.author);
    if (acceptor == nullptr) {
        context.sender.remark(RemarkKind::unexpected_dropped, call, message.author);
        return false;
    }
    context.send_to_broker(CandidateForwardAck{.call = call,
                                               .device = context.device,
                                               .author = message.author,
                                               .generation = message.connection.generation});
    if (message.connection.generation <= acceptor->generation) {
        context.sender.remark(RemarkKind::duplicate_dropped, call, message.author);
        return false;
    }
    acceptor->generation = message.connection.generation;
    if (acceptor->phase == AcceptorPhase::searching) {
        acceptor->connection.assign(1, message.connection);
        acceptor->search.renew(context, context.addresses, message.connection.candidates.view());
    }
    return true;
}

bool OutgoingCall::receive(ClientContext& context, const ReflectResponse& response) {
    return renewal.receive(context, own_data(*this), response);
}

void OutgoingCall::choose(const DeviceId& device) {
    const auto wanted = std::count_if(
        acceptors.begin(), acceptors.end(), [](const Acceptor& one) { return one.wanted; });
    Acceptor* acceptor = find_acceptor(*this, device);
    const bool has_room = static_cast<std::size_t>(wanted) < InviteUpdate::chosen_max;
    if (policy == AnswerPolicy::choose && acceptor != nullptr && has_room) acceptor->wanted = true;
}

void OutgoingCall::give_up(ClientContext& context) {
    let_all_go(*this, context, SessionEnd::not_chosen);
    const bool is_with_broker = phase == OutgoingPhase::inviting || phase == OutgoingPhase::in_hand;
    if (phase == OutgoingPhase::gathering) forget_at = context.now;
    // A call that somebody was connected in is no missed one: whoever still rings learns so.
    if (is_with_broker) {
        if (chosen.empty()) {
            cancel.start(context.now);
        } else if (policy == AnswerPolicy::all) {
            update.start(context.now);
        }
    }
    request.stop();
    unanswered_at = never;
    phase = OutgoingPhase::given_up;
    gathering = {};
    renewal = {};
    tell_end(*this, context, chosen.empty() ? EndReason::cancelled : EndReason::answered);
}

void OutgoingCall::move(ClientContext& context) {
    if (phase == OutgoingPhase::gathering) {
        gathering.begin(context, context.addresses, context.reflectors);
    } else if (phase != OutgoingPhase::given_up) {
        renewal.gather_anew(context, gathering);
    }
    for (Acceptor& acceptor : acceptors) {
        if (acceptor.phase != AcceptorPhase::searching) continue;
        acceptor.search.move(context, context.addresses);
    }
    if (request.is_active()) request.due = context.now;
    if (keep_alive_due != never) keep_alive_due = context.now;
}

void OutgoingCall::refresh(ClientContext& context) {
    const bool may_ask = phase == OutgoingPhase::inviting || phase == OutgoingPhase::in_hand;
    if (may_ask && !renewal.is_gathering) gathering.refresh(context);
}

void OutgoingCall::session_changed(ClientContext& context,
                                   const DeviceId& peer,
                                   SessionChange change) {
    Acceptor* acceptor = find_acceptor(*this, peer);
    if (acceptor == nullptr || acceptor->phase != AcceptorPhase::nominated) return;
    acceptor->phase = AcceptorPhase::done;
    if (change != SessionChange::connected || chosen.size() == InviteUpdate::chosen_max) return;
    chosen.push_back(peer);
    ++update_generation;
    // Under `all` the others may still join, until the user hangs up.
    if (policy == AnswerPolicy::all) return;
    if (phase == OutgoingPhase::in_hand) update.start(context.now);
    if (policy == AnswerPolicy::first) let_all_go(*this, context, SessionEnd::not_chosen);
}

void OutgoingCall::serve(ClientContext& context, std::vector<Session>& sessions) {
    if (phase == OutgoingPhase::gathering) serve_gathering(*this, context);
    serve_exchanges(*this, context);
    serve_acceptors(*this, context, sessions);
}

void OutgoingCall::forget(ClientContext& context) {
    if (cancel.is_active() || update.is_active()) {
        context.sender.remark(RemarkKind::exchange_given_up, call);
    }
    let_all_go(*this, context, SessionEnd::no_path);
    tell_end(*this, context, chosen.empty() ? EndReason::unknown : EndReason::answered);
}

void OutgoingCall::wake(const ClientContext& context) {
    if (keep_alive_due != never) keep_alive_due = context.now;
    for (Retransmission* exchange : {&request, &cancel, &update}) {
        if (exchange->is_active()) exchange->start(context.now);
    }
}

bool OutgoingCall::awaits_answer() const {
    const bool has_nominated =
        std::any_of(acceptors.begin(), acceptors.end(), [](const Acceptor& acceptor) {
            return acceptor.phase == AcceptorPhase::nominated;
        });
    return phase != OutgoingPhase::given_up && !end_told && chosen.empty() && !has_nominated;
}

bool OutgoingCall::has_come_to_nothing() const {
    const bool may_connect =
        std::any_of(acceptors.begin(), acceptors.end(), [](const Acceptor& acceptor) {
            return acceptor.phase != AcceptorPhase::done;
        });
    const bool is_over = phase == OutgoingPhase::given_up || end_told;
    return is_over && !may_connect && chosen.empty();
}

Instant OutgoingCall::next_deadline() const {
    Instant next = std::min({forget_at, unanswered_at, keep_alive_due});
    next = std::min({next, request.due, cancel.due, update.due});
    next = std::min({next, gathering.next_deadline(), renewal.next_deadline()});
    for (const Acceptor& acceptor : acceptors) {
        if (acceptor.phase != AcceptorPhase::searching) continue;
        next = std::min(next, acceptor.search.next_deadline());
        if (!acceptor.search.is_ready()) next = std::min(next, acceptor.give_up);
    }
    return next;
}

PathSearch* OutgoingCall::search_for(const DeviceId& device) {
    Acceptor* acceptor = find_acceptor(*this, device);
    const bool searches = acceptor != nullptr && acceptor->phase == AcceptorPhase::searching;
    return searches ? &acceptor->search : nullptr;
}

}  // namespace invitro::protocol
