#include "properties/explore/service_world.hpp"

#include "protocol/timing.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/state.hpp"
#include "sim/identities.hpp"
#include "sim/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace invitro::properties::explore {
namespace {

using protocol::Address;

// A device's address: outside of everything that sim/places.hpp plans.
constexpr std::uint32_t device_net = 0xC6120A00;  // 198.18.10.0
constexpr std::uint16_t device_port = 5000;
constexpr std::uint16_t incarnations_of_devices = 4;

constexpr model::NodeId broker_name{.kind = model::NodeKind::broker, .number = 0};

protocol::RandomValue relay_key(const scenarios::World& world) {
    return protocol::draw(
        sim::incarnation_seed(world.seed, broker_name, 0), protocol::Purpose::relay_key, 0);
}

protocol::RandomValue device_seed(const scenarios::World& world,
                                  std::uint32_t row,
                                  std::uint32_t incarnation) {
    return sim::incarnation_seed(
        world.seed,
        {.kind = model::NodeKind::device, .number = world.devices[row].number},
        incarnation);
}

// What the explorer does not know, or nothing.
std::string objection(const scenarios::World& world) {
    const std::string inconsistent = scenarios::inconsistency(world);
    if (!inconsistent.empty()) return inconsistent;
    if (world.brokers.size() != 1) return "the explorer knows one broker, not a cluster";
    if (!world.moves.empty()) return "the explorer does not know moves";
    if (!world.attackers.empty()) return "the explorer does not know attackers";
    if (!world.registration_changes.empty()) {
        return "the explorer does not know changes of registration";
    }
    if (world.registration == scenarios::RegistrationStart::scratch) {
        return "the explorer begins with devices that are registered";
    }
    if (world.calls.empty()) return "there is no call to explore";
    constexpr std::size_t devices_max = 8;
    if (world.devices.size() > devices_max) {
        return fmt::format("the explorer takes at most {} devices, not {}: lower their number",
                           devices_max,
                           world.devices.size());
    }
    constexpr std::size_t words_max = 48;
    if (world.calls.size() * (world.devices.size() + 1) > words_max) {
        return "there are too many calls to explore with so many devices";
    }
    return {};
}

bool owns(const scenarios::World& world,
          std::uint32_t profile,
          const protocol::EndpointIdentifier& identifier) {
    return std::any_of(
        world.profiles.begin(), world.profiles.end(), [&](const scenarios::Profile& one) {
            const auto& all = one.identifiers;
            return one.number == profile &&
                   std::find(all.begin(), all.end(), identifier) != all.end();
        });
}

CallPlan plan_of(const ServiceWorld& service, const scenarios::Call& call) {
    const scenarios::World& world = service.world;
    CallPlan plan;
    plan.policy = call.policy;
    plan.initiator = *service.row_of_number(call.initiator);
    plan.has_transfer = call.transfer_after != Duration::max();
    plan.may_connect = service.options.has_direct_paths || !world.relays.empty();
    for (std::uint32_t row = 0; row < world.devices.size(); ++row) {
        const bool is_invited =
            row != plan.initiator && owns(world, world.devices[row].profile, call.callee);
        if (is_invited) plan.invited.push_back(row);
    }
    const std::uint32_t profile = world.devices[plan.initiator].profile;
    for (const scenarios::Call& other : world.calls) {
        const auto row = service.row_of_number(other.initiator);
        plan.is_crossed =
            plan.is_crossed || (owns(world, profile, other.callee) &&
                                owns(world, world.devices[*row].profile, call.callee));
    }
    return plan;
}

}  // namespace

