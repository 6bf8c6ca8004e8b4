// Facts of registration: who has proven what, under which token a device is reached, and when it is
// not to be reached any more.
#include "properties/decode_as.hpp"
#include "properties/history.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>

namespace invitro::properties {

using model::NodeKind;
using protocol::ByteView;
using protocol::MessageType;

Moment History::registered(std::uint32_t number,
                           const protocol::EndpointIdentifier& identifier) const {
    if (surroundings_.world().registration == scenarios::RegistrationStart::preloaded) {
        // Before the first event.
        return {.at = Instant{}, .sequence = 1};
    }
    const DeviceFacts* known = devices_.find(number);
    const IdentifierFacts* facts =
        known == nullptr ? nullptr : known->registration.find(identifier);
    return facts == nullptr ? Moment{} : facts->acknowledged;
}

Moment History::in_force(std::uint32_t number,
                         const protocol::EndpointIdentifier& identifier) const {
    const DeviceFacts* known = devices_.find(number);
    const IdentifierFacts* facts =
        known == nullptr ? nullptr : known->registration.find(identifier);
    return earliest(registered(number, identifier), facts == nullptr ? Moment{} : facts->durable);
}

void History::note_durable(const Header& header,
                           RegistrationFacts& who,
                           std::uint32_t incarnation) {
    for (const protocol::RegisterDevice& part : who.heard) {
        if (part.incarnation != incarnation) continue;
        for (const protocol::EndpointIdentifier& identifier : part.identifiers) {
            who.of(identifier).durable.first(header);
        }
    }
}

// ---- proofs -------------------------------------------------------------------------------------

void History::challenged(const Header& header, const protocol::PossessionChallenge& challenge) {
    if (header.node.kind != NodeKind::device) return;
    device(header.node.number).registration.of(challenge.identifier).challenged.first(header);
}

void History::given(const Header& header, const protocol::ActivateCommand& command) {
    challenged(header, command.challenge);
}

void History::told(const Header& header, const protocol::IdentifierValidated&) {
    device(header.node.number).registration.validated.first(header);
}

// ---- registrations ------------------------------------------------------------------------------

// Who unregisters declines what rings.
void History::given(const Header& header, const protocol::UnregisterCommand&) {
    DeviceFacts& who = device(header.node.number);
    who.registration.unregister_command.last(header);
    const std::vector<CallId> rings = who.rings;
    for (const CallId& id : rings) {
        if (CallFacts* call = find_call(id)) decline(*call, header);
    }
}

void History::registration_at_broker(MessageType type, ByteView payload) {
    if (type == MessageType::register_device) {
        decode_as<protocol::RegisterDevice>(payload, [&](const auto& message) { heard(message); });
    } else if (type == MessageType::unregister_device) {
        decode_as<protocol::UnregisterDevice>(payload, [&](const auto& message) {
            const std::uint32_t number = number_of(message.device);
            if (number == nobody) return;
            RegistrationFacts& who = device(number).registration;
            who.end_incarnation = std::max(who.end_incarnation, message.incarnation);
        });
    }
}

void History::heard(const protocol::RegisterDevice& message) {
    const std::uint32_t number = number_of(message.device);
    if (number == nobody) return;
    RegistrationFacts& who = device(number).registration;
    // The broker may believe it from here on.
    if (message.incarnation > who.end_incarnation) who.unregistered = {};
    const auto same_part = std::find_if(who.heard.begin(), who.heard.end(), [&](const auto& one) {
        return one.part == message.part;
    });
    if (same_part == who.heard.end()) {
        who.heard.push_back(message);
    } else if (same_part->incarnation <= message.incarnation) {
        *same_part = message;
    }
}

void History::registration_by_broker(const Header& header, MessageType type, ByteView payload) {
    if (type == MessageType::register_ack) {
        decode_as<protocol::RegisterAck>(payload, [&](const auto& message) {
            acknowledged(header, message);
            in_force(header, message);
        });
    } else if (type == MessageType::validation_pending) {
        ++mail_answers_.answered;
        if (mail_answers_.size == 0) mail_answers_.size = payload.size();
        if (mail_answers_.size != payload.size()) mail_answers_.differs.first(header);
    }
}

void History::in_force(const Header& header, const protocol::RegisterAck& ack) {
    const std::uint32_t number = number_of(ack.device);
    if (number == nobody) return;
    RegistrationFacts& who = device(number).registration;
    const bool is_end = ack.lease == Duration{} && ack.incarnation == who.end_incarnation;
    if (is_end && who.end_incarnation != 0) {
        who.unregistered.first(header);
        who.last_unregistered.last(header);
        for (IdentifierFacts& one : who.identifiers) {
            one.acknowledged = {};
        }
        who.token = {};
        return;
    }
    const auto part = std::find_if(who.heard.begin(), who.heard.end(), [&](const auto& one) {
        return one.part == ack.part && one.incarnation == ack.incarnation;
    });
    if (part == who.heard.end() || ack.lease == Duration{}) return;
    for (std::size_t i = 0; i < part->identifiers.size() && i < ack.credentials.size(); ++i) {
        if (ack.credentials[i].is_none()) continue;
        who.of(part->identifiers[i]).acknowledged.first(header);
    }
    if (ack.incarnation < who.token_incarnation) return;
    who.token_incarnation = ack.incarnation;
    if (who.token == part->token) return;
    who.token = part->token;
    who.token_acknowledged.last(header);
    who.token_gone = who.token_pushed = {};
}

// ---- pushes -------------------------------------------------------------------------------------

void History::registration_pushed(const Header& header, const model::PushSubmitted& event) {
    if (peek_type(model::message_in(event)) != MessageType::invite_push) return;
    DeviceFacts* known = devices_.find(event.device);
    if (known == nullptr) return;
    RegistrationFacts& who = known->registration;
    if (who.unregistered.happened()) who.pushed_after_end.first(header);
    if (who.token.value.empty()) return;
    const auto newest = who.token.value.view();
    const bool is_newest =
        std::equal(newest.begin(), newest.end(), event.token.begin(), event.token.end());
    (is_newest ? who.token_pushed : who.other_token_pushed).first(header);
    if (is_newest && event.outcome == protocol::PushOutcome::token_gone) {
        who.token_gone.first(header);
    }
}

}  // namespace invitro::properties
