#include "protocol/broker/decision.hpp"

#include "protocol/broker/candidates.hpp"
#include "protocol/broker/credential.hpp"
#include "protocol/vocabulary/overloaded.hpp"

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

}  // namespace

bool may_decide(const Message& message) {
    return std::visit(Overloaded{[](const RegisterDevice&) { return true; },
                                 [](const UnregisterDevice&) { return true; },
                                 [](const InviteRequest&) { return true; },
                                 [](const InviteAccept&) { return true; },
                                 [](const InviteDecline&) { return true; },
                                 [](const InviteCancel&) { return true; },
                                 [](const InviteUpdate&) { return true; },
                                 [](const CandidateUpdate&) { return true; },
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
            [&](const InviteRequest& request) { return find_call(state, request.call) == nullptr; },
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
            [](const auto&) { return false; }},
        message);
}

}  // namespace invitro::protocol
