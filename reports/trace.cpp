#include "reports/trace.hpp"

#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/identities.hpp"
#include "sim/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace invitro::reports {
namespace {

using model::EventHeader;
using protocol::Overloaded;

std::string message_name(protocol::ByteView payload) {
    const auto message = protocol::decode(payload);
    if (!message) return "unreadable";
    return std::string(protocol::to_string(protocol::type_of(*message)));
}

std::string_view label_of(protocol::PushOutcome outcome) {
    switch (outcome) {
        case protocol::PushOutcome::accepted:
            return "accepted";
        case protocol::PushOutcome::throttled:
            return "throttled";
        case protocol::PushOutcome::token_gone:
            return "token gone";
        case protocol::PushOutcome::unavailable:
            return "unavailable";
    }
    return "unknown";
}

std::string_view label_of(const protocol::Command& command) {
    return std::visit(
        Overloaded{
            [](const protocol::RegisterCommand&) -> std::string_view { return {}; },
            [](const protocol::CallCommand&) -> std::string_view { return "calls"; },
            [](const protocol::AcceptCommand&) -> std::string_view { return "accepts"; },
            [](const protocol::DeclineCommand&) -> std::string_view { return "declines"; },
            [](const protocol::CancelCommand&) -> std::string_view { return "gives up"; },
            [](const protocol::ChooseCommand&) -> std::string_view { return "chooses"; },
            [](const protocol::HangUpCommand&) -> std::string_view { return "hangs up"; },
            [](const protocol::NetworkChanged&) -> std::string_view { return {}; },
            [](const protocol::UnregisterCommand&) -> std::string_view { return {}; },
            [](const protocol::ActivateCommand&) -> std::string_view { return {}; },
            [](const protocol::WokeUp&) -> std::string_view { return {}; },
            [](const protocol::TransferCommand&) -> std::string_view { return "transfers"; },
        },
        command);
}

std::string label_of(const protocol::Notification& notification) {
    return std::visit(
        Overloaded{
            [](const protocol::Registered&) { return std::string(); },
            [](const protocol::Unregistered&) { return std::string(); },
            [](const protocol::IdentifierValidated&) { return std::string(); },
            [](const protocol::ValidationFailed&) { return std::string(); },
            [](const protocol::CallStarted&) { return std::string(); },
            [](const protocol::CallProgress&) { return std::string("call in hand"); },
            [](const protocol::CallFailed& failed) {
                return fmt::format("call failed: {}", protocol::to_string(failed.reason));
            },
            [](const protocol::Ringing&) { return std::string("rings"); },
            [](const protocol::RingingStopped& stopped) {
                return fmt::format("falls silent: {}", protocol::to_string(stopped.reason));
            },
            [](const protocol::AcceptConfirmed&) { return std::string("accept confirmed"); },
            [](const protocol::AcceptRejected& rejected) {
                return fmt::format("accept refused: {}", protocol::to_string(rejected.reason));
            },
            [](const protocol::AcceptArrived&) { return std::string("accept arrived"); },
            [](const protocol::ConnectionDataRenewed&) {
                return std::string("connection data renewed");
            },
            [](const protocol::Connected&) { return std::string("connected"); },
            [](const protocol::Disconnected& gone) {
                std::string reason(protocol::to_string(gone.reason));
                std::replace(reason.begin(), reason.end(), '_', ' ');
                return fmt::format("disconnected: {}", reason);
            },
            [](const protocol::CallEnded& ended) {
                return fmt::format("call ended: {}", protocol::to_string(ended.reason));
            },
            [](const protocol::CallsCrossed&) {
                return std::string("answers, for it is calling too");
            },
            [](const protocol::TransferOffered&) { return std::string("is offered a session"); },
            [](const protocol::TransferFailed& failed) {
                return fmt::format("transfer failed: {}", protocol::to_string(failed.step));
            },
            [](const protocol::SessionMoved&) { return std::string("session moved"); },
        },
        notification);
}

}  // namespace

