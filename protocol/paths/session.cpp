#include "protocol/paths/session.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

constexpr int closes_max = 3;

// A keep-alive and a half without a word: the path may be broken.
constexpr Duration doubt_after = timing::session_keep_alive * 3 / 2;
// Three Nominates are unanswered: the path that the checks had found need not be there any more.
constexpr Duration nomination_doubt_after = timing::retransmission_first * 4;

template <class M>
void send(Session& session, PathContext& context) {
    const M message{.call = session.identity.call,
                    .sender = session.identity.self,
                    .sequence = ++session.sent,
                    .tag = {}};
    context.sender.send(session.local, session.remote, with_tag(session.identity.key, message));
}

// An answer goes to where the message came from.
void answer_nomination(Session& session, PathContext& context, const ReceivedDatagram& datagram) {
    const NominateResponse response{.call = session.identity.call,
                                    .sender = session.identity.self,
                                    .sequence = ++session.sent,
                                    .tag = {}};
    context.sender.send(
        datagram.destination, datagram.source, with_tag(session.identity.key, response));
}

SessionChange connect(Session& session, PathContext& context) {
    session.phase = SessionPhase::connected;
    session.repetition.start(context.now);
    session.upkeep.start(context.now);
    return SessionChange::connected;
}

// What the peer's message means, by kind. It is authentic, new, and the session is live.
SessionChange follow(Session& session,
                     PathContext& context,
                     const ReceivedDatagram& datagram,
                     const Nominate&) {
    if (!session.identity.initiates) answer_nomination(session, context, datagram);
    return SessionChange::none;
}

SessionChange follow(Session& session,
                     PathContext& context,
                     const ReceivedDatagram&,
                     const NominateResponse&) {
    if (session.phase != SessionPhase::nominating) return SessionChange::none;
    return connect(session, context);
}

SessionChange follow(Session& session,
                     PathContext& context,
                     const ReceivedDatagram&,
                     const SessionData&) {
    session.is_mutual = true;
    if (session.phase != SessionPhase::nominated) return SessionChange::none;
    return connect(session, context);
}

SessionChange follow(Session& session, PathContext&, const ReceivedDatagram&, const SessionClose&) {
    session.phase = SessionPhase::over;
    return SessionChange::closed_by_peer;
}

// What they say is the client's business (client/transfer.hpp).
SessionChange follow(Session&, PathContext&, const ReceivedDatagram&, const LegOffer&) {
    return SessionChange::none;
}

SessionChange follow(Session&, PathContext&, const ReceivedDatagram&, const LegAnswer&) {
    return SessionChange::none;
}

// A nominee that has not answered may still believe in the session, so it is told.
SessionChange fall_silent(Session& session, PathContext& context) {
    const SessionPhase before = session.phase;
    if (before == SessionPhase::nominating) {
        session.close(context);
    } else {
        session.phase = SessionPhase::over;
    }
    return before == SessionPhase::connected ? SessionChange::silent : SessionChange::unanswered;
}

void send_keep_alive(Session& session, PathContext& context) {
    send<SessionData>(session, context);
    session.repetition.tried(context.now);
    if (session.is_mutual) session.repetition.due = context.now + timing::session_keep_alive;
}

void send_close(Session& session, PathContext& context) {
    send<SessionClose>(session, context);
    session.repetition.tried(
        context.now, {.first = timing::retransmission_first, .max = timing::retransmission_first});
    if (session.repetition.tries >= closes_max) session.phase = SessionPhase::over;
}

void send_due(Session& session, PathContext& context) {
    switch (session.phase) {
        case SessionPhase::nominating:
            send<Nominate>(session, context);
            session.repetition.tried(context.now);
            return;
        case SessionPhase::connected:
            return send_keep_alive(session, context);
        case SessionPhase::closing:
            return send_close(session, context);
        case SessionPhase::nominated:
        case SessionPhase::over:
            session.repetition.stop();
            return;
    }
}

// Speaks on the path that the search has found.
void adopt(Session& session, PathContext& context) {
    const ConfirmedPath path = session.search.front().best_path();
    session.search.clear();
    session.search_until = never;
    const bool is_other = path.local != session.local || path.remote != session.remote;
    session.local = path.local;
    session.remote = path.remote;
    session.local_kind = path.local_kind;
    if (session.repetition.is_active()) session.repetition.due = context.now;
    if (is_other) {
        context.sender.remark(
            RemarkKind::session_moved, session.identity.call, session.identity.peer);
    }
}

void serve_search(Session& session, PathContext& context) {
    if (session.search.empty()) return;
    session.search.front().serve(context);
    if (session.search.front().is_ready()) {
        adopt(session, context);
    } else if (session.search_until <= context.now) {
        session.search.clear();
        session.search_until = never;
    }
}

void stop_search(Session& session) {
    session.search.clear();
    session.search_until = never;
    session.doubted_at = never;
}

}  // namespace

