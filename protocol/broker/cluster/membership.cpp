// Epochs: the operator tells one node, each node that learns of one tells all others until they
// have it in their journals.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/cluster/placement.hpp"

#include <algorithm>

namespace invitro::protocol {

void Broker::on(const Arrival& arrival, const MembershipNotice& notice) {
    const ClusterState& cluster = state_.cluster;
    const std::uint64_t present = cluster.membership.epoch;
    const bool is_from_operator = notice.node == no_node && arrival.source.is_none();
    const bool is_from_node = notice.node != no_node && notice.node != state_.config.node;
    if (!cluster.is_clustered() || !(is_from_operator || is_from_node)) {
        remark(RemarkKind::unexpected_dropped, {}, {});
        return;
    }
    const bool is_refused = is_from_operator ? !may_follow(cluster, notice.membership)
                                             : notice.membership.epoch < present;
    if (is_refused) {
        remark(RemarkKind::epoch_refused, {}, {});
        if (is_from_node) tell_membership(notice.node, arrival.source.address);
        return;
    }
    if (notice.membership.epoch > present) adopt(arrival.now, notice.membership);
    if (is_from_node) {
        forget_announcement(notice.node);
        send_to_node(
            notice.node,
            arrival.source.address,
            MembershipAck{.node = state_.config.node, .epoch = state_.cluster.membership.epoch});
    }
    serve_cluster(arrival.now);
}

void Broker::on(const Arrival& /*arrival*/, const MembershipAck& ack) {
    if (ack.epoch == state_.cluster.membership.epoch) forget_announcement(ack.node);
}

void Broker::forget_announcement(NodeNumber node) {
    std::erase_if(state_.cluster.announcements,
                  [&](const Announcement& one) { return one.to.node == node; });
}

void Broker::tell_membership(NodeNumber node, const Address& address) {
    send_to_node(
        node,
        address,
        MembershipNotice{.node = state_.config.node, .membership = state_.cluster.membership});
}

void Broker::adopt(Instant now, const Membership& membership) {
    ClusterState& cluster = state_.cluster;
    cluster.membership = membership;
    cluster.owners = slot_owners(state_.registry.key, membership);
    cluster.registrations.clear();
    for (const Member& member : membership.members) {
        std::erase_if(cluster.known, [&](const Member& one) { return one.node == member.node; });
        cluster.known.push_back(member);
    }
    cluster.announcements.clear();
    for (const Member& member : cluster.known) {
        if (member.node == state_.config.node) continue;
        cluster.announcements.push_back({.to = member, .exchange = {}});
        cluster.announcements.back().exchange.start(now);
    }
    remark(RemarkKind::membership_adopted, {}, {});
    release_slots(now);
}

// Sends what is due to other nodes.
void Broker::serve_cluster(Instant now) {
    for (Announcement& announcement : state_.cluster.announcements) {
        if (!announcement.exchange.is_due(now)) continue;
        tell_membership(announcement.to.node, announcement.to.address);
        announcement.exchange.tried(now);
    }
    for (OutgoingHandover& handover : state_.cluster.outgoing) {
        if (!handover.exchange.is_due(now)) continue;
        handover.sent = handover.acknowledged;
        send_parts(handover);
        handover.exchange.tried(now);
    }
}

}  // namespace invitro::protocol
