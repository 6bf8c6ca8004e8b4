// History, fourth part: what goes to, comes from and passes through relays.
#include "properties/history.hpp"
#include "protocol/timing.hpp"
#include "protocol/wire/codec.hpp"

namespace invitro::properties {

using protocol::ByteView;
using protocol::MessageType;

namespace {

// Who says to have sent a message between peers; none where it is no such message.
DeviceId sender_in(const protocol::Message& message) {
    return std::visit(
        [](const auto& one) -> DeviceId {
            if constexpr (requires { one.sender; }) {
                return one.sender;
            } else {
                return {};
            }
        },
        message);
}

}  // namespace

// The facts of this end towards that peer; null where the two are not the ends of an accept that
// the broker has.
RelayFacts* History::relay_facts(CallFacts& call, std::uint32_t end, std::uint32_t peer) {
    const bool is_initiator = end == call.initiator;
    if (!is_initiator && peer != call.initiator) return nullptr;
    ParticipantFacts* who = call.find(is_initiator ? peer : end);
    if (who == nullptr || !who->accept_at_broker.happened()) return nullptr;
    return is_initiator ? &who->relay_at_initiator : &who->relay_here;
}

void History::sent_by_relay(CallFacts& call,
                            const Header& header,
                            MessageType type,
                            ByteView payload) {
    if (type != MessageType::relay_granted) return;
    const auto message = protocol::decode(payload);
    const auto* granted = message ? std::get_if<protocol::RelayGranted>(&*message) : nullptr;
    if (granted != nullptr && granted->lifetime > protocol::timing::relay_lifetime) {
        call.granted_too_long.first(header);
    }
}

void History::sent_about_relay(CallFacts& call,
                               const Header& header,
                               MessageType type,
                               ByteView payload) {
    if (type != MessageType::relay_request && type != MessageType::relay_allocate) return;
    const auto message = protocol::decode(payload);
    if (!message) return;
    const std::uint32_t end = header.node.number;
    if (const auto* request = std::get_if<protocol::RelayRequest>(&*message)) {
        const std::uint32_t peer =
            end == call.initiator ? number_of(request->peer) : call.initiator;
        if (RelayFacts* facts = relay_facts(call, end, peer)) facts->asked.first(header);
    } else if (const auto* allocate = std::get_if<protocol::RelayAllocate>(&*message)) {
        if (allocate->lifetime == Duration{}) return;
        RelayFacts* facts = relay_facts(call, end, number_of(allocate->peer));
        if (facts != nullptr) facts->allocated.last(header);
    }
}

// What a relay couples shows where it comes out: who gets it, and who says to have sent it.
void History::came_through_relay(CallFacts& call, const Header& header, ByteView payload) {
    const auto message = protocol::decode(payload);
    const auto* data = message ? std::get_if<protocol::RelayData>(&*message) : nullptr;
    if (data == nullptr) return;
    const auto inner = protocol::decode(data->payload.view());
    if (!inner) return;
    const std::uint32_t peer = number_of(sender_in(*inner));
    RelayFacts* facts = relay_facts(call, header.node.number, peer);
    if (facts == nullptr) {
        call.coupled_astray.first(header);
    } else {
        facts->got.first(header);
    }
}

}  // namespace invitro::properties
