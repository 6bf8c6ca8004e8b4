// Where a message belongs: the same answer for who handles it and for who asks whether it decides.
#pragma once

#include "protocol/broker/broker_state.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace invitro::protocol {

// The other owners of a registration's identifiers; nothing while one that this node is to serve is
// still being handed over.
std::optional<std::vector<std::uint8_t>> other_owners(const BrokerState& state,
                                                      const RegisterDevice& message);

// True if this part of a handover is the next that this node lacks.
bool is_next_part(const ClusterState& cluster, const HandoverPart& part);

// The handover that this acknowledgement is about, if it is under way.
const OutgoingHandover* find_handover(const ClusterState& cluster, const HandoverAck& ack);

// True if the operator may put this membership in place of the one this node knows: the next
// number, one member more or less, and none of this node's handovers still under way.
bool may_follow(const ClusterState& cluster, const Membership& next);

}  // namespace invitro::protocol
