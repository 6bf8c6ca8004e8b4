// Sessions: both ends have one or neither has, and nobody waits for ever.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

// Half open: what is bounded, and a keep-alive's period for what was under way when it began.
constexpr Duration half_open_max = timing::session_silence_max + timing::session_keep_alive;

// An end that is connected loses the session soon after the other end has: because it is told or,
// at the latest, because nothing comes any more. And the other end opens or loses it as soon.
bool is_half_open_too_long(const SessionFacts& one, const SessionFacts& other, Instant now) {
    if (!one.connected.happened()) return false;
    const Instant closed = std::min(one.disconnected.at, now);
    const Instant joined = std::min({other.connected.at, other.disconnected.at, closed});
    if (joined - one.connected.at > half_open_max) return true;
    const bool is_left = other.disconnected.happened() && other.disconnected.at < closed;
    const Instant left = std::max(other.disconnected.at, one.connected.at);
    return is_left && closed - left > half_open_max;
}

void connected_both_or_neither(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.here.connected.happened() && !who.at_initiator.connected.happened()) continue;
        if (is_half_open_too_long(who.here, who.at_initiator, one.now()) ||
            is_half_open_too_long(who.at_initiator, who.here, one.now())) {
            findings.breach(earliest(who.here.connected, who.at_initiator.connected),
                            fmt::format("the session of {} and {} was open from {} to {} at the "
                                        "one and from {} to {} at the other",
                                        name_of(one.call.initiator),
                                        name_of(who.device),
                                        time_of(who.at_initiator.connected),
                                        time_of(who.at_initiator.disconnected),
                                        time_of(who.here.connected),
                                        time_of(who.here.disconnected)));
        } else {
            findings.exercised();
        }
    }
}

// The device's own clock ends its waiting, whatever the network does.
void connect_or_explicit_failure(const Case& one, Findings& findings) {
    constexpr Duration bound = timing::nomination_wait_max + half_open_max;
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.confirmed.happened() || who.hang_up_command.happened()) continue;
        const Moment& outcome = earliest(who.here.connected, who.here.disconnected);
        if (outcome.at <= who.confirmed.at + bound) {
            findings.exercised();
        } else if (who.confirmed.at + bound < one.now()) {
            findings.breach(outcome,
                            fmt::format("the accept of {} was confirmed at {}, and it was told "
                                        "what became of it: {}",
                                        name_of(who.device),
                                        time_of(who.confirmed),
                                        time_of(outcome)));
        }
    }
}

// The initiator nominates every acceptor, or there is only the one.
bool is_wanted(const CallFacts& call) {
    if (call.policy == protocol::AnswerPolicy::all) return true;
    const auto acceptors =
        std::count_if(call.participants.begin(), call.participants.end(), [](const auto& who) {
            return who.accept_command.happened();
        });
    return call.policy == protocol::AnswerPolicy::first && acceptors == 1;
}

void open_path_connects(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Surroundings& around = one.history.surroundings();
    if (!is_wanted(call) || !around.is_public(call.initiator)) return;
    for (const ParticipantFacts& who : call.participants) {
        if (!who.confirmed.happened() || !who.arrived.seen.happened()) continue;
        if (!around.is_public(who.device)) continue;
        // The acceptor has searched since its accept left; the initiator does so from here on. Each
        // gives up some time.
        const Instant from = who.arrived.seen.at;
        const Instant until = std::min({from + timing::connect_max,
                                        who.confirmed.at + timing::nomination_wait_max,
                                        one.now()});
        const Promise promise{
            .need = {.from = from,
                     .until = until,
                     .device = who.device,
                     .initiator = call.initiator,
                     .exchanges = set_of(Exchange::path),
                     .failed_tries = call.failed_tries},
            .kept = std::max(who.here.connected,
                             who.at_initiator.connected,
                             [](const Moment& a, const Moment& b) { return a.at < b.at; }),
            .lapses =
                earliest(earliest(earliest(call.cancel_command, call.failed), call.hang_up_command),
                         earliest(who.hang_up_command, call.over_possibly))
                    .at};
        const Outcome outcome = judge(promise, around);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(promise.kept,
                            fmt::format("{} and {} have an open path and both searched for it "
                                        "at {}; both were connected: {}",
                                        name_of(call.initiator),
                                        name_of(who.device),
                                        time_of(from),
                                        time_of(promise.kept)));
        }
    }
}

void terminal_states_absorb(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (call.after_end.happened()) {
        findings.breach(call.after_end,
                        fmt::format("{} was told more of its call at {}, after its "
                                    "end",
                                    name_of(call.initiator),
                                    time_of(call.after_end)));
    } else if (call.ended.happened() || call.failed.happened()) {
        findings.exercised();
    }
    for (const ParticipantFacts& who : call.participants) {
        const Moment& wrong =
            earliest(who.after_end,
                     earliest(who.here.connected_after_end, who.at_initiator.connected_after_end));
        if (wrong.happened()) {
            findings.breach(wrong,
                            fmt::format("for {} the call was over, and at {} it went on",
                                        name_of(who.device),
                                        time_of(wrong)));
        } else if (who.ringing_stopped.happened() || who.rejected.happened() ||
                   who.here.disconnected.happened()) {
            findings.exercised();
        }
    }
}

constexpr std::array properties{
    Property{.info = {.id = "connected-both-or-neither",
                      .sentence = "Both ends of a session are connected or neither is; half open "
                                  "lasts no longer than the silence bound.",
                      .source = "rules 5 and 8",
                      .kind = PropertyKind::safety},
             .judge_call = connected_both_or_neither},
    Property{.info = {.id = "connect-or-explicit-failure",
                      .sentence = "A device whose accept is confirmed is connected or told that it "
                                  "is not, within bounded time.",
                      .source = "rule 5",
                      .kind = PropertyKind::safety},
             .judge_call = connect_or_explicit_failure},
    Property{.info = {.id = "open-path-connects",
                      .sentence = "An acceptor and an initiator with public addresses and nothing "
                                  "in the way are connected.",
                      .source = "rules 5 and 10",
                      .kind = PropertyKind::liveness},
             .judge_call = open_path_connects},
    Property{
        .info = {.id = "terminal-states-absorb",
                 .sentence = "Once a call or a session is over for an application, it hears no "
                             "more of it.",
                 .source = "rule 11",
                 .kind = PropertyKind::safety},
        .judge_call = terminal_states_absorb},
};

}  // namespace

std::span<const Property> session_properties() {
    return properties;
}

}  // namespace invitro::properties
