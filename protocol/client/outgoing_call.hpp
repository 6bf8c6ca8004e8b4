// A call this device makes: the initiator's side of claim 1 (docs/PROTOCOL.md "The client").
//
//     gathering -> inviting -> in hand -> given up, or forgotten after lifetime plus grace
//
// Each device that accepts becomes an Acceptor with a path search of its own; which of them are
// nominated, and when, is the answer policy (rule 5):
//   first   one at a time: the first whose path is ready. Once it is connected the choice is made,
//           told to the broker, and the others are let go. If it never answers, the next is tried.
//   all     each as soon as its path is ready; the broker is told of no choice.
//   choose  those the user has picked, once their path is ready.
// A nomination turns the search into a Session, which is the client's and outlives the call.
#pragma once

#include "protocol/application.hpp"
#include "protocol/client/client_context.hpp"
#include "protocol/client/renewal.hpp"
#include "protocol/client/stored_client.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/paths/gathering.hpp"
#include "protocol/paths/path_search.hpp"
#include "protocol/paths/session.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

enum class AcceptorPhase : std::uint8_t {
    searching = 0,  // for a path, or waiting with one to be nominated
    nominated = 1,  // its session has begun
    done = 2,       // Connected or Disconnected has been told, nothing more to come
};

// A device whose acceptance has arrived.
struct Acceptor {
    DeviceId device;
    AcceptorPhase phase = AcceptorPhase::searching;
    bool wanted = false;           // picked by the user
    Instant give_up = never;       // searching: unless a path is ready by then
    std::uint32_t generation = 0;  // of its connection data, the newest heard of
    PathSearch search;
    std::vector<ConnectionData> connection;  // searching: what it accepted with

    bool operator==(const Acceptor&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("device", &Acceptor::device),
                          field("phase", &Acceptor::phase),
                          field("wanted", &Acceptor::wanted),
                          field("give_up", &Acceptor::give_up),
                          field("generation", &Acceptor::generation),
                          field("search", &Acceptor::search),
                          field("connection", &Acceptor::connection)};
    }
};

enum class OutgoingPhase : std::uint8_t {
    gathering = 0,
    inviting = 1,  // InviteRequest is out, or was refused for now and will go out again
    in_hand = 2,   // the broker has it
    given_up = 3,  // cancelled, hung up, or failed; what still arrives is acknowledged
};

struct OutgoingCall {
    static constexpr std::size_t acceptors_max = 256;

    CallId call;
    EndpointIdentifier callee;
    EndpointIdentifier caller;
    AnswerPolicy policy = AnswerPolicy::first;
    OutgoingPhase phase = OutgoingPhase::gathering;
    bool admits_late_joiners = true;
    bool end_told = false;  // the application knows that the invitation is over
    std::uint32_t update_generation = 0;
    Duration lifetime{};
    ConnectionData own;
    Gathering gathering;
    Renewal renewal;
    Retransmission request;
    Retransmission cancel;
    Retransmission update;
    Instant keep_alive_due = never;
    Instant unanswered_at = never;  // inviting: the broker is given up
    Instant forget_at = never;
    std::vector<DeviceId> chosen;  // told, or to be told, to the broker
    std::vector<Acceptor> acceptors;

    bool operator==(const OutgoingCall&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &OutgoingCall::call),
                          field("callee", &OutgoingCall::callee),
                          field("caller", &OutgoingCall::caller),
                          field("policy", &OutgoingCall::policy),
                          field("phase", &OutgoingCall::phase),
                          field("admits_late_joiners", &OutgoingCall::admits_late_joiners),
                          field("end_told", &OutgoingCall::end_told),
                          field("update_generation", &OutgoingCall::update_generation),
                          field("lifetime", &OutgoingCall::lifetime),
                          field("own", &OutgoingCall::own),
                          field("gathering", &OutgoingCall::gathering),
                          field("renewal", &OutgoingCall::renewal),
                          field("request", &OutgoingCall::request),
                          field("cancel", &OutgoingCall::cancel),
                          field("update", &OutgoingCall::update),
                          field("keep_alive_due", &OutgoingCall::keep_alive_due),
                          field("unanswered_at", &OutgoingCall::unanswered_at),
                          field("forget_at", &OutgoingCall::forget_at),
                          field("chosen", &OutgoingCall::chosen),
                          field("acceptors", &OutgoingCall::acceptors)};
    }

    // A new call starts to gather; its id is drawn here.
    static OutgoingCall begin(ClientContext& context, const CallCommand& command);

    // What of it outlives the program, and how a new incarnation goes on with it: it asks for what
    // is unanswered again, and tells of the accepts that may still be connected to.
    [[nodiscard]] StoredCall stored() const;
    static OutgoingCall resume(ClientContext& context, const StoredCall& stored);

    void receive(ClientContext& context, const InviteProgress& message);
    void receive(ClientContext& context, const InviteFailed& message);
    void receive(ClientContext& context, const AcceptForward& message);
    void receive(ClientContext& context, const CancelAck& message);
    void receive(ClientContext& context, const UpdateAck& message);
    void receive(ClientContext& context, const InviteEnded& message);
    void receive(ClientContext& context, const CandidateUpdateAck& message);
    // True if an acceptor's data is newer than what was known of it; a search goes by it then. For
    // sessions, and for telling the application, there is the owner.
    bool receive(ClientContext& context, const CandidateForward& message);
    // False if it is not an answer to a question of this call's.
    bool receive(ClientContext& context, const ReflectResponse& response);

    // The user picks an acceptor (policy `choose`); ignored if it is none that could be reached.
    void choose(const DeviceId& device);
    // The user cancels or hangs up. The call's sessions are closed by their owner.
    void give_up(ClientContext& context);
    // What it says to the broker is said again at once.
    void wake(const ClientContext& context);
    // The device has other addresses now.
    void move(ClientContext& context);
    // Are the mappings that were told still there?
    void refresh(ClientContext& context);
    // The session with an acceptor is connected, or over.
    void session_changed(ClientContext& context, const DeviceId& peer, SessionChange change);

    // Does what is due. Nominations add to `sessions`.
    void serve(ClientContext& context, std::vector<Session>& sessions);
    // Lifetime plus grace is over: what is undecided is decided. Precondition: is_over(now).
    void forget(ClientContext& context);

    [[nodiscard]] bool is_over(Instant now) const { return forget_at <= now; }

    // Nobody is nominated, and somebody may still answer (rule 9).
    [[nodiscard]] bool awaits_answer() const;
    // It is over, and nobody was connected.
    [[nodiscard]] bool has_come_to_nothing() const;

    [[nodiscard]] Instant next_deadline() const;

    // The acceptor's connection data is here.
    void start_search(ClientContext& context, Acceptor& acceptor, const ConnectionData& connection);

    [[nodiscard]] PathSearch* search_for(const DeviceId& device);
};

}  // namespace invitro::protocol
