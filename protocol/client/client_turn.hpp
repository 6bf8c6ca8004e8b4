// One input's way through a client: who is concerned, and what is due afterwards.
//
// Lives for the length of one Client::handle(). Commands, pushes and the broker's messages are
// dispatched in client_turn.cpp, what peers and reflectors send in peer_turn.cpp, and all about
// relays in relay_turn.cpp; crossing.cpp has what becomes of two calls that cross,
// transfer_turn.cpp what of a session that changes hands.
#pragma once

#include "protocol/client/client.hpp"
#include "protocol/client/client_context.hpp"

#include <span>
#include <vector>

namespace invitro::protocol {

class ClientTurn {
public:
    ClientTurn(Instant now, ClientState& state, Outbox<Client::Output>& outbox);
    ClientTurn(const ClientTurn&) = delete;
    ClientTurn& operator=(const ClientTurn&) = delete;
    ~ClientTurn() = default;

    void take(const Client::Input& input);

    // Goes on with calls that an earlier incarnation of the program has made.
    void resume(std::span<const StoredCall> calls);

    // Does whatever is due, and forgets what is over.
    void serve();

private:
    void command(const RegisterCommand& command);
    void command(const UnregisterCommand& command);
    void command(const ActivateCommand& command);
    void command(const CallCommand& command);
    void command(const AcceptCommand& command);
    void command(const DeclineCommand& command);
    void command(const CancelCommand& command);
    void command(const ChooseCommand& command);
    void command(const HangUpCommand& command);
    void command(const NetworkChanged& command);
    void command(const WokeUp& command);
    void command(const TransferCommand& command);

    void route_changed(const RouteChanged& route);

    void challenged(const PossessionChallenge& challenge);
    void push(const ReceivedPush& push);
    void ring(const InvitePush& push);
    void datagram(const ReceivedDatagram& datagram);

    // A message that only the broker sends, from its address.
    void from_broker(const RegisterAck& message);
    void from_broker(const ValidationPending& message);
    void from_broker(const CredentialGranted& message);
    template <class M>
    void to_registration(const M& message);
    void from_broker(const InviteEnded& message);
    void from_broker(const CandidateUpdateAck& message);
    void from_broker(const CandidateForward& message);
    void from_broker(const PendingInvitation& message);
    void from_broker(const PendingList& message);
    void from_broker(const TransferState& message);
    void from_broker(const SessionKept& message);
    template <class M>
    void from_broker(const M& message);

    // Messages of peers and reflectors; peer_turn.cpp.
    void from_path(const ReceivedDatagram& datagram, const ReflectResponse& message);
    void from_path(const ReceivedDatagram& datagram, const Check& message);
    void from_path(const ReceivedDatagram& datagram, const CheckResponse& message);
    void from_path(const ReceivedDatagram& datagram, const Nominate& message);
    void from_path(const ReceivedDatagram& datagram, const NominateResponse& message);
    void from_path(const ReceivedDatagram& datagram, const SessionData& message);
    void from_path(const ReceivedDatagram& datagram, const SessionClose& message);
    void from_path(const ReceivedDatagram& datagram, const LegOffer& message);
    void from_path(const ReceivedDatagram& datagram, const LegAnswer& message);
    template <class M>
    void to_session(const ReceivedDatagram& datagram, const M& message);
    template <class M>
    PathSearch* authentic_search(const M& message, std::span<const Candidate>& own);
    template <class M>
    Session* authentic_session(const M& message);
    std::span<const Candidate> own_candidates(const CallId& call);
    bool renew_sessions(const CandidateForward& message);
    void restart_moved_sessions();
    void session_changed(Session& session, SessionChange change);
    void close_sessions(const CallId& call);

    // Relays: asking for them, and what comes from and through them; relay_turn.cpp.
    void from_broker(const RelayOffer& message);
    void from_relay(const ReceivedDatagram& datagram, const RelayGranted& message);
    void from_relay(const ReceivedDatagram& datagram, const RelayRefused& message);
    void from_relay(const ReceivedDatagram& datagram, const RelayData& message);
    void unwrap(const RelayRoute& route, ByteView payload);
    RelayLink* relay_to(const CallId& call, const DeviceId& peer);
    PathSearch* search_of(const RelayLink& link);
    const Session* session_of(const RelayLink& link);
    void begin_relays();
    void serve_relays();
    void serve_relay(RelayLink& link);
    void follow_route(const RelayLink& link, const RelayRoute& before);
    void bind_routes();

    OutgoingCall* outgoing(const CallId& call);
    IncomingCall* incoming(const CallId& call);
    // Where this call, not known so far, is to be kept; none, and a remark, where there are too
    // many.
    std::vector<IncomingCall>* room_for_incoming(const CallId& call);
    void drop(RemarkKind kind, const CallId& call = {}, const DeviceId& device = {});
    ClientActivity& under_way();

    // Sessions that change hands; transfer_turn.cpp.
    Session* live_session(const CallId& call, const DeviceId& peer);
    MovingSession* moving(const Session& session);
    OfferedLeg* offered(const CallId& leg);
    ArrivingLeg* arriving(const CallId& leg);
    bool is_changing_hands(const Session& session);
    void offer(const TransferOffer& push);
    void keep_session(Session& session);
    void forget_session(Session& session);
    template <class M>
    Session* new_message(const ReceivedDatagram& datagram, const M& message);
    void answer_leg(Session& session, const CallId& leg, LegState state);
    void begin_leg(ArrivingLeg& leg, const ReceivedDatagram& datagram);
    bool leg_changed(const Session& session, SessionChange change);
    void serve_transfers();
    void move_transfers();

    // What crossing calls do to each other; crossing.cpp.
    bool cross(const InvitePush& push, std::vector<IncomingCall>& calls);
    void cross_what_rings(const CallId& made);
    void give_way(const CallId& made, IncomingCall& other);
    void release_held();

    void serve_calls();
    void serve_sessions();
    void forget_what_is_over();

    ClientState& state_;
    ClientContext context_;
    std::vector<BoundRoute> routes_;  // what context_.sender wraps
};

}  // namespace invitro::protocol
