// History: keeps the facts of a world while its events go by.
//
// Only boundary events are looked at. Each datagram is decoded at most once, and most not at all:
// its type and its call tell what it means. A call's facts are handed out for judging when nothing
// more can happen to it, and forgotten, so that a long world needs room for its open calls only.
#pragma once

#include "model/event.hpp"
#include "properties/facts.hpp"
#include "properties/seal_watch.hpp"
#include "properties/storage_facts.hpp"
#include "properties/surroundings.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/wire/messages.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace invitro::properties {

// The type of an encoded message, told by its first bytes; none where they are not ours.
std::optional<protocol::MessageType> peek_type(protocol::ByteView bytes);

class History {
public:
    using Calls = protocol::DenseMap<CallId, CallFacts>;
    using Devices = protocol::DenseMap<std::uint32_t, DeviceFacts>;

    // The world must outlive this.
    explicit History(const scenarios::World& world);

    void observe(const model::Event& event);

    [[nodiscard]] const Surroundings& surroundings() const { return surroundings_; }

    // The most that the broker was ever seen to hold of each thing, and when the latest of them was
    // seen; none where it was never measured.
    [[nodiscard]] const model::StateMeasured& most_measured() const { return most_measured_; }

    [[nodiscard]] const Moment& measured() const { return measured_; }

    // The first time that a broker refused a call.
    [[nodiscard]] const Moment& refused_first() const { return refused_first_; }

    // Calls not yet taken out.
    [[nodiscard]] const Calls& calls() const { return calls_; }

    [[nodiscard]] const Devices& devices() const { return devices_; }

    // Every pair of calls that crossed.
    [[nodiscard]] const std::vector<CrossingFacts>& crossings() const { return crossings_; }

    // Every session that was offered to another device.
    [[nodiscard]] const std::vector<LegFacts>& legs() const { return legs_; }

    // What the envelopes have shown.
    [[nodiscard]] const SealFacts& seals() const { return seals_.facts(); }

    // When the broker acknowledged that it reaches the device under this identifier; never: it has
    // not.
    [[nodiscard]] Moment registered(std::uint32_t number,
                                    const protocol::EndpointIdentifier& identifier) const;

    // What the broker answered to requests for a mail.
    struct MailAnswers {
        std::uint32_t answered = 0;
        Moment differs;  // the first answer of another size than the first
        std::size_t size = 0;

        bool operator==(const MailAnswers&) const = default;
    };

    [[nodiscard]] const MailAnswers& mail_answers() const { return mail_answers_; }

    // Since when the broker may invite it: what is durable is in force, even if a crash takes the
    // acknowledgement.
    [[nodiscard]] Moment in_force(std::uint32_t number,
                                  const protocol::EndpointIdentifier& identifier) const;

    // What brokers have written, and how they crashed.
    [[nodiscard]] const StorageFacts& storage() const { return storage_; }

    // When the operator told a broker of a membership, and when the last piece of a handover was
    // sent.
    [[nodiscard]] const std::vector<Moment>& orders() const { return orders_; }

    [[nodiscard]] const Moment& last_handover_part() const { return last_handover_part_; }

    // How far the history goes: to the latest event or, once the world is over, to its end.
    [[nodiscard]] Instant now() const { return now_; }

    // Is it time to take out calls? Cheap enough to ask after every event.
    [[nodiscard]] bool has_closable() const { return now_ >= next_close_; }

    // Calls to which nothing more can happen, out of the history.
    std::vector<CallFacts> take_closable();

private:
    using Header = model::EventHeader;
    using MessageType = protocol::MessageType;

    // history.cpp: the world around a call, commands, pushes.
    CallFacts* find_call(CallId id);
    CallFacts& call_of(CallId id);
    ParticipantFacts& participant(CallFacts& call, std::uint32_t number);
    ParticipantFacts* participant_named(CallFacts& call, DeviceId id);
    DeviceFacts& device(std::uint32_t number);
    [[nodiscard]] std::uint32_t number_of(DeviceId id) const;
    void name_device(std::uint32_t number, DeviceId id);
    [[nodiscard]] bool has_own_hosts(std::uint32_t number, const ConnectionData& data) const;

    void on(const Header& header, const model::PushSubmitted& event);
    void on(const Header& header, const model::PushDelivered& event);
    void on(const Header& header, const model::CommandGiven<protocol::Command>& event);
    void on(const Header& header, const model::Notified<protocol::Notification>& event);
    void on(const Header& header, const model::DatagramSent& event);
    void on(const Header& header, const model::DatagramDelivered& event);
    void on(const Header& header, const model::DatagramDropped& event);
    void on(const Header& header, const model::SegmentLost& event);
    void on(const Header& header, const model::StreamBroken& event);

    void on(const Header& header, const model::WorldEnded& event);
    void on(const Header& header, const model::StateMeasured& event);

