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
// Files: admitting.cpp (what is taken on), broker.cpp (inputs, late joiners),
// registration_messages.cpp, initiator_messages.cpp, candidate_messages.cpp,
// recipient_messages.cpp, pending.cpp (who wakes), relaying.cpp (who may use a relay),
// transfer_messages.cpp (sessions), serving.cpp (what is due), cluster/ (several brokers).
#pragma once

#include "protocol/application.hpp"
#include "protocol/broker/broker_state.hpp"
#include "protocol/broker/cluster/placement.hpp"
#include "protocol/node.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
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
    using Input = std::
        variant<ReceivedDatagram, PushAnswered, ReceivedSms, DeadlineReached, ChangeMembership>;
    using Output = protocol::Output<Notification, Remark>;
    using State = BrokerState;

    explicit Broker(const BrokerConfig& config);

    // A broker that knows what another one knew.
    explicit Broker(State state) : state_(std::move(state)) {}

    void handle(Instant now, const Input& input);

    // Decides as of when the input came, and sends as of now: for one that has waited.
    void handle_late(Instant came, Instant now, const Input& input);

    // handle() of a datagram in two steps, for an owner who writes a journal in between. First,
    // when it arrives: whether it is taken on, given that so many inputs wait. If not, what there
    // is to say of it has been said. Then, in its turn: what it brings about, decided as of when it
    // came and sent as of now.
    bool admits(Instant now,
                const ReceivedDatagram& datagram,
                const Message& message,
                std::size_t waiting);
    void apply(Instant came, Instant now, const ReceivedDatagram& datagram);

    // Afterwards the admission is that of a broker which has just been started with these calls.
    void forget_rates();

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const {
        return std::min({state_.calls.deadlines.first_due(),
                         state_.sessions.deadlines.first_due(),
                         state_.cluster.next_due()});
    }

    [[nodiscard]] const State& state() const { return state_; }

    // Is the message from whom it names as its author, as far as its seal tells? Others are
    // dropped.
    [[nodiscard]] bool believes(const Party& sender, const Message& message) const;

    // The key that a device has registered with; none of one that has not.
    [[nodiscard]] std::optional<PublicKey> key_of(const DeviceId& device) const {
        if (device_id_of(sms_key_) == device) return sms_key_;
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

    // admitting.cpp
    bool admits(const Arrival& arrival, const Message& message, std::size_t waiting);
    bool admits_forwarded(const Arrival& arrival,
                          const ForwardedRequest& request,
                          std::size_t waiting);
    bool admits_call(const Arrival& arrival, const InviteRequest& request, std::size_t waiting);
    bool admits_call(const Arrival& arrival, const InviteCancel& cancel, std::size_t waiting);
    bool admits_registration(const Arrival& arrival,
                             const RegisterDevice& registration,
                             std::size_t waiting);
    template <class M>
    bool admits_recipient(const M& message, std::size_t waiting);
    std::optional<Duration> refuse_call(const Arrival& arrival,
                                        const DeviceId& caller,
                                        std::size_t waiting);
    [[nodiscard]] Load load(std::size_t waiting) const;
    static RatedSubject caller_subject(const IndexKey& key,
                                       const DeviceId& device,
                                       const Arrival& arrival);

    // broker.cpp
    static Arrival arrival_of(Instant now, const ReceivedDatagram& datagram);
    void receive(const Arrival& arrival);
    template <class M>
    void dispatch(const Arrival& arrival, const M& message);
    tl::expected<Message, WireError> parse(ByteView payload);
    bool is_believed(const Arrival& arrival, const Message& message);
    void take_push_answer(Instant now, const PushAnswered& answer);
    void reach_deadline(Instant now);
    void join_calls(Instant now, const RegisterDevice& registration);
    void join_call(Instant now, std::uint32_t position, const BoundToken& token);
    bool invite(Call& call, const BoundToken& token, Instant now) const;
    // The call, in the state that it has at this time even if a deadline is served late.
    std::uint32_t find_call(Instant now, CallId id);
    void remark(RemarkKind kind, CallId call, DeviceId device);

    // registration_messages.cpp
    void take_sms(Instant now, const ReceivedSms& sms);
    void on(const Arrival& arrival, const ProvePossession& message);
    void on(const Arrival& arrival, const ValidateEmail& message);
    void on(const Arrival& arrival, const RegisterDevice& message);
    void on(const Arrival& arrival, const UnregisterDevice& message);
    void answer_registration(const Arrival& arrival,
                             const RegisterAck& ack,
                             std::vector<std::uint8_t> awaited);
    void mail_link(Instant now, const ValidateEmail& message);
    void release(Instant now, const std::vector<Release>& released);

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

    // candidate_messages.cpp: from initiator and recipients alike.
    void on(const Arrival& arrival, const CandidateUpdate& message);
    void on(const Arrival& arrival, const CandidateForwardAck& message);
    bool is_believed(const Arrival& arrival,
                     std::uint32_t position,
                     const CandidateUpdate& message);

    // recipient_messages.cpp
    void on(const Arrival& arrival, const InviteRinging& message);
    void on(const Arrival& arrival, const InviteAccept& message);
    void on(const Arrival& arrival, const InviteDecline& message);
    template <class M>
    Recipient hear_recipient(const Arrival& arrival, const M& message);
    template <class M>
    bool is_of_forgotten_call(const Recipient& recipient, const M& message);

    // transfer_messages.cpp
    void on(const Arrival& arrival, const SessionKeep& message);
    void on(const Arrival& arrival, const Transfer& message);
    void on(const Arrival& arrival, const TransferAnswer& message);
    std::uint32_t session_of(Instant now, CallId session, DeviceId device, DeviceId peer);
    static void end_session(Instant now, SessionRecord& record);
    bool may_transfer(const Arrival& arrival, SessionRecord& record, const Transfer& message);
    void take_transfer_answer(Instant now, std::uint32_t position, const TransferAnswer& message);
    void send_transfer_state(DeviceId device, const ReturnPath& to, std::uint32_t position);
    void serve_session(Instant now, std::uint32_t position);
    void push_offer(Instant now, const SessionRecord& record, const TransferRecord& transfer);
    void dismiss_offer(Instant now, std::uint32_t position, TransferRecord& transfer);
    template <class M>
    void push_to_device(
        Instant now, DeviceId device, CallId key, const M& message, Duration time_to_live);

    // pending.cpp
    void on(const Arrival& arrival, const PendingFetch& message);
    std::vector<std::uint32_t> pending_of(Instant now, const DeviceId& device, const CallId& after);

    // relaying.cpp
    void on(const Arrival& arrival, const RelayRequest& message);
    DeviceId peer_of(const Arrival& arrival, const RelayRequest& message);

    // cluster/routing.cpp
    bool is_served_here(const Arrival& arrival, CallId call);
    void forward(NodeNumber owner, const Arrival& arrival, CallId call);
    void on(const Arrival& arrival, const ForwardedRequest& message);
    void on(const Arrival& arrival, const ForwardedAnswer& message);
    void answer_through(const Peer& to, CallId call, ByteView datagram);
    static Arrival forwarded_arrival(const Arrival& arrival, const ForwardedRequest& request);
    [[nodiscard]] RegisterDevice served_part(const RegisterDevice& registration) const;
    void tell_members(const Arrival& arrival);
    void await(const Arrival& arrival, const RegisterAck& ack, std::vector<std::uint8_t> awaited);
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
    void send_initiator_data(Instant now, const Call& call, Invitee& invitee);
    static InvitePush invitation_for(Instant now, const Call& call, const Invitee& invitee);
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
        outbox_.send(
            source_for(peer.path.address), peer.path.address, size, Party::of_device(peer.device));
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

    [[nodiscard]] const Address& source_for(const Address& destination) const {
        const bool is_v6 = destination.ip.family == IpFamily::v6;
        return is_v6 ? state_.config.address_v6 : state_.config.address;
    }

    State state_;
    Outbox<Output> outbox_;
    Duration lateness_{};  // of the input in hand; nothing between inputs
    // Of the device whose SMS was the last input, for its challenge; not part of the state.
    PublicKey sms_key_{};
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
    if constexpr (is_about_session<M>) {
        if (!is_served_here(arrival, message.session)) return;
    }
    on(arrival, message);
}

}  // namespace invitro::protocol
