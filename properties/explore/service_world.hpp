// What is fixed in an explored world of the service: who there is, and what the people are like.
#pragma once

#include "properties/explore/naming.hpp"
#include "properties/explore/service_facts.hpp"
#include "properties/explore/service_subject.hpp"
#include "protocol/broker/durable_broker.hpp"
#include "protocol/client/client.hpp"
#include "protocol/paths/relay.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace invitro::properties::explore {

enum class ContentKind : std::uint8_t { datagram = 0, push = 1, act = 2 };

// What is on its way, as the machine at its end gets it.
struct Letter {
    protocol::Address source;
    protocol::Address destination;
    protocol::Party sender;
    Bytes payload;

    bool operator==(const Letter&) const = default;

    static constexpr auto fields() {
        return std::tuple{protocol::field("source", &Letter::source),
                          protocol::field("destination", &Letter::destination),
                          protocol::field("sender", &Letter::sender),
                          protocol::field("payload", &Letter::payload)};
    }
};

// What a person is about to do.
enum class ActKind : std::uint8_t {
    place_call = 0,
    answer = 1,
    cancel = 2,
    choose = 3,
    hang_up = 4,
    transfer = 5
};

struct Act {
    ActKind kind = ActKind::place_call;
    std::uint32_t row = 0;  // of the call
    protocol::CallId call;
    protocol::DeviceId device;  // choose

    bool operator==(const Act&) const = default;

    static constexpr auto fields() {
        return std::tuple{protocol::field("kind", &Act::kind),
                          protocol::field("row", &Act::row),
                          protocol::field("call", &Act::call),
                          protocol::field("device", &Act::device)};
    }
};

// A call as the people at a device know it.
struct KnownCall {
    protocol::CallId call;
    std::uint32_t row = 0;
    bool is_leg = false;  // of a session that was given to another device
    bool is_connected = false;
    bool is_settled = false;  // somebody was chosen, or the session was given away

    bool operator==(const KnownCall&) const = default;

    static constexpr auto fields() {
        return std::tuple{protocol::field("call", &KnownCall::call),
                          protocol::field("row", &KnownCall::row),
                          protocol::field("is_leg", &KnownCall::is_leg),
                          protocol::field("is_connected", &KnownCall::is_connected),
                          protocol::field("is_settled", &KnownCall::is_settled)};
    }
};

struct ClientMachine {
    protocol::Client client;
    std::uint32_t incarnation = 1;
    std::vector<KnownCall> calls;
};

struct BrokerMachine {
    protocol::DurableBroker broker;
    std::uint32_t incarnation = 1;
    std::uint64_t durable = 0;  // the highest number of a record
    std::vector<Bytes> segments{};
    // What another incarnation would begin with; null where none ever does. It changes with what is
    // durable.
    std::shared_ptr<const protocol::BrokerState> after_crash{};
};

struct RelayMachine {
    protocol::Relay relay;
};

// Nodes: the broker, then relays, then devices, in the order of their rows.
struct ServiceWorld {
    scenarios::World world;
    ServiceOptions options;
    Identities identities{};  // by row
    std::vector<CallPlan> calls{};
    FactPlan facts{};

    static constexpr Node broker_node = 0;

    [[nodiscard]] Node relay_node(std::size_t row) const { return static_cast<Node>(1 + row); }

    [[nodiscard]] Node device_node(std::size_t row) const {
        return static_cast<Node>(1 + world.relays.size() + row);
    }

    [[nodiscard]] bool is_device(Node node) const { return node >= device_node(0); }

    [[nodiscard]] std::uint32_t row_of(Node device) const { return device - device_node(0); }

    // The row of a device, or nothing.
    [[nodiscard]] std::optional<std::uint32_t> row_of(const protocol::DeviceId& device) const;
    [[nodiscard]] std::optional<std::uint32_t> row_of_number(std::uint32_t device_number) const;
    [[nodiscard]] std::optional<Node> node_at(const protocol::Address& address) const;
    [[nodiscard]] protocol::Address address_of(std::uint32_t row) const;

    [[nodiscard]] protocol::BrokerConfig broker_config(std::uint32_t incarnation) const;
    [[nodiscard]] protocol::ClientConfig client_config(std::uint32_t row,
                                                       std::uint32_t incarnation) const;

    // The row of the call between these two, if there is one.
    [[nodiscard]] std::optional<std::uint32_t> call_between(
        const protocol::EndpointIdentifier& caller,
        const protocol::EndpointIdentifier& callee) const;

    // "the broker", "device 3".
    [[nodiscard]] std::string name_of(Node node) const;
};

// Errors as of service_subject().
protocol::Result<ServiceWorld> service_world(const scenarios::World& world,
                                             const ServiceOptions& options);

// What a machine makes of what happens to it.
Outcome step_broker(const ServiceWorld& world,
                    const BrokerMachine& before,
                    Instant now,
                    Happening happening,
                    const Input& input);
Outcome step_client(const ServiceWorld& world,
                    Node node,
                    const ClientMachine& before,
                    Instant now,
                    Happening happening,
                    const Input& input);
Outcome step_relay(const ServiceWorld& world,
                   Node node,
                   const RelayMachine& before,
                   Instant now,
                   Happening happening,
                   const Input& input);

// The machines as the explored world begins.
BrokerMachine first_broker_machine(const ServiceWorld& world);
ClientMachine first_client_machine(const ServiceWorld& world, std::uint32_t row);
RelayMachine first_relay_machine(const ServiceWorld& world, std::size_t row);

// A broker that begins again from what is durable.
BrokerMachine recovered(const ServiceWorld& world, const BrokerMachine& before, Instant now);

// The input that this is.
Input letter_to(Node to, ContentKind kind, const Letter& letter, bool is_urgent);
Input act_of(Node node, const Act& act);
// Preconditions: made by these.
ContentKind kind_of(const Input& input);
Letter letter_in(const Input& input);
Act act_in(const Input& input);

// A datagram that a machine wants to send, as an input; nothing where it reaches nobody.
std::optional<Input> sent_datagram(const ServiceWorld& world,
                                   Node from,
                                   const protocol::SendDatagram& datagram);

}  // namespace invitro::properties::explore
