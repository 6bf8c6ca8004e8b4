// A client's use of relays for one peer: asks the broker for the right, the relays for allocations,
// keeps those that are used and gives back those that are not (docs/PROTOCOL.md "The relay").
//
// A link belongs to one peer of one call, from when no direct path was found until neither a search
// nor a session goes through it. Of the relays offered the first is asked at once, the next when
// that one is not to be had or the path through it does not come about: both peers do the same, so
// they meet. An allocation has two relayed addresses, of this end and of the peer's; path search
// and session use them as any local and remote address, and Sender wraps what leaves from there.
#pragma once

#include "protocol/client/client_context.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/wire/messages.hpp"

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

namespace invitro::protocol {

// An allocation at one relay: asked for, held, or being given back.
struct RelayAllocation {
    RelayRoute route;  // its addresses are none until it is granted
    RelayNonce nonce{};
    std::uint32_t sequence = 0;  // of the newest request
    bool is_wanted = true;       // otherwise it is being given back
    bool is_rerouted = false;    // granted, and being moved to where this end is now
    Retransmission repetition;   // of the request, and later the next refresh
    Instant ask_at = never;      // nothing was heard through it for so long: is it still there?

    bool operator==(const RelayAllocation&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("route", &RelayAllocation::route),
                          field("nonce", &RelayAllocation::nonce),
                          field("sequence", &RelayAllocation::sequence),
                          field("is_wanted", &RelayAllocation::is_wanted),
                          field("is_rerouted", &RelayAllocation::is_rerouted),
                          field("repetition", &RelayAllocation::repetition),
                          field("ask_at", &RelayAllocation::ask_at)};
    }

    [[nodiscard]] bool is_granted() const { return !route.own.is_none(); }
};

struct RelayLink {
    CallId call;
    DeviceId peer;    // none at an acceptor until the broker has said who it is
    Ticket ticket{};  // of an acceptor
    Duration expires{};
    RelaySecret secret{};
    InlineVector<Address, RelayOffer::relays_max> relays;  // offered, and not asked yet
    Retransmission question;                               // to the broker
    Instant next_at = never;                               // when the next relay is asked
    std::vector<RelayAllocation> allocations;

    bool operator==(const RelayLink&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &RelayLink::call),
                          field("peer", &RelayLink::peer),
                          field("ticket", &RelayLink::ticket),
                          field("expires", &RelayLink::expires),
                          field("secret", &RelayLink::secret),
                          field("relays", &RelayLink::relays),
                          field("question", &RelayLink::question),
                          field("next_at", &RelayLink::next_at),
                          field("allocations", &RelayLink::allocations)};
    }

    // The broker is asked with the next serve(). `peer` is none, and `ticket` its own, at an
    // acceptor.
    static RelayLink begin(ClientContext& context,
                           const CallId& call,
                           const DeviceId& peer,
                           const Ticket& ticket);

    // Whether this is the link to that peer.
    [[nodiscard]] bool leads_to(const CallId& other_call, const DeviceId& other_peer) const;

    // Precondition: it comes from the broker, and leads_to() its call and peer.
    void receive(ClientContext& context, const RelayOffer& offer);

    // An answer of a relay. Gives the route as it was before, where it has become another one or
    // leads elsewhere; nothing else, and no change, if it is no answer to be believed.
    std::optional<RelayRoute> receive(ClientContext& context,
                                      const Address& source,
                                      const RelayGranted& message);
    void receive(ClientContext& context, const Address& source, const RelayRefused& message);

    // The way by which this came, or null if it is not from a relay of this link.
    const RelayRoute* hear(Instant now, const Address& source, const RelayData& data);

    // Sends what is due.
    void serve(ClientContext& context);

    // A path is found: no further relay is asked.
    void settle() { next_at = never; }

    // All but the allocation with this own address (none: all) are given back, no other is asked.
    void keep_only(Instant now, const Address& own);

    // The device has other addresses now, of which the relays must learn at once.
    void move(Instant now);
    // ... or comes to this one by another way.
    void move_at(Instant now, const Address& relay);

    // Nothing is held, asked for, or being given back.
    [[nodiscard]] bool is_over() const { return allocations.empty() && !question.is_active(); }

    [[nodiscard]] bool holds(const Address& own) const;
    [[nodiscard]] Instant next_deadline() const;
};

}  // namespace invitro::protocol
