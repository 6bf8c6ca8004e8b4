// What the people of the invitation service do; see sim/invitation_cast.hpp, which includes this.
#pragma once

#include "protocol/vocabulary/check.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/invitation_cast.hpp"

#include <algorithm>
#include <variant>

namespace invitro::sim {

namespace detail {

// Devices that register live do so within this time of the world's start.
inline constexpr std::uint32_t registration_spread_ms = 2000;

// How often the broker's state is measured while it is under attack.
inline constexpr std::uint64_t attacks_per_measurement = 16;

// How long the initiator's user looks at the acceptors before picking one.
inline constexpr protocol::Duration choosing_time = std::chrono::seconds{1};

}  // namespace detail

template <class Stage>
void InvitationCast::start(Stage& stage) {
    const bool is_preloaded = world_.registration == scenarios::RegistrationStart::preloaded;
    for (std::uint32_t i = 0; i < brokers_.size(); ++i) {
        if (is_preloaded) load_broker(i);
        stage.start_node(NodeIndex{i});
    }
    for (std::uint32_t number = 0; number < reflector_count; ++number) {
        stage.start_node(*stage.places().reflector(number));
    }
    for (const scenarios::Relay& relay : world_.relays) {
        stage.start_node(*stage.places().relay(relay.number));
    }
    if (!is_preloaded) {
        for (std::uint32_t row = 0; row < world_.devices.size(); ++row) {
            const std::uint64_t draw =
                model::draw(world_.seed, model::Subsystem::people, world_.devices[row].number, 0);
            const protocol::Duration wait =
                std::chrono::milliseconds{model::below(detail::registration_spread_ms, draw)};
            stage.schedule(stage.now() + wait, {.kind = Action::Kind::start, .row = row});
        }
    }
    for (std::uint32_t row = 0; row < world_.attackers.size(); ++row) {
        stage.schedule(world_.attackers[row].start, {.kind = Action::Kind::attack, .row = row});
    }
    if (!world_.calls.empty()) {
        stage.schedule(protocol::Instant{world_.calls[0].at},
                       {.kind = Action::Kind::place_call, .row = 0});
    }
    if (!world_.moves.empty()) {
        stage.schedule(protocol::Instant{world_.moves[0].move.at},
                       {.kind = Action::Kind::move, .row = 0});
    }
    if (!world_.registration_changes.empty()) {
        stage.schedule(protocol::Instant{world_.registration_changes[0].at},
                       {.kind = Action::Kind::change_registration, .row = 0});
    }
    if (!world_.membership.empty()) {
        stage.schedule(protocol::Instant{world_.membership[0].at},
                       {.kind = Action::Kind::change_membership, .row = 0});
    }
}

template <class Stage, class F>
// NOLINTNEXTLINE(misc-no-recursion): see Simulation::give()
void InvitationCast::visit(Stage& stage, NodeIndex node, F&& f) {
    const model::NodeId name = stage.places().id(node);
    if (name.kind == model::NodeKind::broker) {
        if (auto& broker = brokers_[raw(node)]) f(*broker);
    } else if (name.kind == model::NodeKind::reflector) {
        f(reflectors_[name.number]);
    } else if (name.kind == model::NodeKind::relay) {
        f(relays_[stage.places().relay_row(node)]);
    } else if (name.kind == model::NodeKind::device) {
        const std::uint32_t row = stage.places().row_of(node);
        auto& client = clients_[row];
        if (client == nullptr) {
            client = std::make_unique<ClientNode>(
                make_client(row, stage.incarnation(node), stage.now()), world_.stream_fallback);
            stage.node_started(node);
            tell_network(stage, node);
            // Who is loaded as registered has been running all the time.
            if (world_.registration != scenarios::RegistrationStart::preloaded) wake(stage, node);
        }
        f(*client);
        // Its outbox would be cold at its next input, and kilobytes times all devices in calls.
        client->release_memory();
    }
}

template <class Stage>
void InvitationCast::crash(Stage& stage, NodeIndex node, CrashKeeps keeps) {
    if (stage.places().is_broker(node)) {
        brokers_[raw(node)].reset();
    } else if (stage.places().is_device(node)) {
        const std::uint32_t row = stage.places().row_of(node);
        if (keeps == CrashKeeps::nothing) {
            stored_clients_.insert_or_assign(row, {});
        } else if (clients_[row] != nullptr) {
            store_client(row);
        }
        clients_[row].reset();
    }
}

template <class Stage>
bool InvitationCast::restart(Stage& stage,
                             NodeIndex node,
                             std::uint32_t incarnation,
                             const protocol::Storage& storage) {
    if (stage.places().is_broker(node)) {
        return recover_broker(raw(node), stage.now(), incarnation, storage);
    }
    if (stage.places().id(node).kind == model::NodeKind::relay) {
        const std::uint32_t relay = stage.places().relay_row(node);
        relays_[relay] = RelayNode(make_relay(world_.relays[relay], incarnation));
    }
    if (!stage.places().is_device(node)) return true;
    const std::uint32_t row = stage.places().row_of(node);
    const bool is_new = restore_client(row, incarnation, stage.now());
    stage.schedule(stage.now(),
                   {.kind = is_new ? Action::Kind::start : Action::Kind::wake, .row = row});
    return true;
}

template <class Stage>
void InvitationCast::perform(Stage& stage, const Action& action) {
    switch (action.kind) {
        case Action::Kind::start:
            register_device(stage, action.row);
            break;
        case Action::Kind::wake:
            tell_network(stage, stage.places().node_of(action.row));
            wake(stage, stage.places().node_of(action.row));
            break;
        case Action::Kind::place_call:
            place_call(stage, action.row);
            break;
        case Action::Kind::react:
            react(stage, action);
            break;
        case Action::Kind::cancel:
            cancel(stage, action);
            break;
        case Action::Kind::choose:
            stage.give(stage.places().node_of(action.row),
                       protocol::ChooseCommand{.call = action.call, .device = action.peer});
            break;
        case Action::Kind::hang_up:
            open_calls_.erase(action.call);
            stage.give(stage.places().node_of(action.row),
                       protocol::HangUpCommand{.call = action.call});
            break;
        case Action::Kind::transfer:
            stage.give(
                stage.places().node_of(action.row),
                protocol::TransferCommand{.call = action.call, .peer = {}, .target = action.peer});
            break;
        case Action::Kind::move:
            move(stage, action.row);
            break;
        case Action::Kind::attack:
            attack(stage, action.row);
            break;
        case Action::Kind::change_registration:
            change_registration(stage, action.row);
            break;
        case Action::Kind::open_mail:
            open_mail(stage, action.row);
            break;
        case Action::Kind::change_membership:
            change_membership(stage, action.row);
            break;
    }
}

template <class Stage>
void InvitationCast::heard(Stage& stage,
                           NodeIndex node,
                           const protocol::Notification& notification) {
    std::visit([&](const auto& one) { hear(stage, node, one); }, notification);
}

// ---- actions -----------------------------------------------------------------------------------

// Calls and moves are sorted by time: each one schedules the next, so that only one waits.
template <class Stage>
void InvitationCast::place_call(Stage& stage, std::uint32_t row) {
    if (row + 1 < world_.calls.size()) {
        stage.schedule(protocol::Instant{world_.calls[row + 1].at},
                       {.kind = Action::Kind::place_call, .row = row + 1});
    }
    const scenarios::Call& call = world_.calls[row];
    const auto initiator = stage.places().device(call.initiator);
    CHECK(initiator.has_value(), "a consistent world has every call's initiator");
    const auto identity = registration_of(world_, stage.places().row(*initiator));
    placing_row_ = row;
    stage.give(*initiator,
               protocol::CallCommand{.callee = call.callee,
                                     .caller = identity.identifiers[0],
                                     .policy = call.policy,
                                     .lifetime = call.lifetime,
                                     .admits_late_joiners = call.admits_late_joiners});
}

// Whoever finds the device down tries again until it is not.
template <class Stage>
void InvitationCast::register_device(Stage& stage, std::uint32_t row) {
    const NodeIndex node = stage.places().node_of(row);
    if (stage.is_down(node)) {
        stage.schedule(stage.now() + detail::patience, {.kind = Action::Kind::start, .row = row});
        return;
    }
    // One that begins again has not heard of its network yet.
    if (stage.incarnation(node) > 1) {
        tell_network(stage, node);
        wake(stage, node);
    }
    stage.give(node, registration_now(row));
}

template <class Stage>
void InvitationCast::react(Stage& stage, const Action& action) {
    if (!ringing_.erase(ring_key(action.call, action.row))) return;  // it has stopped meanwhile
    stage.give(stage.places().node_of(action.row),
               answer_of(world_.devices[action.row].reaction.kind, action.call));
}

template <class Stage>
void InvitationCast::cancel(Stage& stage, const Action& action) {
    const OpenCall* open = open_calls_.find(action.call);
    if (open == nullptr || open->connected) return;
    stage.give(stage.places().node_of(action.row), protocol::CancelCommand{.call = action.call});
}

template <class Stage>
void InvitationCast::move(Stage& stage, std::uint32_t row) {
    if (row + 1 < world_.moves.size()) {
        stage.schedule(protocol::Instant{world_.moves[row + 1].move.at},
                       {.kind = Action::Kind::move, .row = row + 1});
    }
    const scenarios::DeviceMove& move = world_.moves[row];
    const auto device = stage.places().device(move.device);
    CHECK(device.has_value(), "a consistent world has every device that moves");
    stage.move(*device, move.move.network);
    tell_network(stage, *device);
}

// Until its end, or for as long as anything else is left to happen before the world is over.
template <class Stage>
void InvitationCast::attack(Stage& stage, std::uint32_t row) {
    const model::Attacker& attacker = world_.attackers[row];
    const protocol::Instant next = stage.now() + attacker.every;
    if (stage.now() >= attacker.end) return;
    stage.intrude(attacker, hostile_.next(attacker, attacks_[row]++));
    if (attacks_[row] % detail::attacks_per_measurement == 0) {
        stage.measured(first_broker, measure_broker());
    }
    if (next < attacker.end && next <= protocol::Instant{world_.duration}) {
        stage.schedule(next, {.kind = Action::Kind::attack, .row = row});
    }
}

template <class Stage>
void InvitationCast::tell_network(Stage& stage, NodeIndex device) {
    protocol::NetworkChanged changed;
    for (const protocol::Address& address : stage.places().local_addresses(device)) {
        changed.addresses.push_back(address);
    }
    stage.give(device, changed);
}

template <class Stage>
void InvitationCast::wake(Stage& stage, NodeIndex device) {
    stage.give(device, protocol::WokeUp{});
}

template <class Stage>
void InvitationCast::came_online(Stage& stage, NodeIndex device) {
    wake(stage, device);
}

// ---- what people do about what they hear --------------------------------------------------------

template <class Stage>
void InvitationCast::hear(Stage& stage, NodeIndex node, const protocol::CallStarted& started) {
    open_calls_.insert_or_assign(
        started.call, OpenCall{.row = placing_row_, .hanging_up = stage.places().row(node).number});
    const protocol::Duration patience = world_.calls[placing_row_].cancel_after;
    if (patience == protocol::Duration::max()) return;
    stage.schedule(
        stage.now() + patience,
        {.kind = Action::Kind::cancel, .row = stage.places().row_of(node), .call = started.call});
}

template <class Stage>
void InvitationCast::hear(Stage& stage, NodeIndex node, const protocol::Ringing& ringing) {
    const std::uint32_t row = stage.places().row_of(node);
    if (!world_.attackers.empty()) leak(row, ringing.call);
    react_later(stage, row, ringing.call);
}

// An offered session is answered as a call is.
template <class Stage>
void InvitationCast::hear(Stage& stage, NodeIndex node, const protocol::TransferOffered& offered) {
    if (const OpenCall* open = open_calls_.find(offered.session)) {
        const OpenCall leg{.row = open->row,
                           .hanging_up = stage.places().row(node).number,
                           .connected = true,
                           .chosen = true,
                           .transferred = true};
        open_calls_.insert_or_assign(offered.call, leg);
    }
    react_later(stage, stage.places().row_of(node), offered.call);
}

template <class Stage>
void InvitationCast::react_later(Stage& stage, std::uint32_t row, const protocol::CallId& call) {
    const model::Reaction& reaction = world_.devices[row].reaction;
    if (reaction.kind == model::ReactionKind::ignore) return;
    ringing_.insert_or_assign(ring_key(call, row), std::uint8_t{1});
    stage.schedule(stage.now() + reaction.after,
                   {.kind = Action::Kind::react, .row = row, .call = call});
}

template <class Stage>
void InvitationCast::hear(Stage& stage, NodeIndex node, const protocol::AcceptArrived& arrived) {
    OpenCall* open = open_calls_.find(arrived.call);
    if (open == nullptr || open->chosen) return;
    if (world_.calls[open->row].policy != protocol::AnswerPolicy::choose) return;
    open->chosen = true;
    stage.schedule(stage.now() + detail::choosing_time,
                   {.kind = Action::Kind::choose,
                    .row = stage.places().row_of(node),
                    .call = arrived.call,
                    .peer = arrived.device});
}

template <class Stage>
void InvitationCast::hear(Stage& stage, NodeIndex node, const protocol::Connected& connected) {
    OpenCall* open = open_calls_.find(connected.call);
    if (open == nullptr) return;
    transfer_later(stage, node, connected.call, *open);
    if (open->hanging_up != stage.places().row(node).number) return;
    open->connected = true;
    stage.schedule(stage.now() + world_.calls[open->row].talk,
                   {.kind = Action::Kind::hang_up,
                    .row = stage.places().row_of(node),
                    .call = connected.call});
}

// The end that is of the same person as the device that the call goes to gives it away.
template <class Stage>
void InvitationCast::transfer_later(Stage& stage,
                                    NodeIndex node,
                                    const protocol::CallId& call,
                                    OpenCall& open) {
    const scenarios::Call& row = world_.calls[open.row];
    if (row.transfer_after == protocol::Duration::max() || open.transferred) return;
    const auto target = stage.places().device(row.transfer_to);
    CHECK(target.has_value(), "a consistent world has every device that takes over");
    const scenarios::Device& here = stage.places().row(node);
    if (*target == node || stage.places().row(*target).profile != here.profile) return;
    open.transferred = true;
    stage.schedule(stage.now() + row.transfer_after,
                   {.kind = Action::Kind::transfer,
                    .row = stage.places().row_of(node),
                    .call = call,
                    .peer = device_id(world_, row.transfer_to)});
}

template <class Stage>
void InvitationCast::hear(Stage& stage, NodeIndex node, const protocol::RingingStopped& stopped) {
    ringing_.erase(ring_key(stopped.call, stage.places().row_of(node)));
}

template <class Stage>
void InvitationCast::hear(Stage&, NodeIndex, const protocol::CallFailed& failed) {
    forget_unless_connected(failed.call);
}

template <class Stage>
void InvitationCast::hear(Stage&, NodeIndex, const protocol::CallEnded& ended) {
    forget_unless_connected(ended.call);
}

}  // namespace invitro::sim
