#include "sim/invitation_cast.hpp"

#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/state.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace invitro::sim {
namespace {

using protocol::DeclineCommand;
using protocol::DeclineReason;
using protocol::DeclineScope;

constexpr model::NodeId broker_name(std::uint32_t number) {
    return {.kind = model::NodeKind::broker, .number = number};
}

constexpr std::size_t identifiers_per_part = protocol::RegisterDevice::identifiers_max;

// The key that brokers and relays share, likewise.
protocol::RandomValue relay_key(std::uint64_t world_seed) {
    return protocol::draw(
        incarnation_seed(world_seed, broker_name(0), 0), protocol::Purpose::relay_key, 0);
}

}  // namespace

protocol::Membership membership_after(const scenarios::World& world, std::size_t changes) {
    protocol::Membership membership{.epoch = 1 + changes, .members = {}};
    if (world.brokers.size() == 1) return {};
    for (const std::uint32_t number : scenarios::members_after(world, changes)) {
        membership.members.push_back(
            {.node = static_cast<protocol::NodeNumber>(number), .address = broker_address(number)});
    }
    return membership;
}

protocol::BrokerConfig InvitationCast::config_of_broker(std::uint32_t number,
                                                        std::uint32_t incarnation) const {
    protocol::BrokerConfig config;
    config.address = broker_address(number);
    config.address_v6 = broker_address_v6(number);
    config.seed = incarnation_seed(world_.seed, broker_name(number), incarnation);
    config.ticket_key = service_key(world_.seed);
    config.is_sealed = true;
    config.relay_key = relay_key(world_.seed);
    for (const scenarios::Relay& relay : world_.relays) {
        config.relays.push_back(relay_address(relay.number));
    }
    config.node = static_cast<protocol::NodeNumber>(number);
    config.membership = membership_after(world_, 0);
    config.limits = world_.limits;
    return config;
}

InvitationCast::InvitationCast(const scenarios::World& world)
    : world_(world),
      keyring_(world),
      clients_(world.devices.size()),
      hostile_(world, keyring_.cluster().public_key),
      attacks_(world.attackers.size()) {
    const auto snapshots =
        keeps_storage(world) ? protocol::Snapshots::written : protocol::Snapshots::omitted;
    for (const scenarios::Broker& broker : world.brokers) {
        brokers_.emplace_back(BrokerNode(SealedBroker(
            keyring_.seal_config_of_broker(static_cast<std::uint16_t>(broker.number), 1),
            protocol::DurableBroker(
                config_of_broker(broker.number, 1), protocol::Instant{}, snapshots))));
    }
    for (std::uint32_t number = 0; number < reflector_count; ++number) {
        reflectors_[number] = protocol::Reflector({.other_ip = reflector_other_ip(number)});
    }
    for (const scenarios::Relay& relay : world.relays) {
        relays_.emplace_back(make_relay(relay, 1));
    }
}

bool InvitationCast::recover_broker(std::uint32_t index,
                                    protocol::Instant now,
                                    std::uint32_t incarnation,
                                    const protocol::Storage& storage) {
    const std::uint32_t number = world_.brokers[index].number;
    auto recovered =
        protocol::DurableBroker::recover(config_of_broker(number, incarnation), now, storage);
    if (!recovered) return false;
    brokers_[index].emplace(SealedBroker(
        keyring_.seal_config_of_broker(static_cast<std::uint16_t>(number), incarnation),
        std::move(*recovered)));
    return true;
}

protocol::Relay InvitationCast::make_relay(const scenarios::Relay& relay,
                                           std::uint32_t incarnation) const {
    const model::NodeId name{.kind = model::NodeKind::relay, .number = relay.number};
    protocol::RelayConfig config;
    config.address = relay_address(relay.number);
    config.seed = incarnation_seed(world_.seed, name, incarnation);
    config.key = relay_key(world_.seed);
    config.couplings_max = static_cast<std::uint16_t>(relay.couplings);
    return protocol::Relay(config);
}

