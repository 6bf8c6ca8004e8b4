// Messages that renew connection data while an invitation is known: a mapping has expired, a device
// has changed its network (docs/PROTOCOL.md "Renewing connection data").
//
// Whoever wrote the data counts its generations; the newest wins, wherever it is heard, so that
// duplicates and reordering change nothing. The call key stays what it was.
#pragma once

#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/invitation_messages.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// participant -> broker: this is how I am reached from now on.
struct CandidateUpdate {
    static constexpr MessageType type = MessageType::candidate_update;

    CallId call;
    DeviceId device;            // whose data it is
    Ticket ticket{};            // a recipient's; of an initiator none is asked for
    ConnectionData connection;  // of a generation above those said before

    bool operator==(const CandidateUpdate&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &CandidateUpdate::call),
                          field(1, "device", &CandidateUpdate::device),
                          field(2, "ticket", &CandidateUpdate::ticket),
                          field(3, "connection", &CandidateUpdate::connection)};
    }
};

// broker -> its author: this generation, or a newer one, is known.
struct CandidateUpdateAck {
    static constexpr MessageType type = MessageType::candidate_update_ack;

    CallId call;
    DeviceId device;
    std::uint32_t generation = 0;

    bool operator==(const CandidateUpdateAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &CandidateUpdateAck::call),
                          field(1, "device", &CandidateUpdateAck::device),
                          field(2, "generation", &CandidateUpdateAck::generation)};
    }
};

// broker -> the other side: the initiator's newest data to each device that rings or has accepted,
// an acceptor's to the initiator.
struct CandidateForward {
    static constexpr MessageType type = MessageType::candidate_forward;

    CallId call;
    DeviceId device;            // the addressee
    DeviceId author;            // whose data it is
    ConnectionData connection;  // unmodified (rule 3)

    bool operator==(const CandidateForward&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &CandidateForward::call),
                          field(1, "device", &CandidateForward::device),
                          field(2, "author", &CandidateForward::author),
                          field(3, "connection", &CandidateForward::connection)};
    }
};

// Addressee of CandidateForward -> broker: that generation of the author's has arrived.
struct CandidateForwardAck {
    static constexpr MessageType type = MessageType::candidate_forward_ack;

    CallId call;
    DeviceId device;  // who says so
    DeviceId author;
    std::uint32_t generation = 0;

    bool operator==(const CandidateForwardAck&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &CandidateForwardAck::call),
                          field(1, "device", &CandidateForwardAck::device),
                          field(2, "author", &CandidateForwardAck::author),
                          field(3, "generation", &CandidateForwardAck::generation)};
    }
};

}  // namespace invitro::protocol
