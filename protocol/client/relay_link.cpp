#include "protocol/client/relay_link.hpp"

#include "protocol/paths/path_identity.hpp"
#include "protocol/paths/relay_credential.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// How often the end of an allocation is said; after that it lapses.
constexpr int releases_max = 3;

// Where sequences begin: a client that has lost its memory goes on above what it said before.
std::uint32_t sequence_at(Instant now) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::milliseconds{1});
}

void ask_next_relay(RelayLink& link, Instant now) {
    if (link.relays.empty()) return link.settle();
    RelayAllocation& allocation = link.allocations.emplace_back();
    allocation.route.relay = link.relays[0];
    allocation.sequence = sequence_at(now);
    allocation.repetition.start(now);
    InlineVector<Address, RelayOffer::relays_max> left(link.relays.view().subspan(1));
    link.relays = left;
    link.next_at = left.empty() ? never : now + timing::relay_next_after;
}

void send_request(RelayLink& link, ClientContext& context, RelayAllocation& allocation) {
    allocation.repetition.tried(context.now);
    const RelayAllocate request{
        .call = link.call,
        .device = context.device,
        .peer = link.peer,
        .expires = link.expires,
        .nonce = allocation.nonce,
        .sequence = ++allocation.sequence,
        .lifetime = allocation.is_wanted ? timing::relay_lifetime : Duration{},
        .tag = {}};
    const Address& relay = allocation.route.relay;
    context.sender.send(context.source_for(relay), relay, with_tag(link.secret, request));
}

void serve_allocation(RelayLink& link, ClientContext& context, RelayAllocation& allocation) {
    if (allocation.ask_at <= context.now) {
        allocation.ask_at = never;
        allocation.repetition.start(context.now);
    }
    if (!allocation.repetition.is_due(context.now)) return;
    const bool has_said_enough =
        !allocation.is_wanted && allocation.repetition.tries >= releases_max;
    if (has_said_enough) return allocation.repetition.stop();
    send_request(link, context, allocation);
}

// A relay that has never answered cannot have granted anything.
void give_back(RelayAllocation& allocation, Instant now) {
    if (!allocation.is_wanted) return;
    allocation.is_wanted = false;
    allocation.ask_at = never;
    if (allocation.nonce == RelayNonce{}) {
        allocation.repetition.stop();
    } else {
        allocation.repetition.start(now);
    }
}

void forget_given_back(RelayLink& link) {
    std::erase_if(link.allocations, [](const RelayAllocation& allocation) {
        return !allocation.is_wanted && !allocation.repetition.is_active();
    });
}

// The allocation whose newest request this answers, if the tag is right.
template <class M>
RelayAllocation* answered(RelayLink& link,
                          const ClientContext& context,
                          const Address& source,
                          const M& message) {
    if (!link.leads_to(message.call, message.peer) || message.device != context.device) {
        return nullptr;
    }
    for (RelayAllocation& allocation : link.allocations) {
        const bool is_meant =
            allocation.route.relay == source && allocation.sequence == message.sequence;
        if (is_meant && equal_tags(message.tag, tag_of(link.secret, message))) return &allocation;
    }
    return nullptr;
}

}  // namespace

RelayLink RelayLink::begin(ClientContext& context,
                           const CallId& call,
                           const DeviceId& peer,
                           const Ticket& ticket) {
    RelayLink link;
    link.call = call;
    link.peer = peer;
    link.ticket = ticket;
    link.question.start(context.now);
    context.sender.remark(RemarkKind::relay_asked, call, peer);
    return link;
}

bool RelayLink::leads_to(const CallId& other_call, const DeviceId& other_peer) const {
    return call == other_call && (peer == other_peer || peer.is_none() || other_peer.is_none());
}

void RelayLink::receive(ClientContext& context, const RelayOffer& offer) {
    if (!question.is_active()) {
        return context.sender.remark(RemarkKind::duplicate_dropped, call, peer);
    }
    question.stop();
    peer = offer.peer;
    expires = offer.expires;
    secret = offer.secret;
    relays = offer.relays;
    next_at = context.now;
}