protocol::ClientConfig InvitationCast::config_of_client(std::uint32_t row,
                                                        const protocol::SealConfig& sealing) const {
    protocol::ClientConfig config;
    config.device = sealing.self.device;
    config.seed = sealing.seed;
    config.reflectors = {reflector_address(0),
                         reflector_address(1),
                         reflector_address_v6(0),
                         reflector_address_v6(1)};
    config.key = sealing.keys.public_key;
    config.is_sealed = true;
    // Each device begins with another broker, and knows them all.
    const std::size_t count = world_.brokers.size();
    config.brokers.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t next = (world_.devices[row].number + i) % count;
        const std::uint32_t number = world_.brokers[next].number;
        config.brokers.push_back({.v4 = broker_address(number), .v6 = broker_address_v6(number)});
    }
    return config;
}

InvitationCast::SealedClient InvitationCast::make_client(std::uint32_t row,
                                                         std::uint32_t incarnation,
                                                         protocol::Instant now) {
    const protocol::SealConfig sealing = keyring_.seal_config_of_device(row, incarnation);
    const protocol::ClientConfig config = config_of_client(row, sealing);
    if (world_.registration != scenarios::RegistrationStart::preloaded) {
        return {sealing, protocol::Client(config)};
    }
    protocol::RegisterCommand registration = registration_of(world_, world_.devices[row]);
    add_credentials(world_, config.device, registration);
    return {sealing, protocol::Client::registered(config, now, registration)};
}

// What is stored is stored as bytes: nothing else of a program outlives it.
void InvitationCast::store_client(std::uint32_t row) {
    std::vector<std::uint8_t> bytes;
    protocol::serialise(clients_[row]->machine().stored(), bytes);
    stored_clients_.insert_or_assign(row, std::move(bytes));
}

// The device's key pair lies in its keystore, which outlives its programs.
bool InvitationCast::restore_client(std::uint32_t row,
                                    std::uint32_t incarnation,
                                    protocol::Instant now) {
    const protocol::SealConfig sealing = keyring_.seal_config_of_device(row, incarnation);
    const protocol::ClientConfig config = config_of_client(row, sealing);
    const auto* bytes = stored_clients_.find(row);
    const bool was_dormant = bytes == nullptr;
    const bool is_new = !was_dormant && bytes->empty();
    if (was_dormant) {
        clients_[row] = std::make_unique<ClientNode>(make_client(row, incarnation, now),
                                                     world_.stream_fallback);
    } else if (is_new) {
        clients_[row] = std::make_unique<ClientNode>(
            SealedClient(sealing, protocol::Client(config)), world_.stream_fallback);
    } else {
        const auto stored = protocol::deserialise<protocol::StoredClient>(*bytes);
        CHECK(stored.has_value(), "a client reads what it has written");
        clients_[row] = std::make_unique<ClientNode>(
            SealedClient(sealing, protocol::Client::restored(config, now, *stored)),
            world_.stream_fallback);
    }
    stored_clients_.erase(row);
    return is_new;
}

void InvitationCast::load_broker(std::uint32_t index) {
    for (std::uint32_t row = 0; row < world_.devices.size(); ++row) {
        const protocol::RegisterCommand registration = registration_of(world_, world_.devices[row]);
        const protocol::PublicKey key = keyring_.device(row).public_key;
        const std::span all = registration.identifiers.view();
        const std::size_t parts = (all.size() + identifiers_per_part - 1) / identifiers_per_part;
        for (std::size_t part = 0; part < parts; ++part) {
            const std::size_t first = part * identifiers_per_part;
            protocol::RegisterDevice message{.device = protocol::device_id_of(key),
                                             .profile = registration.profile,
                                             .incarnation = 1,
                                             .identifiers = {},
                                             .token = registration.token,
                                             .lease = protocol::timing::lease_max,
                                             .key = key,
                                             .credentials = {},
                                             .part = static_cast<std::uint8_t>(part),
                                             .parts = static_cast<std::uint8_t>(parts)};
            message.identifiers.assign(
                all.subspan(first, std::min(identifiers_per_part, all.size() - first)));
            brokers_[index]->inner().inner().preregister(protocol::Instant{}, message);
        }
    }
}

