// Every device that accepts gets its connection data to the initiator.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <array>

namespace invitro::properties {
namespace {

// Rule 4: invited, in time, and before any end of the call, in the broker's order. One that a crash
// may have taken before it was acknowledged is not.
bool is_admitted(const Case& one, const ParticipantFacts& who) {
    const Moment& accept = who.accept_at_broker;
    const bool is_in_doubt =
        !who.accept_acked.happened() && one.history.storage().has_crash_between(accept, {});
    return !is_in_doubt && accept.happened() && who.was_invited() && one.call.taken.happened() &&
           accept.is_before(one.call.over_possibly) && accept.at < one.call.grace_end();
}

Outcome delivery_of(const Case& one, const ParticipantFacts& who) {
    const Promise promise{
        .need = {.from = who.accept_at_broker.at,
                 .until = one.grace_end(),
                 .initiator = one.call.initiator,
                 .acceptor = who.device,
                 .exchanges = set_of(Exchange::forward, Exchange::keep_alive, Exchange::request),
                 .failed_tries = one.call.failed_tries},
        .kept = who.arrived.seen,
        .lapses = initiator_left(one.call)};
    return judge(promise, one.history);
}

void accept_delivery(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const std::string_view what = "the accept of ";
        const std::string name = who.arrived.seen.happened() ? name_of(who.device) : "";
        if (who.arrived.differed.happened()) {
            findings.breach(
                who.arrived.differed,
                fmt::format("{}{} arrived at {} with other connection data than {} sent",
                            what,
                            name,
                            time_of(who.arrived.differed),
                            name));
        } else if (who.arrived.foreign.happened()) {
            findings.breach(
                who.arrived.foreign,
                fmt::format("{}{} arrived at {} with a host address that is not its own",
                            what,
                            name,
                            time_of(who.arrived.foreign)));
        } else if (who.arrived_again.happened()) {
            findings.breach(who.arrived_again,
                            fmt::format("{}{} was told to the initiator a second time at {}",
                                        what,
                                        name,
                                        time_of(who.arrived_again)));
        } else if (is_admitted(one, who)) {
            const Outcome outcome = delivery_of(one, who);
            if (outcome == Outcome::kept) findings.exercised();
            if (outcome == Outcome::broken) {
                findings.breach(
                    who.arrived.seen,
                    fmt::format("{} accepted at {}, which reached the broker at {} and the "
                                "initiator ({}): {}",
                                name_of(who.device),
                                time_of(who.accept_command),
                                time_of(who.accept_at_broker),
                                name_of(one.call.initiator),
                                time_of(who.arrived.seen)));
            }
        }
    }
}

// A rejection is true only if the call was over, or may have been, in the broker's order.
bool was_over(const CallFacts& call, const Moment& rejected) {
    return call.over_possibly.is_before(rejected) || rejected.at >= call.grace_end();
}

// A session opened or over says so as well. Ringing that stops after the user's command says that
// it came in the very moment when the device's lifetime was over.
Moment answer_of(const ParticipantFacts& who) {
    const Moment too_late =
        who.accept_command.is_before(who.ringing_stopped) ? who.ringing_stopped : Moment{};
    return earliest(earliest(earliest(who.confirmed, who.rejected), too_late),
                    earliest(who.here.connected, who.here.disconnected));
}

void accept_answered(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.accept_command.happened()) continue;
        if (who.rejected.happened() && !was_over(one.call, who.rejected)) {
            findings.breach(who.rejected,
                            fmt::format("the accept of {} was rejected at {}, but the call was not "
                                        "over",
                                        name_of(who.device),
                                        time_of(who.rejected)));
            continue;
        }
        const Promise promise{
            .need = {.from = who.accept_command.at + protocol::timing::gathering_max,
                     .until = one.grace_end(),
                     .device = who.device,
                     .exchanges = set_of(Exchange::accept),
                     .failed_tries = one.call.failed_tries},
            .kept = answer_of(who),
            .lapses = who.hang_up_command.at};
        const Outcome outcome = judge(promise, one.history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(promise.kept,
                            fmt::format("{} accepted at {} and learned whether it was in time: {}",
                                        name_of(who.device),
                                        time_of(who.accept_command),
                                        time_of(promise.kept)));
        }
    }
}

void late_accept_refused(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const Moment& accept = who.accept_at_broker;
        if (!accept.happened() || !one.call.over_certainly.is_before(accept)) continue;
        if (who.confirmed.happened() || who.forwarded.seen.happened()) {
            findings.breach(earliest(who.confirmed, who.forwarded.seen),
                            fmt::format("the accept of {} came to the broker at {}, after the call "
                                        "had ended at {}, and was taken all the same",
                                        name_of(who.device),
                                        time_of(accept),
                                        time_of(one.call.over_certainly)));
        } else {
            findings.exercised();
        }
    }
}

void request_answered(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.requested.happened()) return;
    const Promise promise{
        .need = {.from = call.requested.at,
                 .until = std::min(call.requested.at + call.lifetime, one.now()),
                 .initiator = call.initiator,
                 .exchanges = set_of(Exchange::request),
                 .failed_tries = call.failed_tries},
        .kept = earliest(earliest(call.progress, call.failed), call.refusal_heard),
        .lapses = earliest(earliest(call.cancel_command, call.initiator_lost),
                           earliest(call.hang_up_command, call.ended))
                      .at};
    const Outcome outcome = judge(promise, one.history);
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome == Outcome::broken) {
        findings.breach(
            promise.kept,
            fmt::format("{} asked for the call at {} and heard of progress or failure: {}",
                        name_of(call.initiator),
                        time_of(call.requested),
                        time_of(promise.kept)));
    }
}

constexpr std::array properties{
    Property{.info = {.id = "accept-delivery",
                      .sentence = "Every accept by an invited device that is in time reaches the "
                                  "initiator with exactly that device's connection data, once.",
                      .source = "claim 1, passing back; rule 4",
                      .kind = PropertyKind::liveness},
             .judge_call = accept_delivery},
    Property{.info = {.id = "accept-answered",
                      .sentence = "A device that accepts learns that it was in time, or that the "
                                  "call was over, and then it really was.",
                      .source = "rule 4",
                      .kind = PropertyKind::liveness},
             .judge_call = accept_answered},
    Property{.info = {.id = "late-accept-refused",
                      .sentence = "An accept that reaches the broker after the call's end is "
                                  "neither confirmed nor passed on.",
                      .source = "rule 4",
                      .kind = PropertyKind::safety},
             .judge_call = late_accept_refused},
    Property{
        .info = {.id = "request-answered",
                 .sentence =
                     "An initiator learns that its call is in hand, put off for overload, or has "
                     "failed.",
                 .source = "claim 1, receiving the request",
                 .kind = PropertyKind::liveness},
        .judge_call = request_answered},
};

}  // namespace

std::span<const Property> delivery_properties() {
    return properties;
}

}  // namespace invitro::properties
