// The way of a client's message from the node it reaches to the node that serves it, and back.
//
// Nothing is kept for a message on its way: the owner answers it as it would a direct one, through
// the node it came from, and until that answer arrives the client repeats it. So the owner's answer
// is the acknowledgement, and what removes the client's duplicates removes the cluster's. Only a
// registration with several owners is kept, until all have answered.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/cluster/placement.hpp"
#include "protocol/stream/stream_address.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// A client that still wants its registration has asked again by then.
constexpr Duration registration_forgotten_after = 4 * timing::retransmission_max;
constexpr std::size_t registrations_max = 4096;

// A client's place, in and out of a message between nodes. A stream is a place at its entry only,
// so its address is never on the wire, and its name has a field of its own.
template <class M>
void set_place(M& message, const Address& client) {
    if (client.ip.family == IpFamily::stream) {
        message.stream = static_cast<std::uint64_t>(stream_of(client));
    } else {
        message.client = client;
    }
}

template <class M>
Address place_in(const M& message) {
    return message.client.is_none() ? stream_address(StreamId{message.stream}) : message.client;
}

}  // namespace

// True if this node serves the call; otherwise the message is on its way to who does, or dropped.
bool Broker::is_served_here(const Arrival& arrival, CallId call) {
    const Slot slot = slot_of(call);
    if (state_.cluster.serves(slot)) return true;
    const NodeNumber owner = state_.cluster.owners[slot];
    if (owner == state_.config.node || arrival.source.via != no_node) {
        // The handover is still under way: whoever asks asks again.
        remark(RemarkKind::handover_awaited, call, {});
    } else {
        forward(owner, arrival, call);
    }
    return false;
}

void Broker::forward(NodeNumber owner, const Arrival& arrival, CallId call) {
    const Member* node = state_.cluster.find(owner);
    CHECK(node != nullptr, "an owner is a member");
    ForwardedRequest request{.call = call,
                             .epoch = state_.cluster.membership.epoch,
                             .entry = state_.config.node,
                             .client = {},
                             .sender = arrival.sender.device,
                             .datagram = {}};
    set_place(request, arrival.source.address);
    request.datagram.assign(arrival.datagram);
    remark(RemarkKind::request_forwarded, call, {});
    send_to_node(owner, node->address, request);
}

Broker::Arrival Broker::forwarded_arrival(const Arrival& arrival, const ForwardedRequest& request) {
    return {.now = arrival.now,
            .source = {.address = place_in(request), .via = request.entry},
            .datagram = request.datagram.view(),
            .sender = request.sender.is_none() ? Party{} : Party::of_device(request.sender)};
}

// Nodes that disagree about the owners do not serve each other: the older is told of the newer
// membership, and the client's next try finds them agreed.
void Broker::on(const Arrival& arrival, const ForwardedRequest& message) {
    const std::uint64_t epoch = state_.cluster.membership.epoch;
    if (!state_.cluster.is_clustered() || message.epoch != epoch) {
        remark(RemarkKind::epoch_refused, message.call, {});
        if (message.epoch < epoch) tell_membership(message.entry, arrival.source.address);
        return;
    }
    const auto inner = decode(message.datagram.view());
    if (!inner) {
        remark(RemarkKind::malformed_dropped, message.call, {});
        return;
    }
    const Arrival forwarded = forwarded_arrival(arrival, message);
    if (!believes(forwarded.sender, *inner)) {
        remark(RemarkKind::forged_dropped, message.call, message.sender);
        return;
    }
    std::visit(
        [&]<class M>(const M& one) {
            if constexpr (is_between_brokers<M>) {
                remark(RemarkKind::unexpected_dropped, message.call, {});
            } else {
                dispatch(forwarded, one);
            }
        },
        *inner);
}

