#include "reports/metrics/metrics.hpp"

#include "protocol/vocabulary/overloaded.hpp"
#include "sim/identities.hpp"

#include <algorithm>
#include <variant>

namespace invitro::reports {
namespace {

using model::EventHeader;
using protocol::Instant;
using protocol::Overloaded;

std::uint64_t elapsed(Instant from, Instant to) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, (to - from).count()));
}

}  // namespace

Metrics::Metrics(const scenarios::World& world, std::uint64_t index)
    : whereabouts_(world), security_(world.security), world_seed_(world.seed), index_(index) {}

void Metrics::observe(const model::Event& event) {
    const EventHeader& header = event.header;
    if (const auto* sent = std::get_if<model::DatagramSent>(&event.body)) {
        on_sent(header, *sent);
    } else if (const auto* told =
                   std::get_if<model::Notified<protocol::Notification>>(&event.body)) {
        on_notification(header, told->notification);
    } else if (const auto* given =
                   std::get_if<model::CommandGiven<protocol::Command>>(&event.body)) {
        on_command(header, given->command);
    } else if (const auto* push = std::get_if<model::PushSubmitted>(&event.body)) {
        on_push(header, *push);
    } else if (std::holds_alternative<model::WorldEnded>(event.body)) {
        on_world_ended();
    }
}

Metrics::Call* Metrics::find(const protocol::CallId& id) {
    return id.is_none() ? nullptr : calls_.find(id);
}

Metrics::Participant& Metrics::participant(Call& call, std::uint32_t device) {
    for (Participant& one : call.participants) {
        if (one.device == device) return one;
    }
    return call.participants.emplace_back(Participant{.device = device, .id = {}, .accepted = {}});
}

Metrics::Participant* Metrics::acceptor(Call& call, const protocol::DeviceId& id) {
    for (Participant& one : call.participants) {
        if (one.accepted && one.id == id) return &one;
    }
    return nullptr;
}

Circumstances Metrics::circumstances(const Call& call,
                                     const Participant& participant,
                                     Instant at) const {
    const Whereabout recipient = whereabouts_.of(participant.device, at);
    const Whereabout initiator = whereabouts_.of(call.initiator, at);
    return {.provider = participant.provider,
            .access = recipient.access,
            .nat = {.initiator = initiator.nat, .recipient = recipient.nat}};
}

void Metrics::record(
    Measure measure, const Call& call, const Participant& participant, Instant from, Instant to) {
    measurements_.record(
        {.measure = measure, .circumstances = circumstances(call, participant, to)},
        elapsed(from, to));
}

void Metrics::decide(const Call& call,
                     Participant& participant,
                     Instant at,
                     const PairOutcomes& outcome) {
    if (participant.decided) return;
    participant.decided = true;
    measurements_.add_pair(circumstances(call, participant, at).nat, outcome);
    measurements_.count(outcome.failed != 0 ? Happening::connections_failed
                                            : Happening::connections);
}

void Metrics::on_sent(const EventHeader& header, const model::DatagramSent& sent) {
    // What attackers send costs the call nothing.
    Call* call = header.node.kind == model::NodeKind::attacker ? nullptr : find(header.call);
    if (call == nullptr) return;
    ++call->messages;
    call->bytes += sent.payload.size();
}

void Metrics::on_push(const EventHeader& header, const model::PushSubmitted& push) {
    Call* call = find(header.call);
    if (call == nullptr) return;
    ++call->pushes;
    Participant& pushed = participant(*call, push.device);
    // A ring is counted for the provider that was used last before it.
    if (!pushed.is_ringing) pushed.provider = push.provider;
}

void Metrics::on_command(const EventHeader& header, const protocol::Command& command) {
    std::visit(
        Overloaded{
            [&](const protocol::CallCommand& call) {
                pending_.insert_or_assign(header.node.number,
                                          {.at = header.at, .policy = call.policy});
            },
            [&](const protocol::AcceptCommand&) { on_accept(header); },
            [&](const protocol::DeclineCommand&) { measurements_.count(Happening::declines); },
            [&](const protocol::CancelCommand&) {
                measurements_.count(Happening::calls_cancelled);
            },
            [](const protocol::RegisterCommand&) {},
            [](const protocol::UnregisterCommand&) {},
            [](const protocol::ActivateCommand&) {},
            [](const protocol::ChooseCommand&) {},
            [](const protocol::HangUpCommand&) {},
            [](const protocol::NetworkChanged&) {},
            [](const protocol::WokeUp&) {},
            [](const protocol::TransferCommand&) {},
        },
        command);
}

void Metrics::on_accept(const EventHeader& header) {
    Call* call = find(header.call);
    if (call == nullptr) return;
    Participant& accepting = participant(*call, header.node.number);
    // Accepting is possible only while it rings; what comes after is no accept.
    if (!accepting.is_ringing || accepting.accepted) return;
    measurements_.count(Happening::accepts);
    accepting.accepted = header.at;
    accepting.is_ringing = false;
    accepting.id = sim::device_id(security_, world_seed_, header.node.number);
}