Session Session::nominate(PathContext& context,
                          const PathIdentity& identity,
                          const ConfirmedPath& path) {
    Session session;
    session.identity = identity;
    session.phase = SessionPhase::nominating;
    session.local = path.local;
    session.remote = path.remote;
    session.local_kind = path.local_kind;
    session.repetition.start(context.now);
    session.silent_at = context.now + timing::session_silence_max;
    session.doubted_at = context.now + nomination_doubt_after;
    return session;
}

Session Session::answer(PathContext& context,
                        const PathIdentity& identity,
                        const ReceivedDatagram& datagram,
                        CandidateKind local_kind) {
    Session session;
    session.identity = identity;
    session.phase = SessionPhase::nominated;
    session.local = datagram.destination;
    session.remote = datagram.source;
    session.local_kind = local_kind;
    session.silent_at = context.now + timing::session_silence_max;
    return session;
}

template <class M>
SessionChange Session::receive(PathContext& context,
                               const ReceivedDatagram& datagram,
                               const M& message) {
    if (!is_live()) return SessionChange::none;
    if (message.sequence <= received) {
        context.sender.remark(RemarkKind::duplicate_dropped, identity.call, identity.peer);
        return SessionChange::none;
    }
    received = message.sequence;
    silent_at = context.now + timing::session_silence_max;
    doubted_at = context.now + doubt_after;
    // Where the peer sends from is where its NAT lets us in, and what its messages keep open: the
    // address that the checks had found may be another mapping, and expire.
    // (A relayed path has been left where the peer is heard directly.)
    const bool is_left = local_kind == CandidateKind::relayed && datagram.destination != local;
    if (is_left) local_kind = CandidateKind::host;
    local = datagram.destination;
    remote = datagram.source;
    return follow(*this, context, datagram, message);
}

template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const Nominate&);
template SessionChange Session::receive(PathContext&,
                                        const ReceivedDatagram&,
                                        const NominateResponse&);
template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const SessionData&);
template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const SessionClose&);
template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const LegOffer&);
template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const LegAnswer&);

SessionChange Session::serve(PathContext& context) {
    const bool is_silent = is_live() && silent_at <= context.now;
    SessionChange change = SessionChange::none;
    if (is_silent) {
        change = fall_silent(*this, context);
        stop_search(*this);
    } else if (doubted_at <= context.now) {
        doubted_at = never;
        const bool expects_answer =
            phase == SessionPhase::connected || phase == SessionPhase::nominating;
        if (expects_answer) change = SessionChange::doubtful;
    }
    serve_search(*this, context);
    if (repetition.is_due(context.now)) send_due(*this, context);
    return change;
}

void Session::move(PathContext& context, std::span<const Address> locals) {
    if (!is_live() || local_kind == CandidateKind::relayed) return;
    const auto matching = std::find_if(locals.begin(), locals.end(), [&](const Address& address) {
        return address.ip.family == remote.ip.family;
    });
    const Address moved = matching == locals.end() ? Address{} : *matching;
    if (moved == local) return;
    local = moved;
    if (repetition.is_active()) repetition.due = context.now;
    restart(context, locals);
}

void Session::receive(PathContext& context, const ReceivedDatagram& datagram, const Check& check) {
    if (search.empty()) return answer_check(context, identity, datagram, check);
    search.front().receive(context, datagram, check);
}

void Session::renew(PathContext& context,
                    std::span<const Address> locals,
                    std::span<const Candidate> newest) {
    candidates.assign(newest.begin(), newest.end());
    restart(context, locals);
}

// That the peer can be heard need not be shown again: it was, or there would be no session.
void Session::restart(PathContext& context, std::span<const Address> locals) {
    if (!is_live()) return;
    std::vector<Candidate> remotes = candidates;
    std::erase_if(remotes, [](const Candidate& one) { return one.kind == CandidateKind::relayed; });
    // The names of a relay's ends are no addresses to check from elsewhere.
    const bool is_known = local_kind == CandidateKind::relayed ||
                          std::any_of(remotes.begin(), remotes.end(), [&](const Candidate& one) {
                              return one.address == remote;
                          });
    if (!is_known) {
        remotes.push_back({.kind = CandidateKind::peer_reflexive,
                           .address = remote,
                           .priority = candidate_priority(CandidateKind::peer_reflexive, 0)});
    }
    if (search.empty()) search.emplace_back();
    search.front().begin(context, identity, locals, remotes);
    search.front().heard = true;
    search_until = context.now + timing::connect_max;
}

void Session::rename(PathContext& context,
                     const Address& before,
                     const Address& own,
                     const Address& peer) {
    if (local != before) return;
    local = own;
    remote = peer;
    if (repetition.is_active()) repetition.due = context.now;
}

void Session::close(PathContext& context) {
    if (!is_live()) return;
    phase = SessionPhase::closing;
    stop_search(*this);
    silent_at = never;
    repetition.start(context.now);
}

Instant Session::next_deadline() const {
    if (!is_live()) return repetition.due;
    Instant next = std::min({silent_at, doubted_at, repetition.due, search_until});
    if (!search.empty()) next = std::min(next, search.front().next_deadline());
    return next;
}

}  // namespace invitro::protocol
