#include "protocol/broker/cluster/placement.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

bool is_well_formed(const Membership& membership) {
    const auto& members = membership.members;
    const auto is_before = [](const Member& a, const Member& b) { return a.node < b.node; };
    const auto is_somebody = [](const Member& one) {
        return one.node != no_node && !one.address.is_none();
    };
    return !members.empty() && std::is_sorted(members.begin(), members.end(), is_before) &&
           std::all_of(members.begin(), members.end(), is_somebody);
}

std::size_t count_missing(const Membership& from, const Membership& in) {
    return static_cast<std::size_t>(
        std::count_if(from.members.begin(), from.members.end(), [&](const Member& member) {
            return std::find(in.members.begin(), in.members.end(), member) == in.members.end();
        }));
}

}  // namespace

std::optional<std::vector<std::uint8_t>> other_owners(const BrokerState& state,
                                                      const RegisterDevice& message) {
    std::vector<std::uint8_t> others;
    if (!state.cluster.is_clustered()) return others;
    for (const EndpointIdentifier& identifier : message.identifiers) {
        const Slot slot = slot_of(identifier);
        if (state.cluster.serves(slot)) continue;
        const NodeNumber owner = state.cluster.owners[slot];
        if (owner == state.config.node) return std::nullopt;
        if (std::find(others.begin(), others.end(), owner) == others.end()) {
            others.push_back(owner);
        }
    }
    return others;
}

bool is_next_part(const ClusterState& cluster, const HandoverPart& part) {
    if (part.epoch > cluster.membership.epoch || part.bytes.empty()) return false;
    const auto known = std::find_if(
        cluster.incoming.begin(), cluster.incoming.end(), [&](const IncomingHandover& one) {
            return one.from == part.node;
        });
    if (known == cluster.incoming.end()) return part.offset == 0;
    if (part.transfer <= known->done) return false;
    return part.offset == (known->transfer == part.transfer ? known->bytes.size() : 0);
}

const OutgoingHandover* find_handover(const ClusterState& cluster, const HandoverAck& ack) {
    const auto found = std::find_if(
        cluster.outgoing.begin(), cluster.outgoing.end(), [&](const OutgoingHandover& one) {
            return one.transfer == ack.transfer && one.to.node == ack.node;
        });
    return found == cluster.outgoing.end() ? nullptr : &*found;
}

bool may_follow(const ClusterState& cluster, const Membership& next) {
    const Membership& present = cluster.membership;
    if (next.epoch != present.epoch + 1 || !is_well_formed(next)) return false;
    if (count_missing(present, next) + count_missing(next, present) != 1) return false;
    return !cluster.is_handing_over();
}

}  // namespace invitro::protocol
