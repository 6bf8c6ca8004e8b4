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
// Files: admitting.cpp (what is taken on), broker.cpp (inputs, late joiners),
// registration_messages.cpp, initiator_messages.cpp, candidate_messages.cpp,
// recipient_messages.cpp, pending.cpp (who wakes), relaying.cpp (who may use a relay),
// transfer_messages.cpp (sessions), serving.cpp (what is due).
#pragma once

#include "protocol/application.hpp"
#include "protocol/broker/broker_state.hpp"
#include "protocol/node.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

class Broker {
public:
    using Input = std::variant<ReceivedDatagram, PushAnswered, ReceivedSms, DeadlineReached>;
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
        return std::min(state_.calls.deadlines.first_due(), state_.sessions.deadlines.first_due());
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
    // When and whence a datagram came, and who sealed it.
    struct Arrival {
        Instant now;
        Address source;
        Party sender;

        // Vouched for by the seal; where nothing is sealed, everybody is believed.
        [[nodiscard]] bool is_from(const DeviceId& device) const {
            return sender.is_nobody() || sender.is_device(device);
        }
    };

    // A device, and where it is reached.
    struct Peer {
        DeviceId device;
        Address address;
    };

    // Whom a message of a recipient is from. No invitee: the message is not to be believed.
    struct Recipient {
        std::uint32_t position = no_position;
        Invitee* invitee = nullptr;
    };

    // admitting.cpp
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
    void receive(const Arrival& arrival, ByteView payload);
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
    std::uint32_t take_in_hand(Instant now, const InviteRequest& request, const Address& source);
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
    void send_transfer_state(DeviceId device, const Address& to, std::uint32_t position);
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

    template <class M>
    void send(const Peer& peer, const M& message) {
        const std::size_t size = encode_message(message, outbox_.reserve(datagram_size_max));
        const bool is_v6 = peer.address.ip.family == IpFamily::v6;
        outbox_.send(is_v6 ? state_.config.address_v6 : state_.config.address,
                     peer.address,
                     size,
                     Party::of_device(peer.device));
        ++state_.counters.datagrams_sent;
    }

    State state_;
    Outbox<Output> outbox_;
    Duration lateness_{};  // of the input in hand; nothing between inputs
    // Of the device whose SMS was the last input, for its challenge; not part of the state.
    PublicKey sms_key_{};
};

}  // namespace invitro::protocol
