// A call that rings here: the recipient's side of claim 1 (docs/PROTOCOL.md "The client").
//
//     ringing -> gathering -> accepting -> accepted -> silent, forgotten after lifetime plus grace
//
// Before the user accepts, nothing but InviteRinging, InviteDecline and keep-alives leaves, to the
// broker alone; the reflectors are asked, candidates sent and paths checked only after it (rule 3).
// The record stays when the device has fallen silent, so that later pushes of the call ring nobody
// (rule 2). A nomination turns the search into a Session, which is the client's and outlives this.
#pragma once

#include "protocol/application.hpp"
#include "protocol/client/client_context.hpp"
#include "protocol/client/renewal.hpp"
#include "protocol/exchange/retransmission.hpp"
#include "protocol/paths/gathering.hpp"
#include "protocol/paths/path_search.hpp"
#include "protocol/paths/session.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

enum class IncomingPhase : std::uint8_t {
    ringing = 0,
    gathering = 1,  // the user has accepted
    accepting = 2,  // InviteAccept is out; paths are searched from here on
    accepted = 3,   // the broker has the acceptance
    silent = 4,     // over here: declined, stopped, refused, not chosen, or the session has ended
    held = 5,       // does not ring: a call of this device's own crosses it (rule 9)
};

// What this device last said to the broker; a late push is answered with it again.
// `nothing`: the dismissal came before the invitation.
enum class RecipientAnswer : std::uint8_t { ringing = 0, accept = 1, decline = 2, nothing = 3 };

struct IncomingCall {
    CallId call;
    Ticket ticket{};
    IncomingPhase phase = IncomingPhase::ringing;
    RecipientAnswer answer = RecipientAnswer::ringing;
    DeclineScope decline_scope = DeclineScope::here;
    DeclineReason decline_reason = DeclineReason::declined;
    bool dismissed = false;  // answered elsewhere or cancelled, heard before our accept was settled
    bool nominated = false;  // a session has begun
    ConnectionData initiator;
    std::vector<EndpointIdentifier> names;  // caller and callee, while it may ring
    CallId crossed_by;                      // held: for the sake of this call of ours
    ConnectionData own;
    Gathering gathering;
    Renewal renewal;
    PathSearch search;
    Retransmission exchange;  // of `answer`
    Instant keep_alive_due = never;
    Instant ring_until = never;
    Instant nomination_until = never;
    Instant forget_at = never;

    bool operator==(const IncomingCall&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("call", &IncomingCall::call),
                          field("ticket", &IncomingCall::ticket),
                          field("phase", &IncomingCall::phase),
                          field("answer", &IncomingCall::answer),
                          field("decline_scope", &IncomingCall::decline_scope),
                          field("decline_reason", &IncomingCall::decline_reason),
                          field("dismissed", &IncomingCall::dismissed),
                          field("nominated", &IncomingCall::nominated),
                          field("initiator", &IncomingCall::initiator),
                          field("names", &IncomingCall::names),
                          field("crossed_by", &IncomingCall::crossed_by),
                          field("own", &IncomingCall::own),
                          field("gathering", &IncomingCall::gathering),
                          field("renewal", &IncomingCall::renewal),
                          field("search", &IncomingCall::search),
                          field("exchange", &IncomingCall::exchange),
                          field("keep_alive_due", &IncomingCall::keep_alive_due),
                          field("ring_until", &IncomingCall::ring_until),
                          field("nomination_until", &IncomingCall::nomination_until),
                          field("forget_at", &IncomingCall::forget_at)};
    }

    // A call not known before rings. Precondition: the push is for this device and not out of date.
    static IncomingCall begin(ClientContext& context, const InvitePush& push);

    // The same, without ringing: a call that this device makes crosses it.
    static IncomingCall begin_held(ClientContext& context,
                                   const InvitePush& push,
                                   const CallId& crossed_by);

    // A dismissal that comes before the invitation it is about: remembered for as long as that may
    // still be on its way, so that it rings nobody.
    static IncomingCall begin_dismissed(const ClientContext& context, const InviteDismiss& push);

    // A later push of the call.
    void receive(ClientContext& context, const InvitePush& push);
    void receive(ClientContext& context, const RingingAck& message);
    void receive(ClientContext& context, const AcceptAck& message);
    void receive(ClientContext& context, const AcceptRefused& message);
    void receive(ClientContext& context, const DeclineAck& message);
    void receive(ClientContext& context, const InviteEnded& message);
    void receive(ClientContext& context, const InviteDismiss& message);
    void receive(ClientContext& context, const CandidateUpdateAck& message);
    // True if the initiator's data is newer than what was known of it.
    bool receive(ClientContext& context, const CandidateForward& message);
    // False if it is not an answer to a question of this call's.
    bool receive(ClientContext& context, const ReflectResponse& response);

    // The user's commands; each is ignored where it makes no sense (any more).
    void accept(ClientContext& context);
    void decline(ClientContext& context, DeclineScope scope, DeclineReason reason);
    void hang_up(ClientContext& context);
    // A call that was held back rings after all.
    void ring(ClientContext& context);
    // A call that rings is answered by no one here, for its own caller is being called.
    void give_up_ringing(ClientContext& context);
    // What it says to the broker is said again at once.
    void wake(const ClientContext& context);
    // The device has other addresses now.
    void move(ClientContext& context);
    // Are the mappings that were told still there?
    void refresh(ClientContext& context);

    // An authentic Nominate for this call, while there is a search: the session it begins.
    Session begin_session(ClientContext& context, const ReceivedDatagram& datagram);
    // The session with the initiator is over.
    void session_ended();

    // Does what is due.
    void serve(ClientContext& context);
    // Lifetime plus grace is over: what is undecided is decided. Precondition: is_over(now).
    void forget(ClientContext& context);

    [[nodiscard]] bool is_over(Instant now) const { return forget_at <= now; }

    // The search for a path to the initiator is under way.
    [[nodiscard]] bool searches() const;
    [[nodiscard]] Instant next_deadline() const;
};

}  // namespace invitro::protocol
