// A test bench for the broker: it plays everybody else, in virtual time, without a network.
//
// What the broker sends is decoded and kept until the test asks for it. Device n has the id, the
// address and the token of the same number; phone(n) is nobody's until somebody registers for it.
#pragma once

#include "protocol/broker/broker.hpp"
#include "protocol/broker/credential.hpp"
#include "protocol/wire/codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol::testing {

using namespace literals;

struct SentMessage {
    Address destination;
    Message message;

    bool operator==(const SentMessage&) const = default;
};

struct PushedMessage {
    std::uint64_t request = 0;
    PushToken token;
    Message message;
    Duration time_to_live{};
    CallId collapse_key;

    bool operator==(const PushedMessage&) const = default;
};

struct MailedMessage {
    EndpointIdentifier recipient;
    Message message;

    bool operator==(const MailedMessage&) const = default;
};

// Everything a broker gave to its owner after one input.
struct Outputs {
    std::vector<SentMessage> sent;
    std::vector<PushedMessage> pushed;
    std::vector<MailedMessage> mailed;
    std::vector<Remark> remarks;

    bool operator==(const Outputs&) const = default;
};

inline DeviceId device_id(std::uint64_t number) {
    return {.high = 0xDE, .low = number};
}

inline CallId call_id(std::uint64_t number) {
    return {.high = 0xCA11, .low = number};
}

inline Address address_of(std::uint32_t number) {
    return {.ip = ipv4(0x0A000000U + number), .port = 4000};
}

inline EndpointIdentifier phone(std::uint64_t number) {
    return EndpointIdentifier::parse("+4915" + std::to_string(100'000'000 + number)).value();
}

