// What changes in the course of a world: registrations, mailboxes and the cluster's members; see
// sim/invitation_cast.hpp, which includes this.
#pragma once

#include "protocol/vocabulary/check.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/invitation_cast.hpp"

#include <algorithm>
#include <variant>

namespace invitro::sim {

namespace detail {

// How long a user waits before trying a device again that was down.
inline constexpr protocol::Duration patience = std::chrono::seconds{1};

// How soon the operator asks again, or somebody else, where an order was not taken.
inline constexpr protocol::Duration operator_patience = std::chrono::seconds{1};

}  // namespace detail

template <class Stage>
void InvitationCast::change_registration(Stage& stage, std::uint32_t row) {
    if (row + 1 < world_.registration_changes.size()) {
        stage.schedule(protocol::Instant{world_.registration_changes[row + 1].at},
                       {.kind = Action::Kind::change_registration, .row = row + 1});
    }
    const scenarios::RegistrationChange& change = world_.registration_changes[row];
    const auto device = stage.places().device(change.device);
    CHECK(device.has_value(), "a consistent world has every device that changes its registration");
    // Its program could not be told: the user gives up, and a token that would have changed stays.
    if (stage.is_down(*device)) return;
    switch (change.action) {
        case scenarios::RegistrationAction::unregister:
            stage.give(*device, protocol::UnregisterCommand{});
            return;
        case scenarios::RegistrationAction::new_token: {
            TokenChange& token = *token_changes_.try_emplace(change.device).first;
            ++token.version;
            token.old_gone_at = stage.now() + change.old_token_lasts;
            break;
        }
        case scenarios::RegistrationAction::renew:
            break;
    }
    stage.give(*device, registration_now(stage.places().row_of(*device)));
}

template <class Stage>
void InvitationCast::open_mail(Stage& stage, std::uint32_t index) {
    const NodeIndex reader = stage.places().node_of(mails_[index].device_row);
    if (stage.is_down(reader)) {
        stage.schedule(stage.now() + detail::patience,
                       {.kind = Action::Kind::open_mail, .row = index});
        return;
    }
    stage.give(reader, protocol::ActivateCommand{.challenge = mails_[index].link});
}

template <class Stage>
std::optional<protocol::EndpointIdentifier> InvitationCast::number_of(Stage& stage,
                                                                      NodeIndex device) const {
    const auto identifiers = registration_of(world_, stage.places().row(device)).identifiers;
    const auto number = std::find_if(identifiers.begin(),
                                     identifiers.end(),
                                     [](const auto& identifier) { return identifier.is_phone(); });
    return number == identifiers.end() ? std::nullopt : std::optional(*number);
}

template <class Stage>
std::optional<NodeIndex> InvitationCast::reader_of(Stage& stage,
                                                   const protocol::EndpointIdentifier& mailbox,
                                                   protocol::ByteView link) {
    const auto message = protocol::decode(link);
    const auto* challenge =
        message ? std::get_if<protocol::PossessionChallenge>(&*message) : nullptr;
    if (challenge == nullptr) return std::nullopt;
    for (std::uint32_t row = 0; row < world_.devices.size(); ++row) {
        if (!owns(world_.devices[row], mailbox) || keyring_.id(row) != challenge->device) continue;
        return stage.places().node_of(row);
    }
    return std::nullopt;
}

template <class Stage>
void InvitationCast::mail_arrived(Stage& stage, NodeIndex reader, protocol::ByteView link) {
    const protocol::Duration after = stage.places().row(reader).opens_mail_after;
    if (after == protocol::Duration::max()) return;
    const auto message = protocol::decode(link);
    CHECK(message.has_value(), "whoever found the reader could read it");
    mails_.push_back({.device_row = stage.places().row_of(reader),
                      .link = std::get<protocol::PossessionChallenge>(*message)});
    stage.schedule(
        stage.now() + after,
        {.kind = Action::Kind::open_mail, .row = static_cast<std::uint32_t>(mails_.size() - 1)});
}

// The operator tells one broker after the other until one has taken it, and then goes on with the
// next change, when its time has come.
template <class Stage>
void InvitationCast::change_membership(Stage& stage, std::uint32_t row) {
    const protocol::Membership wanted = membership_after(world_, row + 1);
    const bool is_taken = std::any_of(brokers_.begin(), brokers_.end(), [&](const auto& broker) {
        return broker &&
               broker->inner().inner().broker_state().cluster.membership.epoch >= wanted.epoch;
    });
    if (!is_taken) {
        const NodeIndex node{operator_asks_++ % static_cast<std::uint32_t>(brokers_.size())};
        const scenarios::MembershipChange& change = world_.membership[row];
        stage.order(
            node,
            protocol::ChangeMembership{wanted},
            model::MembershipOrdered{.epoch = wanted.epoch,
                                     .broker = change.broker,
                                     .joins = change.step == scenarios::MembershipStep::join});
        stage.schedule(stage.now() + detail::operator_patience,
                       {.kind = Action::Kind::change_membership, .row = row});
    } else if (row + 1 < world_.membership.size()) {
        const protocol::Instant at{world_.membership[row + 1].at};
        stage.schedule(std::max(at, stage.now()),
                       {.kind = Action::Kind::change_membership, .row = row + 1});
    }
}

}  // namespace invitro::sim
