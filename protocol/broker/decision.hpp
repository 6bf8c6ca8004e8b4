// Which messages decide something: what the journal must hold before anybody is answered
// (docs/PROTOCOL.md "Durability"). All else is repeated until answered, so a crash may forget it.
#pragma once

#include "protocol/broker/broker_state.hpp"
#include "protocol/wire/messages.hpp"

namespace invitro::protocol {

// It decides something in some state: a registration, a call's beginning, an answer, an end.
bool may_decide(const Message& message);

// It decides something in this state. False for repetitions of what is decided already and for what
// will not be believed, so that neither fills the journal.
bool decides(const BrokerState& state, const Message& message);

}  // namespace invitro::protocol
