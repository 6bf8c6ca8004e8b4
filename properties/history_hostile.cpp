// History, of attackers: what they bring to a broker, and what that makes it hold.
#include "properties/decode_as.hpp"
#include "properties/history.hpp"
#include "sim/hostile.hpp"

#include <algorithm>

namespace invitro::properties {

using model::NodeKind;
using protocol::ByteView;
using protocol::MessageType;

// What a device has sealed is its own, whoever brings it: an attacker who was faster than the way
// it was sent on, or kept what was lost on that way. Not for long: see `SealWatch::is_outdated`.
History::Bearer History::bearer_of(const Header& header, const model::DatagramDelivered& event) {
    const bool is_hostile = sim::is_attacker(event.source);
    const ByteView message = model::message_in(event);
    const auto author = is_hostile ? author_by_seal(event.payload, message) : std::nullopt;
    const bool is_passed_on =
        author && number_of(*author) != nobody && !seals_.is_outdated(header, event);
    const bool leads_nowhere = seals_.delivered(header, event);
    if (is_hostile && !is_passed_on) {
        const auto type = peek_type(message);
        if (type && header.node.kind == NodeKind::broker) forged_at_broker(header, *type);
        return Bearer::nobody;
    }
    if (leads_nowhere) return Bearer::nobody;
    return is_hostile ? Bearer::attacker : Bearer::author;
}

void History::forged_at_broker(const Header& header, MessageType type) {
    const bool is_answer = type == MessageType::invite_accept ||
                           type == MessageType::invite_decline ||
                           type == MessageType::invite_ringing;
    CallFacts* call = is_answer && !header.call.is_none() ? find_call(header.call) : nullptr;
    if (call != nullptr) call->forged.first(header);
}

// What the author has sealed entitles whoever brings it to the answer, which nobody else can open.
void History::passed_on(const Header& header, MessageType type, ByteView payload) {
    CallFacts* call = header.call.is_none() ? nullptr : find_call(header.call);
    if (call != nullptr) call->passed_on.first(header);
    if (type != MessageType::pending_fetch) return;
    decode_as<protocol::PendingFetch>(payload, [&](const auto& fetch) {
        const std::uint32_t number = number_of(fetch.device);
        if (number != nobody) device(number).fetch_passed_on.first(header);
    });
}

// Is it an invitation for a device whose question an attacker has passed on?
bool History::is_fetched(MessageType type, ByteView payload) const {
    bool found = false;
    if (type != MessageType::pending_invitation) return found;
    decode_as<protocol::PendingInvitation>(payload, [&](const auto& pending) {
        const DeviceFacts* asker = devices_.find(number_of(pending.invitation.device));
        found = asker != nullptr && asker->fetch_passed_on.happened();
    });
    return found;
}

void History::on(const Header& header, const model::StateMeasured& event) {
    measured_.last(header);
    most_measured_.calls = std::max(most_measured_.calls, event.calls);
    most_measured_.tokens_of_call = std::max(most_measured_.tokens_of_call, event.tokens_of_call);
    most_measured_.bindings = std::max(most_measured_.bindings, event.bindings);
    most_measured_.subjects = std::max(most_measured_.subjects, event.subjects);
    most_measured_.waiting = std::max(most_measured_.waiting, event.waiting);
}

}  // namespace invitro::properties
