// History, fifth part: sessions that change hands.
#include "properties/history.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::properties {

LegFacts* History::find_leg(const CallId& leg) {
    const auto found = std::find_if(
        legs_.begin(), legs_.end(), [&](const LegFacts& one) { return one.leg == leg; });
    return found == legs_.end() ? nullptr : &*found;
}

void History::given(const Header& header, const protocol::TransferCommand& command) {
    TransferAsked& asked = asked_.emplace_back();
    asked.device = header.node.number;
    asked.session = command.call;
    asked.target = command.target;
    asked.at.first(header);
}

// The broker offers a session to a device.
void History::offered(const Header& header, const model::PushSubmitted& event) {
    const auto message = protocol::decode(model::message_in(event));
    const auto* offer = message ? std::get_if<protocol::TransferOffer>(&*message) : nullptr;
    if (offer == nullptr) return;
    LegFacts* leg = find_leg(offer->leg);
    if (leg == nullptr) {
        leg = &legs_.emplace_back();
        leg->leg = offer->leg;
        leg->session = offer->session;
        leg->from = number_of(offer->from);
        leg->target = event.device;
        leg->peer = number_of(offer->peer);
        for (const TransferAsked& asked : asked_) {
            const bool is_it = asked.device == leg->from && asked.session == leg->session &&
                               asked.target == offer->device;
            if (is_it) leg->command = asked.at;
        }
    }
    leg->offered.first(header);
}

void History::told(const Header& header, const protocol::TransferOffered& what) {
    if (LegFacts* leg = find_leg(what.call)) leg->ringing.first(header);
}

void History::told(const Header& header, const protocol::TransferFailed& what) {
    if (LegFacts* leg = find_leg(what.leg)) leg->failed.first(header);
}

// Said with the notifications that follow it.
void History::told(const Header&, const protocol::SessionMoved&) {}

void History::leg_at_peer(const Header& header, protocol::ByteView payload) {
    const auto message = protocol::decode(payload);
    const auto* offer = message ? std::get_if<protocol::LegOffer>(&*message) : nullptr;
    LegFacts* leg = offer == nullptr ? nullptr : find_leg(offer->leg);
    if (leg != nullptr) leg->offer_at_peer.first(header);
}

bool History::leg_connected(const Header& header, const CallId& id) {
    LegFacts* leg = find_leg(id);
    if (leg == nullptr) return false;
    const bool is_target = header.node.number == leg->target;
    (is_target ? leg->connected_at_target : leg->connected_at_peer).first(header);
    return true;
}

bool History::leg_ended(const Header& header, const CallId& id) {
    LegFacts* leg = find_leg(id);
    if (leg == nullptr) return false;
    const bool is_target = header.node.number == leg->target;
    (is_target ? leg->ended_at_target : leg->ended_at_peer).first(header);
    return true;
}

void History::note_old_ended(const Header& header, const protocol::Disconnected& what) {
    const std::uint32_t here = header.node.number;
    for (LegFacts& leg : legs_) {
        if (leg.session != what.call || (here != leg.from && here != leg.peer)) continue;
        (here == leg.from ? leg.old_ended_at_from : leg.old_ended_at_peer).first(header);
        if (what.reason == protocol::SessionEnd::moved) leg.old_moved.first(header);
    }
}

void History::disturb_legs(const Header& header) {
    const std::uint32_t killed = header.node.number;
    for (LegFacts& leg : legs_) {
        const bool is_in_it = killed == leg.from || killed == leg.target || killed == leg.peer;
        if (is_in_it) leg.disturbed.first(header);
    }
}

}  // namespace invitro::properties
