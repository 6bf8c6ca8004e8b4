// When a client uses relays, and what comes from and through them.
#include "protocol/client/client_turn.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// What peers say to each other, directly or through a relay.
template <class M>
inline constexpr bool is_between_peers =
    std::is_same_v<M, Check> || std::is_same_v<M, CheckResponse> || std::is_same_v<M, Nominate> ||
    std::is_same_v<M, NominateResponse> || std::is_same_v<M, SessionData> ||
    std::is_same_v<M, SessionClose> || std::is_same_v<M, LegOffer> || std::is_same_v<M, LegAnswer>;

}  // namespace

// ---- what comes ---------------------------------------------------------------------------------

void ClientTurn::from_broker(const RelayOffer& message) {
    RelayLink* link = relay_to(message.call, message.peer);
    if (link == nullptr || message.device != context_.device) {
        return drop(RemarkKind::unexpected_dropped, message.call, message.peer);
    }
    link->receive(context_, message);
}

void ClientTurn::from_relay(const ReceivedDatagram& datagram, const RelayGranted& message) {
    RelayLink* link = relay_to(message.call, message.peer);
    if (link == nullptr) return drop(RemarkKind::unexpected_dropped, message.call, message.peer);
    const auto before = link->receive(context_, datagram.source, message);
    if (before) follow_route(*link, *before);
}

void ClientTurn::from_relay(const ReceivedDatagram& datagram, const RelayRefused& message) {
    RelayLink* link = relay_to(message.call, message.peer);
    if (link == nullptr) return drop(RemarkKind::unexpected_dropped, message.call, message.peer);
    link->receive(context_, datagram.source, message);
}

void ClientTurn::from_relay(const ReceivedDatagram& datagram, const RelayData& message) {
    for (ClientActivity& activity : state_.activity) {
        for (RelayLink& link : activity.relays) {
            const RelayRoute* route = link.hear(context_.now, datagram.source, message);
            if (route != nullptr) return unwrap(*route, message.payload.view());
        }
    }
    drop(RemarkKind::unexpected_dropped);
}

// The relay vouches for nothing but where it comes out; the tags inside are the peer's.
void ClientTurn::unwrap(const RelayRoute& route, ByteView payload) {
    const auto message = decode(payload);
    if (!message) return drop(RemarkKind::malformed_dropped);
    const ReceivedDatagram inner{
        .source = route.peer, .destination = route.own, .payload = payload};
    std::visit(
        [&]<class M>(const M& one) {
            if constexpr (is_between_peers<M>) {
                from_path(inner, one);
            } else {
                drop(RemarkKind::unexpected_dropped, call_of(*message));
            }
        },
        *message);
}

// An allocation has been granted for the first time, or anew by a relay that had lost it or knew
// this end elsewhere. What a session says now may be the first that gets through again.
void ClientTurn::follow_route(const RelayLink& link, const RelayRoute& before) {
    bind_routes();
    if (before.own.is_none()) return;
    PathSearch* search = search_of(link);
    if (search != nullptr && !link.holds(before.own)) search->remove_relayed(before.own);
    for (Session& session : state_.activity.front().sessions) {
        if (!link.leads_to(session.identity.call, session.identity.peer)) continue;
        for (const RelayAllocation& allocation : link.allocations) {
            const RelayRoute& route = allocation.route;
            if (route.relay != before.relay) continue;
            session.rename(context_, before.own, route.own, route.peer);
        }
    }
}

// ---- what is due --------------------------------------------------------------------------------

void ClientTurn::serve_relays() {
    begin_relays();
    auto& relays = state_.activity.front().relays;
    if (relays.empty()) return;
    for (RelayLink& link : relays) {
        serve_relay(link);
    }
    const auto is_done = [&](const RelayLink& link) {
        return link.is_over() && search_of(link) == nullptr && session_of(link) == nullptr;
    };
    if (std::erase_if(relays, is_done) != 0) bind_routes();
}

// An acceptor asks once the broker has its acceptance; before that there is nobody to be coupled
// with.
void ClientTurn::begin_relays() {
    ClientActivity& activity = state_.activity.front();
    for (const OutgoingCall& call : activity.outgoing) {
        for (const Acceptor& acceptor : call.acceptors) {
            const bool needs_relay =
                acceptor.phase == AcceptorPhase::searching && acceptor.search.needs_relay;
            if (!needs_relay || relay_to(call.call, acceptor.device) != nullptr) continue;
            activity.relays.push_back(RelayLink::begin(context_, call.call, acceptor.device, {}));
        }
    }
    for (const IncomingCall& call : activity.incoming) {
        const bool needs_relay =
            call.phase == IncomingPhase::accepted && call.searches() && call.search.needs_relay;
        if (!needs_relay || relay_to(call.call, {}) != nullptr) continue;
        activity.relays.push_back(
            RelayLink::begin(context_, call.call, call.search.identity.peer, call.ticket));
    }
}

void ClientTurn::serve_relay(RelayLink& link) {
    if (PathSearch* search = search_of(link)) {
        if (search->is_ready()) link.settle();
        for (const RelayAllocation& allocation : link.allocations) {
            if (!allocation.is_granted() || !allocation.is_wanted) continue;
            search->add_relayed(context_, allocation.route.own, allocation.route.peer);
        }
    } else {
        const Session* session = session_of(link);
        link.keep_only(context_.now, session == nullptr ? Address{} : session->local);
    }
    link.serve(context_);
}

// ---- who is concerned ---------------------------------------------------------------------------

RelayLink* ClientTurn::relay_to(const CallId& call, const DeviceId& peer) {
    for (ClientActivity& activity : state_.activity) {
        for (RelayLink& link : activity.relays) {
            if (link.leads_to(call, peer)) return &link;
        }
    }
    return nullptr;
}

PathSearch* ClientTurn::search_of(const RelayLink& link) {
    if (OutgoingCall* call = outgoing(link.call)) return call->search_for(link.peer);
    IncomingCall* call = incoming(link.call);
    return call != nullptr && call->searches() ? &call->search : nullptr;
}

// The session that goes through one of its allocations, also while it is being closed.
const Session* ClientTurn::session_of(const RelayLink& link) {
    for (const Session& session : state_.activity.front().sessions) {
        const bool is_its = session.phase != SessionPhase::over &&
                            link.leads_to(session.identity.call, session.identity.peer);
        if (is_its && link.holds(session.local)) return &session;
    }
    return nullptr;
}

void ClientTurn::bind_routes() {
    routes_.clear();
    for (const ClientActivity& activity : state_.activity) {
        for (const RelayLink& link : activity.relays) {
            for (const RelayAllocation& allocation : link.allocations) {
                if (!allocation.is_granted()) continue;
                const Address local = context_.source_for(allocation.route.relay);
                routes_.push_back({.route = allocation.route, .local = local});
            }
        }
    }
    context_.sender.use_routes(routes_);
}

}  // namespace invitro::protocol
