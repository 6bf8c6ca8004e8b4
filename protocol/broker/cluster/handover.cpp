// From the old owner to the new one: everything there is of some slots, as one row of bytes, piece
// by piece, each acknowledged when it is in the journal.
//
// The old owner puts the row together while it handles the record that made another the owner, so
// a crash that replays the record has the same row again. The new owner keeps what has come in its
// journal and opens it with the last piece. So either may crash at any moment and go on.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/cluster/placement.hpp"
#include "protocol/vocabulary/state.hpp"

#include <algorithm>
#include <utility>

namespace invitro::protocol {
namespace {

constexpr std::uint32_t part_size = HandoverPart::bytes_max;
// Pieces that may be under way unacknowledged.
constexpr std::uint32_t window = 32 * part_size;

// Whoever was answered from here is answered through here from now on, and the other way round.
ReturnPath seen_from_elsewhere(ReturnPath path, NodeNumber here) {
    if (!path.is_none() && path.via == no_node) path.via = here;
    return path;
}

ReturnPath seen_from_here(ReturnPath path, NodeNumber here) {
    if (path.via == here) path.via = no_node;
    return path;
}

template <class Change>
void change_paths(Call& call, Change change) {
    call.initiator_address = change(call.initiator_address);
    for (Invitee& invitee : call.invitees) {
        invitee.return_address = change(invitee.return_address);
    }
}

template <class Change>
void change_paths(SessionRecord& session, Change change) {
    for (TransferRecord& transfer : session.transfer) {
        transfer.from_path = change(transfer.from_path);
        transfer.target_path = change(transfer.target_path);
    }
}

IncomingHandover& incoming_from(ClusterState& cluster, NodeNumber node) {
    for (IncomingHandover& one : cluster.incoming) {
        if (one.from == node) return one;
    }
    IncomingHandover& added = cluster.incoming.emplace_back();
    added.from = node;
    return added;
}

}  // namespace

// ---- the old owner ------------------------------------------------------------------------------

// Gives up what this node holds and another owns, and begins to hand it over.
void Broker::release_slots(Instant now) {
    ClusterState& cluster = state_.cluster;
    for (const Member& member : cluster.membership.members) {
        if (member.node == state_.config.node) continue;
        HandoverContent content;
        content.slots.resize(slot_count);
        bool is_empty = true;
        for (std::size_t slot = 0; slot < slot_count; ++slot) {
            if (cluster.held[slot] == 0 || cluster.owners[slot] != member.node) continue;
            content.slots[slot] = 1;
            cluster.held[slot] = 0;
            is_empty = false;
        }
        if (!is_empty) begin_handover(now, member, std::move(content));
    }
    const auto& members = cluster.membership.members;
    const bool is_member = std::any_of(members.begin(), members.end(), [&](const Member& one) {
        return one.node == state_.config.node;
    });
    if (!is_member) state_.registry.forget_unbound();
}

void Broker::begin_handover(Instant now, const Member& to, HandoverContent content) {
    content.registrations = state_.registry.take_out([&](const EndpointIdentifier& identifier) {
        return content.slots[slot_of(identifier)] != 0;
    });
    const NodeNumber self = state_.config.node;
    auto& calls = state_.calls.calls;
    for (auto position = static_cast<std::uint32_t>(calls.size()); position-- > 0;) {
        if (content.slots[slot_of(calls[position].request.call)] == 0) continue;
        content.calls.push_back(calls[position]);
        state_.admission.room -= room_of(calls[position]);
        state_.calls.close(position);
        change_paths(content.calls.back(),
                     [&](const ReturnPath& path) { return seen_from_elsewhere(path, self); });
    }
    auto& sessions = state_.sessions.records;
    for (auto position = static_cast<std::uint32_t>(sessions.size()); position-- > 0;) {
        if (content.slots[slot_of(sessions[position].session)] == 0) continue;
        content.sessions.push_back(sessions[position]);
        state_.sessions.close(position);
        change_paths(content.sessions.back(),
                     [&](const ReturnPath& path) { return seen_from_elsewhere(path, self); });
    }
    ClusterState& cluster = state_.cluster;
    OutgoingHandover& handover = cluster.outgoing.emplace_back();
    handover.transfer = ++cluster.transfers;
    handover.epoch = cluster.membership.epoch;
    handover.to = to;
    serialise(content, handover.bytes);
    handover.exchange.start(now);
}

void Broker::send_parts(OutgoingHandover& handover) {
    const auto total = static_cast<std::uint32_t>(handover.bytes.size());
    const std::uint32_t end = std::min(total, handover.acknowledged + window);
    while (handover.sent < end) {
        const std::uint32_t size = std::min(part_size, total - handover.sent);
        HandoverPart part{.node = state_.config.node,
                          .transfer = handover.transfer,
                          .epoch = handover.epoch,
                          .total = total,
                          .offset = handover.sent,
                          .bytes = {}};
        part.bytes.assign(ByteView{handover.bytes}.subspan(handover.sent, size));
        send_to_node(handover.to.node, handover.to.address, part);
        handover.sent += size;
    }
}

void Broker::on(const Arrival& arrival, const HandoverAck& ack) {
    ClusterState& cluster = state_.cluster;
    const OutgoingHandover* found = find_handover(cluster, ack);
    if (found == nullptr || ack.received > found->bytes.size()) {
        remark(RemarkKind::duplicate_dropped, {}, {});
        return;
    }
    OutgoingHandover& handover =
        cluster.outgoing[static_cast<std::size_t>(found - cluster.outgoing.data())];
    if (ack.received == handover.bytes.size()) {
        std::erase_if(cluster.outgoing,
                      [&](const OutgoingHandover& one) { return one.transfer == ack.transfer; });
        remark(RemarkKind::handover_completed, {}, {});
        return;
    }
    if (ack.received <= handover.acknowledged) return;
    handover.acknowledged = ack.received;
    handover.sent = std::max(handover.sent, ack.received);
    send_parts(handover);
    handover.exchange.start(arrival.now);
    handover.exchange.tried(arrival.now);
}

// ---- the new owner ------------------------------------------------------------------------------

void Broker::on(const Arrival& arrival, const HandoverPart& part) {
    ClusterState& cluster = state_.cluster;
    if (!cluster.is_clustered() || part.epoch > cluster.membership.epoch) {
        // By what this node knows the other is still the owner. It will be told.
        remark(RemarkKind::handover_awaited, {}, {});
        return;
    }
    const bool is_next = is_next_part(cluster, part);
    IncomingHandover& incoming = incoming_from(cluster, part.node);
    if (is_next) {
        if (part.offset == 0) incoming.bytes.clear();
        incoming.transfer = part.transfer;
        incoming.bytes.insert(incoming.bytes.end(), part.bytes.begin(), part.bytes.end());
    }
    HandoverAck ack{.node = state_.config.node, .transfer = part.transfer, .received = 0};
    if (part.transfer <= incoming.done) {
        ack.received = part.total;
    } else if (part.transfer == incoming.transfer) {
        ack.received = static_cast<std::uint32_t>(incoming.bytes.size());
    }
    if (is_next && incoming.bytes.size() == part.total) {
        const std::vector<std::uint8_t> bytes = std::exchange(incoming.bytes, {});
        incoming.done = part.transfer;
        take_over(arrival.now, bytes);
    }
    send_to_node(part.node, arrival.source.address, ack);
    serve_cluster(arrival.now);
}

void Broker::take_over(Instant now, ByteView bytes) {
    auto content = deserialise<HandoverContent>(bytes);
    if (!content || content->slots.size() != slot_count) {
        remark(RemarkKind::malformed_dropped, {}, {});
        return;
    }
    state_.registry.put_in(content->registrations);
    const NodeNumber self = state_.config.node;
    for (Call& call : content->calls) {
        if (state_.calls.find(call.request.call) != no_position) continue;
        call.number = state_.calls.next_number++;
        call.previous_of_callee = call.next_of_callee = no_position;
        change_paths(call, [&](const ReturnPath& path) { return seen_from_here(path, self); });
        state_.admission.room += room_of(call);
        state_.calls.open(std::move(call));
    }
    for (SessionRecord& session : content->sessions) {
        if (state_.sessions.find(session.session) != no_position) continue;
        change_paths(session, [&](const ReturnPath& path) { return seen_from_here(path, self); });
        state_.sessions.open(session);
    }
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        if (content->slots[slot] != 0) state_.cluster.held[slot] = 1;
    }
    remark(RemarkKind::handover_completed, {}, {});
    // By now somebody else may own them.
    release_slots(now);
}

}  // namespace invitro::protocol
