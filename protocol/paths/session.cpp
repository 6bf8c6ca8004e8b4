#include "protocol/paths/session.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

constexpr int closes_max = 3;

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
    // Where the peer sends from is where its NAT lets us in, and what its messages keep open: the
    // address that the checks had found may be another mapping, and expire.
    remote = datagram.source;
    return follow(*this, context, datagram, message);
}

template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const Nominate&);
template SessionChange Session::receive(PathContext&,
                                        const ReceivedDatagram&,
                                        const NominateResponse&);
template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const SessionData&);
template SessionChange Session::receive(PathContext&, const ReceivedDatagram&, const SessionClose&);

SessionChange Session::serve(PathContext& context) {
    const bool is_silent = is_live() && silent_at <= context.now;
    const SessionChange change = is_silent ? fall_silent(*this, context) : SessionChange::none;
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
    silent_at = never;
    repetition.start(context.now);
}

Instant Session::next_deadline() const {
    return is_live() ? std::min(silent_at, repetition.due) : repetition.due;
}

}  // namespace invitro::protocol
