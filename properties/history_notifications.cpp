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
}

void History::told(const Header& header, const protocol::CallEnded& what) {
    CallFacts& call = call_of(what.call);
    if (call.ended.happened() || call.failed.happened()) call.after_end.first(header);
    if (!call.ended.happened()) call.end_reason = what.reason;
    call.ended.first(header);
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
    if (what.callee != call.callee || what.caller != call.caller) {
        who.ringing_other_names.first(header);
    }
    compare(who.ringing_data, header, call.initiator, what.connection, call.offers);
    known(who.initiator_data, header, what.connection.generation);
}

void History::told(const Header& header, const protocol::RingingStopped& what) {
    ParticipantFacts& who = participant(call_of(what.call), header.node.number);
    if (who.killed.happened()) return;
    if (is_over(who)) who.after_end.first(header);
    if (!who.ringing_stopped.happened()) who.stop_reason = what.reason;
    who.ringing_stopped.first(header);
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
    CallFacts& call = call_of(what.call);
    if (header.node.number != call.initiator) {
        ParticipantFacts& who = participant(call, header.node.number);
        if (!who.killed.happened()) open_session(who.here, header);
    } else if (ParticipantFacts* who = participant_named(call, what.peer)) {
        open_session(who->at_initiator, header);
    }
}

void History::told(const Header& header, const protocol::Disconnected& what) {
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
