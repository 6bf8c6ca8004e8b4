// What the broker and the relays of an explored world make of what happens to them.
#include "properties/explore/service_world.hpp"
#include "protocol/vocabulary/check.hpp"
#include "sim/identities.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>

namespace invitro::properties::explore {
namespace {

// Drains a broker, and keeps its disk.
class BrokerTurn {
public:
    BrokerTurn(const ServiceWorld& service, BrokerMachine& machine, Instant now, Outcome& outcome)
        : service_(service), machine_(machine), now_(now), outcome_(outcome) {}

    void handle(const protocol::DurableBroker::Input& input) {
        machine_.broker.handle(now_, input);
        drain();
    }

    // Until nothing is left to be made durable: the disk is as fast as thought.
    void drain() {
        while (const auto durable = drain_once()) {
            machine_.durable = *durable;
            machine_.broker.handle(now_, protocol::Persisted{.number = *durable});
        }
    }

private:
    // The number of the last record that it wants to be durable, if there is one.
    std::optional<std::uint64_t> drain_once() {
        std::optional<std::uint64_t> durable;
        while (const auto output = machine_.broker.poll_output()) {
            if (const auto* persist = std::get_if<protocol::Persist>(&*output)) {
                keep(*persist);
                durable = persist->number;
            } else if (const auto* push = std::get_if<protocol::SendPush>(&*output)) {
                send(*push);
            } else if (const auto* datagram = std::get_if<protocol::SendDatagram>(&*output)) {
                auto sent = sent_datagram(service_, ServiceWorld::broker_node, *datagram);
                if (sent) outcome_.sent.push_back(std::move(*sent));
            }
        }
        return durable;
    }

    void keep(const protocol::Persist& persist) {
        if (!service_.options.may_crash) return;
        if (persist.starts_segment) machine_.segments.assign(1, {});
        Bytes& segment = machine_.segments.back();
        segment.insert(segment.end(), persist.bytes.begin(), persist.bytes.end());
    }

    void send(const protocol::SendPush& push) {
        const auto place = sim::locate_token(service_.world.seed, push.token);
        if (!place) return;
        const auto row = service_.row_of_number(place->device_number);
        CHECK(row.has_value(), "a token of this world is a device's");
        const Letter letter{.source = {},
                            .destination = {},
                            .sender = {},
                            .payload = {push.payload.begin(), push.payload.end()}};
        outcome_.sent.push_back(
            letter_to(service_.device_node(*row), ContentKind::push, letter, false));
    }

    const ServiceWorld& service_;
    BrokerMachine& machine_;
    Instant now_;
    Outcome& outcome_;
};

protocol::ReceivedDatagram datagram_of(const Letter& letter) {
    return {.source = letter.source,
            .destination = letter.destination,
            .payload = letter.payload,
            .sender = letter.sender};
}

}  // namespace

BrokerMachine recovered(const ServiceWorld& service, const BrokerMachine& before, Instant now) {
    std::vector<protocol::ByteView> views(before.segments.begin(), before.segments.end());
    auto broker = protocol::DurableBroker::recover(service.broker_config(before.incarnation + 1),
                                                   now,
                                                   {.segments = views, .durable = before.durable});
    CHECK(broker.has_value(), "what is durable is not damaged");
    return {.broker = std::move(*broker),
            .incarnation = before.incarnation + 1,
            .durable = before.durable,
            .segments = before.segments,
            .after_crash = nullptr};
}

Outcome step_broker(const ServiceWorld& service,
                    const BrokerMachine& before,
                    Instant now,
                    Happening happening,
                    const Input& input) {
    BrokerMachine machine = before;
    Outcome outcome;
    BrokerTurn turn(service, machine, now, outcome);
    const bool has_input =
        happening == Happening::input || happening == Happening::input_then_crash;
    if (has_input) {
        const Letter letter = letter_in(input);
        turn.handle(datagram_of(letter));
    } else if (happening == Happening::deadline) {
        turn.handle(protocol::DeadlineReached{});
    }
    if (happening == Happening::crash || happening == Happening::input_then_crash) {
        outcome.sent.clear();
        machine = recovered(service, machine, now);
        turn.drain();
    }
    const bool is_as_before = machine.durable == before.durable && before.after_crash != nullptr;
    if (service.options.may_crash && !is_as_before) {
        machine.after_crash = std::make_shared<const protocol::BrokerState>(
            recovered(service, machine, now).broker.broker_state());
    }
    machine.broker.release_memory();
    outcome.after = std::make_shared<const BrokerMachine>(std::move(machine));
    return outcome;
}

Outcome step_relay(const ServiceWorld& service,
                   Node node,
                   const RelayMachine& before,
                   Instant now,
                   Happening happening,
                   const Input& input) {
    RelayMachine machine = before;
    Outcome outcome;
    if (happening == Happening::deadline) {
        machine.relay.handle(now, protocol::DeadlineReached{});
    } else {
        const Letter letter = letter_in(input);
        machine.relay.handle(now, datagram_of(letter));
    }
    while (const auto output = machine.relay.poll_output()) {
        const auto* datagram = std::get_if<protocol::SendDatagram>(&*output);
        if (datagram == nullptr) continue;
        auto sent = sent_datagram(service, node, *datagram);
        if (sent) outcome.sent.push_back(std::move(*sent));
    }
    outcome.after = std::make_shared<const RelayMachine>(std::move(machine));
    return outcome;
}

}  // namespace invitro::properties::explore
