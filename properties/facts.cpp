#include "properties/facts.hpp"

#include <algorithm>

namespace invitro::properties {

using protocol::MessageType;

Exchange exchange_of(MessageType type) {
    switch (type) {
        case MessageType::register_device:
        case MessageType::register_ack:
        case MessageType::register_by_sms:
        case MessageType::possession_challenge:
        case MessageType::prove_possession:
        case MessageType::credential_granted:
        case MessageType::validate_email:
        case MessageType::validation_pending:
        case MessageType::unregister_device:
            return Exchange::registration;
        case MessageType::invite_request:
        case MessageType::invite_progress:
        case MessageType::invite_failed:
            return Exchange::request;
        case MessageType::invite_push:
        case MessageType::invite_dismiss:
            return Exchange::push;
        case MessageType::invite_ringing:
        case MessageType::ringing_ack:
            return Exchange::ringing;
        case MessageType::invite_accept:
        case MessageType::accept_ack:
        case MessageType::accept_refused:
            return Exchange::accept;
        case MessageType::invite_decline:
        case MessageType::decline_ack:
            return Exchange::decline;
        case MessageType::accept_forward:
        case MessageType::forward_ack:
            return Exchange::forward;
        case MessageType::invite_cancel:
        case MessageType::cancel_ack:
            return Exchange::cancel;
        case MessageType::invite_update:
        case MessageType::update_ack:
            return Exchange::update;
        case MessageType::invite_ended:
        case MessageType::ended_ack:
            return Exchange::ended;
        case MessageType::call_keep_alive:
            return Exchange::keep_alive;
        case MessageType::check:
        case MessageType::check_response:
        case MessageType::nominate:
        case MessageType::nominate_response:
        case MessageType::session_data:
        case MessageType::session_close:
        case MessageType::relay_data:
            return Exchange::path;
        case MessageType::candidate_update:
        case MessageType::candidate_update_ack:
        case MessageType::candidate_forward:
        case MessageType::candidate_forward_ack:
            return Exchange::candidates;
        case MessageType::relay_request:
        case MessageType::relay_offer:
        case MessageType::relay_allocate:
        case MessageType::relay_granted:
        case MessageType::relay_refused:
            return Exchange::relay;
        case MessageType::reflect_probe:
        case MessageType::reflect_request:
        case MessageType::reflect_response:
            return Exchange::none;
    }
    return Exchange::none;
}

const ParticipantFacts* CallFacts::find(std::uint32_t device) const {
    const auto found =
        std::find_if(participants.begin(), participants.end(), [&](const ParticipantFacts& one) {
            return one.device == device;
        });
    return found == participants.end() ? nullptr : &*found;
}

const IdentifierFacts* RegistrationFacts::find(const protocol::EndpointIdentifier& one) const {
    const auto found =
        std::find_if(identifiers.begin(), identifiers.end(), [&](const IdentifierFacts& known) {
            return known.identifier == one;
        });
    return found == identifiers.end() ? nullptr : &*found;
}

IdentifierFacts& RegistrationFacts::of(const protocol::EndpointIdentifier& one) {
    if (const IdentifierFacts* known = find(one)) return const_cast<IdentifierFacts&>(*known);
    return identifiers.emplace_back(IdentifierFacts{.identifier = one});
}

ParticipantFacts* CallFacts::find(std::uint32_t device) {
    return const_cast<ParticipantFacts*>(std::as_const(*this).find(device));
}

}  // namespace invitro::properties
