// What a client keeps on its device (docs/PROTOCOL.md "Durability").
//
// A *kill* of the program keeps this, a *reinstall* loses it. It changes with decisions only, not
// with every message: an owner writes it when it differs from what it wrote last, before the
// outputs of that input leave, so that nothing is said that rests on what could be forgotten.
//
// What a kill takes is calls that ring here, searches for a path and sessions. Whoever is at their
// other end notices by itself: the broker pushes again, a search ends, a session falls silent.
#pragma once

#include "protocol/client/registration.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// An accept that the application has been told of.
struct StoredAccept {
    DeviceId device;
    bool wanted = false;                     // picked by the user
    std::vector<ConnectionData> connection;  // while it may still be connected to: one

    bool operator==(const StoredAccept&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &StoredAccept::device),
                          field("wanted", &StoredAccept::wanted),
                          field("connection", &StoredAccept::connection)};
    }
};

// A call that this device makes.
struct StoredCall {
    CallId call;
    EndpointIdentifier callee;
    EndpointIdentifier caller;
    AnswerPolicy policy = AnswerPolicy::first;
    std::uint8_t phase = 0;  // OutgoingPhase
    bool admits_late_joiners = true;
    bool end_told = false;
    bool cancels = false;  // the broker has yet to hear of it
    bool updates = false;
    std::uint32_t update_generation = 0;
    Duration lifetime{};
    ConnectionData own;
    Instant unanswered_at = never;
    Instant forget_at = never;
    std::vector<DeviceId> chosen;
    std::vector<StoredAccept> accepts;

    bool operator==(const StoredCall&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &StoredCall::call),
                          field("callee", &StoredCall::callee),
                          field("caller", &StoredCall::caller),
                          field("policy", &StoredCall::policy),
                          field("phase", &StoredCall::phase),
                          field("admits_late_joiners", &StoredCall::admits_late_joiners),
                          field("end_told", &StoredCall::end_told),
                          field("cancels", &StoredCall::cancels),
                          field("updates", &StoredCall::updates),
                          field("update_generation", &StoredCall::update_generation),
                          field("lifetime", &StoredCall::lifetime),
                          field("own", &StoredCall::own),
                          field("unanswered_at", &StoredCall::unanswered_at),
                          field("forget_at", &StoredCall::forget_at),
                          field("chosen", &StoredCall::chosen),
                          field("accepts", &StoredCall::accepts)};
    }
};

struct StoredClient {
    std::vector<Registration> registration;  // at most one
    std::vector<StoredCall> calls;

    bool operator==(const StoredClient&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("registration", &StoredClient::registration),
                          field("calls", &StoredClient::calls)};
    }
};

}  // namespace invitro::protocol