    // history_storage.cpp
    void on(const Header& header, const model::BytesWritten& event);
    void on(const Header& header, const model::BytesPersisted& event);
    void on(const Header& header, const model::NodeCrashed& event);
    void on(const Header& header, const model::NodeStarted& event);
    void on(const Header& header, const model::StorageDamaged& event);
    void on(const Header& header, const model::StorageRefused& event);
    void came_to_broker(const Header& header, MessageType type, protocol::ByteView payload);
    void is_durable(const Header& header, const JournalledMessage& message);
    void acknowledged(const Header& header, const protocol::RegisterAck& ack);
    void broker_crashed();
    void device_killed(const Header& header, const model::NodeCrashed& event);

    // Who has brought a datagram that may lead to something: nobody, where it is to lead to
    // nothing.
    enum class Bearer : std::uint8_t { nobody, author, attacker };

    // history_cluster.cpp
    struct Arrival {
        Header header;
        protocol::Address source;
        std::vector<std::uint8_t> payload;
        Bearer bearer = Bearer::author;
    };

    void observe_in_cluster(const model::Event& event);
    void came_to_node(const Header& header, const model::DatagramDelivered& event);
    void settle_arrival(const model::Event& event);
    void take_arrival(const Arrival& arrival);

    void on(const Header& header, const model::MembershipOrdered& /*event*/) {
        orders_.emplace_back().first(header);
    }

    // Stored and dropped notifications show by their not being delivered; what a machine says of
    // itself is no ground for a verdict; the rest is known from the World in advance.
    template <class Other>
    void on(const Header&, const Other&) {}

    void given(const Header& header, const protocol::RegisterCommand& command);
    void given(const Header& header, const protocol::UnregisterCommand& command);
    void given(const Header& header, const protocol::ActivateCommand& command);
    void given(const Header& header, const protocol::CallCommand& command);
    void given(const Header& header, const protocol::AcceptCommand& command);
    void given(const Header& header, const protocol::DeclineCommand& command);
    void given(const Header& header, const protocol::CancelCommand& command);
    void given(const Header& header, const protocol::ChooseCommand& command);
    void given(const Header& header, const protocol::HangUpCommand& command);
    void given(const Header& header, const protocol::NetworkChanged& command);
    void given(const Header& header, const protocol::WokeUp& command);
    void given(const Header& header, const protocol::TransferCommand& command);
    // What rings here, by its user, who may have said so by unregistering.
    void decline(CallFacts& call, const Header& header);

    // history_registration.cpp
    void registration_pushed(const Header& header, const model::PushSubmitted& event);
    void challenged(const Header& header, const protocol::PossessionChallenge& challenge);
    void registration_at_broker(MessageType type, protocol::ByteView payload);
    void registration_by_broker(const Header& header, MessageType type, protocol::ByteView payload);
    void heard(const protocol::RegisterDevice& message);
    void in_force(const Header& header, const protocol::RegisterAck& ack);
    static void note_durable(const Header& header,
                             RegistrationFacts& who,
                             std::uint32_t incarnation);

    // history_datagrams.cpp
    void sent_outside_calls(const Header& header, MessageType type, protocol::ByteView payload);
    void reflected(const Header& header, protocol::ByteView payload);
    void reflection_answered(const Header& header, protocol::ByteView payload);
    void sent_by_broker(CallFacts& call,
                        const Header& header,
                        MessageType type,
                        const model::DatagramSent& event);
    void sent_by_initiator(CallFacts& call,
                           const Header& header,
                           MessageType type,
                           protocol::ByteView payload);
    void sent_by_recipient(CallFacts& call,
                           const Header& header,
                           MessageType type,
                           protocol::ByteView payload);
    void requested(CallFacts& call, const Header& header, const protocol::InviteRequest& request);
    void forwarded(CallFacts& call,
                   const Header& header,
                   const protocol::Address& destination,
                   const protocol::AcceptForward& forward);
    Bearer bearer_of(const Header& header, const model::DatagramDelivered& event);
    void delivered(const Header& header, const model::DatagramDelivered& event, Bearer bearer);
    void forged_at_broker(const Header& header, MessageType type);
    void passed_on(const Header& header, MessageType type, protocol::ByteView payload);
    [[nodiscard]] bool is_fetched(MessageType type, protocol::ByteView payload) const;
    [[nodiscard]] bool is_reflected(std::uint32_t number, const Moment& since) const;
    void at_broker(CallFacts& call,
                   const Header& header,
                   MessageType type,
                   const model::DatagramDelivered& event);
    void initiator_at_broker(CallFacts& call,
                             MessageType type,
                             const model::DatagramDelivered& event);
    void renewed_at_broker(CallFacts& call,
                           const Header& header,
                           const protocol::CandidateUpdate& update);
    void accept_at_broker(CallFacts& call, ParticipantFacts& who, const Header& header);
    void decline_at_broker(CallFacts& call,
                           const Header& header,
                           const protocol::InviteDecline& decline);
    void at_device(CallFacts& call,
                   const Header& header,
                   MessageType type,
                   protocol::ByteView payload);
    // history_relays.cpp
    void sent_by_relay(CallFacts& call,
                       const Header& header,
                       MessageType type,
                       protocol::ByteView payload);
    void sent_about_relay(CallFacts& call,
                          const Header& header,
                          MessageType type,
                          protocol::ByteView payload);
    void came_through_relay(CallFacts& call, const Header& header, protocol::ByteView payload);
    RelayFacts* relay_facts(CallFacts& call, std::uint32_t end, std::uint32_t peer);

