// History, fourth part: two calls that cross (rule 9).
#include "properties/history.hpp"

#include <algorithm>

namespace invitro::properties {

namespace {

std::pair<std::string, std::string> names(const protocol::EndpointIdentifier& from,
                                          const protocol::EndpointIdentifier& to) {
    return {std::string{from.text()}, std::string{to.text()}};
}

}  // namespace

// A call has been asked for: is its caller being called by its callee?
void History::find_crossing(CallFacts& call) {
    directed_.insert_or_assign(names(call.caller, call.callee), call.id);
    const auto found = directed_.find(names(call.callee, call.caller));
    CallFacts* other = found == directed_.end() ? nullptr : calls_.find(found->second);
    if (other == nullptr || other == &call || !other->awaits_answer()) return;
    if (other->initiator == nobody || other->initiator == call.initiator) return;
    call.crossed_by = other->initiator;
    other->crossed_by = call.initiator;
    const bool is_smaller = call.id < other->id;
    const CallFacts& smaller = is_smaller ? call : *other;
    const CallFacts& larger = is_smaller ? *other : call;
    CrossingFacts& crossing = crossings_.emplace_back();
    crossing.smaller = smaller.id;
    crossing.larger = larger.id;
    crossing.smaller_initiator = smaller.initiator;
    crossing.larger_initiator = larger.initiator;
    crossing.smaller_taken = smaller.taken;
    crossing.larger_taken = larger.taken;
    crossing.grace_end = smaller.grace_end();
    // Who calls back may have answered before.
    const ParticipantFacts* who = smaller.find(larger.initiator);
    if (who == nullptr) return;
    crossing.accepted = who->accept_at_broker;
    crossing.settled = earliest(who->decline_command, who->ringing_stopped);
}

CrossingFacts* History::crossing_of(const CallFacts& call) {
    if (call.crossed_by == nobody) return nullptr;
    const auto found =
        std::find_if(crossings_.rbegin(), crossings_.rend(), [&](const CrossingFacts& one) {
            return one.smaller == call.id || one.larger == call.id;
        });
    return found == crossings_.rend() ? nullptr : &*found;
}

void History::note_taken(const CallFacts& call, const Header& header) {
    CrossingFacts* crossing = crossing_of(call);
    if (crossing == nullptr) return;
    if (call.id == crossing->smaller) {
        crossing->smaller_taken.first(header);
        crossing->grace_end = call.grace_end();
    } else {
        crossing->larger_taken.first(header);
    }
    if (crossing->smaller_taken.happened() && crossing->larger_taken.happened()) {
        crossing->began.first(header);
    }
}

void History::note_settled(const CallFacts& call, const Header& header) {
    if (CrossingFacts* crossing = crossing_of(call)) crossing->settled.first(header);
}

void History::note_ring(const CallFacts& call, const Header& header) {
    CrossingFacts* crossing = crossing_of(call);
    if (crossing == nullptr || header.node.number != call.crossed_by) return;
    const CallFacts* own =
        calls_.find(call.id == crossing->smaller ? crossing->larger : crossing->smaller);
    if (own == nullptr || !own->awaits_answer()) return;
    crossing->rang.first(header);
    crossing->rang_at = header.node.number;
}

void History::note_push(const CallFacts& call,
                        std::uint32_t device,
                        const Header& header,
                        bool is_delivered) {
    CrossingFacts* crossing = crossing_of(call);
    if (crossing == nullptr || call.id != crossing->smaller) return;
    if (device != crossing->larger_initiator || crossing->pushed.happened()) return;
    if (is_delivered) {
        crossing->pushed.first(header);
        crossing->pushes_lost = 0;
    } else {
        ++crossing->pushes_lost;
    }
}

void History::note_accept(const CallFacts& call, std::uint32_t device, const Header& header) {
    CrossingFacts* crossing = crossing_of(call);
    if (crossing == nullptr || call.id != crossing->smaller) return;
    if (device == crossing->larger_initiator) crossing->accepted.first(header);
}

void History::note_connected(const CallFacts& call, DeviceId peer, const Header& header) {
    CrossingFacts* crossing = crossing_of(call);
    if (crossing == nullptr) return;
    const std::uint32_t here = header.node.number;
    const std::uint32_t there = number_of(peer);
    const bool is_between_both =
        std::minmax(here, there) ==
        std::minmax(crossing->smaller_initiator, crossing->larger_initiator);
    if (!is_between_both) return;
    (call.id == crossing->smaller ? crossing->connected_in_smaller : crossing->connected_in_larger)
        .first(header);
}

void History::forget_names(const CallFacts& call) {
    const auto found = directed_.find(names(call.caller, call.callee));
    if (found != directed_.end() && found->second == call.id) directed_.erase(found);
}

}  // namespace invitro::properties
