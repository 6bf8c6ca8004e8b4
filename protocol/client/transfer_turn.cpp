// What becomes of sessions that change hands (docs/PROTOCOL.md "Transfer"), and what the broker is
// told of those that live.
#include "protocol/client/client_turn.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// Transfers of one kind that are under way at one device; further ones are not taken.
constexpr std::size_t transfers_max = 64;

template <class Record>
Record* find_leg(std::vector<Record>& records, const CallId& leg) {
    const auto found = std::find_if(
        records.begin(), records.end(), [&](const Record& record) { return record.leg == leg; });
    return found == records.end() ? nullptr : &*found;
}

}  // namespace

Session* ClientTurn::live_session(const CallId& call, const DeviceId& peer) {
    for (ClientActivity& activity : state_.activity) {
        for (Session& session : activity.sessions) {
            const bool is_it =
                session.identity.call == call && (peer.is_none() || session.identity.peer == peer);
            if (is_it && session.phase == SessionPhase::connected) return &session;
        }
    }
    return nullptr;
}

MovingSession* ClientTurn::moving(const Session& session) {
    for (ClientActivity& activity : state_.activity) {
        for (MovingSession& one : activity.moving) {
            if (one.moves(session) && one.phase != MovingPhase::closing) return &one;
        }
    }
    return nullptr;
}

OfferedLeg* ClientTurn::offered(const CallId& leg) {
    return state_.activity.empty() ? nullptr : find_leg(state_.activity.front().offered, leg);
}

ArrivingLeg* ClientTurn::arriving(const CallId& leg) {
    for (ClientActivity& activity : state_.activity) {
        for (ArrivingLeg& one : activity.arriving) {
            if (one.search.identity.call == leg) return &one;
        }
    }
    return nullptr;
}

bool ClientTurn::is_changing_hands(const Session& session) {
    const auto replaces = [&](const ArrivingLeg& leg) { return leg.replaces(session); };
    const auto& legs = under_way().arriving;
    return moving(session) != nullptr || std::any_of(legs.begin(), legs.end(), replaces);
}

// ---- the user -----------------------------------------------------------------------------------

void ClientTurn::command(const TransferCommand& command) {
    const Session* session = live_session(command.call, command.peer);
    const bool is_possible =
        session != nullptr && !is_changing_hands(*session) && command.target != context_.device &&
        command.target != session->identity.peer && under_way().moving.size() < transfers_max;
    if (!is_possible) {
        context_.sender.tell(TransferFailed{.call = command.call,
                                            .leg = {},
                                            .target = command.target,
                                            .step = TransferStep::refused});
        return;
    }
    under_way().moving.push_back(MovingSession::begin(context_, *session, command.target));
}

// ---- broker -------------------------------------------------------------------------------------

void ClientTurn::offer(const TransferOffer& push) {
    if (push.device != context_.device || push.leg.is_none()) {
        return drop(RemarkKind::unexpected_dropped, push.leg, push.device);
    }
    if (OfferedLeg* known = offered(push.leg)) return known->receive(context_, push);
    if (push.age >= std::min(push.lifetime, timing::invitation_lifetime_max)) {
        return drop(RemarkKind::invitation_expired, push.leg, push.device);
    }
    // A dismissal that came first is remembered as that of a call.
    if (incoming(push.leg) != nullptr || under_way().offered.size() >= transfers_max) {
        return drop(RemarkKind::unexpected_dropped, push.leg, push.device);
    }
    under_way().offered.push_back(OfferedLeg::begin(context_, push));
}

void ClientTurn::from_broker(const TransferState& message) {
    if (message.device != context_.device) return drop(RemarkKind::unexpected_dropped);
    if (OfferedLeg* leg = offered(message.leg)) return leg->receive(context_, message);
    if (MovingSession* moving = find_leg(under_way().moving, message.leg)) {
        return moving->receive(context_, message);
    }
    drop(RemarkKind::duplicate_dropped);
}

void ClientTurn::from_broker(const SessionKept& message) {
    for (Session& session : under_way().sessions) {
        if (session.identity.call != message.session || message.device != context_.device) continue;
        session.upkeep.stop();
        if (message.is_known) {
            session.upkeep = {.due = context_.now + timing::session_record_refresh, .tries = 0};
        }
    }
}

void ClientTurn::keep_session(Session& session) {
    if (!session.is_live() || !session.upkeep.is_due(context_.now)) return;
    session.upkeep.tried(context_.now);
    context_.send_to_broker(SessionKeep{.device = context_.device,
                                        .session = session.identity.call,
                                        .peer = session.identity.peer});
}

// Said once: where it is lost, the record expires.
void ClientTurn::forget_session(Session& session) {
    if (!session.upkeep.is_active()) return;
    session.upkeep.stop();
    context_.send_to_broker(SessionKeep{.device = context_.device,
                                        .session = session.identity.call,
                                        .peer = session.identity.peer,
                                        .is_over = true});
}

// ---- the peer -----------------------------------------------------------------------------------

