// What crosses between a client and the application above it: the user's commands going down,
// notifications coming up. Together with the remarks of the machines these are the service's own
// events; a property sees commands and notifications as they cross this boundary.
#pragma once

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

// ---- commands: user -> client -------------------------------------------------------------------

// Make this device reachable for these identifiers through this token.
struct RegisterCommand {
    ProfileId profile;
    InlineVector<EndpointIdentifier, RegisterDevice::identifiers_max> identifiers;
    PushToken token;

    bool operator==(const RegisterCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("profile", &RegisterCommand::profile),
                          field("identifiers", &RegisterCommand::identifiers),
                          field("token", &RegisterCommand::token)};
    }
};

// Call an identifier. Answered at once by CallStarted with the call's id.
struct CallCommand {
    EndpointIdentifier callee;
    EndpointIdentifier caller;
    AnswerPolicy policy = AnswerPolicy::first;
    Duration lifetime = std::chrono::seconds{60};

    bool operator==(const CallCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("callee", &CallCommand::callee),
                          field("caller", &CallCommand::caller),
                          field("policy", &CallCommand::policy),
                          field("lifetime", &CallCommand::lifetime)};
    }
};

// The user answers. Ignored where the call does not ring here (any more).
struct AcceptCommand {
    CallId call;

    bool operator==(const AcceptCommand&) const = default;

    static constexpr auto fields() { return std::tuple{field("call", &AcceptCommand::call)}; }
};

struct DeclineCommand {
    CallId call;
    DeclineScope scope = DeclineScope::here;
    DeclineReason reason = DeclineReason::declined;

    bool operator==(const DeclineCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &DeclineCommand::call),
                          field("scope", &DeclineCommand::scope),
                          field("reason", &DeclineCommand::reason)};
    }
};

// The initiator gives up the call it made; with a session open, it hangs up.
struct CancelCommand {
    CallId call;

    bool operator==(const CancelCommand&) const = default;

    static constexpr auto fields() { return std::tuple{field("call", &CancelCommand::call)}; }
};

// The initiator's user picks an acceptor (policy `choose`).
struct ChooseCommand {
    CallId call;
    DeviceId device;

    bool operator==(const ChooseCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &ChooseCommand::call),
                          field("device", &ChooseCommand::device)};
    }
};

// Either side ends its sessions of this call.
struct HangUpCommand {
    CallId call;

    bool operator==(const HangUpCommand&) const = default;

    static constexpr auto fields() { return std::tuple{field("call", &HangUpCommand::call)}; }
};

// The operating system says: these are the device's addresses now (at start and after each move).
struct NetworkChanged {
    static constexpr std::size_t addresses_max = 4;

    InlineVector<Address, addresses_max> addresses;

    bool operator==(const NetworkChanged&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("addresses", &NetworkChanged::addresses)};
    }
};

using Command = std::variant<RegisterCommand,
                             CallCommand,
                             AcceptCommand,
                             DeclineCommand,
                             CancelCommand,
                             ChooseCommand,
                             HangUpCommand,
                             NetworkChanged>;

// ---- notifications: client -> application -------------------------------------------------------

struct Registered {
    Duration lease{};

    bool operator==(const Registered&) const = default;

    static constexpr auto fields() { return std::tuple{field("lease", &Registered::lease)}; }
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
                                  CallEnded>;

// ---- remarks: what a machine says of itself -----------------------------------------------------

// For probes, counts and explanations; a verdict never rests on one.
enum class RemarkKind : std::uint8_t {
    malformed_dropped = 0,
    unexpected_dropped = 1,  // well-formed, but from nobody concerned or a wrong ticket or tag
    duplicate_dropped = 2,
    message_retransmitted = 3,
    push_repeated = 4,
    push_given_up = 5,  // the token is gone
    late_accept_refused = 6,
    accept_after_choice = 7,  // taken although somebody else was chosen
    late_joiner_invited = 8,
    all_declined = 9,
    peer_reflexive_learned = 10,
    invitation_expired = 11,
    invitation_purged = 12,
    registration_replaced = 13,
    exchange_given_up = 14,
    mapping_classified = 15,
};

inline constexpr std::size_t remark_kind_count = 16;

std::string_view to_string(RemarkKind kind);

struct Remark {
    RemarkKind kind = RemarkKind::malformed_dropped;
    CallId call;
    DeviceId device;

    bool operator==(const Remark&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("kind", &Remark::kind),
                          field("call", &Remark::call),
                          field("device", &Remark::device)};
    }
};

// The service as a world sees it: what its users say and hear.
struct InvitationService {
    using Command = protocol::Command;
    using Notification = protocol::Notification;
    using Remark = protocol::Remark;

    // The call an encoded message belongs to, for drivers that label traffic.
    static CallId call_of(ByteView payload);
};

}  // namespace invitro::protocol
