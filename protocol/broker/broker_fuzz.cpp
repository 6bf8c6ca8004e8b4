// Fuzzes a broker with its journal: datagrams from anybody, answers of push services, time that
// passes or is late, writes that become durable sooner or later, crashes. The input is a series of
// steps. Queues stay bounded, and in the end everything about calls is forgotten.
#include "protocol/broker/fuzzed_broker_test.hpp"

#include <algorithm>

namespace invitro::protocol::fuzz {
namespace {

using namespace literals;

// Whom and what a message is about.
struct BrokerChoice {
    const FuzzedBroker& broker;
    CallId call{};
    DeviceId device{};

    void set(FuzzInput& input, CallId& member) {
        member = call = call_of_number(1 + input.choice(call_count));
    }

    void set(FuzzInput& input, DeviceId& member) {
        member = device = device_of(1 + input.choice(device_count));
    }

    void set(FuzzInput& input, Ticket& member) {
        if (input.choice(8) != 7) member = broker.ticket(call, device);
    }

    void set(FuzzInput& input, EndpointIdentifier& member) { member = phone(5 + input.choice(4)); }

    void set(FuzzInput& input, std::uint32_t& member) { member = input.octet(); }

    void set(FuzzInput& input, Duration& member) { member = input.octet() * 1s; }

    void set(FuzzInput& input, EndReason& member) {
        member = static_cast<EndReason>(input.choice(5));
    }

    void set(FuzzInput& input, DeclineScope& member) {
        member = static_cast<DeclineScope>(input.choice(2));
    }

    void set(FuzzInput& input, InlineVector<DeviceId, InviteUpdate::chosen_max>& member) {
        member = {device_of(1 + input.choice(device_count))};
    }
};

std::uint64_t some_push_request(FuzzInput& input, const FuzzedBroker& broker) {
    const auto& known = broker.push_requests();
    if (known.empty() || input.choice(8) == 7) return input.number(8);
    return known[input.number(2) % known.size()];
}

// What it is meant for, or anything else.
void come_by_sms(FuzzInput& input, FuzzedBroker& broker) {
    const EndpointIdentifier sender = phone(5 + input.choice(4));
    BrokerChoice choice{.broker = broker};
    if (input.choice(4) == 3) return broker.receive_sms(sender, chosen_datagram(input, choice));
    RegisterBySms message;
    choice.set(input, message.device);
    message.profile = {.high = 0xF, .low = input.octet()};
    message.token.value.assign(input.bytes(input.octet()));
    broker.receive_sms(sender, encoded(message));
}

void step(FuzzInput& input, FuzzedBroker& broker) {
    switch (input.choice(16)) {
        case 0:
            return broker.answer_push(some_push_request(input, broker),
                                      static_cast<PushOutcome>(input.choice(4)));
        case 1:
            return broker.pass(input.number(2) * 10ms);
        case 2:
            return broker.overrun(input.octet() * 1s);
        case 3:
            return broker.crash(input.number(2));
        case 4:
        case 5:
        case 6:
            return broker.persist();
        case 15:
            return come_by_sms(input, broker);
        default:
            break;
    }
    BrokerChoice choice{.broker = broker};
    const Address source = address_of(static_cast<std::uint32_t>(1 + input.choice(16)));
    broker.receive(source, chosen_datagram(input, choice));
}

void run(ByteView bytes) {
    FuzzInput input(bytes);
    FuzzedBroker broker;
    for (int steps = 0; steps < 400 && !input.is_at_end(); ++steps) {
        step(input, broker);
        const BrokerState state = broker.state().broker;
        for (const Call& call : state.calls.calls) {
            CHECK(call.tokens.size() <= invited_tokens_max, "a call's tokens are bounded");
            CHECK(call.accepts.size() <= call.invitees.size(), "nobody accepts twice");
        }
    }
    broker.persist();
    broker.pass(timing::invitation_lifetime_max + timing::grace + 1s);
    broker.persist();
    CHECK(broker.state().broker.calls.calls.empty(), "every call is forgotten in the end");
    CHECK(broker.state().journal.waiting.empty(), "what is durable does not wait");
}

// Each kind of message from each device, with everything durable at once, and then all at once.
std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    Bytes together;
    const std::size_t kinds = example_messages().size();
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        Bytes one;
        for (std::uint8_t device = 1; device <= 4; ++device) {
            const Bytes said{7, device, 0, static_cast<std::uint8_t>(kind), 0, device, 0, 0, 4};
            one.insert(one.end(), said.begin(), said.end());
        }
        together.insert(together.end(), one.begin(), one.end());
        all.push_back(std::move(one));
    }
    all.push_back(std::move(together));
    all.push_back({1, 0xFF, 0x20, 3, 0, 0, 4, 1, 0xFF, 0xFF});
    all.push_back({15, 2, 0, 5, 1, 4, 't', 'o', 'k', 'e', 4, 0, 0, 2, 15, 0, 3, 0, 9, 4});
    return all;
}

const FuzzTarget broker_target("broker", run, seeds);

}  // namespace
}  // namespace invitro::protocol::fuzz
