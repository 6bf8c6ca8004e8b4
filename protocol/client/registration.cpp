#include "protocol/client/registration.hpp"

#include <algorithm>
#include <limits>

namespace invitro::protocol {
namespace {

// A broker's lease shorter than this would have us register without a pause.
constexpr Duration lease_min = 4 * timing::retransmission_max;

RegisterDevice message_of(const Registration& registration, const ClientContext& context) {
    RegisterDevice message;
    message.device = context.device;
    message.key = context.key;
    message.profile = registration.profile;
    message.incarnation = registration.incarnation;
    message.lease = timing::lease_max;
    message.token.provider = registration.provider;
    const ByteView bytes = registration.bytes;
    message.token.value.assign(bytes.first(registration.token_size));
    for (std::size_t at = registration.token_size; at < bytes.size();) {
        const std::size_t size = bytes[at];
        const auto identifier = EndpointIdentifier::parse(text_of(bytes.subspan(at + 1, size)));
        CHECK(identifier.has_value(), "what was an identifier is still one");
        message.identifiers.push_back(*identifier);
        at += 1 + size;
    }
    return message;
}

}  // namespace

Registration Registration::of(const RegisterCommand& command, std::uint32_t incarnation) {
    Registration registration;
    registration.profile = command.profile;
    registration.provider = command.token.provider;
    registration.incarnation = incarnation;
    registration.token_size = static_cast<std::uint16_t>(command.token.value.size());
    std::size_t size = command.token.value.size();
    for (const EndpointIdentifier& identifier : command.identifiers) {
        size += 1 + identifier.text().size();
    }
    auto& bytes = registration.bytes;
    bytes.reserve(size);
    bytes.assign(command.token.value.begin(), command.token.value.end());
    for (const EndpointIdentifier& identifier : command.identifiers) {
        if (identifier.empty()) continue;
        const ByteView text = bytes_of(identifier.text());
        bytes.push_back(static_cast<std::uint8_t>(text.size()));
        bytes.insert(bytes.end(), text.begin(), text.end());
    }
    return registration;
}

void Registration::confirm(Instant now, Duration lease) {
    in_force = true;
    const Duration held = std::clamp(lease, lease_min, timing::lease_max);
    exchange = {.due = now + held / timing::lease_refresh_divisor, .tries = 0};
}

void Registration::receive(ClientContext& context, const RegisterAck& ack) {
    const bool is_awaited = !in_force || exchange.tries > 0;
    if (ack.device != context.device || ack.incarnation < incarnation || !is_awaited) {
        context.sender.remark(is_awaited ? RemarkKind::unexpected_dropped
                                         : RemarkKind::duplicate_dropped);
        return;
    }
    if (ack.incarnation == incarnation) {
        confirm(context.now, ack.lease);
        context.sender.tell(Registered{.lease = ack.lease});
        return;
    }
    constexpr std::uint32_t newest = std::numeric_limits<std::uint32_t>::max();
    incarnation = ack.incarnation == newest ? newest : ack.incarnation + 1;
    exchange.start(context.now);
}

void Registration::serve(ClientContext& context) {
    if (!exchange.is_due(context.now)) return;
    if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted);
    exchange.tried(context.now);
    context.send_to_broker(message_of(*this, context));
}

}  // namespace invitro::protocol
