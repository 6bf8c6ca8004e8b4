// Sessions at the broker, and their transfer (docs/PROTOCOL.md "Transfer").
//
// The broker vouches for two things: that the device that gives a session away is one of its ends,
// and that the one it gives it to is of the same profile. Whether the session then moves is between
// the peers; the broker only carries the question and the answer.
#include "protocol/broker/broker.hpp"
#include "protocol/broker/push_request.hpp"
#include "protocol/security/ticket.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

bool has_accepted(const Call& call, DeviceId device) {
    return std::any_of(call.accepts.begin(), call.accepts.end(), [&](const TakenAccept& accept) {
        return accept.device == device;
    });
}

EndReason reason_of(TransferStep step) {
    return step == TransferStep::expired ? EndReason::expired : EndReason::cancelled;
}

}  // namespace

// The record of this session, opened if the broker has taken an accept of the one in a call of the
// other. no_position: it is none of theirs.
std::uint32_t Broker::session_of(Instant now, CallId session, DeviceId device, DeviceId peer) {
    const std::uint32_t known = state_.sessions.find(session);
    if (known != no_position) {
        return state_.sessions.records[known].is_between(device, peer) ? known : no_position;
    }
    const std::uint32_t position = find_call(now, session);
    if (position == no_position) return no_position;
    const Call& call = state_.calls.calls[position];
    const DeviceId initiator = call.request.initiator;
    const DeviceId acceptor = device == initiator ? peer : device;
    const bool are_its_ends = (device == initiator || peer == initiator) && acceptor != initiator &&
                              has_accepted(call, acceptor);
    if (!are_its_ends) return no_position;
    return state_.sessions.open({.session = session,
                                 .one = initiator,
                                 .other = acceptor,
                                 .expires = now + timing::session_record_life,
                                 .transfer = {}});
}

void Broker::on(const Arrival& arrival, const SessionKeep& message) {
    // The end of a session that nobody has spoken of opens no record.
    const std::uint32_t position =
        message.is_over ? state_.sessions.find(message.session)
                        : session_of(arrival.now, message.session, message.device, message.peer);
    const bool is_known =
        position != no_position &&
        refresh(state_.sessions.records[position], message.device, message.peer, arrival.now);
    if (!is_known) remark(RemarkKind::unexpected_dropped, {}, message.device);
    send({message.device, arrival.source},
         SessionKept{.device = message.device, .session = message.session, .is_known = is_known});
    if (!is_known) return;
    if (message.is_over) end_session(arrival.now, state_.sessions.records[position]);
    serve_session(arrival.now, position);
}

// What was on offer is so no longer; the record goes once that has been said.
void Broker::end_session(Instant now, SessionRecord& record) {
    record.expires = now;
    for (TransferRecord& transfer : record.transfer) {
        if (transfer.step != TransferStep::offered) continue;
        end_transfer(transfer, TransferStep::over, now);
        record.expires = now + (dismissals_max + 1) * timing::push_repeat_max;
    }
}

void Broker::on(const Arrival& arrival, const Transfer& message) {
    const std::uint32_t known = state_.sessions.find(message.session);
    const std::uint32_t position =
        message.is_over && known == no_position
            ? no_position
            : session_of(arrival.now, message.session, message.device, message.peer);
    TransferState answer{.device = message.device,
                         .session = message.session,
                         .leg = message.leg,
                         .step = TransferStep::refused,
                         .connection = {}};
    if (position == no_position || message.leg.is_none()) {
        if (message.is_over) answer.step = TransferStep::over;
        remark(RemarkKind::transfer_refused, {}, message.device);
        send({message.device, arrival.source}, answer);
        return;
    }
    SessionRecord& record = state_.sessions.records[position];
    refresh(record, message.device, message.peer, arrival.now);
    const bool is_known = !record.transfer.empty() && record.transfer.front().leg == message.leg &&
                          record.transfer.front().from == message.device;
    if (message.is_over) {
        if (is_known && !record.transfer.front().is_decided()) {
            end_transfer(record.transfer.front(), TransferStep::over, arrival.now);
        }
        answer.step = TransferStep::over;
    } else if (is_known || may_transfer(arrival, record, message)) {
        TransferRecord& transfer = record.transfer.front();
        transfer.from_path = arrival.source;
        answer.step = transfer.step;
        answer.connection = transfer.target_data;
    } else {
        remark(RemarkKind::transfer_refused, {}, message.device);
    }
    send({message.device, arrival.source}, answer);
    serve_session(arrival.now, position);
}

// True if the offer is now in force.
bool Broker::may_transfer(const Arrival& arrival, SessionRecord& record, const Transfer& message) {
    const bool is_elsewhere = message.target != message.device && message.target != message.peer;
    if (!is_elsewhere || state_.sessions.find(message.leg) != no_position) return false;
    if (!state_.registry.share_profile(arrival.now, message.device, message.target)) return false;
    if (!take_transfer(record, message, arrival.source, arrival.now)) return false;
    remark(RemarkKind::transfer_offered, {}, message.target);
    return true;
}

