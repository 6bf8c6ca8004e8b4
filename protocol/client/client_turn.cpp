#include "protocol/client/client_turn.hpp"

#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// Calls in one role at one device; further ones are not taken.
constexpr std::size_t calls_max = 64;

template <class Call>
Call* find_call(std::vector<Call>& calls, const CallId& id) {
    const auto found =
        std::find_if(calls.begin(), calls.end(), [&](const Call& call) { return call.call == id; });
    return found == calls.end() ? nullptr : &*found;
}

// The messages a client gets from the broker about a call it makes, and about one that rings here.
template <class M>
concept ForInitiator = requires(OutgoingCall call, ClientContext context, M message) {
    call.receive(context, message);
};

template <class M>
concept ForRecipient = requires(IncomingCall call, ClientContext context, M message) {
    call.receive(context, message);
};

template <class M>
DeviceId addressee_of(const M& message) {
    if constexpr (ForRecipient<M>) return message.device;
    return {};
}

// What is sent to brokers and reflectors only, or pushed only.
template <class M>
inline constexpr bool is_for_others =
    std::is_same_v<M, RegisterDevice> || std::is_same_v<M, UnregisterDevice> ||
    std::is_same_v<M, RegisterBySms> || std::is_same_v<M, PossessionChallenge> ||
    std::is_same_v<M, ProvePossession> || std::is_same_v<M, ValidateEmail> ||
    std::is_same_v<M, InviteRequest> || std::is_same_v<M, InvitePush> ||
    std::is_same_v<M, InviteDismiss> || std::is_same_v<M, InviteRinging> ||
    std::is_same_v<M, InviteAccept> || std::is_same_v<M, InviteDecline> ||
    std::is_same_v<M, ForwardAck> || std::is_same_v<M, InviteCancel> ||
    std::is_same_v<M, InviteUpdate> || std::is_same_v<M, EndedAck> ||
    std::is_same_v<M, CallKeepAlive> || std::is_same_v<M, ReflectRequest> ||
    std::is_same_v<M, ReflectProbe> || std::is_same_v<M, RelayRequest> ||
    std::is_same_v<M, RelayAllocate> || std::is_same_v<M, CandidateUpdate> ||
    std::is_same_v<M, CandidateForwardAck> || std::is_same_v<M, PendingFetch> ||
    std::is_same_v<M, SessionKeep> || std::is_same_v<M, Transfer> ||
    std::is_same_v<M, TransferOffer> || std::is_same_v<M, TransferAnswer> || is_between_brokers<M>;

template <class M>
inline constexpr bool is_from_path =
    std::is_same_v<M, ReflectResponse> || std::is_same_v<M, Check> ||
    std::is_same_v<M, CheckResponse> || std::is_same_v<M, Nominate> ||
    std::is_same_v<M, NominateResponse> || std::is_same_v<M, SessionData> ||
    std::is_same_v<M, SessionClose> || std::is_same_v<M, LegOffer> || std::is_same_v<M, LegAnswer>;

template <class M>
inline constexpr bool is_from_relay =
    std::is_same_v<M, RelayGranted> || std::is_same_v<M, RelayRefused> ||
    std::is_same_v<M, RelayData>;

}  // namespace

ClientTurn::ClientTurn(Instant now, ClientState& state, Outbox<Client::Output>& outbox)
    : state_(state),
      context_{
          PathContext{
              .now = now, .sender = Sender(outbox), .draws = Draws(state.config.seed, state.draws)},
          state.config.device,
          Brokers(state.config.brokers, state.addresses, state.broker_choice),
          state.config.reflectors,
          state.addresses,
          state.config.key} {
    bind_routes();
}

void ClientTurn::take(const Client::Input& input) {
    std::visit(Overloaded{[&](const ReceivedDatagram& received) { datagram(received); },
                          [&](const ReceivedPush& received) { push(received); },
                          [](const DeadlineReached&) {},
                          [&](const Command& what) {
                              std::visit([&](const auto& one) { command(one); }, what);
                          },
                          [&](const RouteChanged& route) { route_changed(route); }},
               input);
}

void ClientTurn::resume(std::span<const StoredCall> calls) {
    if (state_.activity.empty()) state_.activity.emplace_back();
    for (const StoredCall& call : calls) {
        state_.activity.front().outgoing.push_back(OutgoingCall::resume(context_, call));
    }
}

// A relay knows its client by the address that it comes from.
void ClientTurn::route_changed(const RouteChanged& route) {
    for (ClientActivity& activity : state_.activity) {
        for (RelayLink& relay : activity.relays) {
            relay.move_at(context_.now, route.server);
        }
    }
}

