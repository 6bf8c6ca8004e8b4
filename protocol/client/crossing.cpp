// Crossing calls (docs/PROTOCOL.md rule 9): two people call each other at the same time.
//
// Each of the two calls invites the device that makes the other one. Both devices see the same two
// ids, so both know which call goes on without a word about it: the smaller one. The device whose
// own call is the larger answers the smaller one at once and gives its own up; the device of the
// smaller one does not ring for the larger, and waits. Should its own call come to nothing after
// all, the one that it has held back rings. Once a device has nominated somebody, or its call is
// over, whatever comes in is an ordinary call.
#include "protocol/client/client_turn.hpp"

#include <algorithm>
#include <vector>

namespace invitro::protocol {
namespace {

bool crosses(const OutgoingCall& made,
             const EndpointIdentifier& caller,
             const EndpointIdentifier& callee) {
    return made.awaits_answer() && made.callee == caller && made.caller == callee;
}

}  // namespace

// A call that nobody has told the user of yet: true if it is taken care of without ringing.
bool ClientTurn::cross(const InvitePush& push, std::vector<IncomingCall>& calls) {
    std::vector<CallId> made;
    for (const OutgoingCall& call : under_way().outgoing) {
        if (crosses(call, push.caller, push.callee)) made.push_back(call.call);
    }
    if (made.empty()) return false;
    const CallId smallest = *std::min_element(made.begin(), made.end());
    calls.push_back(IncomingCall::begin_held(context_, push, smallest));
    if (smallest < push.call) {
        context_.sender.remark(RemarkKind::call_held, push.call, context_.device);
        return true;
    }
    for (const CallId& call : made) {
        give_way(call, calls.back());
    }
    return true;
}

// The user calls whoever is calling here already. Of the calls that ring for it, the smallest is
// answered if it is smaller than the new one; else they fall silent, for the others will answer.
void ClientTurn::cross_what_rings(const CallId& made) {
    IncomingCall* smallest = nullptr;
    for (IncomingCall& rings : under_way().incoming) {
        if (rings.phase != IncomingPhase::ringing || rings.names.empty()) continue;
        const OutgoingCall* call = outgoing(made);
        if (!crosses(*call, rings.names[0], rings.names[1])) continue;
        if (rings.call < made) {
            if (smallest == nullptr || rings.call < smallest->call) smallest = &rings;
        } else {
            context_.sender.remark(RemarkKind::call_held, rings.call, context_.device);
            rings.give_up_ringing(context_);
        }
    }
    if (smallest != nullptr) give_way(made, *smallest);
}

void ClientTurn::give_way(const CallId& made, IncomingCall& other) {
    context_.sender.remark(RemarkKind::calls_crossed, other.call, context_.device);
    context_.sender.tell(CallsCrossed{.call = other.call, .given_up = made});
    other.accept(context_);
    outgoing(made)->give_up(context_);
}

// What was held back for the sake of a call that has come to nothing is an ordinary call after all.
void ClientTurn::release_held() {
    for (IncomingCall& call : under_way().incoming) {
        if (call.phase != IncomingPhase::held) continue;
        const OutgoingCall* made = outgoing(call.crossed_by);
        if (made == nullptr || made->has_come_to_nothing()) call.ring(context_);
    }
}

}  // namespace invitro::protocol
