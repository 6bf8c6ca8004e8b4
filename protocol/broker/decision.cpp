#include "protocol/broker/decision.hpp"

#include "protocol/broker/cluster/placement.hpp"
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

bool is_served_here(const BrokerState& state, const CallId& call) {
    return state.cluster.serves(slot_of(call));
}

// A registration that only passes through here decides nothing here.
bool is_registered_here(const BrokerState& state, const RegisterDevice& registration) {
    if (!state.cluster.is_clustered()) return true;
    const RegistrationParts parts = parts_of(state, registration);
    if (parts.must_wait) return false;
    return !parts.own.identifiers.empty() || state.registry.knows(registration.device);
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
                                 [](const ForwardedRequest&) { return true; },
                                 [](const MembershipNotice&) { return true; },
                                 [](const HandoverPart&) { return true; },
                                 [](const HandoverAck&) { return true; },
                                 [](const InviteRequest&) { return true; },
                                 [](const InviteAccept&) { return true; },
                                 [](const InviteDecline&) { return true; },
                                 [](const InviteCancel&) { return true; },
                                 [](const InviteUpdate&) { return true; },
                                 [](const auto&) { return false; }},
                      message);
}

bool decides(const BrokerState& state, const Message& message) {
    return std::visit(
        Overloaded{
            // A refreshed lease is promised as a new one is.
            [&](const RegisterDevice& registration) {
                return is_registered_here(state, registration);
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
            [](const auto&) { return false; }},
        message);
}

}  // namespace invitro::protocol
