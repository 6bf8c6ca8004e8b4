#include "protocol/broker/broker.hpp"

namespace invitro::protocol {

void Broker::on(const Arrival& arrival, const InviteRequest& message) {
    if (message.call.is_none() || message.initiator.is_none()) {
        remark(RemarkKind::malformed_dropped, message.call, message.initiator);
        return;
    }
    // In a cluster the call lives where its callee's registrations are.
    if (state_.cluster.is_clustered() && slot_of(message.call) != slot_of(message.callee)) {
        remark(RemarkKind::unexpected_dropped, message.call, message.initiator);
        send({message.initiator, arrival.source},
             InviteFailed{.call = message.call, .reason = FailureReason::refused});
        return;
    }
    std::uint32_t position = find_call(arrival.now, message.call);
    if (position == no_position) {
        position = take_in_hand(arrival.now, message, arrival.source);
    } else if (hear_initiator(arrival, state_.calls.calls[position], message.initiator)) {
        remark(RemarkKind::duplicate_dropped, message.call, message.initiator);
    } else {
        return;
    }
    // The answer is the same, and comes as soon, whether anybody is registered for the callee or
    // not.
    send({message.initiator, arrival.source}, InviteProgress{.call = message.call});
    serve(arrival.now, position);
}

std::uint32_t Broker::take_in_hand(Instant now,
                                   const InviteRequest& request,
                                   const ReturnPath& source) {
    Call call = open_call(now, state_.calls.next_number++, request, source);
    state_.registry.for_each_token(now, request.callee, [&](const BoundToken& token) {
        if (token.device != request.initiator) invite(call, token, now);
    });
    ++state_.counters.calls_opened;
    state_.admission.room += room_of(call);
    return state_.calls.open(std::move(call));
}

// A cancel that overtakes its request leaves a call that is over before it began: when the request
// arrives, nobody is invited.
void Broker::on(const Arrival& arrival, const InviteCancel& message) {
    if (message.call.is_none() || message.device.is_none()) {
        remark(RemarkKind::malformed_dropped, message.call, message.device);
        return;
    }
    std::uint32_t position = find_call(arrival.now, message.call);
    if (position == no_position) {
        InviteRequest request;
        request.call = message.call;
        request.initiator = message.device;
        position = take_in_hand(arrival.now, request, arrival.source);
    }
    Call& call = state_.calls.calls[position];
    if (!hear_initiator(arrival, call, message.device)) return;
    if (call.end != EndReason::unknown) {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
    }
    take_cancel(call, arrival.now);
    send({message.device, arrival.source},
         CancelAck{.call = message.call, .device = message.device});
    serve(arrival.now, position);
}

void Broker::on(const Arrival& arrival, const InviteUpdate& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    const UpdateAck acknowledgement{.call = message.call, .generation = message.generation};
    if (position == no_position) {
        // Whoever it would have concerned has forgotten the call as well.
        remark(RemarkKind::unexpected_dropped, message.call, message.initiator);
        send({message.initiator, arrival.source}, acknowledgement);
        return;
    }
    Call& call = state_.calls.calls[position];
    if (!hear_initiator(arrival, call, message.initiator)) return;
    if (!take_update(call, message, arrival.now)) {
        remark(RemarkKind::duplicate_dropped, message.call, message.initiator);
    }
    send({message.initiator, arrival.source}, acknowledgement);
    serve(arrival.now, position);
}

void Broker::on(const Arrival& arrival, const ForwardAck& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    // It names the acceptor; who says so is the initiator.
    if (position != no_position &&
        !arrival.is_from(state_.calls.calls[position].request.initiator)) {
        remark(RemarkKind::forged_dropped, message.call, arrival.sender.device);
        return;
    }
    if (position == no_position ||
        !take_forward_ack(state_.calls.calls[position], message.device)) {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
        return;
    }
    state_.calls.reschedule(position);
}

void Broker::on(const Arrival& arrival, const EndedAck& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    if (position == no_position ||
        !take_ended_ack(state_.calls.calls[position], message.device, message.reason)) {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
        return;
    }
    state_.calls.reschedule(position);
}

void Broker::on(const Arrival& arrival, const CallKeepAlive& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    Call* call = position == no_position ? nullptr : &state_.calls.calls[position];
    if (call != nullptr && call->request.initiator == message.device) {
        call->initiator_address = arrival.source;
        return;
    }
    Invitee* invitee = call == nullptr ? nullptr : find_invitee(*call, message.device);
    if (invitee != nullptr && invitee->is_heard()) {
        invitee->return_address = arrival.source;
        return;
    }
    remark(RemarkKind::unexpected_dropped, message.call, message.device);
    // An invitee whose ticket has not come through yet is a participant, but nobody to believe.
    if (invitee != nullptr) return;
    send({message.device, arrival.source},
         InviteEnded{.call = message.call, .device = message.device});
}

bool Broker::hear_initiator(const Arrival& arrival, Call& call, DeviceId device) {
    if (call.request.initiator != device) {
        remark(RemarkKind::unexpected_dropped, call.request.call, device);
        return false;
    }
    call.initiator_address = arrival.source;
    return true;
}

}  // namespace invitro::protocol
