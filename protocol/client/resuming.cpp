// What a client stores of its calls, and how they go on when its program begins again.
#include "protocol/client/outgoing_call.hpp"

namespace invitro::protocol {
namespace {

// What was under way is begun anew.
void resume_exchanges(OutgoingCall& call, ClientContext& context, const StoredCall& stored) {
    if (stored.cancels) call.cancel.start(context.now);
    if (stored.updates) call.update.start(context.now);
    switch (call.phase) {
        case OutgoingPhase::gathering:
            call.gathering.begin(context, context.addresses, context.reflectors);
            break;
        case OutgoingPhase::inviting:
            call.request.start(context.now);
            break;
        case OutgoingPhase::in_hand:
            // The broker learns where to forward to what it still owes.
            call.keep_alive_due = context.now;
            break;
        case OutgoingPhase::given_up:
            break;
    }
}

}  // namespace

StoredCall OutgoingCall::stored() const {
    StoredCall stored{.call = call,
                      .callee = callee,
                      .caller = caller,
                      .policy = policy,
                      .phase = static_cast<std::uint8_t>(phase),
                      .admits_late_joiners = admits_late_joiners,
                      .end_told = end_told,
                      .cancels = cancel.is_active(),
                      .updates = update.is_active(),
                      .update_generation = update_generation,
                      .lifetime = lifetime,
                      .own = own,
                      .unanswered_at = unanswered_at,
                      .forget_at = forget_at,
                      .chosen = chosen,
                      .accepts = {}};
    for (const Acceptor& acceptor : acceptors) {
        stored.accepts.push_back({.device = acceptor.device,
                                  .wanted = acceptor.wanted,
                                  .connection = acceptor.connection});
    }
    return stored;
}

// Sessions are gone with the program, so whoever was nominated is done with.
OutgoingCall OutgoingCall::resume(ClientContext& context, const StoredCall& stored) {
    OutgoingCall resumed;
    resumed.call = stored.call;
    resumed.callee = stored.callee;
    resumed.caller = stored.caller;
    resumed.policy = stored.policy;
    resumed.phase = static_cast<OutgoingPhase>(stored.phase);
    resumed.admits_late_joiners = stored.admits_late_joiners;
    resumed.end_told = stored.end_told;
    resumed.update_generation = stored.update_generation;
    resumed.lifetime = stored.lifetime;
    resumed.own = stored.own;
    resumed.unanswered_at = stored.unanswered_at;
    resumed.forget_at = stored.forget_at;
    resumed.chosen = stored.chosen;
    for (const StoredAccept& accept : stored.accepts) {
        Acceptor& acceptor = resumed.acceptors.emplace_back();
        acceptor.device = accept.device;
        acceptor.wanted = accept.wanted;
        if (!accept.connection.empty()) {
            acceptor.generation = accept.connection.front().generation;
        }
        acceptor.phase = AcceptorPhase::done;
    }
    if (resumed.is_over(context.now)) return resumed;
    resume_exchanges(resumed, context, stored);
    for (std::size_t i = 0; i < stored.accepts.size(); ++i) {
        if (stored.accepts[i].connection.empty()) continue;
        Acceptor& acceptor = resumed.acceptors[i];
        const ConnectionData& connection = stored.accepts[i].connection.front();
        acceptor.phase = AcceptorPhase::searching;
        context.sender.tell(AcceptArrived{
            .call = resumed.call, .device = acceptor.device, .connection = connection});
        resumed.start_search(context, acceptor, connection);
    }
    return resumed;
}

}  // namespace invitro::protocol
