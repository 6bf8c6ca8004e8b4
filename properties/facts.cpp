#include "properties/facts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace invitro::properties {

using protocol::MessageType;

namespace {

// What is not here belongs to no exchange.
constexpr std::pair<MessageType, Exchange> exchanges[] = {
    {MessageType::register_device, Exchange::registration},
    {MessageType::register_ack, Exchange::registration},
    {MessageType::register_by_sms, Exchange::registration},
    {MessageType::possession_challenge, Exchange::registration},
    {MessageType::prove_possession, Exchange::registration},
    {MessageType::credential_granted, Exchange::registration},
    {MessageType::validate_email, Exchange::registration},
    {MessageType::validation_pending, Exchange::registration},
    {MessageType::unregister_device, Exchange::registration},
    {MessageType::invite_request, Exchange::request},
    {MessageType::invite_progress, Exchange::request},
    {MessageType::invite_failed, Exchange::request},
    {MessageType::invite_push, Exchange::push},
    {MessageType::invite_dismiss, Exchange::push},
    {MessageType::invite_ringing, Exchange::ringing},
    {MessageType::ringing_ack, Exchange::ringing},
    {MessageType::invite_accept, Exchange::accept},
    {MessageType::accept_ack, Exchange::accept},
    {MessageType::accept_refused, Exchange::accept},
    {MessageType::invite_decline, Exchange::decline},
    {MessageType::decline_ack, Exchange::decline},
    {MessageType::accept_forward, Exchange::forward},
    {MessageType::forward_ack, Exchange::forward},
    {MessageType::invite_cancel, Exchange::cancel},
    {MessageType::cancel_ack, Exchange::cancel},
    {MessageType::invite_update, Exchange::update},
    {MessageType::update_ack, Exchange::update},
    {MessageType::invite_ended, Exchange::ended},
    {MessageType::ended_ack, Exchange::ended},
    {MessageType::call_keep_alive, Exchange::keep_alive},
    {MessageType::pending_fetch, Exchange::waking},
    {MessageType::pending_invitation, Exchange::waking},
    {MessageType::pending_list, Exchange::waking},
    {MessageType::session_keep, Exchange::transfer},
    {MessageType::session_kept, Exchange::transfer},
    {MessageType::transfer, Exchange::transfer},
    {MessageType::transfer_offer, Exchange::transfer},
    {MessageType::transfer_answer, Exchange::transfer},
    {MessageType::transfer_state, Exchange::transfer},
    {MessageType::check, Exchange::path},
    {MessageType::check_response, Exchange::path},
    {MessageType::nominate, Exchange::path},
    {MessageType::nominate_response, Exchange::path},
    {MessageType::session_data, Exchange::path},
    {MessageType::session_close, Exchange::path},
    {MessageType::leg_offer, Exchange::path},
    {MessageType::leg_answer, Exchange::path},
    {MessageType::relay_data, Exchange::path},
    {MessageType::candidate_update, Exchange::candidates},
    {MessageType::candidate_update_ack, Exchange::candidates},
    {MessageType::candidate_forward, Exchange::candidates},
    {MessageType::candidate_forward_ack, Exchange::candidates},
    {MessageType::relay_request, Exchange::relay},
    {MessageType::relay_offer, Exchange::relay},
    {MessageType::relay_allocate, Exchange::relay},
    {MessageType::relay_granted, Exchange::relay},
    {MessageType::relay_refused, Exchange::relay},
};

// By the number of the type: it is asked for with every datagram.
constexpr auto exchange_by_type = [] {
    std::array<Exchange, 256> by_type{};
    by_type.fill(Exchange::none);
    for (const auto& [type, exchange] : exchanges) {
        by_type[static_cast<std::uint8_t>(type)] = exchange;
    }
    return by_type;
}();

}  // namespace

Exchange exchange_of(MessageType type) {
    return exchange_by_type[static_cast<std::uint8_t>(type)];
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
