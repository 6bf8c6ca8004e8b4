// What a client that wakes does: it asks the broker which invitations wait for it, until it has
// them all (docs/PROTOCOL.md "Waking").
//
// The question is repeated until its PendingList and every invitation named there have come; if
// there are more, the next question begins after the last of these. It is given up when no
// invitation that waited at the beginning can be alive any more.
#pragma once

#include "protocol/client/client_context.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct WakingUp {
    std::uint8_t node = 0;  // of the brokers the client knows: each tells what it serves itself
    TransactionId transaction;
    CallId after;
    std::vector<CallId> received;  // in answer to this question
    Retransmission exchange;       // begins once the device's registration is in force
    Instant give_up = never;

    bool operator==(const WakingUp&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("node", &WakingUp::node),
                          field("transaction", &WakingUp::transaction),
                          field("after", &WakingUp::after),
                          field("received", &WakingUp::received),
                          field("exchange", &WakingUp::exchange),
                          field("give_up", &WakingUp::give_up)};
    }

    static WakingUp begin(ClientContext& context, std::uint8_t node);

    // True if it belongs to the question that is being asked.
    bool receive(const PendingInvitation& message);
    // True if that was all: there is nothing more to ask.
    bool receive(ClientContext& context, const PendingList& message);

    void serve(ClientContext& context, bool is_registered);

    [[nodiscard]] bool is_over(Instant now) const { return give_up <= now; }

    [[nodiscard]] Instant next_deadline() const;
};

}  // namespace invitro::protocol
