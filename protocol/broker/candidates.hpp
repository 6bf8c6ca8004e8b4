// Newer connection data in a call's record (docs/PROTOCOL.md "Renewing connection data").
//
// The record holds the newest generation that each author has said, and owes it to the other side:
// the initiator's to every device that has been heard and still takes part (those not heard yet get
// it with the next push), an acceptor's to the initiator. As in invitation.hpp, these functions
// only change the record; serve() sends what is due.
#pragma once

#include "protocol/broker/invitation.hpp"

namespace invitro::protocol {

// Both: false, and no change, unless the data is newer than what is known of its author.
bool take_initiator_data(Call& call, const ConnectionData& connection, Instant now);
bool take_acceptor_data(Call& call, DeviceId device, const ConnectionData& connection, Instant now);

// What is known of this author's data; 0 for an author that has said none.
std::uint32_t known_generation(const Call& call, DeviceId author);

// The device takes part and has been heard: from now on it is owed the initiator's newest data,
// unless it is known to have it.
void owe_initiator_data(const Call& call, Invitee& invitee, Instant now);

// False if nothing was outstanding. An answer about an older generation settles nothing.
bool take_candidate_ack(Call& call, const CandidateForwardAck& ack);

}  // namespace invitro::protocol
