// The broker: registration and invitation, one node.
//
// Claim 1 of US 2012/0117250 A1, broker's side: it receives an invitation request for an endpoint
// identifier with the initiator's connection data, finds every push token registered for it, pushes
// the invitation to each of those devices, and passes back every acceptance with that device's
// connection data. The rules are in docs/PROTOCOL.md; the contract with its owner in
// protocol/node.hpp.
#pragma once

#include "protocol/application.hpp"
#include "protocol/broker/broker_state.hpp"
#include "protocol/node.hpp"

namespace invitro::protocol {

struct BrokerConfig {
    Address address;    // where clients reach it
    RandomValue seed;   // of this incarnation
    RandomValue ticket_key;  // of the service: the same for every incarnation

    bool operator==(const BrokerConfig&) const = default;
};

class Broker {
public:
    using Input = std::variant<ReceivedDatagram, PushAnswered, DeadlineReached>;
    using Output = protocol::Output<Notification, Remark>;
    using State = BrokerState;

    explicit Broker(const BrokerConfig& config);

    void handle(Instant now, const Input& input);
    std::optional<Output> poll_output() { return outbox_.poll(); }
    [[nodiscard]] Instant next_deadline() const;
    [[nodiscard]] const State& state() const { return state_; }

    // Puts a registration in force as if RegisterDevice had arrived: how a snapshot is loaded.
    void preregister(Instant now, const RegisterDevice& registration);

private:
    State state_;
    Outbox<Output> outbox_;
};

}  // namespace invitro::protocol
