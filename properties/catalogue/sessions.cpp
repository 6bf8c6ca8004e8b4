// Sessions: both ends have one or neither has, and nobody waits for ever.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

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
        // What a later incarnation of the acceptor has is not told here.
        if (who.killed.happened() && who.killed.is_before(who.at_initiator.connected)) continue;
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

// What opens a way through this end's box while it gathers is open until then, whatever is sent.
bool keeps_mappings(const scenarios::AccessNetwork& network, bool is_reflected, Duration span) {
    if (!model::translates(network.nat.kind)) return true;
    return is_reflected && span < network.nat.mapping_timeout;
}

// Where the two always are, a path between them can be found without predicting ports.
bool have_open_path(const Case& one, const ParticipantFacts& who, Instant until) {
    const CallFacts& call = one.call;
    const Surroundings& around = one.history.surroundings();
    const scenarios::AccessNetwork* there = around.network_of(call.initiator);
    const scenarios::AccessNetwork* here = around.network_of(who.device);
    if (there == nullptr || here == nullptr) return false;
    if (!around.is_settled(call.started.at, until)) return false;
    if (there == here) return there->nat.kind == model::NatKind::pub;
    // By IPv6 there are firewalls at most, and each end opens its own.
    const bool is_blocked = around.is_blocked(call.initiator) || around.is_blocked(who.device);
    if (model::has_v6(there->families) && model::has_v6(here->families)) return !is_blocked;
    if (!model::has_v4(there->families) || !model::has_v4(here->families)) return false;
    return allows_direct_path(there->nat.kind, here->nat.kind) &&
           keeps_mappings(*there, call.is_reflected, until - call.started.at) &&
           keeps_mappings(*here, who.is_reflected, until - who.accept_command.at);
}

Moment connected_at_both(const ParticipantFacts& who) {
    return latest(who.here.connected, who.at_initiator.connected);
}

// The initiator wants a session: since when, and how the wish came true.
struct Wish {
    Moment since;
    Moment fulfilled;
};

// Under `first` a session with any acceptor will do. A nominee that has left costs the others their
// time.
std::optional<Wish> wish_for_first(const Case& one, const ParticipantFacts& who) {
    Moment any;
    bool is_disturbed = false;
    for (const ParticipantFacts& other : one.call.participants) {
        any = earliest(any, other.at_initiator.connected);
        is_disturbed = is_disturbed || other.hang_up_command.happened() || other.killed.happened();
    }
    if (any.is_before(who.arrived.seen) || is_disturbed) return std::nullopt;
    const bool is_other = any.happened() && any != who.at_initiator.connected;
    return Wish{.since = who.arrived.seen, .fulfilled = is_other ? any : connected_at_both(who)};
}

std::optional<Wish> wish_for(const Case& one, const ParticipantFacts& who) {
    const Moment& arrived = who.arrived.seen;
    switch (one.call.policy) {
        case protocol::AnswerPolicy::first:
            return wish_for_first(one, who);
        case protocol::AnswerPolicy::all:
            return Wish{.since = arrived, .fulfilled = connected_at_both(who)};
        case protocol::AnswerPolicy::choose:
            break;
    }
    // Half of the search's time must be left.
    const bool is_in_time = who.choose_command.happened() &&
                            who.choose_command.at - arrived.at <= timing::connect_max / 2;
    if (!is_in_time) return std::nullopt;
    return Wish{.since = latest(arrived, who.choose_command), .fulfilled = connected_at_both(who)};
}

// Some box forgets a mapping before the second keep-alive comes through it.
bool may_mappings_expire(const scenarios::World& world) {
    return std::any_of(world.networks.begin(), world.networks.end(), [](const auto& network) {
        return network.nat.mapping_timeout < 2 * timing::call_keep_alive;
    });
}

// Any two that the broker can reach by IPv4 can go through a relay. The acceptor asks for it once
// its accept is confirmed, so that must not have taken the initiator's time.
bool have_relay(const Case& one, const ParticipantFacts& who, Instant from, Instant until) {
    const Surroundings& around = one.history.surroundings();
    constexpr Duration confirmed_after_max = std::chrono::seconds{5};
    const auto reaches_relays = [](const scenarios::AccessNetwork* network) {
        return network != nullptr && model::has_v4(network->families);
    };
    return around.have_relays_room() && around.are_relays_untroubled(from, until) &&
           reaches_relays(around.network_of(one.call.initiator)) &&
           reaches_relays(around.network_of(who.device)) && around.is_settled(from, until) &&
           !may_mappings_expire(around.world()) && who.confirmed.at <= from + confirmed_after_max;
}

