// Who is invited and rings: every registered device of the callee, once.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

// From here on the broker pushes no invitation to a device that has not answered.
Instant invitation_over(const CallFacts& call) {
    return std::min({call.over_possibly.at, call.choice_at_broker.at, call.lifetime_end()});
}

// Calls `use` with each device that rule 1 invites, and since when.
template <class Use>
void for_each_invited(const Case& one, Use&& use) {
    const CallFacts& call = one.call;
    if (!call.taken.happened() || call.cancel_at_broker.is_before(call.taken)) return;
    for (const std::uint32_t device : one.history.surroundings().devices_of(call.callee)) {
        const Moment registered = one.history.registered(device, call.callee);
        if (device == call.initiator || !registered.happened()) continue;
        // Who changes its registration is judged in registration.cpp.
        if (one.history.surroundings().changes_registration(device)) continue;
        if (!call.admits_late_joiners && !registered.is_before(call.taken)) continue;
        const Instant since = std::max(registered.at, call.taken.at);
        if (since < invitation_over(call)) use(device, since);
    }
}

void every_token_pushed(const Case& one, Findings& findings) {
    for_each_invited(one, [&](std::uint32_t device, Instant since) {
        const Instant due = since + timing::push_repeat_first;
        const bool is_excused = due >= invitation_over(one.call) || due > one.now() ||
                                one.history.surroundings().is_broker_paused(since, due);
        const ParticipantFacts* who = one.call.find(device);
        const bool is_pushed =
            who != nullptr && who->was_invited() && who->invite_pushes.front().at <= due;
        if (is_pushed) {
            findings.exercised();
        } else if (!is_excused) {
            findings.breach({},
                            fmt::format("{} was registered for {} from {} on and was not pushed to "
                                        "by {}",
                                        name_of(device),
                                        one.call.callee.text(),
                                        time_of(since),
                                        time_of(due)));
        }
    });
}

// More pushes in a row did not come through than is promised to be made up for. (That the broker
// tries often enough follows: too few tries excuse nothing.)
bool were_pushes_lost(const ParticipantFacts& who) {
    const auto tries =
        std::count_if(who.invite_pushes.begin(), who.invite_pushes.end(), [&](const Moment& push) {
            return push.is_before(who.push_delivered);
        });
    return tries > timing::failed_tries_max;
}

// A device that makes a call which crosses this one answers, or waits to be answered.
bool is_calling_back(const CallFacts& call, std::uint32_t device) {
    const ParticipantFacts* who = call.find(device);
    return device == call.crossed_by || (who != nullptr && who->crossed.happened());
}

void reachable_device_rings(const Case& one, Findings& findings) {
    for_each_invited(one, [&](std::uint32_t device, Instant since) {
        if (is_calling_back(one.call, device)) return;
        const ParticipantFacts* who = one.call.find(device);
        const Moment ringing = who == nullptr ? Moment{} : who->ringing;
        const Promise promise{.need = {.from = since,
                                       .until = one.grace_end(),
                                       .device = device,
                                       .push = true,
                                       .failed_tries = {}},
                              .kept = ringing,
                              .lapses = invitation_over(one.call)};
        const Outcome outcome = judge(promise, one.history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome != Outcome::broken) return;
        if (who != nullptr && were_pushes_lost(*who)) return;
        findings.breach(ringing,
                        fmt::format("{} was registered and reachable from {} on and rang: {}",
                                    name_of(device),
                                    time_of(since),
                                    time_of(ringing)));
    });
}

