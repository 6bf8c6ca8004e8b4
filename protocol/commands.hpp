// Commands: what the user, through the application, tells a client.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/messages.hpp"

#include <chrono>
#include <cstddef>
#include <tuple>
#include <variant>

namespace invitro::protocol {

// Make this device reachable for these identifiers, and no others, through this token. An
// identifier without a credential, here or from before, is validated first: a number by SMS, an
// address by a mailed link.
struct RegisterCommand {
    static constexpr std::size_t identifiers_max = 6;

    ProfileId profile;
    InlineVector<EndpointIdentifier, identifiers_max> identifiers;
    PushToken token;
    InlineVector<Credential, identifiers_max> credentials{};  // of the identifiers, in their order

    bool operator==(const RegisterCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("profile", &RegisterCommand::profile),
                          field("identifiers", &RegisterCommand::identifiers),
                          field("token", &RegisterCommand::token),
                          field("credentials", &RegisterCommand::credentials)};
    }
};

// Make this device unreachable, at once. What rings is declined; sessions go on.
struct UnregisterCommand {
    bool operator==(const UnregisterCommand&) const = default;

    static constexpr auto fields() { return std::tuple{}; }
};

// The user has opened a mailed link on this device; this is what it held.
struct ActivateCommand {
    PossessionChallenge challenge;

    bool operator==(const ActivateCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("challenge", &ActivateCommand::challenge)};
    }
};

// Call an identifier. Answered at once by CallStarted with the call's id.
struct CallCommand {
    EndpointIdentifier callee;
    EndpointIdentifier caller;
    AnswerPolicy policy = AnswerPolicy::first;
    Duration lifetime = std::chrono::seconds{60};
    bool admits_late_joiners = true;

    bool operator==(const CallCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("callee", &CallCommand::callee),
                          field("caller", &CallCommand::caller),
                          field("policy", &CallCommand::policy),
                          field("lifetime", &CallCommand::lifetime),
                          field("admits_late_joiners", &CallCommand::admits_late_joiners)};
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

// The program has been started anew, or the device is back after a time in which nothing could
// reach it: what it has missed is asked for.
struct WokeUp {
    bool operator==(const WokeUp&) const = default;

    static constexpr auto fields() { return std::tuple{}; }
};

// Give the session with `peer` to another device of this profile. Without a peer: the only session
// of the call.
struct TransferCommand {
    CallId call;
    DeviceId peer;
    DeviceId target;

    bool operator==(const TransferCommand&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &TransferCommand::call),
                          field("peer", &TransferCommand::peer),
                          field("target", &TransferCommand::target)};
    }
};

using Command = std::variant<RegisterCommand,
                             CallCommand,
                             AcceptCommand,
                             DeclineCommand,
                             CancelCommand,
                             ChooseCommand,
                             HangUpCommand,
                             NetworkChanged,
                             UnregisterCommand,
                             ActivateCommand,
                             WokeUp,
                             TransferCommand>;

}  // namespace invitro::protocol
