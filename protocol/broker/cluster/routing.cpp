// The way of a client's message from the node it reaches to the node that serves it, and back.
//
// Nothing is kept for a message on its way: the owner answers it as it would a direct one, through
// the node it came from, and until that answer arrives the client repeats it. So the owner's answer
// is the acknowledgement, and what removes the client's duplicates removes the cluster's. Only a
// registration with several owners is kept, until all have answered.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/cluster/placement.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// A client that still wants its registration has asked again by then.
constexpr Duration registration_forgotten_after = 4 * timing::retransmission_max;
constexpr std::size_t registrations_max = 4096;

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
                             .client = arrival.source.address,
                             .sender = arrival.sender.device,
                             .datagram = {}};
    request.datagram.assign(arrival.datagram);
    remark(RemarkKind::request_forwarded, call, {});
    send_to_node(owner, node->address, request);
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
    const Arrival forwarded{
        .now = arrival.now,
        .source = {.address = message.client, .via = message.entry},
        .datagram = message.datagram.view(),
        .sender = message.sender.is_none() ? Party{} : Party::of_device(message.sender)};
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
                           .client = to.path.address,
                           .datagram = {}};
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
    send_bytes({.device = message.device, .path = {.address = message.client}},
               message.datagram.view());
}

// ---- registrations whose identifiers have several owners ----------------------------------------

// All other members hear of it: the owners of its identifiers answer, and the rest end what they
// had of the device before.
void Broker::register_in_cluster(const Arrival& arrival, const RegisterDevice& message) {
    RegistrationParts parts = parts_of(state_, message);
    if (parts.must_wait) {
        remark(RemarkKind::handover_awaited, {}, message.device);
        return;
    }
    const bool is_owner = !parts.own.identifiers.empty();
    RegisterAck ack{.device = message.device,
                    .incarnation = message.incarnation,
                    .lease = std::clamp(message.lease, Duration{}, timing::lease_max)};
    if (!is_owner) parts.own.lease = {};
    if (is_owner || state_.registry.knows(message.device)) {
        const RegisterAck own = put_in_force(arrival.now, parts.own);
        if (is_owner) ack = own;
    }
    const bool is_entry = arrival.source.via == no_node;
    const bool is_outdated = ack.incarnation > message.incarnation;
    if (is_entry) {
        for (const Member& member : state_.cluster.membership.members) {
            if (member.node != state_.config.node) forward(member.node, arrival, {});
        }
        if (!parts.others.empty() && !is_outdated) {
            await(arrival, ack, std::move(parts.others));
            if (is_owner) join_calls(arrival.now, parts.own, ack);
            return;
        }
    } else if (!is_owner) {
        return;
    }
    send({message.device, arrival.source}, ack);
    join_calls(arrival.now, parts.own, ack);
}

void Broker::await(const Arrival& arrival,
                   const RegisterAck& ack,
                   std::vector<std::uint8_t> owners) {
    auto& pending = state_.cluster.registrations;
    std::erase_if(pending, [&](const PendingRegistration& one) {
        return one.forget_at <= arrival.now ||
               (one.device == ack.device && one.incarnation != ack.incarnation);
    });
    auto known = std::find_if(pending.begin(), pending.end(), [&](const PendingRegistration& one) {
        return one.device == ack.device;
    });
    if (known == pending.end()) {
        if (pending.size() == registrations_max) return;
        pending.push_back({.device = ack.device,
                           .incarnation = ack.incarnation,
                           .client = {},
                           .awaited = std::move(owners),
                           .lease = ack.lease});
        known = std::prev(pending.end());
    }
    known->client = arrival.source;
    known->forget_at = arrival.now + registration_forgotten_after;
}

void Broker::collect(NodeNumber owner, const RegisterAck& ack) {
    auto& pending = state_.cluster.registrations;
    const auto found =
        std::find_if(pending.begin(), pending.end(), [&](const PendingRegistration& one) {
            return one.device == ack.device && one.incarnation <= ack.incarnation;
        });
    if (found == pending.end()) {
        remark(RemarkKind::duplicate_dropped, {}, ack.device);
        return;
    }
    std::erase(found->awaited, owner);
    found->lease = std::min(found->lease, ack.lease);
    const bool is_outdated = ack.incarnation > found->incarnation;
    if (!found->awaited.empty() && !is_outdated) return;
    send({ack.device, found->client},
         RegisterAck{.device = ack.device, .incarnation = ack.incarnation, .lease = found->lease});
    pending.erase(found);
}

}  // namespace invitro::protocol