void Broker::on(const Arrival& arrival, const TransferAnswer& message) {
    if (!is_genuine(state_.config.ticket_key, message.ticket, message.leg, message.device)) {
        remark(RemarkKind::unexpected_dropped, {}, message.device);
        return;
    }
    TransferState answer{.device = message.device,
                         .session = message.session,
                         .leg = message.leg,
                         .step = TransferStep::over,
                         .connection = {}};
    const std::uint32_t position = state_.sessions.find(message.session);
    TransferRecord* transfer =
        position == no_position || state_.sessions.records[position].transfer.empty()
            ? nullptr
            : &state_.sessions.records[position].transfer.front();
    const bool is_known = transfer != nullptr && transfer->leg == message.leg;
    if (is_known) {
        transfer->target_path = arrival.source;
        take_transfer_answer(arrival.now, position, message);
        answer.step = state_.sessions.records[position].transfer.front().step;
    }
    send({message.device, arrival.source}, answer);
    if (is_known) serve_session(arrival.now, position);
}

void Broker::take_transfer_answer(Instant now,
                                  std::uint32_t position,
                                  const TransferAnswer& message) {
    TransferRecord& transfer = state_.sessions.records[position].transfer.front();
    if (transfer.step != TransferStep::offered || now >= transfer.offer_end()) return;
    transfer.push.stop();
    if (message.step == TransferStep::declined) {
        end_transfer(transfer, TransferStep::declined, now);
    } else if (message.step == TransferStep::accepted) {
        transfer.step = TransferStep::accepted;
        transfer.target_data = message.connection;
    } else {
        return;
    }
    send_transfer_state(transfer.from, transfer.from_path, position);
    if (transfer.step != TransferStep::accepted) return;
    // The two are known as the ends of the leg from here on. The table may grow: look again.
    const SessionRecord leg{.session = message.leg,
                            .one = message.device,
                            .other = state_.sessions.records[position].peer_of(transfer.from),
                            .expires = now + timing::session_record_life,
                            .transfer = {}};
    if (state_.sessions.find(message.leg) == no_position) state_.sessions.open(leg);
}

void Broker::send_transfer_state(DeviceId device, const ReturnPath& to, std::uint32_t position) {
    const SessionRecord& record = state_.sessions.records[position];
    const TransferRecord& transfer = record.transfer.front();
    TransferState message{.device = device,
                          .session = record.session,
                          .leg = transfer.leg,
                          .step = transfer.step,
                          .connection = {}};
    if (device == transfer.from) message.connection = transfer.target_data;
    send({device, to}, message);
}

// Sends what is due. Afterwards the position may be another session's, or nobody's.
void Broker::serve_session(Instant now, std::uint32_t position) {
    SessionRecord& record = state_.sessions.records[position];
    if (record.expires <= now) {
        state_.sessions.close(position);
        return;
    }
    for (TransferRecord& transfer : record.transfer) {
        if (transfer.step == TransferStep::offered && transfer.offer_end() <= now) {
            end_transfer(transfer, TransferStep::expired, now);
            send_transfer_state(transfer.from, transfer.from_path, position);
        }
        if (!transfer.push.is_due(now)) continue;
        const Instant sent = now + lateness_;
        if (transfer.step == TransferStep::offered) {
            // It came in time and waited too long: nobody is to ring any more.
            if (sent >= transfer.offer_end()) {
                transfer.push.stop();
                continue;
            }
            push_offer(sent, record, transfer);
        } else {
            dismiss_offer(sent, position, transfer);
        }
        transfer.push.tried(sent, push_backoff);
        if (transfer.dismissals == dismissals_max) transfer.push.stop();
    }
    state_.sessions.reschedule(position);
}

void Broker::push_offer(Instant now, const SessionRecord& record, const TransferRecord& transfer) {
    const TransferOffer offer{.device = transfer.target,
                              .session = record.session,
                              .leg = transfer.leg,
                              .ticket = make_ticket(state_.config.ticket_key,
                                                    transfer.leg,
                                                    transfer.target,
                                                    transfer.offer_end() + timing::grace),
                              .from = transfer.from,
                              .peer = record.peer_of(transfer.from),
                              .connection = transfer.peer_data,
                              .age = now - transfer.offered_at,
                              .lifetime = timing::invitation_lifetime_default};
    push_to_device(now, transfer.target, transfer.leg, offer, transfer.offer_end() - now);
}

void Broker::dismiss_offer(Instant now, std::uint32_t position, TransferRecord& transfer) {
    const InviteDismiss dismissal{
        .call = transfer.leg, .device = transfer.target, .reason = reason_of(transfer.step)};
    push_to_device(now, transfer.target, transfer.leg, dismissal, timing::grace);
    if (!transfer.target_path.is_none()) {
        send_transfer_state(transfer.target, transfer.target_path, position);
    }
    ++transfer.dismissals;
}

// On every token that the device has now. The answers of the push service are of no use here: what
// does not come through is pushed again.
template <class M>
void Broker::push_to_device(
    Instant now, DeviceId device, CallId key, const M& message, Duration time_to_live) {
    state_.registry.for_each_token_of(now, device, [&](const BoundToken& token) {
        const std::size_t size = encode_message(message, outbox_.reserve(push_size_max));
        outbox_.push({.request = no_call_request,
                      .provider = token.provider,
                      .token = token.token,
                      .payload = {},
                      .time_to_live = time_to_live,
                      .collapse_key = key,
                      .recipient = Party::of_device(device)},
                     size);
        ++state_.counters.pushes_sent;
    });
}

}  // namespace invitro::protocol