model::StateMeasured InvitationCast::measure_broker() const {
    if (!brokers_.front()) return {};
    const protocol::DurableBroker& broker = brokers_.front()->inner().inner();
    const protocol::BrokerState& state = broker.broker_state();
    const protocol::Admission& admission = state.admission;
    model::StateMeasured measured{
        .calls = state.calls.calls.size(),
        .tokens_of_call = 0,
        .bindings = state.registry.bindings.size(),
        .subjects = std::max({admission.callers.buckets.size(),
                              admission.call_sources.buckets.size(),
                              admission.registration_sources.buckets.size()}),
        .waiting = broker.journal_state().waiting.size()};
    for (const protocol::Call& call : state.calls.calls) {
        measured.tokens_of_call =
            std::max<std::uint64_t>(measured.tokens_of_call, call.tokens.size());
    }
    return measured;
}

// Its own ticket is what an invited device could give away.
void InvitationCast::leak(std::uint32_t device_row, const protocol::CallId& call) {
    if (clients_[device_row] == nullptr) return;
    const protocol::ClientState& client = clients_[device_row]->inner().inner().state();
    if (client.activity.empty()) return;
    for (const protocol::IncomingCall& incoming : client.activity.front().incoming) {
        if (incoming.call != call) continue;
        hostile_.learn({.call = call, .device = client.config.device, .ticket = incoming.ticket});
    }
}

std::optional<TokenPlace> InvitationCast::locate(protocol::ByteView token,
                                                 protocol::Instant now) const {
    const auto located = locate_token(world_.seed, token);
    if (!located) return std::nullopt;
    TokenPlace place{.device = located->device_number};
    const TokenChange* change = token_changes_.find(located->device_number);
    const std::uint8_t newest = change == nullptr ? 0 : change->version;
    if (located->version == newest) return place;
    place.is_gone =
        change == nullptr || located->version + 1 != newest || now >= change->old_gone_at;
    return place;
}

// With the credentials it would have from before the world, unless it begins from scratch.
protocol::RegisterCommand InvitationCast::registration_now(std::uint32_t row) {
    const scenarios::Device& device = world_.devices[row];
    const TokenChange* change = token_changes_.find(device.number);
    protocol::RegisterCommand registration =
        registration_of(world_, device, change == nullptr ? 0 : change->version);
    if (world_.registration != scenarios::RegistrationStart::scratch) {
        add_credentials(world_, keyring_.id(row), registration);
    }
    return registration;
}

bool InvitationCast::owns(const scenarios::Device& device,
                          const protocol::EndpointIdentifier& identifier) const {
    const auto identifiers = registration_of(world_, device).identifiers;
    return std::find(identifiers.begin(), identifiers.end(), identifier) != identifiers.end();
}

void InvitationCast::forget_unless_connected(const protocol::CallId& call) {
    const OpenCall* open = open_calls_.find(call);
    if (open != nullptr && !open->connected) open_calls_.erase(call);
}

protocol::Command answer_of(model::ReactionKind kind, const protocol::CallId& call) {
    switch (kind) {
        case model::ReactionKind::accept:
            return protocol::AcceptCommand{.call = call};
        case model::ReactionKind::decline_here:
            return DeclineCommand{
                .call = call, .scope = DeclineScope::here, .reason = DeclineReason::declined};
        case model::ReactionKind::decline_everywhere:
            return DeclineCommand{
                .call = call, .scope = DeclineScope::everywhere, .reason = DeclineReason::declined};
        case model::ReactionKind::busy:
            return DeclineCommand{
                .call = call, .scope = DeclineScope::here, .reason = DeclineReason::busy};
        case model::ReactionKind::ignore:
            break;
    }
    CHECK(false, "nobody answers with ignoring");
}

}  // namespace invitro::sim
