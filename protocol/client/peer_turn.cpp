// What peers and reflectors send to a client, and what becomes of its sessions.
#include "protocol/client/client_turn.hpp"

#include <algorithm>

namespace invitro::protocol {

void ClientTurn::from_path(const ReceivedDatagram&, const ReflectResponse& message) {
    for (ClientActivity& activity : state_.activity) {
        const auto is_awaited = [&](auto& call) { return call.receive(context_, message); };
        if (std::any_of(activity.outgoing.begin(), activity.outgoing.end(), is_awaited)) return;
        if (std::any_of(activity.incoming.begin(), activity.incoming.end(), is_awaited)) return;
        const auto is_legs = [&](OfferedLeg& leg) { return leg.receive(message); };
        if (std::any_of(activity.offered.begin(), activity.offered.end(), is_legs)) return;
    }
    drop(RemarkKind::unexpected_dropped);
}

// The live session the message belongs to, if its tag is right.
template <class M>
Session* ClientTurn::authentic_session(const M& message) {
    for (ClientActivity& activity : state_.activity) {
        for (Session& session : activity.sessions) {
            const bool is_meant =
                session.is_live() && session.identity.concerns(message.call, message.sender);
            if (is_meant && is_authentic(session.identity.key, message)) return &session;
        }
    }
    return nullptr;
}

// What this side has told of itself in this call; nothing once the call is forgotten.
std::span<const Candidate> ClientTurn::own_candidates(const CallId& call) {
    if (const OutgoingCall* made = outgoing(call)) return made->own.candidates.view();
    if (const IncomingCall* rang = incoming(call)) return rang->own.candidates.view();
    return {};
}

// The peer has moved, or its mapping has changed: the session looks for a path to where it is now.
// False if there is no session with it.
bool ClientTurn::renew_sessions(const CandidateForward& message) {
    bool is_any = false;
    for (Session& session : state_.activity.front().sessions) {
        const bool is_meant = session.identity.call == message.call &&
                              session.identity.concerns(message.call, message.author);
        if (is_meant) {
            session.renew(context_, state_.addresses, message.connection.candidates.view());
            is_any = is_any || session.is_live();
        }
    }
    return is_any;
}

// Where this side's own data has a newer generation, its sessions look for a path from there.
void ClientTurn::restart_moved_sessions() {
    for (Session& session : state_.activity.front().sessions) {
        std::uint32_t generation = 0;
        if (const OutgoingCall* made = outgoing(session.identity.call)) {
            generation = made->own.generation;
        } else if (const IncomingCall* rang = incoming(session.identity.call)) {
            generation = rang->own.generation;
        }
        if (generation <= session.generation) continue;
        session.generation = generation;
        session.restart(context_, state_.addresses);
    }
}

// Also used in transfer_turn.cpp.
template Session* ClientTurn::authentic_session(const LegOffer&);
template Session* ClientTurn::authentic_session(const LegAnswer&);

// The search the message belongs to, if its tag is right; `own` are the candidates on this side.
// A recipient learns here who its initiator is.
template <class M>
PathSearch* ClientTurn::authentic_search(const M& message, std::span<const Candidate>& own) {
    PathSearch* search = nullptr;
    if (OutgoingCall* call = outgoing(message.call)) {
        search = call->search_for(message.sender);
        own = call->own.candidates.view();
    } else if (IncomingCall* ringing = incoming(message.call)) {
        if (ringing->searches()) search = &ringing->search;
        own = ringing->own.candidates.view();
    } else if (OfferedLeg* leg = offered(message.call)) {
        if (leg->searches()) search = &leg->search;
        own = leg->own.candidates.view();
    } else if (ArrivingLeg* arrival = arriving(message.call)) {
        if (!arrival->nominated) search = &arrival->search;
    }
    if (search == nullptr || !search->identity.concerns(message.call, message.sender) ||
        !is_authentic(search->identity.key, message)) {
        return nullptr;
    }
    search->identity.peer = message.sender;
    return search;
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const Check& message) {
    std::span<const Candidate> own;
    if (PathSearch* search = authentic_search(message, own)) {
        return search->receive(context_, datagram, message);
    }
    // A peer that has not heard of the nomination yet goes on checking.
    if (Session* session = authentic_session(message)) {
        return session->receive(context_, datagram, message);
    }
    drop(RemarkKind::unexpected_dropped, message.call, message.sender);
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const CheckResponse& message) {
    std::span<const Candidate> own;
    if (PathSearch* search = authentic_search(message, own)) {
        return search->receive(context_, datagram, message, own);
    }
    Session* session = authentic_session(message);
    if (session != nullptr && !session->search.empty()) {
        return session->search.front().receive(
            context_, datagram, message, own_candidates(message.call));
    }
    drop(RemarkKind::unexpected_dropped, message.call, message.sender);
}

// A recipient's session begins with the nomination.
void ClientTurn::from_path(const ReceivedDatagram& datagram, const Nominate& message) {
    std::span<const Candidate> own;
    const PathSearch* search = authentic_search(message, own);
    if (search != nullptr && !search->identity.initiates) {
        if (IncomingCall* call = incoming(message.call)) {
            under_way().sessions.push_back(call->begin_session(context_, datagram));
        } else {
            begin_leg(*arriving(message.call), datagram);
        }
    }
    to_session(datagram, message);
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const NominateResponse& message) {
    to_session(datagram, message);
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const SessionData& message) {
    to_session(datagram, message);
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const SessionClose& message) {
    to_session(datagram, message);
}

template <class M>
void ClientTurn::to_session(const ReceivedDatagram& datagram, const M& message) {
    Session* session = authentic_session(message);
    if (session == nullptr) {
        return drop(RemarkKind::unexpected_dropped, message.call, message.sender);
    }
    session_changed(*session, session->receive(context_, datagram, message));
}

// Tells the application and the call, if it is still known.
void ClientTurn::session_changed(Session& session, SessionChange change) {
    if (leg_changed(session, change)) return;
    const CallId call = session.identity.call;
    const DeviceId peer = session.identity.peer;
    const auto disconnected = [&](SessionEnd reason) {
        context_.sender.tell(Disconnected{.call = call, .peer = peer, .reason = reason});
    };
    switch (change) {
        case SessionChange::none:
            return;
        case SessionChange::doubtful:
            if (OutgoingCall* made = outgoing(call)) made->refresh(context_);
            if (IncomingCall* rang = incoming(call)) rang->refresh(context_);
            return;
        case SessionChange::connected:
            context_.sender.tell(Connected{.call = call,
                                           .peer = peer,
                                           .local_kind = session.local_kind,
                                           .remote = session.remote});
            break;
        case SessionChange::unanswered:
            disconnected(SessionEnd::no_path);
            break;
        case SessionChange::silent:
            disconnected(SessionEnd::silent);
            break;
        case SessionChange::closed_by_peer:
            disconnected(SessionEnd::hung_up);
            break;
    }
    if (change != SessionChange::connected) forget_session(session);
    if (OfferedLeg* leg = offered(call)) leg->phase = OfferedPhase::silent;
    if (OutgoingCall* made = outgoing(call)) made->session_changed(context_, peer, change);
    IncomingCall* rang = incoming(call);
    if (rang != nullptr && change != SessionChange::connected) rang->session_ended();
}

void ClientTurn::close_sessions(const CallId& call) {
    for (ClientActivity& activity : state_.activity) {
        for (Session& session : activity.sessions) {
            if (session.identity.call != call || !session.is_live()) continue;
            forget_session(session);
            session.close(context_);
            context_.sender.tell(Disconnected{
                .call = call, .peer = session.identity.peer, .reason = SessionEnd::hung_up});
            if (IncomingCall* rang = incoming(call)) rang->session_ended();
        }
    }
}

}  // namespace invitro::protocol