// ---- the user -----------------------------------------------------------------------------------

void ClientTurn::command(const RegisterCommand& command) {
    const std::uint32_t before =
        state_.registration.empty() ? 0 : state_.registration.front().incarnation;
    Registration registration = Registration::of(command, before + 1);
    if (!state_.registration.empty()) registration.adopt(state_.registration.front());
    registration.begin(context_);
    state_.registration.assign(1, std::move(registration));
}

void ClientTurn::command(const UnregisterCommand&) {
    if (state_.registration.empty()) return context_.sender.tell(Unregistered{});
    state_.registration.front().end(context_);
    for (ClientActivity& activity : state_.activity) {
        for (IncomingCall& call : activity.incoming) {
            call.decline(context_, DeclineScope::here, DeclineReason::declined);
        }
    }
}

void ClientTurn::command(const ActivateCommand& command) {
    challenged(command.challenge);
}

void ClientTurn::challenged(const PossessionChallenge& challenge) {
    if (state_.registration.empty()) return drop(RemarkKind::unexpected_dropped);
    state_.registration.front().receive(context_, challenge);
}

void ClientTurn::command(const CallCommand& command) {
    auto& calls = under_way().outgoing;
    OutgoingCall call = OutgoingCall::begin(context_, command);
    const bool names_nobody = command.callee.empty() || command.caller.empty();
    if (names_nobody || calls.size() >= calls_max) {
        context_.sender.tell(CallFailed{.call = call.call, .reason = FailureReason::refused});
        return;
    }
    calls.push_back(std::move(call));
    cross_what_rings(calls.back().call);
}

void ClientTurn::command(const AcceptCommand& command) {
    if (IncomingCall* call = incoming(command.call)) call->accept(context_);
    if (OfferedLeg* leg = offered(command.call)) leg->accept(context_);
}

void ClientTurn::command(const DeclineCommand& command) {
    if (IncomingCall* call = incoming(command.call)) {
        call->decline(context_, command.scope, command.reason);
    }
    if (OfferedLeg* leg = offered(command.call)) leg->decline(context_);
}

// Before a session this cancels, with one it hangs up: in both cases the call is given up.
void ClientTurn::command(const CancelCommand& command) {
    OutgoingCall* call = outgoing(command.call);
    if (call != nullptr) call->give_up(context_);
    const bool is_made_here = call != nullptr || incoming(command.call) == nullptr;
    if (is_made_here) close_sessions(command.call);
}

void ClientTurn::command(const ChooseCommand& command) {
    if (OutgoingCall* call = outgoing(command.call)) call->choose(command.device);
}

void ClientTurn::command(const HangUpCommand& command) {
    if (OutgoingCall* call = outgoing(command.call)) call->give_up(context_);
    if (IncomingCall* call = incoming(command.call)) call->hang_up(context_);
    if (OfferedLeg* leg = offered(command.call)) leg->hang_up(context_);
    close_sessions(command.call);
}

void ClientTurn::command(const NetworkChanged& command) {
    state_.addresses.assign(command.addresses.begin(), command.addresses.end());
    std::erase_if(state_.addresses, [](const Address& address) { return address.is_none(); });
    context_.addresses = state_.addresses;
    context_.brokers.move(state_.addresses);
    for (ClientActivity& activity : state_.activity) {
        for (OutgoingCall& call : activity.outgoing) {
            call.move(context_);
        }
        for (IncomingCall& call : activity.incoming) {
            call.move(context_);
        }
        for (Session& session : activity.sessions) {
            session.move(context_, state_.addresses);
        }
        for (RelayLink& relay : activity.relays) {
            relay.move(context_.now);
        }
    }
    move_transfers();
    bind_routes();
}

// Whoever has slept may have missed pushes, and its mapping towards the broker.
void ClientTurn::command(const WokeUp&) {
    for (OutgoingCall& call : under_way().outgoing) {
        call.wake(context_);
    }
    for (IncomingCall& call : under_way().incoming) {
        call.wake(context_);
    }
    auto& waking = under_way().waking;
    waking.clear();
    for (std::size_t node = 0; node < context_.brokers.count(); ++node) {
        waking.push_back(WakingUp::begin(context_, static_cast<std::uint8_t>(node)));
    }
}

// ---- pushes -------------------------------------------------------------------------------------