std::optional<RelayRoute> RelayLink::receive(ClientContext& context,
                                             const Address& source,
                                             const RelayGranted& message) {
    RelayAllocation* allocation = answered(*this, context, source, message);
    if (allocation == nullptr) {
        context.sender.remark(RemarkKind::unexpected_dropped, message.call, message.peer);
        return std::nullopt;
    }
    allocation->nonce = message.nonce;
    if (message.lifetime == Duration{} || !allocation->is_wanted) {
        if (message.lifetime == Duration{}) allocation->repetition.stop();
        return std::nullopt;
    }
    const Duration refresh = message.lifetime / timing::relay_refresh_divisor;
    allocation->repetition = {.due = context.now + refresh, .tries = 0};
    allocation->ask_at = context.now + timing::relay_silence_max;
    const RelayRoute before = allocation->route;
    allocation->route.own = message.relayed;
    allocation->route.peer = message.peer_relayed;
    allocation->route.channel = message.channel;
    const bool is_another = allocation->route != before || allocation->is_rerouted;
    allocation->is_rerouted = false;
    if (!is_another) return std::nullopt;
    return before;
}

void RelayLink::receive(ClientContext& context,
                        const Address& source,
                        const RelayRefused& message) {
    RelayAllocation* allocation = answered(*this, context, source, message);
    if (allocation == nullptr) {
        return context.sender.remark(RemarkKind::unexpected_dropped, message.call, message.peer);
    }
    const bool has_news = allocation->nonce != message.nonce;
    allocation->nonce = message.nonce;
    switch (message.reason) {
        case RelayRefusal::stale_nonce:
            if (has_news) allocation->repetition.due = context.now;
            return;
        case RelayRefusal::full:
        case RelayRefusal::too_many:
            allocation->repetition.due = context.now + timing::relay_next_after;
            if (!relays.empty()) next_at = context.now;
            break;
        case RelayRefusal::expired:
            allocation->repetition.stop();
            if (!relays.empty()) next_at = context.now;
            break;
    }
    context.sender.remark(RemarkKind::relay_refused, call, peer);
}

const RelayRoute* RelayLink::hear(Instant now, const Address& source, const RelayData& data) {
    for (RelayAllocation& allocation : allocations) {
        const RelayRoute& route = allocation.route;
        if (route.relay != source || !allocation.is_granted() || route.channel != data.channel) {
            continue;
        }
        if (allocation.is_wanted) allocation.ask_at = now + timing::relay_silence_max;
        return &route;
    }
    return nullptr;
}

void RelayLink::serve(ClientContext& context) {
    if (question.is_due(context.now)) {
        question.tried(context.now);
        const bool accepts = ticket != Ticket{};
        context.send_to_broker(RelayRequest{.call = call,
                                            .device = context.device,
                                            .peer = accepts ? DeviceId{} : peer,
                                            .ticket = ticket});
    }
    if (next_at <= context.now) ask_next_relay(*this, context.now);
    for (RelayAllocation& allocation : allocations) {
        serve_allocation(*this, context, allocation);
    }
    forget_given_back(*this);
}

void RelayLink::keep_only(Instant now, const Address& own) {
    question.stop();
    relays.clear();
    settle();
    for (RelayAllocation& allocation : allocations) {
        const bool is_kept = allocation.is_granted() && allocation.route.own == own;
        if (!is_kept) give_back(allocation, now);
    }
}

void RelayLink::move(Instant now) {
    if (question.is_active()) question.due = now;
    for (RelayAllocation& allocation : allocations) {
        if (allocation.repetition.is_active()) allocation.repetition.start(now);
    }
}

void RelayLink::move_at(Instant now, const Address& relay) {
    for (RelayAllocation& allocation : allocations) {
        const bool is_there = allocation.route.relay == relay && allocation.is_granted();
        if (!is_there || !allocation.is_wanted) continue;
        allocation.is_rerouted = true;
        allocation.repetition.start(now);
    }
}

bool RelayLink::holds(const Address& own) const {
    return std::any_of(
        allocations.begin(), allocations.end(), [&](const RelayAllocation& allocation) {
            return allocation.is_granted() && allocation.route.own == own;
        });
}

Instant RelayLink::next_deadline() const {
    Instant next = std::min(question.due, next_at);
    for (const RelayAllocation& allocation : allocations) {
        next = std::min({next, allocation.repetition.due, allocation.ask_at});
    }
    return next;
}

}  // namespace invitro::protocol
