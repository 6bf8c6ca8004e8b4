// Who may use a relay with whom: the two ends of an accept that is in force.
#include "protocol/broker/broker.hpp"
#include "protocol/paths/relay_credential.hpp"

namespace invitro::protocol {
namespace {

// Both ends of a call are offered the same relays in the same order, and calls are spread.
void offer_relays(RelayOffer& offer, const std::vector<Address>& relays) {
    const std::size_t first = relays.empty() ? 0 : offer.call.low % relays.size();
    for (std::size_t i = 0; i < relays.size() && !offer.relays.full(); ++i) {
        offer.relays.push_back(relays[(first + i) % relays.size()]);
    }
}

}  // namespace

// Nothing is kept: asked again, the broker says the same again, before and after a crash.
void Broker::on(const Arrival& arrival, const RelayRequest& message) {
    const DeviceId peer = peer_of(arrival, message);
    if (peer.is_none()) return;
    const std::uint32_t position = state_.calls.find(message.call);
    const Instant expires = state_.calls.calls[position].opened_at + timing::relay_grant;
    RelayOffer offer{.call = message.call,
                     .device = message.device,
                     .peer = peer,
                     .expires = expires.time_since_epoch(),
                     .secret = {},
                     .relays = {}};
    offer.secret =
        relay_secret(state_.config.relay_key, offer.call, offer.device, offer.peer, offer.expires);
    offer_relays(offer, state_.config.relays);
    send({message.device, arrival.source}, offer);
}

// Whom the sender may be coupled with: an initiator with whoever has accepted, whoever has accepted
// with the initiator. None where the request is not to be believed.
DeviceId Broker::peer_of(const Arrival& arrival, const RelayRequest& message) {
    const std::uint32_t position = find_call(arrival.now, message.call);
    if (position == no_position) {
        remark(RemarkKind::unexpected_dropped, message.call, message.device);
        return {};
    }
    Call& call = state_.calls.calls[position];
    const bool is_initiator = call.request.initiator == message.device;
    const Invitee* acceptor = nullptr;
    if (is_initiator) {
        call.initiator_address = arrival.source;
        acceptor = find_invitee(call, message.peer);
    } else {
        acceptor = hear_recipient(arrival, message).invitee;
    }
    if (acceptor != nullptr && acceptor->phase == InviteePhase::accepted) {
        return is_initiator ? acceptor->device : call.request.initiator;
    }
    remark(RemarkKind::unexpected_dropped, message.call, message.device);
    return {};
}

}  // namespace invitro::protocol
