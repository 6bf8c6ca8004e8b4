// Nothing that was acknowledged is ever lost, and what is over does not stay on disk.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

// ---- what is acknowledged is durable ------------------------------------------------------------

void accepts_are_durable(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (call.taken_too_early.happened()) {
        findings.breach(call.taken_too_early,
                        fmt::format("{} was told at {} that its call is in hand, before the "
                                    "request was durable",
                                    name_of(call.initiator),
                                    time_of(call.taken_too_early)));
    } else if (call.taken.happened()) {
        findings.exercised();
    }
    for (const ParticipantFacts& who : call.participants) {
        if (who.acked_too_early.happened()) {
            findings.breach(who.acked_too_early,
                            fmt::format("the accept of {} was acknowledged at {}, before it was "
                                        "durable",
                                        name_of(who.device),
                                        time_of(who.acked_too_early)));
        } else if (who.accept_acked.happened()) {
            findings.exercised();
        }
    }
}

void registrations_are_durable(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        if (device.acked_too_early.happened()) {
            findings.breach(device.acked_too_early,
                            fmt::format("the registration of {} was acknowledged at {}, before it "
                                        "was durable",
                                        name_of(number),
                                        time_of(device.acked_too_early)));
        } else if (device.registered.happened()) {
            findings.exercised();
        }
    }
}

// ---- what is acknowledged survives --------------------------------------------------------------

// A call that begins after a crash finds every device that was registered before it.
void registration_survives(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const auto& storage = one.history.storage();
    if (!call.taken.happened() || call.cancel_at_broker.is_before(call.taken)) return;
    for (const std::uint32_t number : one.history.surroundings().devices_of(call.callee)) {
        const Moment registered = one.history.registered(number, call.callee);
        if (number == call.initiator || !registered.is_before(call.taken)) continue;
        if (one.history.surroundings().changes_registration(number)) continue;
        if (!storage.has_crash_between(registered, call.taken)) continue;
        const ParticipantFacts* who = call.find(number);
        const Instant due = call.taken.at + timing::push_repeat_first;
        const bool is_excused = call.over_possibly.at <= due || one.now() <= due ||
                                one.history.surroundings().is_broker_paused(call.taken.at, due);
        if (who != nullptr && who->was_invited() && who->invite_pushes.front().at <= due) {
            findings.exercised();
        } else if (!is_excused) {
            findings.breach({},
                            fmt::format("{} was registered at {}, the broker crashed, and the call "
                                        "of {} did not find it any more",
                                        name_of(number),
                                        time_of(registered),
                                        time_of(call.taken)));
        }
    }
}

void accept_survives(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const auto& storage = one.history.storage();
    for (const ParticipantFacts& who : call.participants) {
        if (!storage.has_crash_between(who.accept_acked, who.arrived.seen)) continue;
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
        if (outcome != Outcome::broken) continue;
        findings.breach(who.arrived.seen,
                        fmt::format("the accept of {} was acknowledged at {}, the broker crashed, "
                                    "and the accept reached {}: {}",
                                    name_of(who.device),
                                    time_of(who.accept_acked),
                                    name_of(call.initiator),
                                    time_of(who.arrived.seen)));
    }
}

// What the initiator was told to be in hand ends for it, whatever the broker remembers.
void call_ends_after_crash(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Moment ended = earliest(call.ended, call.failed);
    if (!one.history.storage().has_crash_between(call.taken, ended)) return;
    const Promise promise{
        .need = {.from = call.lifetime_end(),
                 .until = one.grace_end(),
                 .initiator = call.initiator,
                 .exchanges = set_of(Exchange::ended, Exchange::keep_alive, Exchange::request),
                 .failed_tries = call.failed_tries},
        .kept = ended,
        .lapses = call.initiator_lost.at};
    const Outcome outcome = judge(promise, one.history);
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome != Outcome::broken) return;
    findings.breach(ended,
                    fmt::format("the broker crashed while it had the call of {} in hand, which "
                                "should have ended at {} and ended: {}",
                                name_of(call.initiator),
                                time_of(call.lifetime_end()),
                                time_of(ended)));
}

// ---- what is over goes, what is damaged is not believed -----------------------------------------

void off_the_disk(const History& history, Findings& findings) {
    constexpr Duration allowed = 2 * timing::journal_snapshot_interval;
    for (const StorageFacts::Left& one : history.storage().left(history.now())) {
        const Instant due = one.end + allowed;
        if (history.surroundings().is_broker_paused(one.end, due)) continue;
        if (one.gone.happened() ? one.gone.at > due : history.now() > due) {
            findings.breach(one.gone,
                            fmt::format("the invitation was over at {}, and connection data of a "
                                        "device was on the broker's disk until {}",
                                        time_of(one.end),
                                        time_of(one.gone)));
        } else if (one.gone.happened() && one.end < one.gone.at) {
            findings.exercised();
        }
    }
}

void damage_is_refused(const History& history, Findings& findings) {
    for (const StorageFacts::Restart& restart : history.storage().restarts()) {
        const auto blame = [&](std::string_view what) {
            findings.breach(restart.at,
                            fmt::format("broker {} {} at {}; what its devices were promised is "
                                        "lost or in doubt",
                                        restart.broker,
                                        what,
                                        time_of(restart.at)));
        };
        if (restart.was_damaged && !restart.was_refused) {
            blame("started again from a damaged journal");
        } else if (!restart.was_damaged && restart.was_refused) {
            blame("found its journal damaged, which it was not,");
        } else {
            findings.exercised();
        }
    }
}

constexpr std::array properties{
    Property{.info = {.id = "acknowledged-is-durable",
                      .sentence = "No registration, request or accept is acknowledged before it is "
                                  "durable.",
                      .source = "rule 4; durability",
                      .kind = PropertyKind::safety},
             .judge_call = accepts_are_durable,
             .judge_world = registrations_are_durable},
    Property{.info = {.id = "registration-survives-crash",
                      .sentence = "A registration that was acknowledged before the broker crashed "
                                  "is found by the calls after it.",
                      .source = "registration, step 3; durability",
                      .kind = PropertyKind::safety},
             .judge_call = registration_survives},
    Property{.info = {.id = "accept-survives-crash",
                      .sentence = "An accept that was acknowledged before the broker crashed "
                                  "reaches the initiator after it.",
                      .source = "rule 4; durability",
                      .kind = PropertyKind::liveness},
             .judge_call = accept_survives},
    Property{.info = {.id = "call-survives-crash",
                      .sentence = "A call that was in hand when the broker crashed ends for its "
                                  "initiator all the same.",
                      .source = "durability",
                      .kind = PropertyKind::liveness},
             .judge_call = call_ends_after_crash},
    Property{.info = {.id = "off-the-disk",
                      .sentence = "Ten minutes after an invitation's end none of its connection "
                                  "data is on a broker's disk.",
                      .source = "rule 11; durability",
                      .kind = PropertyKind::privacy},
             .judge_world = off_the_disk},
    Property{.info = {.id = "damage-is-refused",
                      .sentence = "A broker starts again after a crash unless what was durable is "
                                  "damaged, and then it does not.",
                      .source = "durability",
                      .kind = PropertyKind::safety},
             .judge_world = damage_is_refused},
};

}  // namespace

std::span<const Property> durability_properties() {
    return properties;
}

}  // namespace invitro::properties
