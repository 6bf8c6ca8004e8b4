// Sessions as the broker knows them: small records that outlive their invitation as long as one of
// their two ends says that they live (docs/PROTOCOL.md rule 11), and the transfer of one that may
// be under way.
//
// A record holds no connection data, except that of a transfer while it is being offered. Like a
// call, a session is found by its id and by what is due first; closing one moves the last into its
// place. The functions below the table change a record and never send.
#pragma once

#include "protocol/broker/hash_index.hpp"
#include "protocol/broker/return_path.hpp"
#include "protocol/exchange/deadline_queue.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// A session on offer to another device of one of its ends.
struct TransferRecord {
    CallId leg;
    DeviceId from;
    DeviceId target;
    TransferStep step = TransferStep::offered;
    Instant offered_at{};
    ConnectionData peer_data;    // of the end that stays
    ConnectionData target_data;  // once accepted
    ReturnPath from_path;
    ReturnPath target_path;  // none until it has been heard
    std::uint8_t dismissals = 0;
    Retransmission push;  // of the offer or, when it is over, of its dismissal

    bool operator==(const TransferRecord&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("leg", &TransferRecord::leg),
                          field("from", &TransferRecord::from),
                          field("target", &TransferRecord::target),
                          field("step", &TransferRecord::step),
                          field("offered_at", &TransferRecord::offered_at),
                          field("peer_data", &TransferRecord::peer_data),
                          field("target_data", &TransferRecord::target_data),
                          field("from_path", &TransferRecord::from_path),
                          field("target_path", &TransferRecord::target_path),
                          field("dismissals", &TransferRecord::dismissals),
                          field("push", &TransferRecord::push)};
    }

    // Nothing more can come of it but that it is heard of.
    [[nodiscard]] bool is_decided() const { return step > TransferStep::accepted; }

    [[nodiscard]] Instant offer_end() const {
        return offered_at + timing::invitation_lifetime_default;
    }
};

struct SessionRecord {
    CallId session;
    DeviceId one;
    DeviceId other;
    Instant expires{};
    std::vector<TransferRecord> transfer;  // at most one

    bool operator==(const SessionRecord&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("session", &SessionRecord::session),
                          field("one", &SessionRecord::one),
                          field("other", &SessionRecord::other),
                          field("expires", &SessionRecord::expires),
                          field("transfer", &SessionRecord::transfer)};
    }

    [[nodiscard]] bool is_between(DeviceId a, DeviceId b) const {
        return (a == one && b == other) || (a == other && b == one);
    }

    // The end that stays when `from` transfers.
    [[nodiscard]] DeviceId peer_of(DeviceId from) const { return from == one ? other : one; }
};

struct SessionTable {
    IndexKey key;
    std::vector<SessionRecord> records;
    HashIndex index;
    DeadlineQueue deadlines;

    bool operator==(const SessionTable&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("key", &SessionTable::key),
                          field("records", &SessionTable::records),
                          field("index", &SessionTable::index),
                          field("deadlines", &SessionTable::deadlines)};
    }

    // no_position where there is none.
    [[nodiscard]] std::uint32_t find(CallId session) const;

    // Precondition: it is not in the table.
    std::uint32_t open(const SessionRecord& record);
    void close(std::uint32_t position);

    // Precondition: something of the record has changed.
    void reschedule(std::uint32_t position);
};

// Whether these two are ends of it; it lives on if so.
bool refresh(SessionRecord& record, DeviceId device, DeviceId peer, Instant now);

// A new offer takes the place of one that is decided. False: another one is under way.
bool take_transfer(SessionRecord& record,
                   const Transfer& message,
                   const ReturnPath& source,
                   Instant now);

// The offer is over; whoever was asked is told so by push.
void end_transfer(TransferRecord& transfer, TransferStep step, Instant now);

}  // namespace invitro::protocol