// Wanted acceptors for which have_path(call, acceptor, from, until) holds are connected.
template <class HavePath>
void judge_wishes(const Case& one, Findings& findings, HavePath&& have_path) {
    const CallFacts& call = one.call;
    for (const ParticipantFacts& who : call.participants) {
        if (!who.confirmed.happened() || !who.arrived.seen.happened()) continue;
        const std::optional<Wish> wish = wish_for(one, who);
        if (!wish) continue;
        // The acceptor has searched since its accept left; the initiator does so from its arrival
        // on. Each gives up some time.
        const Instant from = wish->since.at;
        const Instant until = std::min({from + timing::connect_max,
                                        who.confirmed.at + timing::nomination_wait_max,
                                        one.now()});
        if (!have_path(one, who, from, until)) continue;
        const Promise promise{
            .need = {.from = from,
                     .until = until,
                     .device = who.device,
                     .initiator = call.initiator,
                     .exchanges = set_of(Exchange::path, Exchange::relay),
                     .failed_tries = call.failed_tries},
            .kept = wish->fulfilled,
            .lapses =
                earliest(earliest(earliest(call.cancel_command, call.failed), call.hang_up_command),
                         earliest(earliest(who.hang_up_command, who.killed), call.over_possibly))
                    .at};
        const Outcome outcome = judge(promise, one.history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(promise.kept,
                            fmt::format("{} and {} have a path and both searched for it "
                                        "at {}; the session wanted was there: {}",
                                        name_of(call.initiator),
                                        name_of(who.device),
                                        time_of(from),
                                        time_of(promise.kept)));
        }
    }
}

void open_path_connects(const Case& one, Findings& findings) {
    judge_wishes(one, findings, [](const Case& a, const auto& who, Instant, Instant until) {
        return have_open_path(a, who, until);
    });
}

void relay_connects(const Case& one, Findings& findings) {
    judge_wishes(one, findings, have_relay);
}

// No relay was touched, and none of what keeps an allocation was lost in its lifetime.
bool is_relay_well(const Case& one, Instant from, Instant until) {
    const Instant kept_since = from - timing::relay_lifetime;
    const auto& failed_tries = one.call.failed_tries;
    return one.history.surroundings().are_relays_untroubled(kept_since, until) &&
           std::none_of(failed_tries.begin(), failed_tries.end(), [&](const FailedTry& failed) {
               return failed.exchange == Exchange::relay && kept_since <= failed.at &&
                      failed.at <= until;
           });
}

// Enough was in the way between the two to make one of them believe, at this moment, that the other
// is gone.
bool is_silence_explained(const Case& one, const ParticipantFacts& who, Instant at) {
    // What was under way when the silence began may have been sent a period before.
    const Instant from = at - half_open_max;
    const CallFacts& call = one.call;
    const Surroundings& around = one.history.surroundings();
    // Of the keep-alives that fit into the silence, one may be late.
    constexpr auto lost_enough = timing::session_silence_max / timing::session_keep_alive - 1;
    const auto lost =
        std::count_if(call.failed_tries.begin(), call.failed_tries.end(), [&](const auto& failed) {
            const bool is_between = from <= failed.at && failed.at <= at;
            return is_between && failed.exchange == Exchange::path;
        });
    if (who.relay_here.got.happened() && !is_relay_well(one, from, at)) return true;
    return lost >= lost_enough || !around.is_settled(from, at) ||
           !around.is_untroubled(who.device, from, at) ||
           !around.is_untroubled(call.initiator, from, at) || may_mappings_expire(around.world());
}

void session_stays_up(const Case& one, Findings& findings) {
    const auto fell_silent = [](const SessionFacts& session) {
        return session.reason == protocol::SessionEnd::silent ? session.disconnected : Moment{};
    };
    for (const ParticipantFacts& who : one.call.participants) {
        const Moment both = connected_at_both(who);
        if (!both.happened()) continue;
        const Moment ended = earliest(who.here.disconnected, who.at_initiator.disconnected);
        const Moment silent = earliest(fell_silent(who.here), fell_silent(who.at_initiator));
        const bool is_lost = silent.happened() && silent == ended;
        if (!is_lost) {
            // A shorter one has not lived on keep-alives.
            if (std::min(ended.at, one.now()) - both.at > timing::session_silence_max) {
                findings.exercised();
            }
        } else if (!is_silence_explained(one, who, silent.at)) {
            findings.breach(silent,
                            fmt::format("{} and {} were connected at {}, and one of them lost the "
                                        "other at {} with nothing in the way",
                                        name_of(one.call.initiator),
                                        name_of(who.device),
                                        time_of(both),
                                        time_of(silent)));
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
                      .sentence = "An acceptor that is wanted is connected where both ends' NAT "
                                  "boxes let them find a path and nothing is in the way.",
                      .source = "rules 5 and 10; RFC 4787, 4.1 and 5",
                      .kind = PropertyKind::liveness},
             .judge_call = open_path_connects},
    Property{.info = {.id = "relay-connects",
                      .sentence = "An acceptor that is wanted is connected, directly or not, where "
                                  "relays have room and nothing is in the way.",
                      .source = "rules 5 and 10",
                      .kind = PropertyKind::liveness},
             .judge_call = relay_connects},
    Property{.info = {.id = "session-stays-up",
                      .sentence = "A session that both ends have lasts until one hangs up, while "
                                  "its path is up.",
                      .source = "rule 5",
                      .kind = PropertyKind::liveness},
             .judge_call = session_stays_up},
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
