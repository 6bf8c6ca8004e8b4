#include "protocol/client/pending_fetch.hpp"

#include <algorithm>

namespace invitro::protocol {

WakingUp WakingUp::begin(ClientContext& context, std::uint8_t node) {
    WakingUp waking;
    waking.node = node;
    waking.transaction = context.draws.transaction();
    waking.give_up = context.now + timing::invitation_lifetime_max;
    return waking;
}

bool WakingUp::receive(const PendingInvitation& message) {
    if (message.transaction != transaction) return false;
    const bool is_new = std::find(received.begin(), received.end(), message.call) == received.end();
    if (is_new && received.size() < PendingList::calls_max) received.push_back(message.call);
    return true;
}

bool WakingUp::receive(ClientContext& context, const PendingList& message) {
    if (message.transaction != transaction || message.device != context.device) {
        context.sender.remark(RemarkKind::unexpected_dropped);
        return false;
    }
    const auto has_come = [&](const CallId& call) {
        return std::find(received.begin(), received.end(), call) != received.end();
    };
    // The list may overtake what it lists: the question is asked again.
    if (!std::all_of(message.calls.begin(), message.calls.end(), has_come)) return false;
    if (message.is_last || message.calls.empty()) return true;
    after = message.calls[message.calls.size() - 1];
    transaction = context.draws.transaction();
    received.clear();
    exchange.start(context.now);
    return false;
}

void WakingUp::serve(ClientContext& context, bool is_registered) {
    // Also one that changes is asked for by nobody until it is in force again.
    if (!is_registered) return exchange.stop();
    if (exchange.due == never) exchange.start(context.now);
    if (!exchange.is_due(context.now)) return;
    if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted);
    exchange.tried(context.now);
    context.send_to_broker(
        PendingFetch{.transaction = transaction, .device = context.device, .after = after},
        context.brokers.address(node));
}

Instant WakingUp::next_deadline() const {
    return std::min(give_up, exchange.due);
}

}  // namespace invitro::protocol
