// Several brokers as one service: one owner at a time, nothing lost between them, handovers that
// end.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

bool has_cluster(const History& history) {
    return history.surroundings().world().brokers.size() > 1;
}

// Who serves a call pushes its invitations. With each membership the call may get another owner,
// and it never has two.
void one_owner(const Case& one, Findings& findings) {
    const auto& pushers = one.call.pushers;
    if (!has_cluster(one.history) || pushers.empty()) return;
    const std::size_t changes = one.history.surroundings().world().membership.size();
    if (pushers.size() <= changes + 1) return findings.exercised();
    findings.breach(one.call.pushed_by_another,
                    fmt::format("the pushes of the call that {} made came from {} brokers in turn "
                                "until {}, with {} changes of the cluster",
                                name_of(one.call.initiator),
                                pushers.size(),
                                time_of(one.call.pushed_by_another),
                                changes));
}

// A node went down, or the cluster changed, after this moment.
Moment upheaval_after(const History& history, const Moment& moment) {
    Moment found;
    const auto look_at = [&](const Moment& upheaval) {
        if (moment.is_before(upheaval)) found = earliest(found, upheaval);
    };
    for (const Moment& crash : history.storage().crashes()) {
        look_at(crash);
    }
    for (const Moment& order : history.orders()) {
        look_at(order);
    }
    return found;
}

void accept_survives(const Case& one, Findings& findings) {
    if (!has_cluster(one.history)) return;
    for (const ParticipantFacts& who : one.call.participants) {
        const Moment upheaval = upheaval_after(one.history, who.accept_acked);
        if (!who.accept_acked.happened() || !upheaval.happened()) continue;
        const CallFacts& call = one.call;
        const Promise promise{
            .need = {.from = who.accept_acked.at,
                     .until = one.grace_end(),
                     .initiator = call.initiator,
                     .acceptor = who.device,
                     .exchanges =
                         set_of(Exchange::forward, Exchange::keep_alive, Exchange::request),
                     .failed_tries = call.failed_tries},
            .kept = who.arrived.seen,
            .lapses = initiator_left(call)};
        const Outcome outcome = judge(promise, one.history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(who.arrived.seen,
                            fmt::format("the accept of {} was acknowledged at {}, before a node "
                                        "crashed or the cluster changed at {}, and reached the "
                                        "initiator: {}",
                                        name_of(who.device),
                                        time_of(who.accept_acked),
                                        time_of(upheaval),
                                        time_of(who.arrived.seen)));
        }
    }
}

// Registered, then an upheaval, then a call.
void registration_survives(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!has_cluster(one.history) || !call.taken.happened()) return;
    const Instant over =
        std::min({call.over_possibly.at, call.choice_at_broker.at, call.lifetime_end()});
    for (const std::uint32_t device : one.history.surroundings().devices_of(call.callee)) {
        const Moment registered = one.history.registered(device, call.callee);
        const Moment upheaval = upheaval_after(one.history, registered);
        if (device == call.initiator || !registered.is_before(upheaval)) continue;
        if (!upheaval.is_before(call.taken)) continue;
        const ParticipantFacts* who = call.find(device);
        const bool is_pushed = who != nullptr && who->was_invited();
        const Promise promise{
            .need = {.from = call.taken.at, .until = one.grace_end(), .failed_tries = {}},
            .kept = is_pushed ? who->invite_pushes.front() : Moment{},
            .lapses = over};
        const Outcome outcome = judge(promise, one.history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(promise.kept,
                            fmt::format("{} was registered at {}, before a node crashed or the "
                                        "cluster changed at {}; the call taken at {} was pushed "
                                        "to it: {}",
                                        name_of(device),
                                        time_of(registered),
                                        time_of(upheaval),
                                        time_of(call.taken),
                                        time_of(promise.kept)));
        }
    }
}

// Whichever broker the initiator speaks to, every registered device is pushed to; by one that is
// full, once it has taken the call after all.
void any_entry(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Moment& owed = call.refused.is_before(call.taken) ? call.taken : call.requested;
    if (!has_cluster(one.history) || !call.requested.happened() || !owed.happened()) return;
    for (const std::uint32_t device : one.history.surroundings().devices_of(call.callee)) {
        const Moment registered = one.history.registered(device, call.callee);
        if (device == call.initiator || !registered.is_before(call.requested)) continue;
        const ParticipantFacts* who = call.find(device);
        const bool is_pushed = who != nullptr && who->was_invited();
        const Promise promise{.need = {.from = owed.at,
                                       .until = std::min(owed.at + call.lifetime, one.now()),
                                       .initiator = call.initiator,
                                       .exchanges = set_of(Exchange::request),
                                       .failed_tries = call.failed_tries},
                              .kept = is_pushed ? who->invite_pushes.front() : Moment{},
                              .lapses = std::min(initiator_left(call), call.over_possibly.at)};
        const Outcome outcome = judge(promise, one.history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(promise.kept,
                            fmt::format("the request sent at {} led to a push to {}: {}",
                                        time_of(call.requested),
                                        name_of(device),
                                        time_of(promise.kept)));
        }
    }
}

void handover_ends(const History& history, Findings& findings) {
    const Moment& last = history.last_handover_part();
    const Instant end = history.surroundings().handovers_end();
    if (!last.happened() || end > history.now()) return;
    if (last.at <= end) return findings.exercised();
    findings.breach(last,
                    fmt::format("a part of a handover was sent at {}, though all should have been "
                                "over by {}, and no device waits for its broker any more",
                                time_of(last),
                                time_of(end)));
}

const std::array properties{
    Property{.info = {.id = "one-owner",
                      .sentence = "The invitations of one call are pushed by one broker of the "
                                  "cluster, and by another only after the cluster has changed.",
                      .source = "cluster",
                      .kind = PropertyKind::safety},
             .judge_call = one_owner},
    Property{.info = {.id = "cluster-accept-survives",
                      .sentence = "An accept acknowledged by a cluster reaches the initiator, "
                                  "whatever node crashes, joins or leaves after that.",
                      .source = "rule 4; cluster",
                      .kind = PropertyKind::liveness},
             .judge_call = accept_survives},
    Property{.info = {.id = "cluster-registration-survives",
                      .sentence = "A registration acknowledged by a cluster is found by the calls "
                                  "after any crash or change of its nodes.",
                      .source = "registration, step 3; cluster",
                      .kind = PropertyKind::liveness},
             .judge_call = registration_survives},
    Property{.info = {.id = "any-entry",
                      .sentence = "Through whatever broker a call is asked for, every device "
                                  "registered for the callee is pushed to.",
                      .source = "rule 1; cluster",
                      .kind = PropertyKind::liveness},
             .judge_call = any_entry},
    Property{.info = {.id = "handover-ends",
                      .sentence = "Once the nodes concerned are up, what changes hands in a "
                                  "cluster has done so in bounded time.",
                      .source = "cluster",
                      .kind = PropertyKind::liveness},
             .judge_world = handover_ends},
};

}  // namespace

std::span<const Property> cluster_properties() {
    return properties;
}

}  // namespace invitro::properties
