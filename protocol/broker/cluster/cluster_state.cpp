#include "protocol/broker/cluster/cluster_state.hpp"

#include <algorithm>

namespace invitro::protocol {

const Member* ClusterState::find(NodeNumber node) const {
    const auto found = std::find_if(
        known.begin(), known.end(), [&](const Member& one) { return one.node == node; });
    return found == known.end() ? nullptr : &*found;
}

bool ClusterState::is_handing_over() const {
    return !outgoing.empty() ||
           std::any_of(incoming.begin(), incoming.end(), [](const IncomingHandover& one) {
               return !one.bytes.empty();
           });
}

Instant ClusterState::next_due() const {
    Instant due = never;
    for (const OutgoingHandover& handover : outgoing) {
        due = std::min(due, handover.exchange.due);
    }
    for (const Announcement& announcement : announcements) {
        due = std::min(due, announcement.exchange.due);
    }
    return due;
}

ClusterState first_cluster_state(const IndexKey& key, NodeNumber self, const Membership& first) {
    ClusterState state;
    state.membership = first;
    if (!state.is_clustered()) return state;
    state.known.assign(first.members.begin(), first.members.end());
    state.owners = slot_owners(key, first);
    state.held.resize(slot_count);
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        state.held[slot] = state.owners[slot] == self ? 1 : 0;
    }
    return state;
}

}  // namespace invitro::protocol