void ClientTurn::push(const ReceivedPush& push) {
    // A push service that has thrown away what it had stored says just that.
    if (push.payload.empty()) return command(WokeUp{});
    const auto message = decode(push.payload);
    if (!message) return drop(RemarkKind::malformed_dropped);
    if (const auto* invite = std::get_if<InvitePush>(&*message)) return ring(*invite);
    if (const auto* one = std::get_if<PossessionChallenge>(&*message)) return challenged(*one);
    if (const auto* transfer = std::get_if<TransferOffer>(&*message)) return offer(*transfer);
    const auto* dismiss = std::get_if<InviteDismiss>(&*message);
    if (dismiss == nullptr || dismiss->device != context_.device) {
        return drop(RemarkKind::unexpected_dropped, call_of(*message));
    }
    if (IncomingCall* call = incoming(dismiss->call)) return call->receive(context_, *dismiss);
    if (OfferedLeg* leg = offered(dismiss->call)) return leg->end(context_, dismiss->reason);
    if (auto* calls = room_for_incoming(dismiss->call)) {
        calls->push_back(IncomingCall::begin_dismissed(context_, *dismiss));
    }
}

void ClientTurn::ring(const InvitePush& push) {
    const bool has_unregistered =
        !state_.registration.empty() && state_.registration.front().is_ended;
    const bool is_for_us =
        push.device == context_.device && !push.call.is_none() && !has_unregistered;
    if (!is_for_us || outgoing(push.call) != nullptr) {
        return drop(RemarkKind::unexpected_dropped, push.call, push.device);
    }
    if (IncomingCall* call = incoming(push.call)) return call->receive(context_, push);
    if (push.age >= std::min(push.lifetime, timing::invitation_lifetime_max)) {
        return drop(RemarkKind::invitation_expired, push.call, push.device);
    }
    auto* calls = room_for_incoming(push.call);
    if (calls == nullptr || cross(push, *calls)) return;
    calls->push_back(IncomingCall::begin(context_, push));
}

// ---- datagrams ----------------------------------------------------------------------------------

void ClientTurn::datagram(const ReceivedDatagram& datagram) {
    const auto message = decode(datagram.payload);
    if (!message) return drop(RemarkKind::malformed_dropped);
    const bool is_from_broker = state_.config.is_sealed ? datagram.sender.is_broker()
                                                        : context_.brokers.is_one(datagram.source);
    if (is_from_broker) context_.brokers.heard();
    std::visit(
        [&]<class M>(const M& one) {
            if constexpr (is_from_path<M>) {
                from_path(datagram, one);
            } else if constexpr (is_from_relay<M>) {
                from_relay(datagram, one);
            } else if constexpr (!is_for_others<M>) {
                if (is_from_broker) return from_broker(one);
                drop(RemarkKind::unexpected_dropped, call_of(*message));
            } else {
                drop(RemarkKind::unexpected_dropped, call_of(*message));
            }
        },
        *message);
}

template <class M>
void ClientTurn::to_registration(const M& message) {
    if (state_.registration.empty()) return drop(RemarkKind::unexpected_dropped);
    state_.registration.front().receive(context_, message);
}

void ClientTurn::from_broker(const RegisterAck& message) {
    to_registration(message);
}

void ClientTurn::from_broker(const ValidationPending& message) {
    to_registration(message);
}

void ClientTurn::from_broker(const CredentialGranted& message) {
    to_registration(message);
}

// The end of a call that is not known (any more) is acknowledged too, so that it is not repeated.
void ClientTurn::from_broker(const InviteEnded& message) {
    if (message.device != context_.device) {
        return drop(RemarkKind::unexpected_dropped, message.call, message.device);
    }
    if (OutgoingCall* call = outgoing(message.call)) return call->receive(context_, message);
    if (IncomingCall* call = incoming(message.call)) return call->receive(context_, message);
    context_.send_to_broker(
        EndedAck{.call = message.call, .device = context_.device, .reason = message.reason});
}

void ClientTurn::from_broker(const CandidateUpdateAck& message) {
    OutgoingCall* made = outgoing(message.call);
    IncomingCall* rang = incoming(message.call);
    if (message.device == context_.device && made != nullptr) {
        return made->receive(context_, message);
    }
    if (message.device == context_.device && rang != nullptr) {
        return rang->receive(context_, message);
    }
    drop(RemarkKind::unexpected_dropped, message.call, message.device);
}

