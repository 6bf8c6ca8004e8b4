#include "protocol/broker/broker_observer_test.hpp"

#include <rapidcheck.h>

#include <algorithm>

namespace invitro::protocol::testing {

void BrokerObserver::hear(const Message& message, bool is_genuine) {
    if (const auto* end = std::get_if<UnregisterDevice>(&message)) {
        unregistered_.insert(end->device);
        return;
    }
    const CallId id = call_of(message);
    if (const auto* request = std::get_if<InviteRequest>(&message)) {
        calls_[id].requests.push_back(*request);
    }
    // What concerns a call that is forgotten, or not yet known, is no fact of it.
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    CallFacts& call = found->second;
    if (const auto* accept = std::get_if<InviteAccept>(&message)) {
        if (is_genuine) call.sent[accept->device].push_back(accept->connection);
    } else if (const auto* decline = std::get_if<InviteDecline>(&message)) {
        if (!is_genuine) return;
        call.declined.insert(decline->device);
        if (decline->scope == DeclineScope::everywhere) call.is_declined_everywhere = true;
    } else if (const auto* update = std::get_if<InviteUpdate>(&message)) {
        call.updates.push_back(*update);
        for (const DeviceId device : update->chosen) {
            call.told[device].clear();
        }
    } else if (const auto* acknowledgement = std::get_if<ForwardAck>(&message)) {
        call.owed.erase(acknowledgement->device);
    }
}

void BrokerObserver::see(Instant now, const Outputs& outputs) {
    for (const SentMessage& one : outputs.sent) {
        std::visit([&](const auto& message) { see_message(now, message); }, one.message);
    }
    for (const PushedMessage& one : outputs.pushed) {
        std::visit([&](const auto& message) { see_message(now, message); }, one.message);
    }
    for (const Remark& one : outputs.remarks) {
        if (one.kind == RemarkKind::invitation_purged) calls_.erase(one.call);
    }
    check_owed(now);
}

template <class M>
void BrokerObserver::see_message(Instant, const M&) {}

void BrokerObserver::see_message(Instant now, const InviteProgress& message) {
    CallFacts& call = facts(message.call);
    if (call.opened_at != never) return;
    call.opened_at = now;
    call.lifetime = call.requests.front().lifetime;
}

void BrokerObserver::see_message(Instant, const CancelAck& message) {
    facts(message.call).is_cancelled = true;
}

void BrokerObserver::see_message(Instant now, const AcceptAck& message) {
    CallFacts& call = facts(message.call);
    RC_ASSERT(call.sent.contains(message.device));
    if (!call.acknowledged.insert(message.device).second) return;
    call.owed[message.device] = now;
    call.told[message.device].clear();
}

void BrokerObserver::see_message(Instant now, const AcceptForward& message) {
    CallFacts& call = facts(message.call);
    RC_ASSERT(call.acknowledged.contains(message.device));
    const auto& sent = call.sent[message.device];
    RC_ASSERT(std::find(sent.begin(), sent.end(), message.connection) != sent.end());
    const auto [first, is_first] = call.forwarded.try_emplace(message.device, message.connection);
    RC_ASSERT(first->second == message.connection);
    if (is_first) RC_ASSERT(call.owed.contains(message.device));
    if (call.owed.contains(message.device)) call.owed[message.device] = now;
}

void BrokerObserver::see_message(Instant now, const InvitePush& message) {
    CallFacts& call = facts(message.call);
    RC_ASSERT(!call.is_cancelled);
    RC_ASSERT(!call.is_end_told);
    RC_ASSERT(message.age < message.lifetime);
    RC_ASSERT(message.device != call.initiator());
    RC_ASSERT(message.connection == call.requests.front().connection);
    RC_ASSERT(!call.declined.contains(message.device));
    RC_ASSERT(!call.acknowledged.contains(message.device));
    if (call.opened_at != never) RC_ASSERT(now < call.opened_at + call.lifetime);
}

void BrokerObserver::see_message(Instant now, const InviteDismiss& message) {
    see_reason(now, message.call, message.device, message.reason);
}

void BrokerObserver::see_message(Instant now, const InviteEnded& message) {
    // `unknown` answers who asks about a call that the broker does not know.
    if (message.reason == EndReason::unknown) return;
    see_reason(now, message.call, message.device, message.reason);
}

void BrokerObserver::see_message(Instant now, const AcceptRefused& message) {
    // Of a call that is forgotten only that is known.
    if (!calls_.contains(message.call) || facts(message.call).opened_at == never) {
        RC_ASSERT(message.reason == EndReason::expired);
        return;
    }
    RC_ASSERT(!facts(message.call).acknowledged.contains(message.device));
    // Who left without a word before it had rung is told no reason.
    if (message.reason == EndReason::unknown) {
        RC_ASSERT(unregistered_.contains(message.device));
        return;
    }
    see_reason(now, message.call, message.device, message.reason);
}

void BrokerObserver::see_reason(Instant now, CallId id, DeviceId device, EndReason reason) {
    CallFacts& call = facts(id);
    RC_ASSERT(is_true(now, call, device, reason));
    std::set<EndReason>& told = call.told[device];
    told.insert(reason);
    RC_ASSERT(told.size() == 1U);
    if (device == call.initiator()) call.is_end_told = true;
}

bool BrokerObserver::is_true(Instant now,
                             const CallFacts& call,
                             DeviceId device,
                             EndReason reason) {
    switch (reason) {
        case EndReason::unknown:
            return false;
        case EndReason::cancelled:
            return call.is_cancelled;
        case EndReason::expired:
            return call.opened_at != never && now >= call.opened_at + call.lifetime;
        case EndReason::declined:
            return call.is_declined_everywhere || call.declined.contains(device) ||
                   (device == call.initiator() && !call.declined.empty());
        case EndReason::answered:
            if (device == call.initiator()) return !call.acknowledged.empty();
            return std::any_of(
                call.updates.begin(), call.updates.end(), [&](const InviteUpdate& update) {
                    const auto& chosen = update.chosen;
                    return std::find(chosen.begin(), chosen.end(), device) == chosen.end();
                });
    }
    return false;
}

// Rule 4: from the acknowledgement on, an accept is repeated until ForwardAck.
void BrokerObserver::check_owed(Instant now) const {
    for (const auto& [id, call] : calls_) {
        for (const auto& [device, forwarded_at] : call.owed) {
            RC_ASSERT(call.forwarded.contains(device));
            RC_ASSERT(now - forwarded_at <= timing::retransmission_max);
        }
    }
}

}  // namespace invitro::protocol::testing
