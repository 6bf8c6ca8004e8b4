// Messages that renew connection data, from initiator and recipients alike.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/candidates.hpp"

namespace invitro::protocol {

void Broker::on(const Arrival& arrival, const CandidateUpdate& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    const CandidateUpdateAck acknowledgement{.call = message.call,
                                             .device = message.device,
                                             .generation = message.connection.generation};
    if (position == no_position) {
        // Whoever it would have concerned has forgotten the call as well.
        remark(RemarkKind::unexpected_dropped, message.call, message.device);
        send({message.device, arrival.source}, acknowledgement);
        return;
    }
    if (!is_believed(arrival, position, message)) return;
    Call& call = state_.calls.calls[position];
    const bool is_initiators = message.device == call.request.initiator;
    const bool is_news =
        is_initiators ? take_initiator_data(call, message.connection, arrival.now)
                      : take_acceptor_data(call, message.device, message.connection, arrival.now);
    remark(is_news ? RemarkKind::connection_data_renewed : RemarkKind::duplicate_dropped,
           message.call,
           message.device);
    send({message.device, arrival.source}, acknowledgement);
    serve(arrival.now, position);
}

// The initiator's by its name, a recipient's by its ticket; and nobody has data to renew who has
// not accepted (rule 3).
bool Broker::is_believed(const Arrival& arrival,
                         std::uint32_t position,
                         const CandidateUpdate& message) {
    Call& call = state_.calls.calls[position];
    if (message.device == call.request.initiator) {
        return hear_initiator(arrival, call, message.device);
    }
    const Recipient recipient = hear_recipient(arrival, message);
    if (recipient.invitee == nullptr) return false;
    if (recipient.invitee->phase == InviteePhase::accepted) return true;
    remark(RemarkKind::unexpected_dropped, message.call, message.device);
    return false;
}

void Broker::on(const Arrival& arrival, const CandidateForwardAck& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    if (position == no_position || !take_candidate_ack(state_.calls.calls[position], message)) {
        remark(RemarkKind::duplicate_dropped, message.call, message.device);
        return;
    }
    state_.calls.reschedule(position);
}

}  // namespace invitro::protocol