std::optional<std::uint32_t> ServiceWorld::row_of(const protocol::DeviceId& device) const {
    for (std::uint32_t row = 0; row < identities.devices.size(); ++row) {
        if (identities.devices[row].id == device) return row;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> ServiceWorld::row_of_number(std::uint32_t device_number) const {
    for (std::uint32_t row = 0; row < world.devices.size(); ++row) {
        if (world.devices[row].number == device_number) return row;
    }
    return std::nullopt;
}

Address ServiceWorld::address_of(std::uint32_t row) const {
    return {.ip = identities.devices[row].ip, .port = device_port};
}

std::optional<Node> ServiceWorld::node_at(const Address& address) const {
    if (address == sim::broker_address(0)) return broker_node;
    for (std::size_t row = 0; row < world.relays.size(); ++row) {
        if (address == sim::relay_address(world.relays[row].number)) return relay_node(row);
    }
    for (std::uint32_t row = 0; row < world.devices.size(); ++row) {
        if (address == address_of(row)) return device_node(row);
    }
    return std::nullopt;
}

protocol::BrokerConfig ServiceWorld::broker_config(std::uint32_t incarnation) const {
    protocol::BrokerConfig config;
    config.address = sim::broker_address(0);
    config.seed = sim::incarnation_seed(world.seed, broker_name, incarnation);
    config.ticket_key = sim::service_key(world.seed);
    config.is_sealed = true;
    config.relay_key = relay_key(world);
    for (const scenarios::Relay& relay : world.relays) {
        config.relays.push_back(sim::relay_address(relay.number));
    }
    config.limits = world.limits;
    return config;
}

protocol::ClientConfig ServiceWorld::client_config(std::uint32_t row,
                                                   std::uint32_t incarnation) const {
    protocol::ClientConfig config;
    config.device = identities.devices[row].id;
    config.seed = device_seed(world, row, incarnation);
    config.brokers = {{.v4 = sim::broker_address(0), .v6 = {}}};
    config.key = identities.devices[row].key;
    config.is_sealed = true;
    return config;
}

std::optional<std::uint32_t> ServiceWorld::call_between(
    const protocol::EndpointIdentifier& caller, const protocol::EndpointIdentifier& callee) const {
    for (std::uint32_t row = 0; row < world.calls.size(); ++row) {
        const std::uint32_t profile = world.devices[calls[row].initiator].profile;
        if (world.calls[row].callee == callee && owns(world, profile, caller)) return row;
    }
    return std::nullopt;
}

std::string ServiceWorld::name_of(Node node) const {
    if (node == broker_node) return "the broker";
    if (!is_device(node)) return fmt::format("relay {}", world.relays[node - 1].number);
    return fmt::format("device {}", world.devices[row_of(node)].number);
}

protocol::Result<ServiceWorld> service_world(const scenarios::World& world,
                                             const ServiceOptions& options) {
    const std::string why_not = objection(world);
    if (!why_not.empty()) return protocol::fail(why_not);
    ServiceWorld service{.world = world, .options = options};
    // The cryptography of a world that is really sealed would only cost time.
    service.world.security = scenarios::Security::symbolic;
    for (std::uint32_t row = 0; row < world.devices.size(); ++row) {
        const std::uint32_t number = world.devices[row].number;
        const auto keys = sim::device_keys(service.world.security, world.seed, number);
        service.identities.devices.push_back({.id = protocol::device_id_of(keys.public_key),
                                              .ip = protocol::ipv4(device_net + 1 + row),
                                              .key = keys.public_key,
                                              .registration = {}});
        for (std::uint32_t i = 1; i <= incarnations_of_devices; ++i) {
            service.identities.add_call_keys(row, i, device_seed(world, row, i));
        }
    }
    for (const scenarios::Call& call : world.calls) {
        service.calls.push_back(plan_of(service, call));
    }
    service.facts = {.calls = static_cast<std::uint32_t>(world.calls.size()),
                     .devices = static_cast<std::uint32_t>(world.devices.size())};
    for (std::uint32_t row = 0; row < world.devices.size(); ++row) {
        const ClientMachine first = first_client_machine(service, row);
        service.identities.devices[row].registration = first.client.state().registration.front();
    }
    service.identities.registry = first_broker_machine(service).broker.broker_state().registry;
    return service;
}

// ---- the machines as the world begins -----------------------------------------------------------

BrokerMachine first_broker_machine(const ServiceWorld& service) {
    const auto snapshots =
        service.options.may_crash ? protocol::Snapshots::written : protocol::Snapshots::omitted;
    BrokerMachine machine{
        .broker = protocol::DurableBroker(service.broker_config(1), Instant{}, snapshots)};
    for (std::uint32_t row = 0; row < service.world.devices.size(); ++row) {
        const auto registration = sim::registration_of(service.world, service.world.devices[row]);
        const std::size_t count =
            std::min(registration.identifiers.size(), protocol::RegisterDevice::identifiers_max);
        protocol::RegisterDevice message{.device = service.identities.devices[row].id,
                                         .profile = registration.profile,
                                         .incarnation = 1,
                                         .identifiers = {},
                                         .token = registration.token,
                                         .lease = protocol::timing::lease_max,
                                         .key = service.identities.devices[row].key,
                                         .credentials = {}};
        message.identifiers.assign(registration.identifiers.view().first(count));
        machine.broker.preregister(Instant{}, message);
    }
    const Outcome written = step_broker(service, machine, Instant{}, Happening::deadline, Input{});
    return *std::static_pointer_cast<const BrokerMachine>(written.after);
}

ClientMachine first_client_machine(const ServiceWorld& service, std::uint32_t row) {
    protocol::RegisterCommand registration =
        sim::registration_of(service.world, service.world.devices[row]);
    sim::add_credentials(service.world, service.identities.devices[row].id, registration);
    ClientMachine machine{.client = protocol::Client::registered(
                              service.client_config(row, 1), Instant{}, registration),
                          .incarnation = 1,
                          .calls = {}};
    protocol::NetworkChanged network;
    network.addresses.push_back(service.address_of(row));
    machine.client.handle(Instant{}, protocol::Command{network});
    while (machine.client.poll_output()) {
    }
    machine.client.release_memory();
    return machine;
}

RelayMachine first_relay_machine(const ServiceWorld& service, std::size_t row) {
    const scenarios::Relay& relay = service.world.relays[row];
    protocol::RelayConfig config;
    config.address = sim::relay_address(relay.number);
    config.seed = sim::incarnation_seed(
        service.world.seed, {.kind = model::NodeKind::relay, .number = relay.number}, 1);
    config.key = relay_key(service.world);
    config.couplings_max = static_cast<std::uint16_t>(relay.couplings);
    return {.relay = protocol::Relay(config)};
}

// ---- what is on its way -------------------------------------------------------------------------

Input letter_to(Node to, ContentKind kind, const Letter& letter, bool is_urgent) {
    Input input{.to = to, .kind = InputKind::message, .is_urgent = is_urgent, .content = {}};
    input.content.push_back(static_cast<std::uint8_t>(kind));
    protocol::serialise(letter, input.content);
    return input;
}

Input act_of(Node node, const Act& act) {
    Input input{.to = node, .kind = InputKind::act, .is_urgent = false, .content = {}};
    input.content.push_back(static_cast<std::uint8_t>(ContentKind::act));
    protocol::serialise(act, input.content);
    return input;
}

ContentKind kind_of(const Input& input) {
    return static_cast<ContentKind>(input.content.front());
}

Letter letter_in(const Input& input) {
    auto letter = protocol::deserialise<Letter>(protocol::ByteView{input.content}.subspan(1));
    CHECK(letter.has_value(), "what is on its way was written by letter_to()");
    return std::move(*letter);
}

Act act_in(const Input& input) {
    const auto act = protocol::deserialise<Act>(protocol::ByteView{input.content}.subspan(1));
    CHECK(act.has_value(), "what somebody is about to do was written by act_of()");
    return *act;
}

std::optional<Input> sent_datagram(const ServiceWorld& service,
                                   Node from,
                                   const protocol::SendDatagram& datagram) {
    const auto to = service.node_at(datagram.destination);
    if (!to) return std::nullopt;
    const bool is_between_devices = service.is_device(from) && service.is_device(*to);
    if (is_between_devices && !service.options.has_direct_paths) return std::nullopt;
    Letter letter{.source = datagram.source,
                  .destination = datagram.destination,
                  .sender = {},
                  .payload = {datagram.payload.begin(), datagram.payload.end()}};
    if (service.is_device(from)) letter.source = service.address_of(service.row_of(from));
    const bool is_sealed = !datagram.recipient.is_nobody();
    if (is_sealed && from == ServiceWorld::broker_node)
        letter.sender = protocol::Party::of_broker();
    if (is_sealed && service.is_device(from)) {
        letter.sender =
            protocol::Party::of_device(service.identities.devices[service.row_of(from)].id);
    }
    const bool concerns_broker =
        from == ServiceWorld::broker_node || *to == ServiceWorld::broker_node;
    const bool is_urgent = !concerns_broker && !service.options.explores_paths;
    return letter_to(*to, ContentKind::datagram, letter, is_urgent);
}

}  // namespace invitro::properties::explore
