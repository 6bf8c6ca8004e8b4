// A session that goes over from one device to another of the same profile (docs/PROTOCOL.md
// "Transfer"): what each of the three devices keeps of it until it has moved, or has not.
//
//     from: asking -> confirming -> closing      the old session is closed by the peer, or stays
//     target: ringing -> gathering -> accepting -> accepted -> (a session) or silent
//     peer: looks for a path to the target, and is nominated by it
//
// The target nominates: the peer, which answers that, confirms the new leg, and closes the old
// one once it is connected in the new one. Whatever fails before leaves the old session as it was.
#pragma once

#include "protocol/application.hpp"
#include "protocol/client/client_context.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/paths/gathering.hpp"
#include "protocol/paths/path_search.hpp"
#include "protocol/paths/sealed_connection.hpp"
#include "protocol/paths/session.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

enum class MovingPhase : std::uint8_t {
    asking = 0,      // the other device, by way of the broker
    confirming = 1,  // the other device has accepted; the peer looks for a path to it
    closing = 2,     // moved or failed; the broker is told that nothing more is wanted
};

// At the device that gives the session away.
struct MovingSession {
    CallId session;
    DeviceId peer;
    CallId leg;
    DeviceId target;
    MovingPhase phase = MovingPhase::asking;
    ConnectionData peer_data;
    ConnectionData target_data;
    Retransmission exchange;  // Transfer
    Retransmission offer;     // LegOffer
    Instant give_up = never;

    bool operator==(const MovingSession&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("session", &MovingSession::session),
                          field("peer", &MovingSession::peer),
                          field("leg", &MovingSession::leg),
                          field("target", &MovingSession::target),
                          field("phase", &MovingSession::phase),
                          field("peer_data", &MovingSession::peer_data),
                          field("target_data", &MovingSession::target_data),
                          field("exchange", &MovingSession::exchange),
                          field("offer", &MovingSession::offer),
                          field("give_up", &MovingSession::give_up)};
    }

    // Precondition: the session is connected.
    static MovingSession begin(ClientContext& context,
                               const Session& session,
                               const DeviceId& target);

    [[nodiscard]] bool moves(const Session& one) const {
        return one.identity.call == session && one.identity.peer == peer;
    }

    void receive(ClientContext& context, const TransferState& message);
    void receive(ClientContext& context, const LegAnswer& message);
    // It has not come about; the old session stays.
    void fail(ClientContext& context, TransferStep step);
    void close(ClientContext& context);
    // `old`: the session that is to move, while it lives.
    void serve(ClientContext& context, Session* old);

    [[nodiscard]] bool is_over(Instant now) const {
        return phase == MovingPhase::closing && (give_up <= now || !exchange.is_active());
    }

    [[nodiscard]] Instant next_deadline() const;
};

enum class OfferedPhase : std::uint8_t {
    ringing = 0,
    gathering = 1,  // the user has accepted
    accepting = 2,
    accepted = 3,  // the broker has the acceptance
    silent = 4,
};

// At the device to which the session is offered.
struct OfferedLeg {
    CallId leg;
    CallId session;
    DeviceId from;
    DeviceId peer;
    Ticket ticket{};
    OfferedPhase phase = OfferedPhase::ringing;
    TransferStep answer = TransferStep::offered;  // what is said to the broker
    bool nominated = false;
    ConnectionData peer_data;
    ConnectionData own;
    Gathering gathering;
    PathSearch search;
    Retransmission exchange;
    Instant ring_until = never;
    Instant give_up = never;
    Instant forget_at = never;

    bool operator==(const OfferedLeg&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("leg", &OfferedLeg::leg),
                          field("session", &OfferedLeg::session),
                          field("from", &OfferedLeg::from),
                          field("peer", &OfferedLeg::peer),
                          field("ticket", &OfferedLeg::ticket),
                          field("phase", &OfferedLeg::phase),
                          field("answer", &OfferedLeg::answer),
                          field("nominated", &OfferedLeg::nominated),
                          field("peer_data", &OfferedLeg::peer_data),
                          field("own", &OfferedLeg::own),
                          field("gathering", &OfferedLeg::gathering),
                          field("search", &OfferedLeg::search),
                          field("exchange", &OfferedLeg::exchange),
                          field("ring_until", &OfferedLeg::ring_until),
                          field("give_up", &OfferedLeg::give_up),
                          field("forget_at", &OfferedLeg::forget_at)};
    }

    static OfferedLeg begin(ClientContext& context, const TransferOffer& push);

    void receive(ClientContext& context, const TransferOffer& push);
    void receive(ClientContext& context, const TransferState& message);
    // False if it is not an answer to a question of this leg's.
    bool receive(const ReflectResponse& response);
    // It is offered no longer.
    void end(ClientContext& context, EndReason reason);
    void accept(ClientContext& context);
    void decline(ClientContext& context);
    void hang_up(ClientContext& context);
    void move(ClientContext& context);

    // A nomination adds to `sessions`.
    void serve(ClientContext& context, std::vector<Session>& sessions);

    [[nodiscard]] bool searches() const {
        const bool may = phase == OfferedPhase::accepting || phase == OfferedPhase::accepted;
        return may && !nominated;
    }

    [[nodiscard]] bool is_over(Instant now) const { return forget_at <= now; }

    [[nodiscard]] Instant next_deadline() const;
};

// At the peer: the other end of a session of its is about to move.
struct ArrivingLeg {
    CallId session;
    DeviceId from;
    bool nominated = false;
    Instant give_up = never;
    PathSearch search;  // its identity names the leg and the target

    bool operator==(const ArrivingLeg&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("session", &ArrivingLeg::session),
                          field("from", &ArrivingLeg::from),
                          field("nominated", &ArrivingLeg::nominated),
                          field("give_up", &ArrivingLeg::give_up),
                          field("search", &ArrivingLeg::search)};
    }

    static ArrivingLeg begin(ClientContext& context,
                             const Session& old,
                             const LegConnection& offer);

    [[nodiscard]] bool replaces(const Session& old) const {
        return old.identity.call == session && old.identity.peer == from;
    }

    [[nodiscard]] Instant next_deadline() const {
        return nominated ? give_up : std::min(give_up, search.next_deadline());
    }
};

}  // namespace invitro::protocol
