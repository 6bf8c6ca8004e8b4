#include "sim/invitation_cast.hpp"

#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/state.hpp"

#include <algorithm>
#include <utility>

namespace invitro::sim {
namespace {

using protocol::DeclineCommand;
using protocol::DeclineReason;
using protocol::DeclineScope;

constexpr model::NodeId broker_name(std::uint32_t number) {
    return {.kind = model::NodeKind::broker, .number = number};
}

// The key of the service's tickets: the same for every broker and every incarnation.
protocol::RandomValue ticket_key(std::uint64_t world_seed) {
    return protocol::draw(
        incarnation_seed(world_seed, broker_name(0), 0), protocol::Purpose::ticket_key, 0);
}

protocol::BrokerConfig config_of_broker(const scenarios::World& world,
                                        std::uint32_t number,
                                        std::uint32_t incarnation) {
    return {.address = broker_address(number),
            .seed = incarnation_seed(world.seed, broker_name(number), incarnation),
            .ticket_key = ticket_key(world.seed),
            .limits = world.limits};
}

}  // namespace

InvitationCast::InvitationCast(const scenarios::World& world)
    : world_(world),
      clients_(world.devices.size()),
      hostile_(world),
      attacks_(world.attackers.size()) {
    const auto snapshots =
        keeps_storage(world) ? protocol::Snapshots::written : protocol::Snapshots::omitted;
    for (const scenarios::Broker& broker : world.brokers) {
        brokers_.emplace_back(std::in_place,
                              config_of_broker(world, broker.number, 1),
                              protocol::Instant{},
                              snapshots);
    }
}

bool InvitationCast::recover_broker(std::uint32_t index,
                                    protocol::Instant now,
                                    std::uint32_t incarnation,
                                    const protocol::Storage& storage) {
    auto recovered = protocol::DurableBroker::recover(
        config_of_broker(world_, world_.brokers[index].number, incarnation), now, storage);
    if (!recovered) return false;
    brokers_[index].emplace(std::move(*recovered));
    return true;
}

protocol::ClientConfig InvitationCast::config_of_client(std::uint32_t row,
                                                        std::uint32_t incarnation) const {
    const std::uint32_t number = world_.devices[row].number;
    return {.device = device_id(world_.seed, number),
            .seed = incarnation_seed(
                world_.seed, {.kind = model::NodeKind::device, .number = number}, incarnation),
            .broker = broker_address(0),
            .reflectors = {reflector_address(0), reflector_address(1)}};
}

protocol::Client InvitationCast::make_client(std::uint32_t row,
                                             std::uint32_t incarnation,
                                             protocol::Instant now) const {
    const protocol::ClientConfig config = config_of_client(row, incarnation);
    if (world_.registration == scenarios::RegistrationStart::live) return protocol::Client(config);
    return protocol::Client::registered(config, now, registration_of(world_, world_.devices[row]));
}

// What is stored is stored as bytes: nothing else of a program outlives it.
void InvitationCast::store_client(std::uint32_t row) {
    std::vector<std::uint8_t> bytes;
    protocol::serialise(clients_[row]->stored(), bytes);
    stored_clients_.insert_or_assign(row, std::move(bytes));
}

bool InvitationCast::restore_client(std::uint32_t row,
                                    std::uint32_t incarnation,
                                    protocol::Instant now) {
    const protocol::ClientConfig config = config_of_client(row, incarnation);
    const auto* bytes = stored_clients_.find(row);
    const bool was_dormant = bytes == nullptr;
    const bool is_new = !was_dormant && bytes->empty();
    if (was_dormant) {
        clients_[row] = std::make_unique<protocol::Client>(make_client(row, incarnation, now));
    } else if (is_new) {
        clients_[row] = std::make_unique<protocol::Client>(config);
    } else {
        const auto stored = protocol::deserialise<protocol::StoredClient>(*bytes);
        CHECK(stored.has_value(), "a client reads what it has written");
        clients_[row] =
            std::make_unique<protocol::Client>(protocol::Client::restored(config, now, *stored));
    }
    stored_clients_.erase(row);
    return is_new;
}

void InvitationCast::load_broker(std::uint32_t index) {
    for (const scenarios::Device& device : world_.devices) {
        const protocol::RegisterCommand registration = registration_of(world_, device);
        brokers_[index]->preregister(protocol::Instant{},
                                     {.device = device_id(world_.seed, device.number),
                                      .profile = registration.profile,
                                      .incarnation = 1,
                                      .identifiers = registration.identifiers,
                                      .token = registration.token,
                                      .lease = protocol::timing::lease_max});
    }
}

model::StateMeasured InvitationCast::measure_broker() const {
    if (!brokers_.front()) return {};
    const protocol::BrokerState& state = brokers_.front()->broker_state();
    const protocol::Admission& admission = state.admission;
    model::StateMeasured measured{
        .calls = state.calls.calls.size(),
        .tokens_of_call = 0,
        .bindings = state.registry.bindings.size(),
        .subjects = std::max({admission.callers.buckets.size(),
                              admission.call_sources.buckets.size(),
                              admission.registration_sources.buckets.size()})};
    for (const protocol::Call& call : state.calls.calls) {
        measured.tokens_of_call =
            std::max<std::uint64_t>(measured.tokens_of_call, call.tokens.size());
    }
    return measured;
}

// Its own ticket is what an invited device could give away.
void InvitationCast::leak(std::uint32_t device_row, const protocol::CallId& call) {
    const protocol::Client* client = clients_[device_row].get();
    if (client == nullptr || client->state().activity.empty()) return;
    for (const protocol::IncomingCall& incoming : client->state().activity.front().incoming) {
        if (incoming.call != call) continue;
        hostile_.learn(
            {.call = call, .device = client->state().config.device, .ticket = incoming.ticket});
    }
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