void Metrics::on_notification(const EventHeader& header,
                              const protocol::Notification& notification) {
    std::visit(
        Overloaded{
            [&](const protocol::CallStarted& started) { on_started(header, started.call); },
            [&](const protocol::CallFailed&) { measurements_.count(Happening::calls_failed); },
            [&](const protocol::Ringing&) { on_ringing(header); },
            [&](const protocol::RingingStopped& stopped) { on_stopped(header, stopped.reason); },
            [&](const protocol::AcceptRejected&) {
                measurements_.count(Happening::accepts_rejected);
            },
            [&](const protocol::AcceptArrived& arrived) { on_arrived(header, arrived); },
            [&](const protocol::Connected& connected) { on_connected(header, connected); },
            [&](const protocol::Disconnected& gone) { on_disconnected(header, gone); },
            [](const protocol::Registered&) {},
            [](const protocol::Unregistered&) {},
            [](const protocol::IdentifierValidated&) {},
            [](const protocol::ValidationFailed&) {},
            [](const protocol::CallProgress&) {},
            [](const protocol::AcceptConfirmed&) {},
            [](const protocol::CallEnded&) {},
            [](const protocol::ConnectionDataRenewed&) {},
            [](const protocol::CallsCrossed&) {},
            [](const protocol::TransferOffered&) {},
            [](const protocol::TransferFailed&) {},
            [](const protocol::SessionMoved&) {},
        },
        notification);
}

void Metrics::on_started(const EventHeader& header, const protocol::CallId& id) {
    const PendingCall* pending = pending_.find(header.node.number);
    const PendingCall asked = pending == nullptr ? PendingCall{.at = header.at} : *pending;
    pending_.erase(header.node.number);
    const auto [call, made] = calls_.try_emplace(id);
    if (!made) return;
    call->initiator = header.node.number;
    call->policy = asked.policy;
    call->requested = asked.at;
    measurements_.count(Happening::calls);
}

void Metrics::on_ringing(const EventHeader& header) {
    Call* call = find(header.call);
    if (call == nullptr) return;
    Participant& ringing = participant(*call, header.node.number);
    ringing.is_ringing = true;
    measurements_.count(Happening::rings);
    record(Measure::time_to_ring, *call, ringing, call->requested, header.at);
}

void Metrics::on_stopped(const EventHeader& header, protocol::EndReason reason) {
    Call* call = find(header.call);
    if (call == nullptr) return;
    Participant& stopped = participant(*call, header.node.number);
    const bool was_ringing = std::exchange(stopped.is_ringing, false);
    const bool lost = was_ringing && call->connected &&
                      call->policy == protocol::AnswerPolicy::first &&
                      reason != protocol::EndReason::declined;
    if (lost) record(Measure::time_to_silence, *call, stopped, *call->connected, header.at);
}

void Metrics::on_arrived(const EventHeader& header, const protocol::AcceptArrived& arrived) {
    Call* call = find(header.call);
    if (call == nullptr || header.node.number != call->initiator) return;
    Participant* accepted = acceptor(*call, arrived.device);
    if (accepted == nullptr || std::exchange(accepted->arrived, true)) return;
    measurements_.count(Happening::accepts_arrived);
    record(Measure::accept_delivery, *call, *accepted, *accepted->accepted, header.at);
    measurements_.add_example(elapsed(*accepted->accepted, header.at),
                              {.world = index_, .call = header.call});
    if (std::exchange(call->has_accept, true)) return;
    record(Measure::time_to_first_accept, *call, *accepted, call->requested, header.at);
}

void Metrics::on_connected(const EventHeader& header, const protocol::Connected& connected) {
    Call* call = find(header.call);
    if (call == nullptr || header.node.number != call->initiator) return;
    if (!call->connected) call->connected = header.at;
    Participant* accepted = acceptor(*call, connected.peer);
    if (accepted == nullptr || accepted->decided) return;
    record(Measure::time_to_connect, *call, *accepted, *accepted->accepted, header.at);
    const bool relayed = connected.local_kind == protocol::CandidateKind::relayed;
    decide(*call,
           *accepted,
           header.at,
           {.direct = relayed ? 0U : 1U, .relayed = relayed ? 1U : 0U, .failed = 0});
}

void Metrics::on_disconnected(const EventHeader& header, const protocol::Disconnected& gone) {
    Call* call = find(header.call);
    if (call == nullptr || header.node.number != call->initiator) return;
    Participant* accepted = acceptor(*call, gone.peer);
    if (accepted == nullptr || gone.reason != protocol::SessionEnd::no_path) return;
    decide(*call, *accepted, header.at, {.direct = 0, .relayed = 0, .failed = 1});
}

void Metrics::on_world_ended() {
    for (const auto& [id, call] : calls_) {
        measurements_.record({.measure = Measure::messages_per_call, .circumstances = {}},
                             call.messages);
        measurements_.record({.measure = Measure::bytes_per_call, .circumstances = {}}, call.bytes);
        measurements_.record({.measure = Measure::pushes_per_call, .circumstances = {}},
                             call.pushes);
    }
}

}  // namespace invitro::reports
