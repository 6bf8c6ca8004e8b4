#include "protocol/broker/broker.hpp"

#include "protocol/broker/push_request.hpp"
#include "protocol/security/authorship.hpp"
#include "protocol/vocabulary/overloaded.hpp"

namespace invitro::protocol {
Broker::Broker(const BrokerConfig& config) {
    state_.config = config;
    // The index key is that of the service, not of the incarnation, so that a snapshot's index
    // holds.
    state_.registry.key = derive_index_key(config.ticket_key);
    state_.calls.key = state_.registry.key;
    state_.sessions.key = state_.registry.key;
    state_.cluster = first_cluster_state(state_.registry.key, config.node, config.membership);
}

void Broker::handle(Instant now, const Input& input) {
    std::visit(Overloaded{
                   [&](const ReceivedDatagram& datagram) { receive(arrival_of(now, datagram)); },
                   [&](const PushAnswered& answer) { take_push_answer(now, answer); },
                   [&](const ReceivedSms& sms) { take_sms(now, sms); },
                   [&](const DeadlineReached&) { reach_deadline(now); },
                   [&](const ChangeMembership& command) {
                       on(Arrival{.now = now, .source = {}, .datagram = {}, .sender = {}},
                          MembershipNotice{.membership = command.membership});
                   },
               },
               input);
}

void Broker::handle_late(Instant came, Instant now, const Input& input) {
    CHECK(came <= now, "no input comes before its time");
    lateness_ = now - came;
    handle(came, input);
    lateness_ = {};
}

void Broker::preregister(Instant now, const RegisterDevice& registration) {
    CHECK(!registration.token.value.empty(), "a snapshot holds registrations that were in force");
    const RegisterDevice own = served_part(registration);
    if (state_.registry.put(now, own).is_in_force) join_calls(now, own);
}

void Broker::receive(const Arrival& arrival) {
    const auto message = parse(arrival.datagram);
    if (!message || !is_believed(arrival, *message)) return;
    if (!admits(arrival, *message, 0)) return;
    std::visit([&](const auto& one) { dispatch(arrival, one); }, *message);
}

bool Broker::admits(Instant now,
                    const ReceivedDatagram& datagram,
                    const Message& message,
                    std::size_t waiting) {
    return admits(arrival_of(now, datagram), message, waiting);
}

void Broker::apply(Instant came, Instant now, const ReceivedDatagram& datagram) {
    CHECK(came <= now, "no input comes before its time");
    const Arrival arrival = arrival_of(came, datagram);
    const auto message = parse(arrival.datagram);
    if (!message || !is_believed(arrival, *message)) return;
    lateness_ = now - came;
    std::visit([&](const auto& one) { dispatch(arrival, one); }, *message);
    lateness_ = {};
}

Broker::Arrival Broker::arrival_of(Instant now, const ReceivedDatagram& datagram) {
    return {.now = now,
            .source = {.address = datagram.source},
            .datagram = datagram.payload,
            .sender = datagram.sender};
}

// How long each kind of message may be, dispatch() says.
tl::expected<Message, WireError> Broker::parse(ByteView payload) {
    ++state_.counters.datagrams_received;
    auto message = payload.size() <= cluster_datagram_size_max
                       ? decode(payload)
                       : tl::expected<Message, WireError>(tl::unexpect, WireError::out_of_range);
    if (!message) remark(RemarkKind::malformed_dropped, {}, {});
    return message;
}

bool Broker::is_believed(const Arrival& arrival, const Message& message) {
    if (believes(arrival.sender, message)) return true;
    remark(RemarkKind::forged_dropped, call_of(message), arrival.sender.device);
    return false;
}

void Broker::send_bytes(const Peer& peer, ByteView datagram) {
    std::copy(datagram.begin(), datagram.end(), outbox_.reserve(datagram.size()).begin());
    outbox_.send(source_for(peer.path.address),
                 peer.path.address,
                 datagram.size(),
                 Party::of_device(peer.device));
    ++state_.counters.datagrams_sent;
}

// Who seals a message must be whom it names as its author. Messages that name none are checked
// against their call.
bool Broker::believes(const Party& sender, const Message& message) const {
    if (sender.is_nobody()) return !state_.config.is_sealed;
    const auto node = author_node_of(message);
    // The operator's word is this node's own (DurableBroker::take).
    if (node) return sender.is_broker() && (*node == sender.node || *node == no_node);
    const DeviceId author = author_of(message);
    return author.is_none() || sender.is_device(author);
}

// Accepted is not delivered, and throttled or unavailable is a try that failed: in each case the
// next repetition comes when it is due. Only a token that is gone changes anything.
void Broker::take_push_answer(Instant now, const PushAnswered& answer) {
    if (answer.outcome != PushOutcome::token_gone) return;
    // Nobody is bound to a token that was only to be tried.
    if (answer.request == no_call_request) return;
    const PushRequest request = parse_push_request(answer.request);
    const std::uint32_t position = state_.calls.find_number(request.call_number);
    if (position == no_position ||
        request.token_index >= state_.calls.calls[position].tokens.size()) {
        remark(RemarkKind::unexpected_dropped, {}, {});
        return;
    }
    Call& call = state_.calls.calls[position];
    InvitedToken& token = call.tokens[request.token_index];
    remark(RemarkKind::push_given_up, call.request.call, token.device);
    state_.registry.end_token(now,
                              {.device = token.device,
                               .incarnation = token.incarnation,
                               .provider = token.provider,
                               .token = call.token_view(token)});
    drop_token(call, token);
    state_.calls.reschedule(position);
}

void Broker::reach_deadline(Instant now) {
    const DeadlineQueue& deadlines = state_.calls.deadlines;
    while (deadlines.first_due() <= now) {
        serve(now, deadlines.first_item());
    }
    const DeadlineQueue& sessions = state_.sessions.deadlines;
    while (sessions.first_due() <= now) {
        serve_session(now, sessions.first_item());
    }
    serve_cluster(now);
}

// Rule 1: who registers for an identifier while a call to it is open joins the invited set, and a
// new token of an invited device is pushed to as well.
void Broker::join_calls(Instant now, const RegisterDevice& registration) {
    if (state_.calls.calls.empty()) return;
    const BoundToken token{.device = registration.device,
                           .incarnation = registration.incarnation,
                           .provider = registration.token.provider,
                           .token = registration.token.value.view()};
    for (const EndpointIdentifier& identifier : registration.identifiers) {
        if (identifier.empty()) continue;
        std::uint32_t position = state_.calls.find_callee(identifier);
        while (position != no_position) {
            join_call(now, position, token);
            position = state_.calls.calls[position].next_of_callee;
        }
    }
}

void Broker::join_call(Instant now, std::uint32_t position, const BoundToken& token) {
    Call& call = state_.calls.calls[position];
    if (now >= call.purge_at() || token.device == call.request.initiator) return;
    const bool is_invited = find_invitee(call, token.device) != nullptr;
    if (!is_invited && !may_be_joined(call, now)) return;
    const std::uint64_t room = room_of(call);
    if (!invite(call, token, now)) return;
    state_.admission.room += room_of(call) - room;
    if (!is_invited) {
        remark(RemarkKind::late_joiner_invited, call.request.call, token.device);
    }
    serve(now, position);
}

// False if the device is invited through this token already, or there is no room for it.
bool Broker::invite(Call& call, const BoundToken& token, Instant now) const {
    if (call.tokens.size() >= state_.config.limits.tokens_per_call_max) return false;
    Invitee* invitee = find_invitee(call, token.device);
    if (invitee == nullptr) {
        const Ticket ticket =
            make_ticket(state_.config.ticket_key, call.request.call, token.device, call.purge_at());
        invitee = &add_invitee(call, token.device, ticket);
    }
    return add_token(call, *invitee, token, now);
}

std::uint32_t Broker::find_call(Instant now, CallId id) {
    const std::uint32_t position = state_.calls.find(id);
    if (position == no_position) return no_position;
    const Call& call = state_.calls.calls[position];
    const bool is_late =
        now >= call.purge_at() || (now > call.lifetime_end() && !call.is_lifetime_over);
    if (!is_late) return position;
    serve(now, position);
    return state_.calls.find(id);
}

void Broker::remark(RemarkKind kind, CallId call, DeviceId device) {
    ++state_.counters.remarks[static_cast<std::size_t>(kind)];
    outbox_.tell(Remark{.kind = kind, .call = call, .device = device});
}

}  // namespace invitro::protocol
