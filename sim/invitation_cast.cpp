#include "sim/invitation_cast.hpp"

#include <algorithm>

namespace invitro::sim {
namespace {

using protocol::DeclineCommand;
using protocol::DeclineReason;
using protocol::DeclineScope;

constexpr model::NodeId broker_name{.kind = model::NodeKind::broker, .number = 0};

// The key of the service's tickets: the same for every incarnation of the broker.
protocol::RandomValue ticket_key(std::uint64_t world_seed) {
    return protocol::draw(
        incarnation_seed(world_seed, broker_name, 0), protocol::Purpose::ticket_key, 0);
}

}  // namespace

InvitationCast::InvitationCast(const scenarios::World& world)
    : world_(world),
      broker_({.address = broker_address(0),
               .seed = incarnation_seed(world.seed, broker_name, 1),
               .ticket_key = ticket_key(world.seed),
               .limits = world.limits}),
      clients_(world.devices.size()),
      hostile_(world),
      attacks_(world.attackers.size()) {}

protocol::Client InvitationCast::make_client(std::uint32_t row, protocol::Instant now) const {
    const scenarios::Device& device = world_.devices[row];
    const protocol::ClientConfig config{
        .device = device_id(world_.seed, device.number),
        .seed = incarnation_seed(
            world_.seed, {.kind = model::NodeKind::device, .number = device.number}, 1),
        .broker = broker_address(0),
        .reflectors = {reflector_address(0), reflector_address(1)}};
    if (world_.registration == scenarios::RegistrationStart::live) return protocol::Client(config);
    return protocol::Client::registered(config, now, registration_of(world_, device));
}

void InvitationCast::load_broker() {
    for (const scenarios::Device& device : world_.devices) {
        const protocol::RegisterCommand registration = registration_of(world_, device);
        broker_.preregister(protocol::Instant{},
                            {.device = device_id(world_.seed, device.number),
                             .profile = registration.profile,
                             .incarnation = 1,
                             .identifiers = registration.identifiers,
                             .token = registration.token,
                             .lease = protocol::timing::lease_max});
    }
}

model::StateMeasured InvitationCast::measure_broker() const {
    const protocol::BrokerState& state = broker_.state();
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
