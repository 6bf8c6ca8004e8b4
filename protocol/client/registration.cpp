#include "protocol/client/registration.hpp"

#include <algorithm>
#include <limits>

namespace invitro::protocol {
namespace {

// A broker's lease shorter than this would have us register without a pause.
constexpr Duration lease_min = 4 * timing::retransmission_max;

constexpr std::size_t credential_size = 4 + 4 + std::tuple_size_v<Tag128>;

void put_number(std::uint32_t number, std::uint8_t* to) {
    for (unsigned i = 0; i < 4; ++i) {
        to[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
}

std::uint32_t number_at(const std::uint8_t* from) {
    std::uint32_t number = 0;
    for (unsigned i = 0; i < 4; ++i) {
        number |= std::uint32_t{from[i]} << (8 * i);
    }
    return number;
}

std::uint32_t incarnation_after(std::uint32_t incarnation) {
    constexpr std::uint32_t newest = std::numeric_limits<std::uint32_t>::max();
    return incarnation == newest ? newest : incarnation + 1;
}

}  // namespace

// ---- what it holds ------------------------------------------------------------------------------

Registration Registration::of(const RegisterCommand& command, std::uint32_t incarnation) {
    Registration registration;
    registration.profile = command.profile;
    registration.provider = command.token.provider;
    registration.incarnation = incarnation;
    registration.token_size = static_cast<std::uint16_t>(command.token.value.size());
    std::size_t size = command.token.value.size();
    for (const EndpointIdentifier& identifier : command.identifiers) {
        size += 1 + identifier.text().size() + credential_size;
    }
    auto& bytes = registration.bytes;
    bytes.reserve(size);
    bytes.assign(command.token.value.begin(), command.token.value.end());
    for (std::size_t i = 0; i < command.identifiers.size(); ++i) {
        if (command.identifiers[i].empty()) continue;
        const ByteView text = bytes_of(command.identifiers[i].text());
        bytes.push_back(static_cast<std::uint8_t>(text.size()));
        bytes.insert(bytes.end(), text.begin(), text.end());
        bytes.resize(bytes.size() + credential_size);
        if (i < command.credentials.size()) {
            registration.set_credential(bytes.size() - credential_size, command.credentials[i]);
        }
    }
    return registration;
}

template <class Visit>
void Registration::for_each_entry(Visit&& visit) const {
    const ByteView all = bytes;
    for (std::size_t at = token_size; at < all.size();) {
        const std::size_t size = all[at];
        Entry entry;
        CHECK(entry.identifier.assign(text_of(all.subspan(at + 1, size))),
              "what was an identifier is still one");
        entry.credential_at = at + 1 + size;
        const std::uint8_t* from = all.data() + entry.credential_at;
        entry.credential = {.proven = number_at(from), .expiry = number_at(from + 4)};
        std::copy_n(from + 8, entry.credential.tag.size(), entry.credential.tag.begin());
        visit(entry);
        at = entry.credential_at + credential_size;
    }
}

void Registration::set_credential(std::size_t at, const Credential& credential) {
    std::uint8_t* to = bytes.data() + at;
    put_number(credential.proven, to);
    put_number(credential.expiry, to + 4);
    std::copy(credential.tag.begin(), credential.tag.end(), to + 8);
}

void Registration::set_credential(const EndpointIdentifier& identifier,
                                  const Credential& credential) {
    for_each_entry([&](const Entry& entry) {
        if (entry.identifier == identifier) set_credential(entry.credential_at, credential);
    });
}

void Registration::adopt(const Registration& before) {
    if (before.profile != profile) return;
    before.for_each_entry([&](const Entry& known) {
        if (known.credential.is_none()) return;
        for_each_entry([&](const Entry& entry) {
            if (entry.identifier == known.identifier && entry.credential.is_none()) {
                set_credential(entry.credential_at, known.credential);
            }
        });
    });
}

PushToken Registration::token() const {
    return {.provider = provider,
            .value = InlineBytes<PushToken::length_max>(ByteView{bytes}.first(token_size))};
}

std::size_t Registration::proven_count() const {
    std::size_t count = 0;
    for_each_entry([&](const Entry& entry) { count += entry.credential.is_none() ? 0 : 1; });
    return count;
}

std::size_t Registration::part_count() const {
    constexpr std::size_t size = RegisterDevice::identifiers_max;
    return (proven_count() + size - 1) / size;
}

// ---- saying it ----------------------------------------------------------------------------------

void Registration::begin(ClientContext& context) {
    for_each_entry([&](const Entry& entry) {
        if (!entry.credential.is_none()) return;
        validations.push_back(Validation::begin(context, entry.identifier));
    });
    if (proven_count() > 0) exchange.start(context.now);
}

void Registration::end(ClientContext& context) {
    if (is_ended) return;
    is_ended = true;
    in_force = false;
    validations.clear();
    if (proven_count() == 0) {  // the broker has never heard of it
        exchange.stop();
        context.sender.tell(Unregistered{});
        return;
    }
    say_anew(context.now);
}

void Registration::say_anew(Instant now) {
    incarnation = incarnation_after(incarnation);
    parts_acknowledged = 0;
    lease = Duration::max();
    exchange.start(now);
}

void Registration::confirm(Instant now, Duration granted) {
    in_force = true;
    const Duration held = std::clamp(granted, lease_min, timing::lease_max);
    exchange = {.due = now + held / timing::lease_refresh_divisor, .tries = 0};
}

void Registration::serve(ClientContext& context) {
    const PushToken own_token = validations.empty() ? PushToken{} : token();
    for (Validation& validation : validations) {
        validation.serve(context, {.profile = profile, .token = own_token});
        if (validation.phase == ValidationPhase::given_up) {
            context.sender.tell(ValidationFailed{.identifier = validation.identifier});
        }
    }
    std::erase_if(validations, [](const Validation& validation) {
        return validation.phase == ValidationPhase::given_up;
    });
    if (!exchange.is_due(context.now)) return;
    if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted);
    if (is_ended) return send_end(context);
    if (in_force && exchange.tries == 0) say_anew(context.now);
    send_parts(context);
}

void Registration::send_parts(ClientContext& context) {
    exchange.tried(context.now);
    for (std::size_t part = 0; part < part_count(); ++part) {
        if (((parts_acknowledged >> part) & 1U) != 0) continue;
        context.send_to_broker(part_of(context, part));
    }
}

RegisterDevice Registration::part_of(const ClientContext& context, std::size_t part) const {
    RegisterDevice message;
    message.device = context.device;
    message.key = context.key;
    message.profile = profile;
    message.incarnation = incarnation;
    message.lease = timing::lease_max;
    message.token = token();
    message.part = static_cast<std::uint8_t>(part);
    message.parts = static_cast<std::uint8_t>(part_count());
    std::size_t place = 0;
    for_each_entry([&](const Entry& entry) {
        if (entry.credential.is_none()) return;
        if (place++ / RegisterDevice::identifiers_max != part) return;
        message.identifiers.push_back(entry.identifier);
        message.credentials.push_back(entry.credential);
    });
    return message;
}

void Registration::send_end(ClientContext& context) {
    exchange.tried(context.now);
    UnregisterDevice message{
        .device = context.device, .profile = profile, .incarnation = incarnation};
    for_each_entry([&](const Entry& entry) {
        if (entry.credential.is_none()) return;
        message.identifier = entry.identifier;
        message.credential = entry.credential;
    });
    context.send_to_broker(message);
}

// ---- what the broker says -----------------------------------------------------------------------

void Registration::receive(ClientContext& context, const RegisterAck& ack) {
    const bool is_awaited = exchange.is_active() && exchange.tries > 0;
    if (ack.device != context.device || ack.incarnation < incarnation || !is_awaited) {
        context.sender.remark(is_awaited ? RemarkKind::unexpected_dropped
                                         : RemarkKind::duplicate_dropped);
        return;
    }
    if (ack.incarnation > incarnation) {
        incarnation = ack.incarnation;
        return say_anew(context.now);
    }
    if (is_ended) {
        exchange.stop();
        context.sender.tell(Unregistered{});
        return;
    }
    const std::size_t parts = part_count();
    if (ack.part >= parts) return context.sender.remark(RemarkKind::unexpected_dropped);
    if (!take_credentials(context, ack)) return;
    lease = std::min(lease, ack.lease);
    parts_acknowledged |= static_cast<std::uint8_t>(1U << ack.part);
    if (parts_acknowledged != (1U << parts) - 1) return;
    const Duration granted = lease;
    confirm(context.now, granted);
    context.sender.tell(Registered{.lease = granted});
}

// Keeps what the broker renewed. False if it refused one: that identifier is to be proven again,
// and the others are registered without it.
bool Registration::take_credentials(ClientContext& context, const RegisterAck& ack) {
    std::size_t place = 0;
    std::size_t refused = 0;
    for_each_entry([&](const Entry& entry) {
        if (entry.credential.is_none()) return;
        const std::size_t at = place % RegisterDevice::identifiers_max;
        const std::size_t part = place++ / RegisterDevice::identifiers_max;
        if (part != ack.part || at >= ack.credentials.size()) return;
        set_credential(entry.credential_at, ack.credentials[at]);
        if (!ack.credentials[at].is_none()) return;
        ++refused;
        validations.push_back(Validation::begin(context, entry.identifier));
    });
    if (refused == 0) return true;
    in_force = false;
    if (proven_count() == 0) {
        exchange.stop();
    } else {
        say_anew(context.now);
    }
    return false;
}

void Registration::receive(ClientContext& context, const PossessionChallenge& challenge) {
    for (Validation& validation : validations) {
        if (validation.receive(context, challenge)) return;
    }
    context.sender.remark(RemarkKind::unexpected_dropped);
}

void Registration::receive(ClientContext& context, const ValidationPending& pending) {
    for (Validation& validation : validations) {
        if (pending.device == context.device && validation.receive(context, pending)) return;
    }
    context.sender.remark(RemarkKind::duplicate_dropped);
}

void Registration::receive(ClientContext& context, const CredentialGranted& granted) {
    const auto found =
        std::find_if(validations.begin(), validations.end(), [&](Validation& validation) {
            return granted.device == context.device && validation.receive(context, granted);
        });
    if (found == validations.end()) {
        return context.sender.remark(RemarkKind::duplicate_dropped);
    }
    if (granted.credential.is_none()) return;
    const EndpointIdentifier identifier = found->identifier;
    validations.erase(found);
    set_credential(identifier, granted.credential);
    context.sender.tell(IdentifierValidated{.identifier = identifier});
    in_force = false;
    say_anew(context.now);
}

// ---- when ---------------------------------------------------------------------------------------

Instant Registration::next_deadline() const {
    Instant next = exchange.due;
    for (const Validation& validation : validations) {
        next = std::min(next, validation.next_deadline());
    }
    return next;
}

bool Registration::is_settled() const {
    const bool is_quiet = in_force ? exchange.tries == 0 : !exchange.is_active();
    return is_quiet && validations.empty();
}

}  // namespace invitro::protocol