TraceRecorder::TraceRecorder(const scenarios::World& world,
                             std::uint64_t index,
                             const std::vector<protocol::CallId>& calls)
    : world_(&world) {
    for (const protocol::CallId& call : calls) {
        Recording& recording = recordings_.emplace_back();
        recording.trace.world = index;
        recording.trace.seed = world.seed;
        recording.trace.call = call;
    }
}

void TraceRecorder::observe(const model::Event& event) {
    const EventHeader& header = event.header;
    std::visit(Overloaded{
                   [&](const model::DatagramSent& sent) { on_sent(header, sent); },
                   [&](const model::DatagramDelivered&) { finish(header, Fate::delivered, {}); },
                   [&](const model::DatagramDropped& dropped) {
                       finish(header, Fate::dropped, model::to_string(dropped.reason));
                   },
                   [&](const model::PushSubmitted& push) { on_push(header, push); },
                   [&](const model::PushDelivered&) { finish(header, Fate::delivered, {}); },
                   [&](const model::PushStored&) { finish(header, Fate::under_way, {}); },
                   [&](const model::PushDropped& dropped) {
                       finish(header, Fate::dropped, model::to_string(dropped.reason));
                   },
                   [&](const model::CommandGiven<protocol::Command>& given) {
                       on_command(header, given.command);
                   },
                   [&](const model::Notified<protocol::Notification>& told) {
                       on_notification(header, told.notification);
                   },
                   [](const auto&) {},  // nothing else belongs to a call
               },
               event.body);
}

std::vector<CallTrace> TraceRecorder::take() {
    std::vector<CallTrace> traces;
    for (Recording& recording : recordings_) {
        traces.push_back(std::move(recording.trace));
    }
    return traces;
}

TraceRecorder::Recording* TraceRecorder::recording_of(const protocol::CallId& call) {
    if (call.is_none()) return nullptr;
    const auto found =
        std::find_if(recordings_.begin(), recordings_.end(), [&](const Recording& recording) {
            return recording.trace.call == call;
        });
    return found == recordings_.end() ? nullptr : &*found;
}

// Adds the step to the call's recording; a message stays open until it arrives or is dropped.
void TraceRecorder::add(const EventHeader& header, TraceStep step) {
    Recording* recording = recording_of(header.call);
    if (recording == nullptr) return;
    if (recording->trace.steps.size() >= steps_max) {
        ++recording->trace.steps_left_out;
        return;
    }
    step.at = (header.at - recording->start).count();
    step.ended = step.at;
    if (step.is_message) {
        open_.insert_or_assign(
            header.sequence,
            {.recording = static_cast<std::size_t>(recording - recordings_.data()),
             .step = recording->trace.steps.size()});
    }
    if (step.from.node.kind == model::NodeKind::device) {
        recording->devices.try_emplace(step.from.node.number);
    }
    recording->trace.steps.push_back(std::move(step));
}

void TraceRecorder::note(const EventHeader& header, std::string_view label) {
    if (label.empty()) return;
    add(header,
        {.from = {header.node},
         .to = {},
         .label = std::string(label),
         .reason = {},
         .is_message = false});
}

void TraceRecorder::on_sent(const EventHeader& header, const model::DatagramSent& sent) {
    const Recording* recording = recording_of(header.call);
    if (recording == nullptr) return;
    add(header,
        {.from = {header.node},
         .to = addressee(*recording, sent.destination),
         .label = message_name(model::message_in(sent)),
         .reason = {}});
}

// What arrives was sent by the event that caused it; a stored push is handed on to the event that
// stored it. A second copy changes nothing.
void TraceRecorder::finish(const EventHeader& header, Fate fate, std::string_view reason) {
    const Open* found = open_.find(header.cause);
    if (found == nullptr) return;
    const Open open = *found;
    Recording& recording = recordings_[open.recording];
    TraceStep& step = recording.trace.steps[open.step];
    if (fate == Fate::under_way) {
        open_.insert_or_assign(header.sequence, open);
        return;
    }
    if (step.fate == Fate::delivered) return;
    step.fate = fate;
    step.ended = (header.at - recording.start).count();
    step.reason = fate == Fate::dropped ? std::string(reason) : std::string();
    if (fate != Fate::delivered) return;
    step.to = Actor{header.node};
    if (header.node.kind == model::NodeKind::device) {
        recording.devices.try_emplace(header.node.number);
    }
}