void ClientTurn::from_broker(const CandidateForward& message) {
    OutgoingCall* made = outgoing(message.call);
    IncomingCall* rang = incoming(message.call);
    if (message.device != context_.device || (made == nullptr && rang == nullptr)) {
        return drop(RemarkKind::unexpected_dropped, message.call, message.device);
    }
    if (made == nullptr) {
        if (rang->receive(context_, message)) renew_sessions(message);
        return;
    }
    if (!made->receive(context_, message)) return;
    const bool concerns_session = renew_sessions(message);
    if (concerns_session || made->search_for(message.author) != nullptr) {
        context_.sender.tell(ConnectionDataRenewed{
            .call = message.call, .device = message.author, .connection = message.connection});
    }
}

// An invitation that has not come as a push, or not only.
void ClientTurn::from_broker(const PendingInvitation& message) {
    auto& waking = under_way().waking;
    const bool is_awaited = message.invitation.call == message.call &&
                            std::any_of(waking.begin(), waking.end(), [&](WakingUp& one) {
                                return one.receive(message);
                            });
    if (!is_awaited) return drop(RemarkKind::unexpected_dropped, message.call);
    ring(message.invitation);
}

void ClientTurn::from_broker(const PendingList& message) {
    auto& waking = under_way().waking;
    const auto asked = std::find_if(waking.begin(), waking.end(), [&](const WakingUp& one) {
        return one.transaction == message.transaction;
    });
    if (asked == waking.end()) return drop(RemarkKind::unexpected_dropped);
    if (asked->receive(context_, message)) waking.erase(asked);
}

template <class M>
void ClientTurn::from_broker(const M& message) {
    if constexpr (ForInitiator<M>) {
        if (OutgoingCall* call = outgoing(message.call)) return call->receive(context_, message);
    } else {
        static_assert(ForRecipient<M>);
        IncomingCall* call = incoming(message.call);
        const bool is_for_us = addressee_of(message) == context_.device;
        if (call != nullptr && is_for_us) return call->receive(context_, message);
    }
    drop(RemarkKind::unexpected_dropped, message.call);
}

// ---- what is due --------------------------------------------------------------------------------

void ClientTurn::serve() {
    for (Registration& registration : state_.registration) {
        registration.serve(context_);
    }
    if (state_.activity.empty()) return;
    const bool is_registered = !state_.registration.empty() && state_.registration.front().in_force;
    for (WakingUp& waking : under_way().waking) {
        waking.serve(context_, is_registered);
    }
    serve_calls();
    restart_moved_sessions();
    serve_sessions();
    serve_transfers();
    serve_relays();
    // What a session's end decides may be acted on at once: the next acceptor, the choice to tell.
    serve_calls();
    release_held();
    serve_sessions();
    forget_what_is_over();
}

void ClientTurn::serve_calls() {
    ClientActivity& activity = state_.activity.front();
    for (OutgoingCall& call : activity.outgoing) {
        call.serve(context_, activity.sessions);
    }
    for (IncomingCall& call : activity.incoming) {
        call.serve(context_);
    }
}

void ClientTurn::serve_sessions() {
    for (Session& session : state_.activity.front().sessions) {
        const SessionChange change = session.serve(context_);
        session_changed(session, change);
        keep_session(session);
    }
}

void ClientTurn::forget_what_is_over() {
    ClientActivity& activity = state_.activity.front();
    const auto is_over = [&](auto& call) {
        if (!call.is_over(context_.now)) return false;
        call.forget(context_);
        return true;
    };
    std::erase_if(activity.outgoing, is_over);
    std::erase_if(activity.incoming, is_over);
    std::erase_if(activity.sessions,
                  [](const Session& session) { return session.phase == SessionPhase::over; });
    std::erase_if(activity.waking,
                  [&](const WakingUp& waking) { return waking.is_over(context_.now); });
    serve_relays();
    if (activity.empty()) state_.activity = {};
}

// ---- who is concerned ---------------------------------------------------------------------------

OutgoingCall* ClientTurn::outgoing(const CallId& call) {
    if (state_.activity.empty()) return nullptr;
    return find_call(state_.activity.front().outgoing, call);
}

IncomingCall* ClientTurn::incoming(const CallId& call) {
    if (state_.activity.empty()) return nullptr;
    return find_call(state_.activity.front().incoming, call);
}

ClientActivity& ClientTurn::under_way() {
    if (state_.activity.empty()) state_.activity.emplace_back();
    return state_.activity.front();
}

std::vector<IncomingCall>* ClientTurn::room_for_incoming(const CallId& call) {
    auto& calls = under_way().incoming;
    if (calls.size() < calls_max) return &calls;
    drop(RemarkKind::unexpected_dropped, call);
    return nullptr;
}

void ClientTurn::drop(RemarkKind kind, const CallId& call, const DeviceId& device) {
    context_.sender.remark(kind, call, device);
}

}  // namespace invitro::protocol
