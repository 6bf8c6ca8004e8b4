// Everybody falls silent, with a true reason, and nobody for another's decline.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

// When the call was over for a device that has not answered, in the broker's order.
Instant over_for(const CallFacts& call, const ParticipantFacts& who) {
    Instant over = std::min(call.over_certainly.at, call.lifetime_end());
    if (!who.is_chosen) over = std::min(over, call.choice_at_broker.at);
    return over;
}

// A device that was never heard is told by push, three times at most: it is promised less.
bool is_told_by_push(const ParticipantFacts& who) {
    return !who.heard.happened();
}

Promise silence_from(const Case& one, const ParticipantFacts& who, Instant from) {
    return {.need = {.from = std::max(from, who.ringing.at),
                     .until = one.grace_end(),
                     .device = who.device,
                     .push = is_told_by_push(who),
                     .exchanges = set_of(Exchange::ended, Exchange::keep_alive, Exchange::ringing),
                     .failed_tries = one.call.failed_tries},
            .kept = who.ringing_stopped,
            .lapses = earliest(who.accept_command, who.decline_command).at};
}

// All dismissals pushed to a device that was never heard were lost.
bool were_dismissals_lost(const ParticipantFacts& who) {
    return is_told_by_push(who) && !who.dismissed.happened() && who.dismissal_pushes.size() >= 3;
}

void judge_silence(const Case& one,
                   const ParticipantFacts& who,
                   Instant from,
                   std::string_view why,
                   Findings& findings) {
    const Outcome outcome = judge(silence_from(one, who, from), one.history.surroundings());
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome != Outcome::broken || were_dismissals_lost(who)) return;
    findings.breach(who.ringing_stopped,
                    fmt::format("{} rang at {}, {} at {}, and it fell silent: {}",
                                name_of(who.device),
                                time_of(who.ringing),
                                why,
                                time_of(from),
                                time_of(who.ringing_stopped)));
}

void losers_fall_silent(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const Instant over = over_for(one.call, who);
        if (!who.ringing.happened() || over >= one.now()) continue;
        judge_silence(one, who, over, "the call was over for it", findings);
    }
}

// From the user's command on: two exchanges, one after the other, each with its window.
void cancel_reaches_all(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const bool has_session = call.nominate_sent.is_before(call.cancel_command);
    if (!call.cancel_command.happened() || !call.taken.happened() || has_session) return;
    const Need need{.from = std::max(call.cancel_command.at, call.taken.at),
                    .until = one.grace_end(),
                    .initiator = call.initiator,
                    .exchanges = set_of(Exchange::cancel, Exchange::request),
                    .failed_tries = call.failed_tries};
    const std::optional<Instant> reached = one.history.surroundings().stretch_end(need);
    if (!reached) return;
    for (const ParticipantFacts& who : call.participants) {
        if (who.ringing.happened() && !who.answered_itself()) {
            judge_silence(one, who, *reached, "the initiator's cancel had had its time", findings);
        }
    }
}

bool is_true_at_device(const Case& one,
                       const ParticipantFacts& who,
                       EndReason reason,
                       const Moment& told) {
    const CallFacts& call = one.call;
    switch (reason) {
        case EndReason::unknown:
            return true;
        case EndReason::answered:
            return call.updated.is_before(told);
        case EndReason::declined:
            return who.decline_command.is_before(told) || call.declined_over.is_before(told);
        case EndReason::cancelled:
            // By its user, or by itself because nobody had answered its request in time.
            return call.cancel_command.is_before(told) || call.hang_up_command.is_before(told) ||
                   call.failed.is_before(told);
        case EndReason::expired:
            // After grace nothing else is known any more.
            if (told.at >= call.grace_end()) return true;
            return told.at >= call.lifetime_end() &&
                   (who.is_chosen || call.choice_at_broker.at >= call.lifetime_end());
    }
    return false;
}

bool is_true_at_initiator(const CallFacts& call) {
    const Moment& told = call.ended;
    const auto has_accepted = [&](const ParticipantFacts& who) {
        return who.accept_at_broker.is_before(told);
    };
    switch (call.end_reason) {
        case EndReason::unknown:
            return true;
        case EndReason::answered:
            return std::any_of(call.participants.begin(), call.participants.end(), has_accepted);
        case EndReason::declined:
            return call.declined_over.is_before(told);
        case EndReason::cancelled:
            return call.cancel_command.is_before(told) || call.hang_up_command.is_before(told);
        case EndReason::expired:
            return told.at >= call.started.at + call.lifetime;
    }
    return false;
}

void no_false_reason(const Case& one, Findings& findings) {
    const auto check =
        [&](std::uint32_t device, bool is_true, EndReason reason, const Moment& told) {
            if (!told.happened() || reason == EndReason::unknown) return;
            if (is_true) {
                findings.exercised();
            } else {
                findings.breach(told,
                                fmt::format("{} was told \"{}\" at {}, which was not true",
                                            name_of(device),
                                            to_string(reason),
                                            time_of(told)));
            }
        };
    for (const ParticipantFacts& who : one.call.participants) {
        const bool stop_is_true = is_true_at_device(one, who, who.stop_reason, who.ringing_stopped);
        check(who.device, stop_is_true, who.stop_reason, who.ringing_stopped);
        const bool reject_is_true = is_true_at_device(one, who, who.reject_reason, who.rejected);
        check(who.device, reject_is_true, who.reject_reason, who.rejected);
    }
    const CallFacts& call = one.call;
    check(call.initiator, is_true_at_initiator(call), call.end_reason, call.ended);
}

