// What a device that wakes is told (docs/PROTOCOL.md "Waking"): the invitations that it has not
// answered yet. Nothing is decided here and nothing is remembered, so that every repetition of the
// question is answered from what holds by then; a device the broker does not know gets an empty
// list, as one gets to which nobody is calling.
#include "protocol/broker/broker.hpp"

#include <algorithm>
#include <vector>

namespace invitro::protocol {

// The calls of larger ids than `after` in which the device has yet to answer, in ascending order.
std::vector<std::uint32_t> Broker::pending_of(Instant now,
                                              const DeviceId& device,
                                              const CallId& after) {
    std::vector<std::uint32_t> pending;
    auto& calls = state_.calls.calls;
    state_.registry.for_each_identifier(now, device, [&](const EndpointIdentifier& identifier) {
        for (std::uint32_t at = state_.calls.find_callee(identifier); at != no_position;
             at = calls[at].next_of_callee) {
            const Invitee* invitee = find_invitee(calls[at], device);
            const bool is_pending = invitee != nullptr && invitee->is_undecided() &&
                                    now < calls[at].lifetime_end() &&
                                    after < calls[at].request.call;
            if (is_pending) pending.push_back(at);
        }
    });
    const auto id_of = [&](std::uint32_t position) { return calls[position].request.call; };
    std::sort(pending.begin(), pending.end(), [&](std::uint32_t a, std::uint32_t b) {
        return id_of(a) < id_of(b);
    });
    // A device with tokens of several providers has come up for each of them.
    pending.erase(std::unique(pending.begin(), pending.end()), pending.end());
    return pending;
}

void Broker::on(const Arrival& arrival, const PendingFetch& message) {
    const auto pending = pending_of(arrival.now, message.device, message.after);
    PendingList list{.transaction = message.transaction,
                     .device = message.device,
                     .calls = {},
                     .is_last = pending.size() <= PendingList::calls_max};
    for (const std::uint32_t position : pending) {
        if (list.calls.size() == PendingList::calls_max) break;
        Call& call = state_.calls.calls[position];
        const CallId id = call.request.call;
        list.calls.push_back(id);
        send({message.device, arrival.source},
             PendingInvitation{
                 .call = id,
                 .transaction = message.transaction,
                 .invitation = invitation_for(
                     arrival.now + lateness_, call, *find_invitee(call, message.device))});
        remark(RemarkKind::pending_told, id, message.device);
    }
    send({message.device, arrival.source}, list);
}

}  // namespace invitro::protocol
