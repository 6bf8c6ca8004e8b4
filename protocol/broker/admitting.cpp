// Which datagrams a broker takes on at all: judged when they arrive, before anything is looked up,
// written or waited for.
#include "protocol/broker/broker.hpp"
#include "protocol/security/ticket.hpp"
#include "protocol/vocabulary/overloaded.hpp"

namespace invitro::protocol {

bool Broker::admits(const Arrival& arrival, const Message& message, std::size_t waiting) {
    return std::visit(
        Overloaded{
            [&](const ForwardedRequest& one) { return admits_forwarded(arrival, one, waiting); },
            [&](const InviteRequest& one) { return admits_call(arrival, one, waiting); },
            [&](const InviteCancel& one) { return admits_call(arrival, one, waiting); },
            [&](const RegisterDevice& one) { return admits_registration(arrival, one, waiting); },
            [&](const InviteRinging& one) { return admits_recipient(one, waiting); },
            [&](const InviteAccept& one) { return admits_recipient(one, waiting); },
            [&](const InviteDecline& one) { return admits_recipient(one, waiting); },
            // Of a call in hand, or without effect.
            [](const auto&) { return true; }},
        message);
}

// Judged by whoever serves it. What is not to be passed on at all, its handling drops.
bool Broker::admits_forwarded(const Arrival& arrival,
                              const ForwardedRequest& request,
                              std::size_t waiting) {
    const auto inner = decode(request.datagram.view());
    const bool is_clients =
        inner && std::visit([]<class M>(const M&) { return !is_between_brokers<M>; }, *inner);
    const bool is_current = request.epoch == state_.cluster.membership.epoch;
    if (!is_clients || !is_current || !state_.cluster.is_clustered()) return true;
    const Arrival forwarded = forwarded_arrival(arrival, request);
    return !believes(forwarded.sender, *inner) || admits(forwarded, *inner, waiting);
}

// A repetition, and what will be dropped as malformed, costs nothing new.
bool Broker::admits_call(const Arrival& arrival,
                         const InviteRequest& request,
                         std::size_t waiting) {
    const bool is_usable = !request.call.is_none() && !request.initiator.is_none();
    if (!state_.cluster.serves(slot_of(request.call))) return true;
    if (!is_usable || state_.calls.find(request.call) != no_position) return true;
    const auto refused = refuse_call(arrival, request.initiator, waiting);
    if (!refused) return true;
    remark(RemarkKind::invitation_refused, request.call, request.initiator);
    send({request.initiator, arrival.source},
         InviteFailed{
             .call = request.call, .reason = FailureReason::overloaded, .retry_after = *refused});
    return false;
}

// One that overtakes its request takes as much room as that would have. Its sender repeats it.
bool Broker::admits_call(const Arrival& arrival, const InviteCancel& cancel, std::size_t waiting) {
    const bool is_usable = !cancel.call.is_none() && !cancel.device.is_none();
    if (!state_.cluster.serves(slot_of(cancel.call))) return true;
    if (!is_usable || state_.calls.find(cancel.call) != no_position) return true;
    if (!refuse_call(arrival, cancel.device, waiting)) return true;
    remark(RemarkKind::invitation_refused, cancel.call, cancel.device);
    return false;
}

bool Broker::admits_registration(const Arrival& arrival,
                                 const RegisterDevice& registration,
                                 std::size_t waiting) {
    const bool is_admitted = state_.admission.admit_registration(
        state_.config.limits,
        load(waiting),
        arrival.now,
        state_.registry.knows(registration.device),
        source_subject(state_.calls.key, arrival.source.address));
    if (is_admitted) return true;
    state_.registry.sweep(arrival.now);
    remark(RemarkKind::registration_refused, {}, registration.device);
    return false;
}

// While inputs wait, whatever may decide something is written and waits too: only what has a ticket
// of ours is worth that.
template <class M>
bool Broker::admits_recipient(const M& message, std::size_t waiting) {
    if (waiting == 0) return true;
    if (is_genuine(state_.config.ticket_key, message.ticket, message.call, message.device)) {
        return true;
    }
    remark(RemarkKind::unexpected_dropped, message.call, message.device);
    return false;
}

void Broker::forget_rates() {
    state_.admission = {};
    for (const Call& call : state_.calls.calls) {
        state_.admission.room += room_of(call);
    }
}

// A device that calls: by its name where a seal vouches for it. Else as seen from there, since a
// name alone would let anybody use up somebody else's rate.
RatedSubject Broker::caller_subject(const IndexKey& key,
                                    const DeviceId& device,
                                    const Arrival& arrival) {
    const bool is_vouched_for = arrival.sender.is_device(device);
    return {.high = index_hash(key, device),
            .low = is_vouched_for ? 0 : source_subject(key, arrival.source.address).low};
}

std::optional<Duration> Broker::refuse_call(const Arrival& arrival,
                                            const DeviceId& caller,
                                            std::size_t waiting) {
    const IndexKey& key = state_.calls.key;
    return state_.admission.refuse_call(state_.config.limits,
                                        load(waiting),
                                        arrival.now,
                                        caller_subject(key, caller, arrival),
                                        source_subject(key, arrival.source.address));
}

Load Broker::load(std::size_t waiting) const {
    const Registry& registry = state_.registry;
    const std::size_t reusable = registry.free_binding == no_position ? 0 : 1;
    return {.calls = state_.calls.calls.size(),
            .bindings = registry.bindings.size() - reusable,
            .waiting = waiting};
}

}  // namespace invitro::protocol
