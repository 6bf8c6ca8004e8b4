#include "sim/invitation_cast.hpp"

namespace invitro::sim {
namespace {

using protocol::DeclineCommand;
using protocol::DeclineReason;
using protocol::DeclineScope;

constexpr model::NodeId broker_name(std::uint32_t number) {
    return {.kind = model::NodeKind::broker, .number = number};
}

// The key of the service's tickets: the same for every broker, in every incarnation.
protocol::RandomValue ticket_key(std::uint64_t world_seed) {
    return protocol::draw(
        incarnation_seed(world_seed, broker_name(0), 0), protocol::Purpose::ticket_key, 0);
}

}  // namespace

InvitationCast::InvitationCast(const scenarios::World& world)
    : world_(world), clients_(world.devices.size()) {
    for (const scenarios::Broker& broker : world.brokers) {
        brokers_.push_back(make_broker(broker.number));
    }
}

protocol::Broker InvitationCast::make_broker(std::uint32_t number) const {
    return protocol::Broker({.address = broker_address(number),
                             .seed = incarnation_seed(world_.seed, broker_name(number), 1),
                             .ticket_key = ticket_key(world_.seed)});
}

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

void InvitationCast::load_brokers() {
    for (const scenarios::Device& device : world_.devices) {
        const protocol::RegisterCommand registration = registration_of(world_, device);
        brokers_.front().preregister(protocol::Instant{},
                                     {.device = device_id(world_.seed, device.number),
                                      .profile = registration.profile,
                                      .incarnation = 1,
                                      .identifiers = registration.identifiers,
                                      .token = registration.token,
                                      .lease = protocol::timing::lease_max});
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
