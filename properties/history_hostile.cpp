// History, of attackers: what they bring to a broker, and what that makes it hold.
#include "properties/history.hpp"

#include <algorithm>

namespace invitro::properties {

using protocol::MessageType;

// What a device has sealed is its own, whoever brings it: an attacker who was faster than the way
// it was sent on, or kept what was lost on that way. Not for long: see `SealWatch::is_outdated`.
bool History::passes_on(const Header& header, const model::DatagramDelivered& event) const {
    const auto author = author_by_seal(event.payload, model::message_in(event));
    return author && number_of(*author) != nobody && !seals_.is_outdated(header, event);
}

void History::forged_at_broker(const Header& header, MessageType type) {
    const bool is_answer = type == MessageType::invite_accept ||
                           type == MessageType::invite_decline ||
                           type == MessageType::invite_ringing;
    CallFacts* call = is_answer && !header.call.is_none() ? find_call(header.call) : nullptr;
    if (call != nullptr) call->forged.first(header);
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