// What a push service has lost for good, a device that wakes asks for.
void waking_device_rings(const Case& one, Findings& findings) {
    const auto& devices = one.history.devices();
    for_each_invited(one, [&](std::uint32_t device, Instant since) {
        const DeviceFacts* known = devices.find(device);
        if (known == nullptr || is_calling_back(one.call, device)) return;
        const ParticipantFacts* who = one.call.find(device);
        const Moment ringing = who == nullptr ? Moment{} : who->ringing;
        for (const Moment& wake : known->wakes) {
            const bool is_missing = wake.at >= since && wake.is_before(ringing);
            if (!is_missing || wake.at >= invitation_over(one.call)) continue;
            const Promise promise{
                .need = {.from = wake.at,
                         .until = one.grace_end(),
                         .device = device,
                         .exchanges = set_of(Exchange::waking, Exchange::registration),
                         .failed_tries = known->failed_tries},
                .kept = ringing,
                .lapses = invitation_over(one.call)};
            const Outcome outcome = judge(promise, one.history);
            if (outcome == Outcome::kept) findings.exercised();
            if (outcome != Outcome::broken) continue;
            findings.breach(ringing,
                            fmt::format("{} was invited, woke at {} and rang: {}",
                                        name_of(device),
                                        time_of(wake),
                                        time_of(ringing)));
        }
    });
}

void ring_once(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (who.rang_again.happened()) {
            findings.breach(who.rang_again,
                            fmt::format("{} rang at {} and again at {}",
                                        name_of(who.device),
                                        time_of(who.ringing),
                                        time_of(who.rang_again)));
        } else if (who.ringing.happened()) {
            findings.exercised();
        }
    }
}

// When what came to the broker at that time was decided: with the record of it.
Instant decided_at(const CallFacts& call, Instant came) {
    const auto found = std::find_if(call.decided.begin(),
                                    call.decided.end(),
                                    [&](const Decided& one) { return one.came == came; });
    return found == call.decided.end() ? came : found->durable;
}

// From the end on the device is only told to stop. A push in the very moment of the end may have
// been under way.
void no_push_after_end(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Instant decided = one.history.surroundings().broker_notices(
        decided_at(call, std::min(call.over_certainly.at, call.choice_at_broker.at)));
    const Instant over = std::min(decided, call.lifetime_end());
    if (over >= one.now()) return;
    for (const ParticipantFacts& who : call.participants) {
        const auto late = std::find_if(who.invite_pushes.begin(),
                                       who.invite_pushes.end(),
                                       [&](const Moment& push) { return push.at > over; });
        if (late == who.invite_pushes.end()) {
            findings.exercised();
        } else {
            findings.breach(*late,
                            fmt::format("{} was pushed an invitation at {}, but the call was over "
                                        "for it at {}",
                                        name_of(who.device),
                                        time_of(*late),
                                        time_of(over)));
        }
    }
}

constexpr std::array properties{
    Property{
        .info = {.id = "every-token-pushed",
                 .sentence = "Every device registered for the callee is pushed the invitation, "
                             "also one that registers before a choice or the end, if the "
                             "call admits it.",
                 .source = "claim 1, pushing; rule 1",
                 .kind = PropertyKind::safety},
        .judge_call = every_token_pushed},
    Property{.info = {.id = "reachable-device-rings",
                      .sentence = "A registered device that can be reached rings.",
                      .source = "claim 1, pushing; rule 2",
                      .kind = PropertyKind::liveness},
             .judge_call = reachable_device_rings},
    Property{.info = {.id = "waking-device-rings",
                      .sentence = "A device that wakes while a call to it is open rings, whatever "
                                  "became of its pushes.",
                      .source = "rule 2; waking",
                      .kind = PropertyKind::liveness},
             .judge_call = waking_device_rings},
    Property{.info = {.id = "ring-once",
                      .sentence = "A device rings at most once for a call, however it is reached.",
                      .source = "rule 2",
                      .kind = PropertyKind::safety},
             .judge_call = ring_once},
    Property{.info = {.id = "no-push-after-end",
                      .sentence = "After a choice or the call's end nobody is pushed an invitation "
                                  "any more, only its dismissal.",
                      .source = "rule 2",
                      .kind = PropertyKind::safety},
             .judge_call = no_push_after_end},
};

}  // namespace

std::span<const Property> invitation_properties() {
    return properties;
}

}  // namespace invitro::properties