inline PushToken token(std::uint64_t number, PushProvider provider = PushProvider::apns) {
    const std::string text = "token-of-thirty-two-bytes-" + std::to_string(100'000 + number);
    return {.provider = provider, .value = InlineBytes<PushToken::length_max>(bytes_of(text))};
}

inline ConnectionData connection(std::uint32_t number) {
    ConnectionData data;
    data.generation = 1;
    data.mapping = MappingBehaviour::endpoint_independent;
    data.key.fill(static_cast<std::uint8_t>(number));
    data.candidates.push_back({.kind = CandidateKind::host,
                               .address = {.ip = ipv4(0xC0A80000U + number), .port = 5000},
                               .priority = 100});
    data.candidates.push_back({.kind = CandidateKind::server_reflexive,
                               .address = {.ip = ipv4(0xC6330000U + number), .port = 5000},
                               .priority = 50});
    return data;
}

// Its tests play whole towns from a few addresses, so nobody asks too often.
inline BrokerConfig broker_config() {
    BrokerConfig config;
    config.limits = BrokerLimits::without_rates();
    config.address = {.ip = ipv4(0xCB007101U), .port = 3478};
    config.seed.octets.fill(1);
    config.ticket_key.octets.fill(2);
    return config;
}

// The account that owns the identifier.
inline ProfileId profile_of(const EndpointIdentifier& identifier) {
    ProfileId profile{.high = 0xF, .low = 1};
    for (const char c : identifier.text()) {
        profile.low = 31 * profile.low + static_cast<std::uint8_t>(c);
    }
    return profile;
}

// The same registration with a credential for each of its identifiers, proven in second `proven`.
inline RegisterDevice vouched(RegisterDevice message, std::uint32_t proven = 0) {
    message.credentials.clear();
    for (const EndpointIdentifier& identifier : message.identifiers) {
        message.credentials.push_back(earned_credential(
            broker_config().ticket_key, {message.device, message.profile, identifier}, proven));
    }
    return message;
}

inline RegisterDevice registration(std::uint64_t number, const EndpointIdentifier& identifier) {
    RegisterDevice message;
    message.device = device_id(number);
    message.profile = profile_of(identifier);
    message.incarnation = 1;
    message.identifiers = {identifier};
    message.token = token(number);
    message.lease = timing::lease_max;
    return message;
}

inline std::vector<std::uint8_t> encoded(const Message& message) {
    std::vector<std::uint8_t> bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    return bytes;
}

inline Message decoded(ByteView bytes) {
    auto message = decode(bytes);
    CHECK(message.has_value(), "the broker sends well-formed messages");
    return *message;
}

inline void collect(Outputs& outputs, const Broker::Output& output) {
    if (const auto* datagram = std::get_if<SendDatagram>(&output)) {
        outputs.sent.push_back({datagram->destination, decoded(datagram->payload)});
    } else if (const auto* push = std::get_if<SendPush>(&output)) {
        outputs.pushed.push_back(
            {.request = push->request,
             .token = {push->provider, InlineBytes<PushToken::length_max>(push->token)},
             .message = decoded(push->payload),
             .time_to_live = push->time_to_live,
             .collapse_key = push->collapse_key});
    } else if (const auto* mail = std::get_if<SendMail>(&output)) {
        outputs.mailed.push_back({mail->recipient, decoded(mail->link)});
    } else if (const auto* remark = std::get_if<Remark>(&output)) {
        outputs.remarks.push_back(*remark);
    }
}

// Everything the broker wants done now.
inline Outputs drain(Broker& broker) {
    Outputs outputs;
    while (const auto output = broker.poll_output()) {
        collect(outputs, *output);
    }
    return outputs;
}

// Tests named after the broker's table in docs/PROTOCOL.md start here. Device 1 calls phone(7).
class BrokerTest : public ::testing::Test {
protected:
    static constexpr std::uint32_t initiator = 1;

    // ---- what others do -------------------------------------------------------------------------

    // A registration without credentials is given what it lacks.
    Outputs& receive(std::uint32_t from, const Message& message) {
        const auto* registration = std::get_if<RegisterDevice>(&message);
        if (registration != nullptr && registration->credentials.empty()) {
            return receive_as_it_is(from, vouched(*registration));
        }
        return receive_as_it_is(from, message);
    }

    Outputs& receive_as_it_is(std::uint32_t from, const Message& message) {
        const auto bytes = encoded(message);
        return receive_bytes(address_of(from), bytes);
    }

    // It came then, and waited until now.
    Outputs& receive_late(Instant came, std::uint32_t from, const Message& message) {
        const auto bytes = encoded(message);
        broker.handle_late(came,
                           now,
                           ReceivedDatagram{.source = address_of(from),
                                            .destination = broker_config().address,
                                            .payload = bytes});
        return last = drain(broker);
    }

    Outputs& receive_sms(const EndpointIdentifier& sender, const Message& message) {
        const auto bytes = encoded(message);
        broker.handle(now, ReceivedSms{.sender = sender, .body = bytes});
        return last = drain(broker);
    }

    Outputs& receive_bytes(const Address& source, ByteView payload) {
        broker.handle(
            now,
            ReceivedDatagram{
                .source = source, .destination = broker_config().address, .payload = payload});
        return last = drain(broker);
    }

    Outputs& answer_push(std::uint64_t request, PushOutcome outcome) {
        broker.handle(now, PushAnswered{.request = request, .outcome = outcome});
        return last = drain(broker);
    }

    // Lets time pass, serving every deadline on its way; gives all outputs of that time.
    Outputs pass(Duration duration) {
        const Instant end = now + duration;
        Outputs all;
        while (broker.next_deadline() <= end) {
            now = broker.next_deadline();
            broker.handle(now, DeadlineReached{});
            append(all, drain(broker));
        }
        now = end;
        return all;
    }

    void register_devices(std::initializer_list<std::uint32_t> numbers) {
        for (const std::uint32_t number : numbers) {
            receive(number, registration(number, phone(7)));
        }
    }

    [[nodiscard]] InviteRequest request() const {
        InviteRequest message;
        message.call = call;
        message.initiator = device_id(initiator);
        message.callee = phone(7);
        message.caller = phone(initiator);
        message.connection = connection(initiator);
        message.lifetime = 60s;
        return message;
    }

    // The initiator calls phone(7); keeps the tickets that the devices get.
    Outputs& invite() {
        receive(initiator, request());
        keep_tickets();
        return last;
    }

    void keep_tickets() {
        for (const PushedMessage& push : last.pushed) {
            if (const auto* invitation = std::get_if<InvitePush>(&push.message)) {
                tickets.push_back({invitation->device, invitation->ticket});
            }
        }
    }

    [[nodiscard]] Ticket ticket(std::uint32_t number) const {
        for (const auto& [device, ticket] : tickets) {
            if (device == device_id(number)) return ticket;
        }
        return {};
    }

    Outputs& ring(std::uint32_t number) {
        return receive(number, InviteRinging{call, device_id(number), ticket(number)});
    }

    Outputs& accept(std::uint32_t number) {
        return receive(number,
                       InviteAccept{call, device_id(number), ticket(number), connection(number)});
    }

    Outputs& decline(std::uint32_t number, DeclineScope scope = DeclineScope::here) {
        return receive(
            number,
            InviteDecline{call, device_id(number), ticket(number), scope, DeclineReason::declined});
    }

    Outputs& cancel() { return receive(initiator, InviteCancel{call, device_id(initiator)}); }

    Outputs& choose(std::initializer_list<std::uint32_t> numbers, std::uint32_t generation = 1) {
        InviteUpdate update{call, device_id(initiator), generation, {}};
        for (const std::uint32_t number : numbers) {
            update.chosen.push_back(device_id(number));
        }
        return receive(initiator, update);
    }

    // With the reason that this participant was told.
    Outputs& acknowledge_end(std::uint32_t number) { return acknowledge_end(number, told(number)); }

    Outputs& acknowledge_end(std::uint32_t number, EndReason reason) {
        return receive(number, EndedAck{call, device_id(number), reason});
    }

    [[nodiscard]] EndReason told(std::uint32_t number) const {
        const CallTable& table = broker.state().calls;
        const std::uint32_t position = table.find(call);
        if (position == no_position) return EndReason::unknown;
        const Call& known = table.calls[position];
        if (number == initiator) return known.initiator_told;
        for (const Invitee& invitee : known.invitees) {
            if (invitee.device == device_id(number)) return invitee.told;
        }
        return EndReason::unknown;
    }

    Outputs& acknowledge_forward(std::uint32_t number) {
        return receive(initiator, ForwardAck{call, device_id(number)});
    }

    // ---- what the broker said -------------------------------------------------------------------

    // How many datagrams of the type M went to device `number`.
    template <class M>
    static std::size_t count_sent(const Outputs& outputs, std::uint32_t number) {
        const auto is_it = [&](const SentMessage& one) {
            return one.destination == address_of(number) && std::holds_alternative<M>(one.message);
        };
        return static_cast<std::size_t>(
            std::count_if(outputs.sent.begin(), outputs.sent.end(), is_it));
    }

    // How many pushes of the type M were for device `number`.
    template <class M>
    static std::size_t count_pushed(const Outputs& outputs, std::uint32_t number) {
        const auto is_it = [&](const PushedMessage& one) {
            const auto* message = std::get_if<M>(&one.message);
            return message != nullptr && message->device == device_id(number);
        };
        return static_cast<std::size_t>(
            std::count_if(outputs.pushed.begin(), outputs.pushed.end(), is_it));
    }

    static std::size_t count_remarks(const Outputs& outputs, RemarkKind kind) {
        const auto is_it = [&](const Remark& one) { return one.kind == kind; };
        return static_cast<std::size_t>(
            std::count_if(outputs.remarks.begin(), outputs.remarks.end(), is_it));
    }

    // The only datagram of the type M, wherever it went.
    template <class M>
    static M only(const Outputs& outputs) {
        const M* found = nullptr;
        for (const SentMessage& one : outputs.sent) {
            const auto* message = std::get_if<M>(&one.message);
            if (message == nullptr) continue;
            EXPECT_EQ(found, nullptr) << "more than one";
            found = message;
        }
        EXPECT_NE(found, nullptr) << "none";
        return found == nullptr ? M{} : *found;
    }

    template <class M>
    static M only_push(const Outputs& outputs) {
        EXPECT_EQ(outputs.pushed.size(), 1U);
        if (outputs.pushed.size() != 1) return {};
        const auto* message = std::get_if<M>(&outputs.pushed[0].message);
        EXPECT_NE(message, nullptr);
        return message == nullptr ? M{} : *message;
    }

    static bool is_silent(const Outputs& outputs) {
        return outputs.sent.empty() && outputs.pushed.empty() && outputs.mailed.empty();
    }

    static void append(Outputs& all, Outputs more) {
        std::move(more.sent.begin(), more.sent.end(), std::back_inserter(all.sent));
        std::move(more.pushed.begin(), more.pushed.end(), std::back_inserter(all.pushed));
        std::move(more.mailed.begin(), more.mailed.end(), std::back_inserter(all.mailed));
        std::move(more.remarks.begin(), more.remarks.end(), std::back_inserter(all.remarks));
    }

    Instant now = instant_at(1'000'000'000);
    Broker broker{broker_config()};
    CallId call = call_id(1);
    std::vector<std::pair<DeviceId, Ticket>> tickets;
    Outputs last;  // of the last input
};

}  // namespace invitro::protocol::testing
