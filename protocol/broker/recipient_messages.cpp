#include "protocol/broker/broker.hpp"
#include "protocol/broker/candidates.hpp"
#include "protocol/security/mac.hpp"

namespace invitro::protocol {
// Whose message it is, if its ticket is the one made for that device; the way back to it is then
// known anew.
template <class M>
Broker::Recipient Broker::hear_recipient(const Arrival& arrival, const M& message) {
    Recipient recipient{.position = find_call(arrival.now, message.call)};
    if (recipient.position == no_position) return recipient;
    Invitee* invitee = find_invitee(state_.calls.calls[recipient.position], message.device);
    if (invitee == nullptr || !is_same_secret(invitee->ticket, message.ticket)) {
        remark(RemarkKind::unexpected_dropped, message.call, message.device);
        return recipient;
    }
    invitee->return_address = arrival.source;
    recipient.invitee = invitee;
    return recipient;
}

// Also used in relaying.cpp.
template Broker::Recipient Broker::hear_recipient(const Arrival&, const RelayRequest&);
template Broker::Recipient Broker::hear_recipient(const Arrival&, const CandidateUpdate&);

// True if the call is known no longer, but the device was once invited to it: by now its ticket has
// expired with the call.
template <class M>
bool Broker::is_of_forgotten_call(const Recipient& recipient, const M& message) {
    if (recipient.position != no_position) return false;
    if (is_genuine(state_.config.ticket_key, message.ticket, message.call, message.device)) {
        return true;
    }
    remark(RemarkKind::unexpected_dropped, message.call, message.device);
    return false;
}

void Broker::on(const Arrival& arrival, const InviteRinging& message) {
    const auto [position, invitee] = hear_recipient(arrival, message);
    if (invitee == nullptr) {
        if (!is_of_forgotten_call({.position = position}, message)) return;
        send({message.device, arrival.source},
             InviteEnded{.call = message.call, .device = message.device});
        return;
    }
    if (invitee->phase != InviteePhase::invited) {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
    }
    take_ringing(*invitee, arrival.now);
    owe_initiator_data(state_.calls.calls[position], *invitee, arrival.now);
    send({message.device, arrival.source},
         RingingAck{.call = message.call, .device = message.device});
    serve(arrival.now, position);
}

void Broker::on(const Arrival& arrival, const InviteAccept& message) {
    const auto [position, invitee] = hear_recipient(arrival, message);
    if (invitee == nullptr) {
        if (!is_of_forgotten_call({.position = position}, message)) return;
        remark(RemarkKind::late_accept_refused, message.call, message.device);
        send({message.device, arrival.source},
             AcceptRefused{
                 .call = message.call, .device = message.device, .reason = EndReason::expired});
        return;
    }
    Call& call = state_.calls.calls[position];
    const AcceptVerdict verdict = judge_accept(call, *invitee);
    if (verdict == AcceptVerdict::refused) {
        remark(RemarkKind::late_accept_refused, message.call, message.device);
        send({message.device, arrival.source},
             AcceptRefused{.call = message.call,
                           .device = message.device,
                           .reason = refusal_reason(call, *invitee)});
        return;
    }
    if (verdict == AcceptVerdict::taken) {
        if (call.choice.is_made && !is_chosen(call, message.device)) {
            remark(RemarkKind::accept_after_choice, message.call, message.device);
        }
        take_accept(call, *invitee, message.connection, arrival.now);
        owe_initiator_data(call, *invitee, arrival.now);
    } else {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
    }
    send({message.device, arrival.source},
         AcceptAck{.call = message.call, .device = message.device});
    serve(arrival.now, position);
}

void Broker::on(const Arrival& arrival, const InviteDecline& message) {
    const auto [position, invitee] = hear_recipient(arrival, message);
    const DeclineAck acknowledgement{.call = message.call, .device = message.device};
    if (invitee == nullptr) {
        if (is_of_forgotten_call({.position = position}, message)) {
            send({message.device, arrival.source}, acknowledgement);
        }
        return;
    }
    if (!invitee->is_undecided()) {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
    }
    Call& call = state_.calls.calls[position];
    if (take_decline(call, *invitee, message.scope, arrival.now)) {
        remark(RemarkKind::all_declined, message.call, message.device);
    }
    send({message.device, arrival.source}, acknowledgement);
    serve(arrival.now, position);
}

}  // namespace invitro::protocol
