// The broker: registration and invitation, one node.
//
// Claim 1 of US 2012/0117250 A1, broker's side: it receives an invitation request for an endpoint
// identifier with the initiator's connection data, finds every push token registered for it, pushes
// the invitation to each of those devices, and passes back every acceptance with that device's
// connection data. The rules are in docs/PROTOCOL.md ("The broker, message by message"); the
// contract with its owner in protocol/node.hpp.
//
// Each message is handled in three steps: *decide* (invitation.hpp: pure), *apply* to the call's
// record, *acknowledge* to who sent it. What else follows from it (pushes, forwards, ends) is owed
// by the record, and serve() sends whatever is due. A decision that must be durable before anybody
// hears of it can therefore be held back between the second and the third step.
//
// Input from outside never aborts: what is malformed, forged or unexpected is dropped and counted,
// and who is unknown gets at most one datagram, smaller than its own.
//
// In a cluster it serves what it owns, and passes the rest on (docs/PROTOCOL.md "Cluster").
//
// Files: broker.cpp (inputs, registration), initiator_messages.cpp, recipient_messages.cpp,
// relaying.cpp (who may use a relay), serving.cpp (what is due), cluster/ (several brokers).
#pragma once

#include "protocol/application.hpp"
#include "protocol/broker/broker_state.hpp"
#include "protocol/broker/cluster/placement.hpp"
#include "protocol/node.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

// The operator's command: this membership is in force from now on. Given to any one node, which
// tells the others.
struct ChangeMembership {
    Membership membership;
};

class Broker {
public:
    using Input = std::variant<ReceivedDatagram, PushAnswered, DeadlineReached, ChangeMembership>;
    using Output = protocol::Output<Notification, Remark>;
    using State = BrokerState;

    explicit Broker(const BrokerConfig& config);

    // A broker that knows what another one knew.
    explicit Broker(State state) : state_(std::move(state)) {}

    void handle(Instant now, const Input& input);

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const {
        return std::min(state_.calls.deadlines.first_due(), state_.cluster.next_due());
    }

    [[nodiscard]] const State& state() const { return state_; }

    // Is the message from whom it names as its author, as far as its seal tells? Others are
    // dropped.
    [[nodiscard]] bool believes(const Party& sender, const Message& message) const;

    // The key that a device has registered with; none of one that has not.
    [[nodiscard]] std::optional<PublicKey> key_of(const DeviceId& device) const {
        return state_.registry.key_of(device);
    }

    // Puts a registration in force as if RegisterDevice had arrived, without the answer: how a
    // snapshot is loaded.
    void preregister(Instant now, const RegisterDevice& registration);

private:
    // When, whence and as which bytes a message came, and who sealed it.
    struct Arrival {
        Instant now;
        ReturnPath source;
        ByteView datagram;
        Party sender;

        // Vouched for by the seal; where nothing is sealed, everybody is believed.
        [[nodiscard]] bool is_from(const DeviceId& device) const {
            return sender.is_nobody() || sender.is_device(device);
        }
    };

    // A device, and how it is reached.
    struct Peer {
        DeviceId device;
        ReturnPath path;
    };

    // Whom a message of a recipient is from. No invitee: the message is not to be believed.
    struct Recipient {
        std::uint32_t position = no_position;
        Invitee* invitee = nullptr;
    };

    // broker.cpp
    void receive(const Arrival& arrival);
    template <class M>
    void dispatch(const Arrival& arrival, const M& message);
    void take_push_answer(Instant now, const PushAnswered& answer);
    void reach_deadline(Instant now);
    void on(const Arrival& arrival, const RegisterDevice& message);
    RegisterAck put_in_force(Instant now, const RegisterDevice& message);
    void join_calls(Instant now, const RegisterDevice& registration, const RegisterAck& ack);
    void join_call(Instant now, std::uint32_t position, const BoundToken& token);
    bool invite(Call& call, const BoundToken& token, Instant now) const;
    // The call, in the state that it has at this time even if a deadline is served late.
    std::uint32_t find_call(Instant now, CallId id);
    void remark(RemarkKind kind, CallId call, DeviceId device);

    // initiator_messages.cpp
    void on(const Arrival& arrival, const InviteRequest& message);
    void on(const Arrival& arrival, const InviteCancel& message);
    void on(const Arrival& arrival, const InviteUpdate& message);
    void on(const Arrival& arrival, const ForwardAck& message);
    // From initiator and recipients alike.
    void on(const Arrival& arrival, const EndedAck& message);
    void on(const Arrival& arrival, const CallKeepAlive& message);
    std::uint32_t take_in_hand(Instant now, const InviteRequest& request, const ReturnPath& source);
    // True if the call is this device's, whose address is then known anew.
    bool hear_initiator(const Arrival& arrival, Call& call, DeviceId device);

