// Messages of sessions that outlive their invitation, and of their transfer from one device of a
// profile to another (docs/PROTOCOL.md "Sessions at the broker", "Transfer").
//
// A session is named by the call that it came from or, once it has been transferred, by its *leg*:
// an id of the same kind, drawn by the device that transfers. Between the peers the leg takes the
// place of the call.
#pragma once

#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/invitation_messages.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace invitro::protocol {

// device -> broker, while it is connected: this session is alive. The broker believes it of those
// two whose accept or transfer it has taken.
struct SessionKeep {
    static constexpr MessageType type = MessageType::session_keep;

    DeviceId device;
    CallId session;
    DeviceId peer;
    bool is_over = false;  // it has ended: forget it

    bool operator==(const SessionKeep&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &SessionKeep::device),
                          field(2, "session", &SessionKeep::session),
                          field(3, "peer", &SessionKeep::peer),
                          field(4, "is_over", &SessionKeep::is_over)};
    }
};

// broker -> device: so noted, or this session is none that the broker knows anything of.
struct SessionKept {
    static constexpr MessageType type = MessageType::session_kept;

    DeviceId device;
    CallId session;
    bool is_known = true;

    bool operator==(const SessionKept&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &SessionKept::device),
                          field(2, "session", &SessionKept::session),
                          field(3, "is_known", &SessionKept::is_known)};
    }
};

// How far a transfer is.
enum class TransferStep : std::uint8_t {
    offered = 0,   // the other device is asked
    accepted = 1,  // its user has taken it; now the peers have to find a path
    refused = 2,   // not these devices, not this session, or another transfer of it is under way
    declined = 3,
    expired = 4,  // nobody answered in time
    over = 5,     // done, or given up
};

std::string_view to_string(TransferStep step);

// device -> broker: offer my session with this peer to that other device of my profile. Repeated
// until the transfer is decided; each try asks how far it is.
struct Transfer {
    static constexpr MessageType type = MessageType::transfer;

    DeviceId device;
    CallId session;
    CallId leg;
    DeviceId peer;
    DeviceId target;
    ConnectionData connection;  // the peer's, as far as this device knows it
    bool is_over = false;       // nothing more is wanted of it

    bool operator==(const Transfer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &Transfer::device),
                          field(2, "session", &Transfer::session),
                          field(3, "leg", &Transfer::leg),
                          field(4, "peer", &Transfer::peer),
                          field(5, "target", &Transfer::target),
                          field(6, "connection", &Transfer::connection),
                          field(7, "is_over", &Transfer::is_over)};
    }
};

// broker -> each token of the target, as a push.
struct TransferOffer {
    static constexpr MessageType type = MessageType::transfer_offer;

    DeviceId device;  // whom the ticket is for
    CallId session;
    CallId leg;
    Ticket ticket{};  // over leg and device
    DeviceId from;
    DeviceId peer;
    ConnectionData connection;  // the peer's
    Duration age{};
    Duration lifetime{};

    bool operator==(const TransferOffer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &TransferOffer::device),
                          field(2, "session", &TransferOffer::session),
                          field(3, "leg", &TransferOffer::leg),
                          field(4, "ticket", &TransferOffer::ticket),
                          field(5, "from", &TransferOffer::from),
                          field(6, "peer", &TransferOffer::peer),
                          field(7, "connection", &TransferOffer::connection),
                          field(8, "age", &TransferOffer::age),
                          field(9, "lifetime", &TransferOffer::lifetime)};
    }
};

// target -> broker: it rings (`offered`), its user has accepted or declined. With its connection
// data only where that is so.
struct TransferAnswer {
    static constexpr MessageType type = MessageType::transfer_answer;

    DeviceId device;
    CallId session;
    CallId leg;
    Ticket ticket{};
    TransferStep step = TransferStep::offered;
    ConnectionData connection;

    bool operator==(const TransferAnswer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &TransferAnswer::device),
                          field(2, "session", &TransferAnswer::session),
                          field(3, "leg", &TransferAnswer::leg),
                          field(4, "ticket", &TransferAnswer::ticket),
                          field(5, "step", &TransferAnswer::step),
                          field(6, "connection", &TransferAnswer::connection)};
    }
};

// broker -> either device of the profile: how far it is. To the one that transfers, once the other
// has accepted, with the other's connection data.
struct TransferState {
    static constexpr MessageType type = MessageType::transfer_state;

    DeviceId device;  // the addressee
    CallId session;
    CallId leg;
    TransferStep step = TransferStep::offered;
    ConnectionData connection;

    bool operator==(const TransferState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "device", &TransferState::device),
                          field(2, "session", &TransferState::session),
                          field(3, "leg", &TransferState::leg),
                          field(4, "step", &TransferState::step),
                          field(5, "connection", &TransferState::connection)};
    }
};

// A device's connection data as paths/sealed_connection.hpp seals it.
inline constexpr std::size_t sealed_connection_max = 640;
using SealedConnection = InlineBytes<sealed_connection_max>;

// peer -> peer, over the session that is to move: the other device of mine, and where to find it.
struct LegOffer {
    static constexpr MessageType type = MessageType::leg_offer;

    CallId call;  // of the session
    DeviceId sender;
    std::uint32_t sequence = 0;
    CallId leg;
    DeviceId device;
    SealedConnection connection;  // for nobody but the peer
    Tag128 tag{};

    bool operator==(const LegOffer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &LegOffer::call),
                          field(1, "sender", &LegOffer::sender),
                          field(2, "sequence", &LegOffer::sequence),
                          field(3, "leg", &LegOffer::leg),
                          field(4, "device", &LegOffer::device),
                          field(5, "connection", &LegOffer::connection),
                          field(6, "tag", &LegOffer::tag)};
    }
};

enum class LegState : std::uint8_t {
    searching = 0,  // it looks for a path to that device
    connected = 1,  // it has one, and is about to close the old session
    failed = 2,     // it does not look, or has found none; the old session stays
};

std::string_view to_string(LegState state);

// The answer, and what comes of it.
struct LegAnswer {
    static constexpr MessageType type = MessageType::leg_answer;

    CallId call;
    DeviceId sender;
    std::uint32_t sequence = 0;
    CallId leg;
    LegState state = LegState::searching;
    Tag128 tag{};

    bool operator==(const LegAnswer&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &LegAnswer::call),
                          field(1, "sender", &LegAnswer::sender),
                          field(2, "sequence", &LegAnswer::sequence),
                          field(3, "leg", &LegAnswer::leg),
                          field(4, "state", &LegAnswer::state),
                          field(5, "tag", &LegAnswer::tag)};
    }
};

}  // namespace invitro::protocol
