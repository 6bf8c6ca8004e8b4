// The cast of the invitation service: brokers, reflectors, relays, clients, and the people who use
// them.
//
// Several brokers are one cluster, whose operator follows the world's rows too. People follow the
// world's rows: they register at the start, place the calls, answer as their device's reaction
// says, cancel, choose, hang up, move. What they know is what their application has told them.
#pragma once

#include "model/event.hpp"
#include "protocol/application.hpp"
#include "protocol/broker/durable_broker.hpp"
#include "protocol/client/client.hpp"
#include "protocol/paths/reflector.hpp"
#include "protocol/paths/relay.hpp"
#include "protocol/security/sealed.hpp"
#include "protocol/stream/stream_fallback.hpp"
#include "protocol/stream/stream_server.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "scenarios/world.hpp"
#include "sim/hostile.hpp"
#include "sim/identities.hpp"
#include "sim/keyring.hpp"
#include "sim/places.hpp"
#include "sim/storage.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace invitro::sim {

class InvitationCast {
public:
    using SealedClient = protocol::Sealed<protocol::Client>;
    using SealedBroker = protocol::Sealed<protocol::DurableBroker>;
    using Service = protocol::InvitationService;
    // Each behind its layers.
    using BrokerNode = protocol::StreamServer<SealedBroker>;
    using RelayNode = protocol::StreamServer<protocol::Relay>;
    using ClientNode = protocol::StreamFallback<SealedClient>;

    // Something a person does when its time comes.
    struct Action {
        enum class Kind : std::uint8_t {
            start,
            place_call,
            react,
            cancel,
            choose,
            hang_up,
            transfer,
            move,
            wake,  // a client that begins again is told its network
            attack,
            change_registration,
            open_mail,
            change_membership,
        };
        Kind kind = Kind::start;
        // Of the device; place_call: of the call; move: of the move; attack: of the attacker;
        // change_registration, change_membership: of the change; open_mail: of the mail.
        std::uint32_t row = 0;
        protocol::CallId call{};
        protocol::DeviceId peer{};
    };

    explicit InvitationCast(const scenarios::World& world);

    template <class Stage>
    void start(Stage& stage);

    // A device's client is built at its first input: a dormant device is a row and nothing else.
    template <class Stage, class F>
    void visit(Stage& stage, NodeIndex node, F&& f);

    // A dormant device has lost nothing: what it had stored is in its row.
    template <class Stage>
    void crash(Stage& stage, NodeIndex node, CrashKeeps keeps);

    template <class Stage>
    bool restart(Stage& stage,
                 NodeIndex node,
                 std::uint32_t incarnation,
                 const protocol::Storage& storage);

    template <class Stage>
    void perform(Stage& stage, const Action& action);

    template <class Stage>
    void heard(Stage& stage, NodeIndex node, const protocol::Notification& notification);

    // A node has sent this.
    void overheard(const protocol::SendDatagram& datagram) {
        if (!world_.attackers.empty()) hostile_.overhear(datagram);
    }

    // The device has its network back after a fault.
    template <class Stage>
    void came_online(Stage& stage, NodeIndex device);

    [[nodiscard]] std::optional<TokenPlace> locate(protocol::ByteView token,
                                                   protocol::Instant now) const;

    // The phone number that the mobile network has for this device: its account's first.
    template <class Stage>
    [[nodiscard]] std::optional<protocol::EndpointIdentifier> number_of(Stage& stage,
                                                                        NodeIndex device) const;

    // The device on which the owner of the mailbox would open the link.
    template <class Stage>
    [[nodiscard]] std::optional<NodeIndex> reader_of(Stage& stage,
                                                     const protocol::EndpointIdentifier& mailbox,
                                                     protocol::ByteView link);

    template <class Stage>
    void mail_arrived(Stage& stage, NodeIndex reader, protocol::ByteView link);

    // See Keyring::open().
    [[nodiscard]] protocol::ByteView open(protocol::ByteView payload) {
        return keyring_.open(payload);
    }

private:
    // A call under way, as the people at its initiator's end see it.
    struct OpenCall {
        std::uint32_t row = 0;         // in World::calls
        std::uint32_t hanging_up = 0;  // the device whose user ends the session
        bool connected = false;
        bool chosen = false;
        bool transferred = false;
    };

    // A device that got another push token in the course of the world.
    struct TokenChange {
        std::uint8_t version = 0;
        protocol::Instant old_gone_at{};  // of the token before this one; older ones are gone
    };

    struct Mail {
        std::uint32_t device_row = 0;
        protocol::PossessionChallenge link;
    };

    // Somebody's device rings; the key is of (call, device).
    using RingKey = protocol::CallId;

