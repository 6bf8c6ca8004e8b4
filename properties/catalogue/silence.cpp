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

// What takes the end of a call to a device.
constexpr ExchangeSet to_device = set_of(Exchange::ended, Exchange::keep_alive, Exchange::ringing);

// From what the broker has taken on.
Need heard_from_broker(const Case& one, const ParticipantFacts& who, Instant from) {
    return {.from = from,
            .until = one.grace_end(),
            .device = who.device,
            .push = is_told_by_push(who),
            .exchanges = to_device,
            .failed_tries = one.call.failed_tries};
}

// From what the initiator has done: one exchange takes it to the broker, another one from there to
// the device.
Need heard_from_initiator(const Case& one,
                          const ParticipantFacts& who,
                          Instant from,
                          Exchange exchange) {
    Need need = heard_from_broker(one, who, from);
    need.initiator = one.call.initiator;
    need.exchanges |= set_of(exchange, Exchange::request);
    need.until = std::min(need.until, one.call.initiator_lost.at);
    return need;
}

Promise silence(const ParticipantFacts& who, Need need) {
    need.from = std::max(need.from, who.ringing.at);
    return {.need = need,
            .kept = who.ringing_stopped,
            .lapses = earliest(who.accept_command, who.decline_command).at};
}

// All dismissals pushed to a device that was never heard were lost.
bool were_dismissals_lost(const ParticipantFacts& who) {
    return is_told_by_push(who) && !who.dismissed.happened() && who.dismissal_pushes.size() >= 3;
}

void judge_silence(const Case& one,
                   const ParticipantFacts& who,
                   const Need& need,
                   std::string_view why,
                   Findings& findings) {
    const Outcome outcome = judge(silence(who, need), one.history);
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome != Outcome::broken || were_dismissals_lost(who)) return;
    findings.breach(who.ringing_stopped,
                    fmt::format("{} rang at {}, {} at {}, and it fell silent: {}",
                                name_of(who.device),
                                time_of(who.ringing),
                                why,
                                time_of(need.from),
                                time_of(who.ringing_stopped)));
}

// From here on the initiator wants nobody but whom it is connected to.
Moment initiators_choice(const CallFacts& call) {
    Moment connected;
    for (const ParticipantFacts& who : call.participants) {
        connected = earliest(connected, who.at_initiator.connected);
    }
    if (call.policy != protocol::AnswerPolicy::all) return connected;
    // Others may join until the user hangs up, unless the call has ended before.
    const bool is_choice =
        connected.is_before(call.hang_up_command) && call.hang_up_command.is_before(call.ended);
    return is_choice ? call.hang_up_command : Moment{};
}

void losers_fall_silent(const Case& one, Findings& findings) {
    const Moment choice = initiators_choice(one.call);
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.ringing.happened()) continue;
        const Instant over = over_for(one.call, who);
        if (over < one.now()) {
            const Need need = heard_from_broker(one, who, over);
            judge_silence(one, who, need, "the call was over for it", findings);
        }
        if (choice.happened() && !who.at_initiator.connected.happened()) {
            const Need need = heard_from_initiator(one, who, choice.at, Exchange::update);
            judge_silence(one, who, need, "the initiator had chosen another", findings);
        }
    }
}

// An acceptor learns that it was too late, or that nobody will connect to it.
void judge_acceptor(const Case& one, const ParticipantFacts& who, Need need, Findings& findings) {
    need.from = std::max(need.from, who.accept_command.at + protocol::timing::gathering_max);
    need.exchanges |= set_of(Exchange::accept);
    const Promise promise{.need = need,
                          .kept = earliest(who.rejected, who.here.disconnected),
                          .lapses = who.hang_up_command.at};
    const Outcome outcome = judge(promise, one.history);
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome != Outcome::broken) return;
    findings.breach(promise.kept,
                    fmt::format("{} accepted at {}, the initiator cancelled at {}, and it heard "
                                "so: {}",
                                name_of(who.device),
                                time_of(who.accept_command),
                                time_of(earliest(one.call.cancel_command, one.call.gave_way)),
                                time_of(promise.kept)));
}

void cancel_reaches_all(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Moment& cancel = earliest(call.cancel_command, call.gave_way);
    if (!cancel.happened() || !call.taken.happened()) return;
    // Whoever is nominated hears it from the initiator itself, and a call that has ended is not
    // cancelled.
    const bool has_session = call.nominate_sent.is_before(cancel);
    const bool has_ended = call.ended.is_before(cancel) || call.failed.is_before(cancel);
    if (has_session || has_ended) return;
    for (const ParticipantFacts& who : call.participants) {
        if (!who.ringing.happened() || who.decline_command.happened()) continue;
        const Instant from = std::max(cancel.at, call.taken.at);
        const Need need = heard_from_initiator(one, who, from, Exchange::cancel);
        if (who.accept_command.happened()) {
            judge_acceptor(one, who, need, findings);
        } else {
            judge_silence(one, who, need, "the initiator cancelled", findings);
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
                   call.failed.is_before(told) || call.gave_way.is_before(told);
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
            return call.cancel_command.is_before(told) || call.hang_up_command.is_before(told) ||
                   call.gave_way.is_before(told);
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

// Of several calls that ring at one device, each goes on until something of its own ends it.
void calls_keep_apart(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.rang_beside.happened()) continue;
        const bool is_own = who.stop_reason != EndReason::unknown || who.dismissed.happened() ||
                            one.call.crossed_by == who.device ||
                            who.ringing_stopped.at >= one.call.lifetime_end();
        if (!who.ringing_stopped.happened() || is_own) {
            findings.exercised();
        } else {
            findings.breach(who.ringing_stopped,
                            fmt::format("{} rang for several calls and stopped for one of them at "
                                        "{}, to which nothing had happened",
                                        name_of(who.device),
                                        time_of(who.ringing_stopped)));
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
        .lapses = earliest(earliest(call.cancel_command, call.initiator_lost),
                           earliest(call.hang_up_command, call.failed))
                      .at};
    const Outcome outcome = judge(promise, one.history);
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
                      .sentence = "When the initiator cancels, every device that rings stops, "
                                  "and every acceptor hears that it came to nothing.",
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
    Property{.info = {.id = "calls-keep-apart",
                      .sentence = "Of several calls that ring at one device, none is silenced by "
                                  "what becomes of another.",
                      .source = "rules 1 and 11",
                      .kind = PropertyKind::safety},
             .judge_call = calls_keep_apart},
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
