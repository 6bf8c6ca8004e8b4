// Notifications: what a client tells the application above it, and so the user.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

namespace invitro::protocol {

struct Registered {
    Duration lease{};

    bool operator==(const Registered&) const = default;

    static constexpr auto fields() { return std::tuple{field("lease", &Registered::lease)}; }
};

// This device is not registered (any more), and the broker knows.
struct Unregistered {
    bool operator==(const Unregistered&) const = default;

    static constexpr auto fields() { return std::tuple{}; }
};

// The broker has seen that this identifier is the user's: registering for it follows.
struct IdentifierValidated {
    EndpointIdentifier identifier;

    bool operator==(const IdentifierValidated&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identifier", &IdentifierValidated::identifier)};
    }
};

// No proof of it came, as often as it was asked for: the device is not reached under it.
struct ValidationFailed {
    EndpointIdentifier identifier;

    bool operator==(const ValidationFailed&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("identifier", &ValidationFailed::identifier)};
    }
};

// The call asked for has this id.
struct CallStarted {
    CallId call;
    EndpointIdentifier callee;

    bool operator==(const CallStarted&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &CallStarted::call), field("callee", &CallStarted::callee)};
    }
};

// The broker has the call in hand.
struct CallProgress {
    CallId call;

    bool operator==(const CallProgress&) const = default;

    static constexpr auto fields() { return std::tuple{field("call", &CallProgress::call)}; }
};

// The broker did not take the call, or could not be reached at all.
struct CallFailed {
    CallId call;
    FailureReason reason = FailureReason::refused;

    bool operator==(const CallFailed&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &CallFailed::call), field("reason", &CallFailed::reason)};
    }
};

// Ring: somebody calls. At most once per (device, call, client incarnation).
struct Ringing {
    CallId call;
    EndpointIdentifier caller;
    EndpointIdentifier callee;
    ConnectionData connection;  // the initiator's

    bool operator==(const Ringing&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &Ringing::call),
                          field("caller", &Ringing::caller),
                          field("callee", &Ringing::callee),
                          field("connection", &Ringing::connection)};
    }
};

// Stop ringing, and why (rule 6).
struct RingingStopped {
    CallId call;
    EndReason reason = EndReason::unknown;

    bool operator==(const RingingStopped&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &RingingStopped::call),
                          field("reason", &RingingStopped::reason)};
    }
};

// The broker has this device's acceptance: whatever comes, it will reach the initiator if that can
// be reached.
struct AcceptConfirmed {
    CallId call;

    bool operator==(const AcceptConfirmed&) const = default;

    static constexpr auto fields() { return std::tuple{field("call", &AcceptConfirmed::call)}; }
};

// This device's acceptance came too late, and why.
struct AcceptRejected {
    CallId call;
    EndReason reason = EndReason::unknown;

    bool operator==(const AcceptRejected&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &AcceptRejected::call),
                          field("reason", &AcceptRejected::reason)};
    }
};

// The other side has newer connection data: that of the acceptor `device`, at the initiator; of the
// initiator, at a device that rings or has accepted (then `device` is none).
struct ConnectionDataRenewed {
    CallId call;
    DeviceId device;
    ConnectionData connection;

    bool operator==(const ConnectionDataRenewed&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &ConnectionDataRenewed::call),
                          field("device", &ConnectionDataRenewed::device),
                          field("connection", &ConnectionDataRenewed::connection)};
    }
};

// At the initiator: this device has accepted, and this is how to reach it. Once per device.
struct AcceptArrived {
    CallId call;
    DeviceId device;
    ConnectionData connection;

    bool operator==(const AcceptArrived&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &AcceptArrived::call),
                          field("device", &AcceptArrived::device),
                          field("connection", &AcceptArrived::connection)};
    }
};

// A session with `peer` is open: authenticated traffic has gone both ways after nomination.
struct Connected {
    CallId call;
    DeviceId peer;
    CandidateKind local_kind = CandidateKind::host;
    Address remote;

    bool operator==(const Connected&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &Connected::call),
                          field("peer", &Connected::peer),
                          field("local_kind", &Connected::local_kind),
                          field("remote", &Connected::remote)};
    }
};

enum class SessionEnd : std::uint8_t {
    no_path = 0,     // no pair of addresses worked both ways
    not_chosen = 1,  // accepted, but the initiator went with another device or gave up
    hung_up = 2,     // by either side
    silent = 3,      // the peer has not been heard of for the silence bound
    moved = 4,       // it goes on, with another device in place of one of the two
};

std::string_view to_string(SessionEnd reason);

// No session with `peer` (none came about, or it is over), and why. `peer` is none at a recipient
// that never learned the initiator's device.
struct Disconnected {
    CallId call;
    DeviceId peer;
    SessionEnd reason = SessionEnd::no_path;

    bool operator==(const Disconnected&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &Disconnected::call),
                          field("peer", &Disconnected::peer),
                          field("reason", &Disconnected::reason)};
    }
};

// At the initiator: the invitation is over (open sessions go on), and why.
struct CallEnded {
    CallId call;
    EndReason reason = EndReason::unknown;

    bool operator==(const CallEnded&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &CallEnded::call), field("reason", &CallEnded::reason)};
    }
};

// Two people call each other: this device's own call gives way to the other's, which it answers at
// once, for calling is consent (rule 9). CallEnded of the own one follows.
struct CallsCrossed {
    CallId call;      // the one that goes on
    CallId given_up;  // this device's own

    bool operator==(const CallsCrossed&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &CallsCrossed::call),
                          field("given_up", &CallsCrossed::given_up)};
    }
};

// Another device of this profile offers its session: accepted and declined like a call, by its leg.
struct TransferOffered {
    CallId call;     // the leg: what the session will be called here
    CallId session;  // what it is called there
    DeviceId from;
    DeviceId peer;

    bool operator==(const TransferOffered&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &TransferOffered::call),
                          field("session", &TransferOffered::session),
                          field("from", &TransferOffered::from),
                          field("peer", &TransferOffered::peer)};
    }
};

// At the device that wanted to transfer: it has not come about, and the session stays here.
struct TransferFailed {
    CallId call;
    CallId leg;  // none where it was not even tried
    DeviceId target;
    TransferStep step = TransferStep::refused;

    bool operator==(const TransferFailed&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &TransferFailed::call),
                          field("leg", &TransferFailed::leg),
                          field("target", &TransferFailed::target),
                          field("step", &TransferFailed::step)};
    }
};

// At the peer: the session goes on as `leg`, with another device of the other side. Connected with
// that one and Disconnected from the former one (moved) follow.
struct SessionMoved {
    CallId call;
    CallId leg;
    DeviceId peer;

    bool operator==(const SessionMoved&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &SessionMoved::call),
                          field("leg", &SessionMoved::leg),
                          field("peer", &SessionMoved::peer)};
    }
};

using Notification = std::variant<Registered,
                                  CallStarted,
                                  CallProgress,
                                  CallFailed,
                                  Ringing,
                                  RingingStopped,
                                  AcceptConfirmed,
                                  AcceptRejected,
                                  AcceptArrived,
                                  Connected,
                                  Disconnected,
                                  CallEnded,
                                  ConnectionDataRenewed,
                                  Unregistered,
                                  IdentifierValidated,
                                  ValidationFailed,
                                  CallsCrossed,
                                  TransferOffered,
                                  TransferFailed,
                                  SessionMoved>;

}  // namespace invitro::protocol