void Broker::answer_through(const Peer& to, CallId call, ByteView datagram) {
    const Member* entry = state_.cluster.find(to.path.via);
    if (entry == nullptr) return send_bytes(to, datagram);
    ForwardedAnswer answer{.call = call,
                           .owner = state_.config.node,
                           .device = to.device,
                           .client = {},
                           .datagram = {}};
    set_place(answer, to.path.address);
    answer.datagram.assign(datagram);
    send_to_node(entry->node, entry->address, answer);
}

void Broker::on(const Arrival& /*arrival*/, const ForwardedAnswer& message) {
    const auto inner = decode(message.datagram.view());
    if (!inner || !state_.cluster.is_clustered()) {
        remark(RemarkKind::unexpected_dropped, message.call, {});
        return;
    }
    const auto* ack = std::get_if<RegisterAck>(&*inner);
    if (ack != nullptr) return collect(message.owner, *ack);
    send_bytes({.device = message.device, .path = {.address = place_in(message)}},
               message.datagram.view());
}

// ---- registrations ------------------------------------------------------------------------------

// With those of its identifiers that this node serves.
RegisterDevice Broker::served_part(const RegisterDevice& registration) const {
    if (!state_.cluster.is_clustered()) return registration;
    RegisterDevice own = registration;
    own.identifiers.clear();
    own.credentials.clear();
    for (std::size_t i = 0; i < registration.identifiers.size(); ++i) {
        if (!state_.cluster.serves(slot_of(registration.identifiers[i]))) continue;
        own.identifiers.push_back(registration.identifiers[i]);
        own.credentials.push_back(registration.credential(i));
    }
    return own;
}

// All other members hear of it: who serves an identifier of the device answers, and everybody knows
// how the device is reached.
void Broker::tell_members(const Arrival& arrival) {
    for (const Member& member : state_.cluster.membership.members) {
        if (member.node != state_.config.node) forward(member.node, arrival, {});
    }
}

void Broker::await(const Arrival& arrival,
                   const RegisterAck& ack,
                   std::vector<std::uint8_t> awaited) {
    auto& pending = state_.cluster.registrations;
    std::erase_if(pending, [&](const PendingRegistration& one) {
        return one.forget_at <= arrival.now ||
               (one.ack.device == ack.device && one.ack.incarnation != ack.incarnation);
    });
    auto known = std::find_if(pending.begin(), pending.end(), [&](const PendingRegistration& one) {
        return one.ack.device == ack.device && one.ack.part == ack.part;
    });
    if (known == pending.end()) {
        if (pending.size() == registrations_max) return;
        pending.push_back({.ack = ack, .client = {}, .awaited = std::move(awaited)});
        known = std::prev(pending.end());
    }
    known->client = arrival.source;
    known->forget_at = arrival.now + registration_forgotten_after;
}

// In force is what all of them have in force, and for as long as all of them say.
void Broker::collect(NodeNumber owner, const RegisterAck& ack) {
    auto& pending = state_.cluster.registrations;
    const bool is_outdated = ack.part == RegisterAck::no_part;
    const auto found =
        std::find_if(pending.begin(), pending.end(), [&](const PendingRegistration& one) {
            return one.ack.device == ack.device && one.ack.incarnation <= ack.incarnation &&
                   (is_outdated || one.ack.part == ack.part);
        });
    if (found == pending.end()) {
        remark(RemarkKind::duplicate_dropped, {}, ack.device);
        return;
    }
    if (is_outdated) {
        send({ack.device, found->client}, ack);
        pending.erase(found);
        return;
    }
    std::erase(found->awaited, owner);
    RegisterAck& all = found->ack;
    all.lease = std::min(all.lease, ack.lease);
    for (std::size_t i = 0; i < std::min(all.credentials.size(), ack.credentials.size()); ++i) {
        if (ack.credentials[i] == Credential{}) all.credentials[i] = Credential{};
    }
    if (!found->awaited.empty()) return;
    send({ack.device, found->client}, all);
    pending.erase(found);
}

}  // namespace invitro::protocol