// A message of the session that is none of its own; null if it has been seen before.
template <class M>
Session* ClientTurn::new_message(const ReceivedDatagram& datagram, const M& message) {
    Session* session = authentic_session(message);
    if (session == nullptr) {
        drop(RemarkKind::unexpected_dropped, message.call, message.sender);
        return nullptr;
    }
    const std::uint32_t before = session->received;
    session_changed(*session, session->receive(context_, datagram, message));
    return session->received == before ? nullptr : session;
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const LegOffer& message) {
    Session* session = new_message(datagram, message);
    if (session == nullptr) return;
    const bool is_known =
        arriving(message.leg) != nullptr || live_session(message.leg, {}) != nullptr;
    LegState state = is_known ? LegState::searching : LegState::failed;
    const auto offer = open_connection(session->identity.key, message.connection);
    const bool is_whole = offer && offer->leg == message.leg && offer->device == message.device;
    if (!is_known && is_whole && session->phase == SessionPhase::connected &&
        !is_changing_hands(*session) && message.device != context_.device &&
        under_way().arriving.size() < transfers_max) {
        under_way().arriving.push_back(ArrivingLeg::begin(context_, *session, *offer));
        state = LegState::searching;
    }
    answer_leg(*session, message.leg, state);
}

void ClientTurn::from_path(const ReceivedDatagram& datagram, const LegAnswer& message) {
    Session* session = new_message(datagram, message);
    MovingSession* one = session == nullptr ? nullptr : moving(*session);
    if (one == nullptr || one->leg != message.leg) return;
    if (message.state != LegState::connected) return one->receive(context_, message);
    one->close(context_);
    forget_session(*session);
    session->phase = SessionPhase::over;
    context_.sender.tell(
        Disconnected{.call = message.call, .peer = message.sender, .reason = SessionEnd::moved});
    if (IncomingCall* rang = incoming(message.call)) rang->session_ended();
}

void ClientTurn::answer_leg(Session& session, const CallId& leg, LegState state) {
    LegAnswer message;
    message.leg = leg;
    message.state = state;
    session.say(context_, message);
}

// The target has nominated its path to here.
void ClientTurn::begin_leg(ArrivingLeg& leg, const ReceivedDatagram& datagram) {
    const CandidatePair* best = leg.search.best_pair();
    const CandidateKind kind = best == nullptr ? CandidateKind::peer_reflexive : best->local_kind;
    under_way().sessions.push_back(Session::answer(context_, leg.search.identity, datagram, kind));
    under_way().sessions.back().candidates = leg.search.remotes;
    leg.nominated = true;
    leg.search.pairs.clear();
    leg.give_up = never;
}

// True if the change was of a leg that is not the user's concern (yet).
bool ClientTurn::leg_changed(const Session& session, SessionChange change) {
    ArrivingLeg* leg = arriving(session.identity.call);
    if (leg == nullptr || change == SessionChange::none) return false;
    const CallId id = session.identity.call;
    Session* old = live_session(leg->session, leg->from);
    const bool is_connected = change == SessionChange::connected;
    if (is_connected) {
        context_.sender.tell(
            SessionMoved{.call = leg->session, .leg = id, .peer = session.identity.peer});
    }
    if (old != nullptr && is_connected) {
        answer_leg(*old, id, LegState::connected);
        forget_session(*old);
        old->close(context_);
    } else if (old != nullptr) {
        answer_leg(*old, id, LegState::failed);
    }
    const CallId moved = old == nullptr ? CallId{} : old->identity.call;
    const DeviceId from = leg->from;
    std::erase_if(under_way().arriving,
                  [&](const ArrivingLeg& one) { return one.search.identity.call == id; });
    if (!is_connected) return true;
    context_.sender.tell(Connected{.call = id,
                                   .peer = session.identity.peer,
                                   .local_kind = session.local_kind,
                                   .remote = session.remote});
    if (!moved.is_none()) {
        context_.sender.tell(
            Disconnected{.call = moved, .peer = from, .reason = SessionEnd::moved});
        if (IncomingCall* rang = incoming(moved)) rang->session_ended();
    }
    return true;
}

// ---- what is due --------------------------------------------------------------------------------

void ClientTurn::serve_transfers() {
    ClientActivity& activity = state_.activity.front();
    for (MovingSession& one : activity.moving) {
        one.serve(context_, live_session(one.session, one.peer));
    }
    std::erase_if(activity.moving,
                  [&](const MovingSession& one) { return one.is_over(context_.now); });
    for (OfferedLeg& one : activity.offered) {
        one.serve(context_, activity.sessions);
    }
    std::erase_if(activity.offered,
                  [&](const OfferedLeg& one) { return one.is_over(context_.now); });
    for (ArrivingLeg& one : activity.arriving) {
        if (!one.nominated) one.search.serve(context_);
        if (one.give_up > context_.now) continue;
        if (Session* old = live_session(one.session, one.from)) {
            answer_leg(*old, one.search.identity.call, LegState::failed);
        }
    }
    std::erase_if(activity.arriving, [&](const ArrivingLeg& one) {
        const bool is_left = !one.nominated && live_session(one.session, one.from) == nullptr;
        return one.give_up <= context_.now || is_left;
    });
}

void ClientTurn::move_transfers() {
    for (ClientActivity& activity : state_.activity) {
        for (OfferedLeg& one : activity.offered) {
            one.move(context_);
        }
        for (ArrivingLeg& one : activity.arriving) {
            if (!one.nominated) one.search.move(context_, context_.addresses);
        }
    }
}

}  // namespace invitro::protocol
