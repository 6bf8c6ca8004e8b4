// The client on a device: registers, discovers its own connection data, invites, rings, accepts,
// connects. One type plays both initiator and recipient, and both at once.
//
// The rules are in docs/PROTOCOL.md; the contract with its owner in protocol/node.hpp. An idle
// client holds no call state and has no deadline but that of its registration. Datagrams are
// believed to be the broker's if they come from its address, a peer's if their tag is right, a
// reflector's if their transaction is ours; anything else is dropped with a Remark and not
// answered.
#pragma once

#include "protocol/application.hpp"
#include "protocol/client/client_state.hpp"
#include "protocol/client/stored_client.hpp"
#include "protocol/node.hpp"

#include <optional>
#include <variant>

namespace invitro::protocol {

class Client {
public:
    using Input =
        std::variant<ReceivedDatagram, ReceivedPush, DeadlineReached, Command, RouteChanged>;
    using Output = protocol::Output<Notification, Remark>;
    using State = ClientState;

    explicit Client(const ClientConfig& config);

    void handle(Instant now, const Input& input);

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const;

    [[nodiscard]] const State& state() const { return state_; }

    // True when nothing is under way and the registration, if any, needs no attention: the owner
    // may then put the client away and build it anew from (config, registration) later.
    [[nodiscard]] bool is_idle() const;

    // Is this somebody who answers by itself: a broker, a reflector? (What peers do not answer says
    // little, and what relays pass on is the peers'.)
    [[nodiscard]] bool expects_answer(const Address& address) const;

    // Does this server take streams too?
    [[nodiscard]] bool has_streams(const Address& address) const;

    // Gives back the memory that the outbox keeps for its next outputs. Precondition: drained, and
    // no payload view is in use.
    void release_memory() { outbox_ = {}; }

    // What is to outlive the program; see stored_client.hpp.
    [[nodiscard]] StoredClient stored() const;

    // The client whose program ran before and kept this. `config` has the seed of the new
    // incarnation. It tells of accepts at once (drain it) and goes on with its calls when it is
    // told of its network.
    static Client restored(const ClientConfig& config, Instant now, const StoredClient& stored);

    // The client of a device whose registration is already in force: what a restart from storage,
    // or a simulator that starts from a loaded broker snapshot, begins with.
    static Client registered(const ClientConfig& config,
                             Instant now,
                             const RegisterCommand& registration);

private:
    State state_;
    Outbox<Output> outbox_;
};

}  // namespace invitro::protocol