    void count_failed(const Header& header, MessageType type, protocol::ByteView payload);

    // history_notifications.cpp
    void told(const Header& header, const protocol::Registered& what);
    void told(const Header& header, const protocol::IdentifierValidated& what);

    void told(const Header&, const protocol::Unregistered&) {}

    void told(const Header&, const protocol::ValidationFailed&) {}

    void told(const Header& header, const protocol::CallStarted& what);
    void told(const Header& header, const protocol::CallProgress& what);
    void told(const Header& header, const protocol::CallFailed& what);
    void told(const Header& header, const protocol::Ringing& what);
    void told(const Header& header, const protocol::RingingStopped& what);
    void told(const Header& header, const protocol::AcceptConfirmed& what);
    void told(const Header& header, const protocol::AcceptRejected& what);
    void told(const Header& header, const protocol::AcceptArrived& what);
    void told(const Header& header, const protocol::Connected& what);
    void told(const Header& header, const protocol::Disconnected& what);
    void told(const Header& header, const protocol::CallEnded& what);
    void told(const Header& header, const protocol::ConnectionDataRenewed& what);
    static void known(RenewalFacts& heard, const Header& header, std::uint32_t generation);
    void told(const Header& header, const protocol::CallsCrossed& what);
    void told(const Header& header, const protocol::TransferOffered& what);
    void told(const Header& header, const protocol::TransferFailed& what);
    void told(const Header& header, const protocol::SessionMoved& what);
    void ring(std::uint32_t device, CallFacts& call, const Header& header);
    void stop_ringing(std::uint32_t device, const CallId& call);

    // history_transfer.cpp: sessions that change hands.
    LegFacts* find_leg(const CallId& leg);
    void offered(const Header& header, const model::PushSubmitted& event);
    void leg_at_peer(const Header& header, protocol::ByteView payload);
    bool leg_connected(const Header& header, const CallId& leg);
    bool leg_ended(const Header& header, const CallId& leg);
    void note_old_ended(const Header& header, const protocol::Disconnected& what);
    void disturb_legs(const Header& header);

    // history_crossing.cpp: calls that cross.
    void find_crossing(CallFacts& call);
    CrossingFacts* crossing_of(const CallFacts& call);
    void note_taken(const CallFacts& call, const Header& header);
    void note_settled(const CallFacts& call, const Header& header);
    void note_ring(const CallFacts& call, const Header& header);
    void note_push(const CallFacts& call,
                   std::uint32_t device,
                   const Header& header,
                   bool is_delivered);
    void note_accept(const CallFacts& call, std::uint32_t device, const Header& header);
    void note_connected(const CallFacts& call, DeviceId peer, const Header& header);
    void forget_names(const CallFacts& call);

    void compare(CopyFacts& copy,
                 const Header& header,
                 std::uint32_t origin,
                 const ConnectionData& data,
                 const std::vector<ConnectionData>& originals) const;

    Surroundings surroundings_;
    StorageFacts storage_;
    SealWatch seals_;
    Calls calls_;
    Devices devices_;
    protocol::DenseMap<DeviceId, std::uint32_t> numbers_;
    std::vector<CrossingFacts> crossings_;
    std::vector<LegFacts> legs_;

    struct TransferAsked {
        std::uint32_t device = nobody;
        CallId session;
        DeviceId target;
        Moment at;
    };

    std::vector<TransferAsked> asked_;
    // The newest call under way from one identifier to another.
    std::map<std::pair<std::string, std::string>, CallId> directed_;
    CallFacts* recent_ = nullptr;  // the call of the event before: mostly that of the next one too
    model::StateMeasured most_measured_;
    Moment measured_;
    Moment refused_first_;
    MailAnswers mail_answers_;
    Instant now_{};
    Instant next_close_ = protocol::never;
    std::optional<Arrival> arrival_;  // at a node of a cluster, which may have it written down next
    std::vector<Moment> orders_;
    Moment last_handover_part_;
};

}  // namespace invitro::properties
