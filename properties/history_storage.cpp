// History, fourth part: what brokers write, and how they crash.
#include "properties/decode_as.hpp"
#include "properties/history.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::properties {

using model::NodeKind;
using protocol::ByteView;
using protocol::MessageType;

namespace {

// Whether what came at that moment was in the journal before now.
bool is_durable_by(const CallFacts& call, const Moment& came) {
    return std::any_of(call.decided.begin(), call.decided.end(), [&](const Decided& one) {
        return one.came == came.at;
    });
}

bool ends_or_chooses(MessageType type) {
    return type == MessageType::invite_cancel || type == MessageType::invite_update ||
           type == MessageType::invite_decline;
}

void leave(SessionFacts& session, const model::EventHeader& header) {
    if (!session.disconnected.happened()) session.reason = protocol::SessionEnd::hung_up;
    session.disconnected.first(header);
}

void initiator_killed(ParticipantFacts& who, const model::EventHeader& header) {
    who.has_arrived = false;
    // What it is told next may be what it had before.
    who.own_data_there.generation = 0;
    who.own_data_there.known_at = {};
    if (who.at_initiator.connected.happened() || who.nominated.happened()) {
        leave(who.at_initiator, header);
    }
}

void recipient_killed(ParticipantFacts& who, const model::EventHeader& header) {
    // Who gives way to a call that crosses its own accepts that one without ringing.
    if (!who.ringing.happened() && !who.crossed.happened()) {
        who.dismissed = {};
        return;
    }
    who.killed.first(header);
    if (who.accept_command.happened()) leave(who.here, header);
    who.ringing_stopped.first(header);
}

}  // namespace

// Only of what is a promise once it is acknowledged, and of what ends or chooses.
void History::came_to_broker(const Header& header, MessageType type, ByteView payload) {
    JournalledMessage journalled{.type = type, .call = header.call, .came = header.at};
    if (ends_or_chooses(type)) {
        storage_.came(header, journalled);
    } else if (type == MessageType::unregister_device) {
        decode_as<protocol::UnregisterDevice>(payload, [&](const auto& message) {
            journalled.device = number_of(message.device);
            journalled.incarnation = message.incarnation;
            storage_.came(header, journalled);
        });
    } else if (type == MessageType::register_device) {
        decode_as<protocol::RegisterDevice>(payload, [&](const auto& message) {
            journalled.device = number_of(message.device);
            journalled.incarnation = message.incarnation;
            storage_.came(header, journalled);
        });
    } else if (type == MessageType::invite_request) {
        decode_as<protocol::InviteRequest>(payload, [&](const auto& message) {
            storage_.came(header, journalled);
            const CallFacts* call = find_call(header.call);
            if (call == nullptr || call->taken.happened()) return;
            storage_.holds(header,
                           message.connection.key,
                           header.call,
                           header.at + call->lifetime + protocol::timing::grace);
        });
    } else if (type == MessageType::invite_accept) {
        decode_as<protocol::InviteAccept>(payload, [&](const auto& message) {
            journalled.device = number_of(message.device);
            storage_.came(header, journalled);
            const CallFacts* call = find_call(header.call);
            if (call == nullptr || !call->taken.happened()) return;
            storage_.holds(header, message.connection.key, header.call, call->grace_end());
        });
    }
}

void History::on(const Header& header, const model::BytesWritten& event) {
    storage_.written(header, event);
}

void History::on(const Header& header, const model::BytesPersisted& event) {
    for (const JournalledMessage& message : storage_.persisted(header, event)) {
        is_durable(header, message);
    }
}

void History::is_durable(const Header& header, const JournalledMessage& message) {
    const bool is_registration = message.type == MessageType::register_device ||
                                 message.type == MessageType::unregister_device;
    if (is_registration) {
        if (message.device == nobody) return;
        DeviceFacts& who = device(message.device);
        if (message.type == MessageType::register_device) {
            note_durable(header, who.registration, message.incarnation);
        }
        who.durable_incarnation = std::max(who.durable_incarnation, message.incarnation);
        return;
    }
    CallFacts* call = find_call(message.call);
    if (call == nullptr) return;
    if (message.type == MessageType::invite_request) {
        if (!call->request_durable.happened()) call->opened = message.came;
        call->request_durable.first(header);
    } else if (ends_or_chooses(message.type)) {
        call->decided.push_back({.came = message.came, .durable = header.at});
    } else if (message.device != nobody) {
        participant(*call, message.device).accept_durable.first(header);
    }
}

void History::acknowledged(const Header& header, const protocol::RegisterAck& ack) {
    const std::uint32_t number = number_of(ack.device);
    if (number == nobody) return;
    DeviceFacts& who = device(number);
    who.registered.first(header);
    constexpr std::uint32_t preloaded_incarnation = 1;
    const bool is_preloaded =
        surroundings_.world().registration == scenarios::RegistrationStart::preloaded &&
        ack.incarnation <= preloaded_incarnation;
    // Who showed no credential is not promised anything, and nothing of it is written.
    const bool is_promise =
        ack.lease > Duration{} || ack.incarnation == who.registration.end_incarnation;
    if (!is_preloaded && is_promise && ack.incarnation > who.durable_incarnation) {
        who.acked_too_early.first(header);
    }
}

void History::on(const Header& header, const model::NodeCrashed& event) {
    if (header.node.kind == NodeKind::device) device_killed(header, event);
    if (header.node.kind != NodeKind::broker) return;
    for (const JournalledMessage& message : storage_.crashed(header, event)) {
        is_durable(header, message);
    }
    broker_crashed();
}

// What the broker may have forgotten: an end that was not durable, and whom it had heard.
void History::broker_crashed() {
    for (auto& [id, call] : calls_) {
        for (Moment* decision :
             {&call.over_certainly, &call.declined_out, &call.choice_at_broker}) {
            if (!is_durable_by(call, *decision)) *decision = {};
        }
        for (ParticipantFacts& who : call.participants) {
            who.heard = {};
        }
    }
}

// The program is silent from here on: its sessions are over, and nothing rings. One that has
// neither rung nor given way yet may do so when it is back.
void History::device_killed(const Header& header, const model::NodeCrashed& event) {
    device(header.node.number).rings.clear();
    disturb_legs(header);
    for (auto& [id, call] : calls_) {
        const bool is_in_crossing =
            call.initiator == header.node.number || call.crossed_by == header.node.number;
        if (is_in_crossing) note_settled(call, header);
        if (call.initiator == header.node.number) {
            call.initiator_killed.first(header);
            if (event.is_reinstalled) call.initiator_lost.first(header);
            for (ParticipantFacts& who : call.participants) {
                initiator_killed(who, header);
            }
        } else if (ParticipantFacts* who = call.find(header.node.number)) {
            recipient_killed(*who, header);
        }
    }
}

void History::on(const Header& header, const model::NodeStarted& event) {
    seals_.started(header, event);
    if (header.node.kind == NodeKind::broker) storage_.started(header, event);
}

void History::on(const Header& header, const model::StorageDamaged& event) {
    storage_.damaged(header, event);
}

void History::on(const Header& header, const model::StorageRefused&) {
    if (header.node.kind == NodeKind::broker) storage_.refused(header);
}

}  // namespace invitro::properties
