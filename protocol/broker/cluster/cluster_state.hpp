// What a broker knows of its cluster: who belongs to it, what it owns, what it is handing over.
//
// The rules are in docs/PROTOCOL.md "Cluster". A node *serves* a slot while it holds it, and at any
// time at most one node holds a slot: a node gives it up in the journal record with which it learns
// of a membership by which another owns it, and that other holds it from the record with which the
// last byte of the handover arrives. Whoever holds what another owns hands it over.
#pragma once

#include "protocol/broker/cluster/ring.hpp"
#include "protocol/broker/invitation.hpp"
#include "protocol/broker/return_path.hpp"
#include "protocol/broker/session_table.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/slot.hpp"
#include "protocol/wire/cluster_messages.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// A part of a registration some of whose identifiers other nodes own, or the end of one:
// acknowledged when all have it in their journals. Lost in a crash: the client asks again.
struct PendingRegistration {
    RegisterAck ack;  // by all that have answered so far
    ReturnPath client;
    std::vector<std::uint8_t> awaited;  // node numbers
    Instant forget_at{};

    bool operator==(const PendingRegistration&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("ack", &PendingRegistration::ack),
                          field("client", &PendingRegistration::client),
                          field("awaited", &PendingRegistration::awaited),
                          field("forget_at", &PendingRegistration::forget_at)};
    }
};

// All there is of some slots.
struct HandoverContent {
    std::vector<std::uint8_t> slots;  // by slot: 1 if it is handed over
    HandedRegistrations registrations;
    std::vector<Call> calls;
    std::vector<SessionRecord> sessions;

    bool operator==(const HandoverContent&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("slots", &HandoverContent::slots),
                          field("registrations", &HandoverContent::registrations),
                          field("calls", &HandoverContent::calls),
                          field("sessions", &HandoverContent::sessions)};
    }
};

// A handover this node has begun. Once begun it goes through, whatever the membership becomes.
struct OutgoingHandover {
    std::uint64_t transfer = 0;
    std::uint64_t epoch = 0;
    Member to;
    std::vector<std::uint8_t> bytes;  // a serialised HandoverContent
    std::uint32_t acknowledged = 0;
    std::uint32_t sent = 0;
    Retransmission exchange;

    bool operator==(const OutgoingHandover&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("transfer", &OutgoingHandover::transfer),
                          field("epoch", &OutgoingHandover::epoch),
                          field("to", &OutgoingHandover::to),
                          field("bytes", &OutgoingHandover::bytes),
                          field("acknowledged", &OutgoingHandover::acknowledged),
                          field("sent", &OutgoingHandover::sent),
                          field("exchange", &OutgoingHandover::exchange)};
    }
};

// What has come of another node's handovers: of the newest the bytes so far, and how many are done.
struct IncomingHandover {
    NodeNumber from = no_node;
    std::uint64_t done = 0;      // the last one that is complete
    std::uint64_t transfer = 0;  // whose bytes these are
    std::vector<std::uint8_t> bytes;

    bool operator==(const IncomingHandover&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("from", &IncomingHandover::from),
                          field("done", &IncomingHandover::done),
                          field("transfer", &IncomingHandover::transfer),
                          field("bytes", &IncomingHandover::bytes)};
    }
};

// The membership, told to another node until it says that it has it.
struct Announcement {
    Member to;
    Retransmission exchange;

    bool operator==(const Announcement&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("to", &Announcement::to),
                          field("exchange", &Announcement::exchange)};
    }
};

struct ClusterState {
    Membership membership;
    std::vector<std::uint8_t> owners;  // by slot: the node that is to serve it
    std::vector<std::uint8_t> held;    // by slot: 1 if this node serves it
    std::vector<Member> known;         // every node that ever was a member
    std::uint64_t transfers = 0;       // begun so far
    std::vector<OutgoingHandover> outgoing;
    std::vector<IncomingHandover> incoming;
    std::vector<Announcement> announcements;
    std::vector<PendingRegistration> registrations;

    bool operator==(const ClusterState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("membership", &ClusterState::membership),
                          field("owners", &ClusterState::owners),
                          field("held", &ClusterState::held),
                          field("known", &ClusterState::known),
                          field("transfers", &ClusterState::transfers),
                          field("outgoing", &ClusterState::outgoing),
                          field("incoming", &ClusterState::incoming),
                          field("announcements", &ClusterState::announcements),
                          field("registrations", &ClusterState::registrations)};
    }

    // False: a broker on its own, which serves everything.
    [[nodiscard]] bool is_clustered() const { return !membership.members.empty(); }

    [[nodiscard]] bool serves(Slot slot) const { return !is_clustered() || held[slot] != 0; }

    [[nodiscard]] const Member* find(NodeNumber node) const;

    // Something is on its way to another node, or from one.
    [[nodiscard]] bool is_handing_over() const;

    [[nodiscard]] Instant next_due() const;
};

// A node's first state, by the membership that the operator has configured.
ClusterState first_cluster_state(const IndexKey& key, NodeNumber self, const Membership& first);

}  // namespace invitro::protocol
