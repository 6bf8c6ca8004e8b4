// Messages by which a device that wakes learns what it has slept through (docs/PROTOCOL.md
// "Waking").
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/wire/invitation_messages.hpp"
#include "protocol/wire/message_types.hpp"

#include <cstddef>
#include <tuple>

namespace invitro::protocol {

// device -> broker: which calls am I invited to and have not answered? Answered by a
// PendingInvitation for each of the first few, then PendingList.
struct PendingFetch {
    static constexpr MessageType type = MessageType::pending_fetch;

    TransactionId transaction;  // names this question in its answers
    DeviceId device;
    CallId after;  // only calls of a larger id; none: from the beginning

    bool operator==(const PendingFetch&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "transaction", &PendingFetch::transaction),
                          field(2, "device", &PendingFetch::device),
                          field(3, "after", &PendingFetch::after)};
    }
};

// broker -> device: what an InvitePush would say now.
struct PendingInvitation {
    static constexpr MessageType type = MessageType::pending_invitation;

    CallId call;
    TransactionId transaction;
    InvitePush invitation;

    bool operator==(const PendingInvitation&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(0, "call", &PendingInvitation::call),
                          field(1, "transaction", &PendingInvitation::transaction),
                          field(2, "invitation", &PendingInvitation::invitation)};
    }
};

// broker -> device: these were the invitations sent with this answer, by call, in ascending order.
struct PendingList {
    static constexpr MessageType type = MessageType::pending_list;
    static constexpr std::size_t calls_max = 8;  // of one answer; the next asks after the last

    TransactionId transaction;
    DeviceId device;
    InlineVector<CallId, calls_max> calls;
    bool is_last = true;  // there are no further ones

    bool operator==(const PendingList&) const = default;

    static constexpr auto fields() {
        return std::tuple{field(1, "transaction", &PendingList::transaction),
                          field(2, "device", &PendingList::device),
                          field(3, "calls", &PendingList::calls),
                          field(4, "is_last", &PendingList::is_last)};
    }
};

}  // namespace invitro::protocol
