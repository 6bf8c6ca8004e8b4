// A session that goes over from one device to another of the same person.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

std::string move_of(const LegFacts& leg) {
    return fmt::format("the session of {} with {} was offered to {} at {}",
                       name_of(leg.from),
                       name_of(leg.peer),
                       name_of(leg.target),
                       time_of(leg.offered));
}

std::optional<std::uint32_t> profile_of(const History& history, std::uint32_t device) {
    for (const scenarios::Device& one : history.surroundings().world().devices) {
        if (one.number == device) return one.profile;
    }
    return std::nullopt;
}

void transfer_within_profile(const History& history, Findings& findings) {
    for (const LegFacts& leg : history.legs()) {
        const auto from = profile_of(history, leg.from);
        const Moment connected = earliest(leg.connected_at_target, leg.connected_at_peer);
        if (!from || from != profile_of(history, leg.target)) {
            findings.breach(leg.offered, fmt::format("{}, which is somebody else's", move_of(leg)));
        } else if (!leg.command.is_before(leg.offered)) {
            findings.breach(leg.offered,
                            fmt::format("{}, which nobody had asked for", move_of(leg)));
        } else if (connected.happened() && !leg.accept_command.is_before(connected)) {
            findings.breach(connected,
                            fmt::format("{}, and connected at {} without its user's consent",
                                        move_of(leg),
                                        time_of(connected)));
        } else {
            findings.exercised();
        }
    }
}

void transfer_keeps_old_session(const History& history, Findings& findings) {
    for (const LegFacts& leg : history.legs()) {
        if (leg.disturbed.happened()) continue;
        if (leg.old_moved.happened() && !leg.connected_at_peer.is_before(leg.old_moved)) {
            findings.breach(leg.old_moved,
                            fmt::format("{}, and the old one was closed for it at {}, but the new "
                                        "one was connected at the peer: {}",
                                        move_of(leg),
                                        time_of(leg.old_moved),
                                        time_of(leg.connected_at_peer)));
        } else if (leg.old_moved.happened() || leg.failed.happened()) {
            findings.exercised();
        }
    }
}

// Whoever is told by nobody notices the silence.
constexpr Duration closing_max = timing::session_silence_max + timing::session_keep_alive;

void transfer_leaves_one_session(const History& history, Findings& findings) {
    for (const LegFacts& leg : history.legs()) {
        if (leg.disturbed.happened()) continue;
        if (!leg.connected_at_peer.happened()) continue;
        const Instant since = leg.connected_at_peer.at;
        const bool is_double = leg.old_ended_at_peer.at > since;
        const bool is_late = leg.old_ended_at_from.at > since + closing_max;
        if (is_double || (is_late && since + closing_max < history.now())) {
            findings.breach(leg.connected_at_peer,
                            fmt::format("{} and connected at {}, but the old one ended at the peer "
                                        "at {} and at the device it came from at {}",
                                        move_of(leg),
                                        time_of(since),
                                        time_of(leg.old_ended_at_peer),
                                        time_of(leg.old_ended_at_from)));
        } else {
            findings.exercised();
        }
    }
}

// What each of the two devices waits for at most.
constexpr Duration settled_max = timing::invitation_lifetime_default + timing::grace +
                                 timing::liveness_window + timing::connect_max + closing_max;

void transfer_is_settled(const History& history, Findings& findings) {
    for (const LegFacts& leg : history.legs()) {
        if (leg.disturbed.happened()) continue;
        const auto judge_end = [&](std::uint32_t device, const Moment& since, const Moment& told) {
            if (!since.happened()) return;
            if (told.at <= since.at + settled_max) {
                findings.exercised();
            } else if (since.at + settled_max < history.now()) {
                findings.breach(told,
                                fmt::format("{}, and {} learned what became of it: {}",
                                            move_of(leg),
                                            name_of(device),
                                            time_of(told)));
            }
        };
        judge_end(leg.from, leg.command, earliest(leg.failed, leg.old_ended_at_from));
        judge_end(
            leg.target, leg.accept_command, earliest(leg.connected_at_target, leg.ended_at_target));
    }
}

bool is_calm(const History& history, const LegFacts& leg, Instant from, Instant until) {
    const Surroundings& around = history.surroundings();
    const auto is_well = [&](std::uint32_t device) {
        const scenarios::AccessNetwork* network = around.network_of(device);
        return network != nullptr && network->nat.kind == model::NatKind::pub &&
               around.is_untroubled(device, from, until);
    };
    return is_well(leg.from) && is_well(leg.target) && is_well(leg.peer) &&
           !around.is_broker_paused(from, until);
}

void transfer_moves_session(const History& history, Findings& findings) {
    for (const LegFacts& leg : history.legs()) {
        if (leg.disturbed.happened()) continue;
        if (!leg.accept_command.happened()) continue;
        const Instant from = leg.accept_command.at;
        const Instant until = std::min(from + timing::connect_max, history.now());
        const DeviceFacts* target = history.devices().find(leg.target);
        if (target == nullptr || !is_calm(history, leg, from, until)) continue;
        const Promise promise{
            .need = {.from = from,
                     .until = until,
                     .device = leg.target,
                     .initiator = leg.peer,
                     .exchanges = set_of(Exchange::transfer, Exchange::path),
                     .failed_tries = target->failed_tries},
            .kept = latest(leg.connected_at_target, leg.connected_at_peer),
            .lapses =
                earliest(leg.old_ended_at_from, earliest(leg.ended_at_target, leg.failed)).at};
        const Outcome outcome = judge(promise, history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome != Outcome::broken) continue;
        findings.breach(promise.kept,
                        fmt::format("{}, whose user accepted at {}, and was there: {}",
                                    move_of(leg),
                                    time_of(from),
                                    time_of(promise.kept)));
    }
}

constexpr std::array properties{
    Property{.info = {.id = "transfer-within-profile",
                      .sentence = "A session is offered only to another device of the same "
                                  "person, when asked for, and taken only with consent.",
                      .source = "rule 11",
                      .kind = PropertyKind::safety},
             .judge_world = transfer_within_profile},
    Property{.info = {.id = "transfer-keeps-old-session",
                      .sentence = "No session is closed for a transfer before the peer is "
                                  "connected with the other device.",
                      .source = "rule 11",
                      .kind = PropertyKind::safety},
             .judge_world = transfer_keeps_old_session},
    Property{.info = {.id = "transfer-leaves-one-session",
                      .sentence = "Once the peer is connected with the other device, the old "
                                  "session is closed, at both ends.",
                      .source = "rule 11",
                      .kind = PropertyKind::safety},
             .judge_world = transfer_leaves_one_session},
    Property{.info = {.id = "transfer-is-settled",
                      .sentence = "Both devices of a transfer learn what became of it within "
                                  "bounded time.",
                      .source = "rule 11",
                      .kind = PropertyKind::safety},
             .judge_world = transfer_is_settled},
    Property{.info = {.id = "transfer-moves-session",
                      .sentence = "A transfer that the other device's user accepts comes about, "
                                  "where nothing is in the way.",
                      .source = "rule 11",
                      .kind = PropertyKind::liveness},
             .judge_world = transfer_moves_session},
};

}  // namespace

std::span<const Property> transfer_properties() {
    return properties;
}

}  // namespace invitro::properties