// A push is two messages: from the broker to the service, at once, and on to the device.
void TraceRecorder::on_push(const EventHeader& header, const model::PushSubmitted& push) {
    const std::string name = message_name(model::message_in(push));
    const bool taken = push.outcome == protocol::PushOutcome::accepted;
    TraceStep handed{.from = {header.node}, .to = Actor{}, .label = name, .reason = {}};
    handed.fate = taken ? Fate::delivered : Fate::dropped;
    handed.reason = taken ? "" : std::string(label_of(push.outcome));
    add(header, handed);
    if (!taken) return;
    const model::NodeId device{.kind = model::NodeKind::device, .number = push.device};
    add(header, {.from = Actor{}, .to = Actor{device}, .label = name, .reason = {}});
}

void TraceRecorder::on_command(const EventHeader& header, const protocol::Command& command) {
    if (std::holds_alternative<protocol::CallCommand>(command)) {
        pending_.insert_or_assign(header.node.number, header.at);
        return;
    }
    note(header, label_of(command));
    Recording* recording = recording_of(header.call);
    if (recording == nullptr || !std::holds_alternative<protocol::AcceptCommand>(command)) return;
    std::optional<protocol::Instant>& accepted = recording->devices[header.node.number];
    if (!accepted) accepted = header.at;
}

void TraceRecorder::on_notification(const EventHeader& header,
                                    const protocol::Notification& notification) {
    if (std::holds_alternative<protocol::CallStarted>(notification)) {
        Recording* recording = recording_of(header.call);
        if (recording == nullptr) return;
        const protocol::Instant* asked = pending_.find(header.node.number);
        recording->start = asked == nullptr ? header.at : *asked;
        recording->trace.initiator = header.node.number;
        note(header, "calls");
        return;
    }
    note(header, label_of(notification));
    const auto* arrived = std::get_if<protocol::AcceptArrived>(&notification);
    if (arrived != nullptr) measure_arrival(header, arrived->device);
}

void TraceRecorder::measure_arrival(const EventHeader& header, const protocol::DeviceId& device) {
    Recording* recording = recording_of(header.call);
    if (recording == nullptr) return;
    for (const auto& [number, accepted] : recording->devices) {
        if (!accepted || sim::device_id(*world_, number) != device) continue;
        const std::int64_t took = (header.at - *accepted).count();
        recording->trace.accept_delivery = std::max(recording->trace.accept_delivery, took);
    }
}

// Whom a datagram was meant for, as far as its address tells.
std::optional<Actor> TraceRecorder::addressee(const Recording& recording,
                                              const protocol::Address& destination) const {
    const sim::Target target = sim::interpret(destination);
    switch (target.kind) {
        case sim::Target::Kind::nobody:
            return std::nullopt;
        case sim::Target::Kind::broker:
            return Actor{{model::NodeKind::broker, target.number}};
        case sim::Target::Kind::reflector:
            return Actor{{model::NodeKind::reflector, target.number}};
        case sim::Target::Kind::relay:
            return Actor{{model::NodeKind::relay, target.number}};
        case sim::Target::Kind::network:
            return inhabitant(recording, target.number);
        case sim::Target::Kind::public_device:
        case sim::Target::Kind::inside:
            return Actor{{model::NodeKind::device, target.number}};
    }
    return std::nullopt;
}

// The one device of the call that lives in this network, if it is only one.
std::optional<Actor> TraceRecorder::inhabitant(const Recording& recording,
                                               std::uint32_t network) const {
    std::optional<Actor> found;
    for (const auto& [number, accepted] : recording.devices) {
        const auto device = std::lower_bound(
            world_->devices.begin(),
            world_->devices.end(),
            number,
            [](const scenarios::Device& row, std::uint32_t wanted) { return row.number < wanted; });
        if (device == world_->devices.end() || device->network != network) continue;
        if (found) return std::nullopt;
        found = Actor{{model::NodeKind::device, number}};
    }
    return found;
}

}  // namespace invitro::reports