void ring_bounded(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.ringing.happened()) continue;
        const Instant bound = who.ringing.at + one.call.lifetime;
        const Moment& silent =
            earliest(who.ringing_stopped, earliest(who.accept_command, who.decline_command));
        if (silent.at <= bound) {
            findings.exercised();
        } else if (bound < one.now()) {
            findings.breach(silent,
                            fmt::format("{} rang from {} on, longer than the lifetime of "
                                        "the call, until: {}",
                                        name_of(who.device),
                                        time_of(who.ringing),
                                        time_of(silent)));
        }
    }
}

void no_ring_after_dismissal(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.dismissed.happened()) continue;
        if (who.dismissed.is_before(who.ringing) && who.ringing.happened()) {
            findings.breach(who.ringing,
                            fmt::format("{} rang at {}, although it had been told at {} that the "
                                        "call was over",
                                        name_of(who.device),
                                        time_of(who.ringing),
                                        time_of(who.dismissed)));
        } else {
            findings.exercised();
        }
    }
}

void decline_spares_siblings(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const auto declined_here = [](const ParticipantFacts& who) {
        return who.decline_at_broker.happened();
    };
    const auto begin = call.participants.begin();
    const auto end = call.participants.end();
    const bool has_decline = std::any_of(begin, end, declined_here);
    if (!has_decline || std::all_of(begin, end, declined_here)) return;
    const auto blame = [&](std::uint32_t device, EndReason reason, const Moment& told) {
        const bool is_ended = told.happened() && reason == EndReason::declined;
        if (is_ended && !call.declined_over.is_before(told)) {
            findings.breach(told,
                            fmt::format("the call ended for {} at {} because a sibling "
                                        "declined for itself",
                                        name_of(device),
                                        time_of(told)));
        } else {
            findings.exercised();
        }
    };
    blame(call.initiator, call.end_reason, call.ended);
    for (const ParticipantFacts& who : call.participants) {
        if (declined_here(who) || who.decline_command.happened()) continue;
        blame(who.device, who.stop_reason, who.ringing_stopped);
    }
}

void all_declined_ends_call(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.declined_out.happened()) return;
    const Promise promise{
        .need = {.from = call.declined_out.at,
                 .until = one.grace_end(),
                 .initiator = call.initiator,
                 .exchanges = set_of(Exchange::ended, Exchange::keep_alive, Exchange::request),
                 .failed_tries = call.failed_tries},
        .kept = call.ended,
        .lapses = earliest(call.cancel_command, earliest(call.hang_up_command, call.failed)).at};
    const Outcome outcome = judge(promise, one.history.surroundings());
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome == Outcome::broken) {
        findings.breach(call.ended,
                        fmt::format("everybody had declined at {}, and the initiator ({}) learned "
                                    "it: {}",
                                    time_of(call.declined_out),
                                    name_of(call.initiator),
                                    time_of(call.ended)));
    }
}

constexpr std::array properties{
    Property{.info = {.id = "losers-fall-silent",
                      .sentence = "A device that is not chosen, or rings when the call ends, stops "
                                  "ringing.",
                      .source = "rule 6",
                      .kind = PropertyKind::liveness},
             .judge_call = losers_fall_silent},
    Property{.info = {.id = "cancel-reaches-all",
                      .sentence = "When the initiator cancels, every device that rings stops.",
                      .source = "rules 6 and 8",
                      .kind = PropertyKind::liveness},
             .judge_call = cancel_reaches_all},
    Property{.info = {.id = "no-false-reason",
                      .sentence = "Nobody is given a reason for the call's end that is not true.",
                      .source = "rule 6",
                      .kind = PropertyKind::safety},
             .judge_call = no_false_reason},
    Property{.info = {.id = "ring-bounded",
                      .sentence = "A device rings at most one lifetime of its local time.",
                      .source = "rule 6",
                      .kind = PropertyKind::safety},
             .judge_call = ring_bounded},
    Property{.info = {.id = "no-ring-after-dismissal",
                      .sentence = "A device that was told of the call's end does not ring for it, "
                                  "however late the invitation comes.",
                      .source = "rules 2 and 6",
                      .kind = PropertyKind::safety},
             .judge_call = no_ring_after_dismissal},
    Property{.info = {.id = "decline-spares-siblings",
                      .sentence = "A device that declines for itself ends the call for no other.",
                      .source = "rule 7",
                      .kind = PropertyKind::safety},
             .judge_call = decline_spares_siblings},
    Property{.info = {.id = "all-declined-ends-call",
                      .sentence = "When every device has declined, the initiator learns it.",
                      .source = "rule 7",
                      .kind = PropertyKind::liveness},
             .judge_call = all_declined_ends_call},
};

}  // namespace

std::span<const Property> silence_properties() {
    return properties;
}

}  // namespace invitro::properties
