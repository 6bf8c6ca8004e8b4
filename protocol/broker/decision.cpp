#include "protocol/broker/decision.hpp"

#include "protocol/broker/candidates.hpp"
#include "protocol/broker/cluster/placement.hpp"
#include "protocol/broker/credential.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

const Call* find_call(const BrokerState& state, const CallId& call) {
    const std::uint32_t position = state.calls.find(call);
    return position == no_position ? nullptr : &state.calls.calls[position];
}

// The invitee whose message this is, if its ticket says so.
template <class M>
const Invitee* believed_invitee(const BrokerState& state, const M& message) {
    const Call* call = find_call(state, message.call);
    if (call == nullptr) return nullptr;
    const auto found =
        std::find_if(call->invitees.begin(), call->invitees.end(), [&](const Invitee& invitee) {
            return invitee.device == message.device && invitee.ticket == message.ticket;
        });
    return found == call->invitees.end() ? nullptr : &*found;
}

// Whoever shows no credential is not worth a record.
bool is_vouched_for(const BrokerState& state, const RegisterDevice& registration) {
    for (std::size_t i = 0; i < registration.identifiers.size(); ++i) {
        const Claim claim{registration.device, registration.profile, registration.identifiers[i]};
        if (is_authentic(state.config.ticket_key, claim, registration.credential(i))) return true;
    }
    return false;
}

const SessionRecord* find_session(const BrokerState& state, const CallId& session) {
    const std::uint32_t position = state.sessions.find(session);
    return position == no_position ? nullptr : &state.sessions.records[position];
}

const TransferRecord* find_transfer(const BrokerState& state,
                                    const CallId& session,
                                    const CallId& leg) {
    const SessionRecord* record = find_session(state, session);
    const bool is_known =
        record != nullptr && !record->transfer.empty() && record->transfer.front().leg == leg;
    return is_known ? &record->transfer.front() : nullptr;
}

bool prolongs(const BrokerState& state, const SessionKeep& keep) {
    const SessionRecord* record = find_session(state, keep.session);
    if (record == nullptr) return find_call(state, keep.session) != nullptr;
    return record->is_between(keep.device, keep.peer);
}

bool transfer_decides(const BrokerState& state, const Transfer& transfer) {
    const SessionRecord* record = find_session(state, transfer.session);
    if (record == nullptr) return find_call(state, transfer.session) != nullptr;
    if (!record->is_between(transfer.device, transfer.peer)) return false;
    return transfer.is_over || record->transfer.empty() ||
           record->transfer.front().leg != transfer.leg;
}

bool is_served_here(const BrokerState& state, const CallId& call) {
    return state.cluster.serves(slot_of(call));
}

bool decides_forwarded(const BrokerState& state, const ForwardedRequest& request) {
    if (request.epoch != state.cluster.membership.epoch) return false;
    const auto inner = decode(request.datagram.view());
    return inner && !std::holds_alternative<ForwardedRequest>(*inner) && decides(state, *inner);
}

// The last acknowledgement of a handover lets what was handed over be forgotten.
bool completes(const BrokerState& state, const HandoverAck& ack) {
    const OutgoingHandover* handover = find_handover(state.cluster, ack);
    return handover != nullptr && ack.received == handover->bytes.size();
}

}  // namespace

bool may_decide(const Message& message) {
    return std::visit(Overloaded{[](const RegisterDevice&) { return true; },
                                 [](const UnregisterDevice&) { return true; },
                                 [](const ForwardedRequest&) { return true; },
                                 [](const MembershipNotice&) { return true; },
                                 [](const HandoverPart&) { return true; },
                                 [](const HandoverAck&) { return true; },
                                 [](const InviteRequest&) { return true; },
                                 [](const InviteAccept&) { return true; },
                                 [](const InviteDecline&) { return true; },
                                 [](const InviteCancel&) { return true; },
                                 [](const InviteUpdate&) { return true; },
                                 [](const CandidateUpdate&) { return true; },
                                 [](const SessionKeep&) { return true; },
                                 [](const Transfer&) { return true; },
                                 [](const TransferAnswer&) { return true; },
                                 [](const auto&) { return false; }},
                      message);
}

bool decides(const BrokerState& state, const Message& message) {
    return std::visit(
        Overloaded{
            // A refreshed lease is promised as a new one is.
            [&](const RegisterDevice& registration) {
                return state.registry.knows(registration.device) ||
                       is_vouched_for(state, registration);
            },
            [&](const UnregisterDevice& end) {
                const Claim claim{end.device, end.profile, end.identifier};
                return state.registry.knows(end.device) ||
                       is_authentic(state.config.ticket_key, claim, end.credential);
            },
            [&](const ForwardedRequest& request) { return decides_forwarded(state, request); },
            [&](const MembershipNotice& notice) {
                return state.cluster.is_clustered() &&
                       notice.membership.epoch > state.cluster.membership.epoch;
            },
            [&](const HandoverPart& part) { return is_next_part(state.cluster, part); },
            [&](const HandoverAck& ack) { return completes(state, ack); },
            [&](const InviteRequest& request) {
                return is_served_here(state, request.call) &&
                       find_call(state, request.call) == nullptr;
            },
            [&](const InviteAccept& accept) {
                const Invitee* invitee = believed_invitee(state, accept);
                return invitee != nullptr && invitee->phase != InviteePhase::accepted &&
                       invitee->phase != InviteePhase::declined;
            },
            [&](const InviteDecline& decline) {
                const Invitee* invitee = believed_invitee(state, decline);
                return invitee != nullptr && invitee->is_undecided();
            },
            // One that overtakes its request is remembered.
            [&](const InviteCancel& cancel) {
                if (!is_served_here(state, cancel.call)) return false;
                const Call* call = find_call(state, cancel.call);
                return call == nullptr || call->request.initiator == cancel.device;
            },
            [&](const InviteUpdate& update) {
                const Call* call = find_call(state, update.call);
                return call != nullptr && call->request.initiator == update.initiator &&
                       (!call->choice.is_made || call->choice.generation < update.generation);
            },
            // Its author repeats it no more once it is acknowledged.
            [&](const CandidateUpdate& update) {
                const Call* call = find_call(state, update.call);
                if (call == nullptr ||
                    update.connection.generation <= known_generation(*call, update.device)) {
                    return false;
                }
                if (update.device == call->request.initiator) return true;
                const Invitee* invitee = believed_invitee(state, update);
                return invitee != nullptr && invitee->phase == InviteePhase::accepted;
            },
            // A session that is known from now on, or for longer than the journal says.
            [&](const SessionKeep& keep) { return prolongs(state, keep); },
            [&](const Transfer& transfer) { return transfer_decides(state, transfer); },
            [&](const TransferAnswer& answer) {
                const TransferRecord* known = find_transfer(state, answer.session, answer.leg);
                return known != nullptr && known->target == answer.device &&
                       known->step == TransferStep::offered && answer.step != TransferStep::offered;
            },
            [](const auto&) { return false; }},
        message);
}

}  // namespace invitro::protocol
