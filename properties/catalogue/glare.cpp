// Two people who call each other: one session, and nobody rings for it at the calling devices.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

std::string pair_of(const CrossingFacts& crossing) {
    return fmt::format("{} and {} called each other",
                       name_of(crossing.smaller_initiator),
                       name_of(crossing.larger_initiator));
}

void crossing_is_silent(const History& history, Findings& findings) {
    for (const CrossingFacts& crossing : history.crossings()) {
        if (crossing.rang.happened()) {
            findings.breach(crossing.rang,
                            fmt::format("{}, and {} rang for the other's call at {}",
                                        pair_of(crossing),
                                        name_of(crossing.rang_at),
                                        time_of(crossing.rang)));
        } else if (crossing.began.happened()) {
            findings.exercised();
        }
    }
}

void crossing_leaves_one_session(const History& history, Findings& findings) {
    for (const CrossingFacts& crossing : history.crossings()) {
        const Moment& smaller = crossing.connected_in_smaller;
        const Moment& larger = crossing.connected_in_larger;
        if (smaller.happened() && larger.happened()) {
            findings.breach(latest(smaller, larger),
                            fmt::format("{}, and were connected in the one call at {} and in the "
                                        "other at {}",
                                        pair_of(crossing),
                                        time_of(smaller),
                                        time_of(larger)));
        } else if (smaller.happened() || larger.happened()) {
            findings.exercised();
        }
    }
}

// More pushes of the smaller call were lost on their way to the larger one's device than is
// promised to be made up for.
bool were_pushes_lost(const CrossingFacts& crossing) {
    return crossing.pushes_lost > protocol::timing::failed_tries_max;
}

// The device of the larger call is invited to the smaller one.
bool is_invited(const History& history, const CrossingFacts& crossing) {
    const CallFacts* call = history.calls().find(crossing.smaller);
    if (call == nullptr) return false;
    const Moment registered = history.registered(crossing.larger_initiator, call->callee);
    return registered.is_before(crossing.smaller_taken);
}

void crossing_is_answered(const History& history, Findings& findings) {
    for (const CrossingFacts& crossing : history.crossings()) {
        if (!crossing.began.happened() || !is_invited(history, crossing)) continue;
        const Promise promise{.need = {.from = crossing.began.at + protocol::timing::gathering_max,
                                       .until = std::min(crossing.grace_end, history.now()),
                                       .device = crossing.larger_initiator,
                                       .push = true,
                                       .exchanges = set_of(Exchange::accept),
                                       .failed_tries = crossing.failed_tries},
                              .kept = crossing.accepted,
                              .lapses = crossing.settled.at};
        const Outcome outcome = judge(promise, history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome != Outcome::broken || were_pushes_lost(crossing)) continue;
        findings.breach(crossing.accepted,
                        fmt::format("{} at {}, and {}, whose call is the larger one, accepted the "
                                    "other: {}",
                                    pair_of(crossing),
                                    time_of(crossing.began),
                                    name_of(crossing.larger_initiator),
                                    time_of(crossing.accepted)));
    }
}

void crossing_is_consent(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (who.crossed_unasked.happened()) {
            findings.breach(who.crossed_unasked,
                            fmt::format("{} accepted at {} for the sake of a call of its own, "
                                        "which was none to that caller, not the larger one, or "
                                        "not open any more",
                                        name_of(who.device),
                                        time_of(who.crossed_unasked)));
        } else if (who.crossed.happened()) {
            findings.exercised();
        }
    }
}

constexpr std::array properties{
    Property{.info = {.id = "crossing-is-silent",
                      .sentence = "When two people call each other, neither calling device rings "
                                  "for the other's call while its own may still be answered.",
                      .source = "rule 9",
                      .kind = PropertyKind::safety},
             .judge_world = crossing_is_silent},
    Property{.info = {.id = "crossing-leaves-one-session",
                      .sentence = "Two devices that call each other are never connected in both "
                                  "calls.",
                      .source = "rule 9",
                      .kind = PropertyKind::safety},
             .judge_world = crossing_leaves_one_session},
    Property{.info = {.id = "crossing-is-answered",
                      .sentence = "When two people call each other, the device of the larger call "
                                  "accepts the smaller one.",
                      .source = "rule 9",
                      .kind = PropertyKind::liveness},
             .judge_world = crossing_is_answered},
    Property{.info = {.id = "crossing-is-consent",
                      .sentence = "A device accepts a call unasked only if its user is calling "
                                  "that very caller, in a larger call that is still open.",
                      .source = "rules 3 and 9",
                      .kind = PropertyKind::safety},
             .judge_call = crossing_is_consent},
};

}  // namespace

std::span<const Property> glare_properties() {
    return properties;
}

}  // namespace invitro::properties