    static RingKey ring_key(const protocol::CallId& call, std::uint32_t device_row) {
        return {.high = call.high ^ model::mix(device_row), .low = call.low};
    }

    [[nodiscard]] protocol::BrokerConfig config_of_broker(std::uint32_t number,
                                                          std::uint32_t incarnation) const;
    [[nodiscard]] protocol::ClientConfig config_of_client(
        std::uint32_t row, const protocol::SealConfig& sealing) const;
    [[nodiscard]] SealedClient make_client(std::uint32_t row,
                                           std::uint32_t incarnation,
                                           protocol::Instant now);
    void store_client(std::uint32_t row);
    // True if nothing was left, so that it has to register anew.
    bool restore_client(std::uint32_t row, std::uint32_t incarnation, protocol::Instant now);
    // Brokers are told by their place in World::brokers.
    void load_broker(std::uint32_t index);
    bool recover_broker(std::uint32_t index,
                        protocol::Instant now,
                        std::uint32_t incarnation,
                        const protocol::Storage& storage);
    [[nodiscard]] protocol::Relay make_relay(const scenarios::Relay& relay,
                                             std::uint32_t incarnation) const;
    [[nodiscard]] protocol::RegisterCommand registration_now(std::uint32_t row);
    [[nodiscard]] bool owns(const scenarios::Device& device,
                            const protocol::EndpointIdentifier& identifier) const;

    template <class Stage>
    void place_call(Stage& stage, std::uint32_t row);
    template <class Stage>
    void register_device(Stage& stage, std::uint32_t row);
    template <class Stage>
    void react(Stage& stage, const Action& action);
    template <class Stage>
    void react_later(Stage& stage, std::uint32_t row, const protocol::CallId& call);
    template <class Stage>
    void transfer_later(Stage& stage, NodeIndex node, const protocol::CallId& call, OpenCall& open);
    template <class Stage>
    void cancel(Stage& stage, const Action& action);
    template <class Stage>
    void move(Stage& stage, std::uint32_t row);
    template <class Stage>
    void attack(Stage& stage, std::uint32_t row);
    [[nodiscard]] model::StateMeasured measure_broker() const;
    void leak(std::uint32_t device_row, const protocol::CallId& call);
    template <class Stage>
    void change_registration(Stage& stage, std::uint32_t row);
    template <class Stage>
    void open_mail(Stage& stage, std::uint32_t index);
    template <class Stage>
    void change_membership(Stage& stage, std::uint32_t row);
    template <class Stage>
    void tell_network(Stage& stage, NodeIndex device);  // NOLINT(misc-no-recursion)
    template <class Stage>
    void wake(Stage& stage, NodeIndex device);  // NOLINT(misc-no-recursion)

    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::CallStarted& started);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::Ringing& ringing);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::AcceptArrived& arrived);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::Connected& connected);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::TransferOffered& offered);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::RingingStopped& stopped);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::CallFailed& failed);
    template <class Stage>
    void hear(Stage& stage, NodeIndex node, const protocol::CallEnded& ended);

    // What nobody reacts to.
    template <class Stage, class Other>
    void hear(Stage&, NodeIndex, const Other&) {}

    void forget_unless_connected(const protocol::CallId& call);

    const scenarios::World& world_;
    Keyring keyring_;
    // As in World::brokers; none while down.
    std::vector<std::optional<BrokerNode>> brokers_;
    std::array<protocol::Reflector, reflector_count> reflectors_;
    std::vector<RelayNode> relays_;                     // as in World::relays
    std::vector<std::unique_ptr<ClientNode>> clients_;  // by row; none while dormant or down
    // What the clients that are down have stored, by row; no bytes where it was lost.
    protocol::DenseMap<std::uint32_t, std::vector<std::uint8_t>> stored_clients_;
    protocol::DenseMap<protocol::CallId, OpenCall> open_calls_;
    protocol::DenseMap<RingKey, std::uint8_t> ringing_;
    Hostile hostile_;
    std::vector<std::uint64_t> attacks_;  // by row of the attacker: datagrams sent
    protocol::DenseMap<std::uint32_t, TokenChange> token_changes_;  // by device number
    std::vector<Mail> mails_;                                       // that somebody will open
    std::uint32_t placing_row_ = 0;    // the call that is being placed just now
    std::uint32_t operator_asks_ = 0;  // counts whom the operator has told of a membership
};

// The cluster after so many of the world's changes; no members where there is one broker only.
protocol::Membership membership_after(const scenarios::World& world, std::size_t changes);

// What a person who rings answers with.
protocol::Command answer_of(model::ReactionKind kind, const protocol::CallId& call);

}  // namespace invitro::sim

#include "sim/invitation_changes.hpp"
#include "sim/invitation_people.hpp"
