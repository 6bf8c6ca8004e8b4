// History, second part: what applications were told.
#include "properties/history.hpp"
#include "protocol/wire/messages.hpp"

namespace invitro::properties {

using protocol::EndReason;

namespace {

// The participant has heard its last word on this call.
bool is_over(const ParticipantFacts& who) {
    const bool fell_silent = who.ringing_stopped.happened() && !who.accept_command.happened();
    return fell_silent || who.rejected.happened() || who.here.disconnected.happened();
}

void end_session(SessionFacts& session,
                 const model::EventHeader& header,
                 protocol::SessionEnd why) {
    if (!session.disconnected.happened()) session.reason = why;
    session.disconnected.first(header);
}

void open_session(SessionFacts& session, const model::EventHeader& header) {
    if (session.disconnected.happened()) session.connected_after_end.first(header);
    session.connected.first(header);
}

}  // namespace

void History::on(const Header& header, const model::Notified<protocol::Notification>& event) {
    std::visit([&](const auto& what) { told(header, what); }, event.notification);
}

void History::told(const Header& header, const protocol::Registered&) {
    device(header.node.number).registered_notified.first(header);
}

void History::told(const Header& header, const protocol::CallStarted& what) {
    CallFacts& call = call_of(what.call);
    if (call.initiator == nobody) call.initiator = header.node.number;
    if (call.callee.empty()) call.callee = what.callee;
    call.started.first(header);
}

void History::told(const Header& header, const protocol::CallProgress& what) {
    CallFacts& call = call_of(what.call);
    if (call.ended.happened() || call.failed.happened()) call.after_end.first(header);
    call.progress.first(header);
}

void History::told(const Header& header, const protocol::CallFailed& what) {
    CallFacts& call = call_of(what.call);
    if (call.ended.happened() || call.failed.happened()) call.after_end.first(header);
    call.failed.first(header);
    note_settled(call, header);
}

void History::told(const Header& header, const protocol::CallEnded& what) {
    CallFacts& call = call_of(what.call);
    if (call.ended.happened() || call.failed.happened()) call.after_end.first(header);
    if (!call.ended.happened()) call.end_reason = what.reason;
    call.ended.first(header);
    // Who gives way ends its call for the other's sake: that settles nothing.
    if (!call.gave_way.happened()) note_settled(call, header);
}

void History::told(const Header& header, const protocol::Ringing& what) {
    CallFacts& call = call_of(what.call);
    ParticipantFacts& who = participant(call, header.node.number);
    if (who.killed.happened()) return;
    if (is_over(who)) who.after_end.first(header);
    if (who.ringing.happened()) who.rang_again.first(header);
    who.ringing.first(header);
    RegistrationFacts& registration = device(header.node.number).registration;
    if (registration.unregister_command.happened()) registration.rang_after_end.first(header);
    ring(header.node.number, call, header);
    note_ring(call, header);
    if (what.callee != call.callee || what.caller != call.caller) {
        who.ringing_other_names.first(header);
    }
    compare(who.ringing_data, header, call.initiator, what.connection, call.offers);
    known(who.initiator_data, header, what.connection.generation);
}

void History::told(const Header& header, const protocol::RingingStopped& what) {
    if (leg_ended(header, what.call)) return;
    ParticipantFacts& who = participant(call_of(what.call), header.node.number);
    if (who.killed.happened()) return;
    if (is_over(who)) who.after_end.first(header);
    if (!who.ringing_stopped.happened()) who.stop_reason = what.reason;
    who.ringing_stopped.first(header);
    stop_ringing(header.node.number, what.call);
}

// Calling is consent: who has called the one that calls has accepted (rule 9). That it has, and
// that its own call is the larger one and nobody nominated in it, is looked up and not believed.
void History::told(const Header& header, const protocol::CallsCrossed& what) {
    const std::uint32_t number = header.node.number;
    CallFacts& made = call_of(what.given_up);
    // A program that was killed does not know whom it had nominated.
    const bool is_open = made.awaits_answer() || made.initiator_killed.happened();
    const bool is_own = made.initiator == number && is_open;
    const protocol::EndpointIdentifier callee = made.callee;
    made.gave_way.first(header);
    CallFacts& call = call_of(what.call);
    ParticipantFacts& who = participant(call, number);
    const bool is_asked = is_own && callee == call.caller && what.call < what.given_up;
    if (is_asked) who.consent.first(header);
    if (who.killed.happened()) return;
    who.crossed.first(header);
    if (!is_asked) {
        who.crossed_unasked.first(header);
        return;
    }
    stop_ringing(number, what.call);
    // It answers without ringing, with what it was pushed.
    known(who.initiator_data, header, who.pushed_generation);
    if (!who.answered_itself()) who.accept_command.first(header);
}

// A device on which several calls ring at once.
void History::ring(std::uint32_t number, CallFacts& call, const Header& header) {
    auto& rings = device(number).rings;
    for (const CallId& other : rings) {
        CallFacts* beside = calls_.find(other);
        if (beside == nullptr) continue;
        participant(*beside, number).rang_beside.first(header);
        participant(call, number).rang_beside.first(header);
    }
    rings.push_back(call.id);
}

void History::stop_ringing(std::uint32_t number, const CallId& call) {
    std::erase(device(number).rings, call);
}

void History::told(const Header& header, const protocol::AcceptConfirmed& what) {
    ParticipantFacts& who = participant(call_of(what.call), header.node.number);
    if (who.killed.happened()) return;
    if (is_over(who)) who.after_end.first(header);
    who.confirmed.first(header);
}

void History::told(const Header& header, const protocol::AcceptRejected& what) {
    ParticipantFacts& who = participant(call_of(what.call), header.node.number);
    if (who.killed.happened()) return;
    if (is_over(who)) who.after_end.first(header);
    if (!who.rejected.happened()) who.reject_reason = what.reason;
    who.rejected.first(header);
}

void History::told(const Header& header, const protocol::AcceptArrived& what) {
    CallFacts& call = call_of(what.call);
    ParticipantFacts* who = participant_named(call, what.device);
    if (who == nullptr) {
        call.stranger_arrived.first(header);
        return;
    }
    if (who->has_arrived) who->arrived_again.first(header);
    who->has_arrived = true;
    compare(who->arrived, header, who->device, what.connection, who->accepts);
    known(who->own_data_there, header, what.connection.generation);
}

void History::known(RenewalFacts& heard, const Header& header, std::uint32_t generation) {
    if (heard.known_at.happened() && generation <= heard.generation) return;
    heard.generation = generation;
    heard.known_at.last(header);
}

void History::told(const Header& header, const protocol::ConnectionDataRenewed& what) {
    CallFacts& call = call_of(what.call);
    const bool is_at_initiator = header.node.number == call.initiator;
    ParticipantFacts* who = is_at_initiator ? participant_named(call, what.device)
                                            : &participant(call, header.node.number);
    if (who == nullptr) {
        call.stranger_arrived.first(header);
        return;
    }
    if (!is_at_initiator && who->killed.happened()) return;
    RenewalFacts& heard = is_at_initiator ? who->own_data_there : who->initiator_data;
    compare(heard.copy,
            header,
            is_at_initiator ? who->device : call.initiator,
            what.connection,
            is_at_initiator ? who->accepts : call.offers);
    if (what.connection.generation <= heard.generation) heard.not_newer.first(header);
    known(heard, header, what.connection.generation);
}

void History::told(const Header& header, const protocol::Connected& what) {
    if (leg_connected(header, what.call)) return;
    CallFacts& call = call_of(what.call);
    note_connected(call, what.peer, header);
    if (header.node.number != call.initiator) {
        ParticipantFacts& who = participant(call, header.node.number);
        if (!who.killed.happened()) open_session(who.here, header);
    } else if (ParticipantFacts* who = participant_named(call, what.peer)) {
        open_session(who->at_initiator, header);
    }
}

void History::told(const Header& header, const protocol::Disconnected& what) {
    note_old_ended(header, what);
    if (leg_ended(header, what.call)) return;
    CallFacts& call = call_of(what.call);
    if (header.node.number != call.initiator) {
        ParticipantFacts& who = participant(call, header.node.number);
        if (who.killed.happened()) return;
        if (is_over(who)) who.after_end.first(header);
        end_session(who.here, header, what.reason);
    } else if (ParticipantFacts* who = participant_named(call, what.peer)) {
        end_session(who->at_initiator, header, what.reason);
    }
}

}  // namespace invitro::properties