    // recipient_messages.cpp
    void on(const Arrival& arrival, const InviteRinging& message);
    void on(const Arrival& arrival, const InviteAccept& message);
    void on(const Arrival& arrival, const InviteDecline& message);
    template <class M>
    Recipient hear_recipient(const Arrival& arrival, const M& message);
    template <class M>
    bool is_of_forgotten_call(const Recipient& recipient, const M& message);

    // relaying.cpp
    void on(const Arrival& arrival, const RelayRequest& message);
    DeviceId peer_of(const Arrival& arrival, const RelayRequest& message);

    // cluster/routing.cpp
    bool is_served_here(const Arrival& arrival, CallId call);
    void forward(NodeNumber owner, const Arrival& arrival, CallId call);
    void on(const Arrival& arrival, const ForwardedRequest& message);
    void on(const Arrival& arrival, const ForwardedAnswer& message);
    void answer_through(const Peer& to, CallId call, ByteView datagram);
    void register_in_cluster(const Arrival& arrival, const RegisterDevice& message);
    void await(const Arrival& arrival, const RegisterAck& ack, std::vector<std::uint8_t> owners);
    void collect(NodeNumber owner, const RegisterAck& ack);

    // cluster/membership.cpp
    void on(const Arrival& arrival, const MembershipNotice& notice);
    void on(const Arrival& arrival, const MembershipAck& ack);
    void forget_announcement(NodeNumber node);
    void tell_membership(NodeNumber node, const Address& address);
    void adopt(Instant now, const Membership& membership);
    void serve_cluster(Instant now);

    // cluster/handover.cpp
    void release_slots(Instant now);
    void begin_handover(Instant now, const Member& to, HandoverContent content);
    void send_parts(OutgoingHandover& handover);
    void on(const Arrival& arrival, const HandoverAck& ack);
    void on(const Arrival& arrival, const HandoverPart& part);
    void take_over(Instant now, ByteView bytes);

    // Messages that are not for a broker.
    template <class M>
    void on(const Arrival&, const M& message) {
        remark(RemarkKind::unexpected_dropped, call_of(Message{message}), {});
    }

    // serving.cpp
    void serve(Instant now, std::uint32_t position);
    void serve_initiator(Instant now, Call& call);
    void serve_invitee(Instant now, Call& call, Invitee& invitee);
    void push_invitation(Instant now, Call& call, Invitee& invitee);
    void send_ended(Instant now, Call& call, Invitee& invitee);
    void push_dismissal(Instant now, Call& call, Invitee& invitee);
    template <class M>
    void push_to_tokens(const Call& call,
                        const Invitee& invitee,
                        const M& message,
                        std::uint8_t attempt,
                        Duration time_to_live);
    void purge(std::uint32_t position);

    // To a client, the way it can be reached.
    template <class M>
    void send(const Peer& peer, const M& message) {
        if (peer.path.via != no_node) {
            std::array<std::uint8_t, datagram_size_max> bytes{};
            const std::size_t size = encode_message(message, bytes);
            answer_through(peer, call_of(Message{message}), ByteView{bytes}.first(size));
            return;
        }
        const std::size_t size = encode_message(message, outbox_.reserve(datagram_size_max));
        outbox_.send(state_.config.address, peer.path.address, size, Party::of_device(peer.device));
        ++state_.counters.datagrams_sent;
    }

    template <class M>
    void send_to_node(NodeNumber node, const Address& address, const M& message) {
        const std::size_t size =
            encode_message(message, outbox_.reserve(cluster_datagram_size_max));
        outbox_.send(state_.config.address, address, size, Party::of_broker(node));
        ++state_.counters.datagrams_sent;
    }

    void send_bytes(const Peer& peer, ByteView datagram);

    State state_;
    Outbox<Output> outbox_;
};

template <class M>
void Broker::dispatch(const Arrival& arrival, const M& message) {
    if constexpr (!is_between_brokers<M>) {
        if (arrival.datagram.size() > datagram_size_max) {
            remark(RemarkKind::malformed_dropped, {}, {});
            return;
        }
    }
    if constexpr (is_about_call<M>) {
        if (!is_served_here(arrival, message.call)) return;
    }
    on(arrival, message);
}

}  // namespace invitro::protocol
