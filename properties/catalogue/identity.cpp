// Who is who: no device's data, call or accept is taken for another's.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

void forward_implies_accept(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    for (const Moment& stranger : {call.stranger_forwarded, call.stranger_arrived}) {
        if (!stranger.happened()) continue;
        findings.breach(stranger,
                        fmt::format("an accept of a device that nobody knows was passed "
                                    "on at {}",
                                    time_of(stranger)));
    }
    for (const ParticipantFacts& who : call.participants) {
        const bool is_arrived_unaccepted =
            who.arrived.seen.happened() && !who.consent.is_before(who.arrived.seen);
        if (who.forwarded_unaccepted.happened()) {
            findings.breach(who.forwarded_unaccepted,
                            fmt::format("an accept of {} was passed on at {}, before one of it had "
                                        "come to the broker ({})",
                                        name_of(who.device),
                                        time_of(who.forwarded_unaccepted),
                                        time_of(who.accept_at_broker)));
        } else if (is_arrived_unaccepted) {
            findings.breach(who.arrived.seen,
                            fmt::format("the initiator was told at {} that {} had accepted, whose "
                                        "user had not ({})",
                                        time_of(who.arrived.seen),
                                        name_of(who.device),
                                        time_of(who.consent)));
        } else if (who.forwarded.seen.happened()) {
            findings.exercised();
        }
    }
}

void no_crossing(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const Moment& wrong = earliest(who.forwarded.differed, who.forwarded.foreign);
        if (wrong.happened()) {
            findings.breach(wrong,
                            fmt::format("at {} an accept was passed on as that of {} with "
                                        "connection data that is not its own",
                                        time_of(wrong),
                                        name_of(who.device)));
        } else if (who.forwarded.seen.happened()) {
            findings.exercised();
        }
    }
}

void initiator_data_unmodified(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (call.offered.foreign.happened()) {
        findings.breach(call.offered.foreign,
                        fmt::format("{} asked for the call at {} with a host address that is not "
                                    "its own",
                                    name_of(call.initiator),
                                    time_of(call.offered.foreign)));
    }
    for (const ParticipantFacts& who : call.participants) {
        const Moment& wrong = earliest(
            earliest(who.ringing_data.differed, who.ringing_data.foreign), who.ringing_other_names);
        if (wrong.happened()) {
            findings.breach(wrong,
                            fmt::format("{} rang at {} with caller, callee or connection "
                                        "data other than those {} sent",
                                        name_of(who.device),
                                        time_of(wrong),
                                        name_of(call.initiator)));
        } else if (who.ringing.happened()) {
            findings.exercised();
        }
    }
}

// Why this device must not be part of the call at this moment; empty if it may.
std::string intrusion(const Case& one, const ParticipantFacts& who, const Moment& at) {
    const CallFacts& call = one.call;
    const auto owners = one.history.surroundings().devices_of(call.callee);
    if (who.device == call.initiator) return "which is the initiator";
    if (std::find(owners.begin(), owners.end(), who.device) == owners.end()) {
        return "which does not belong to the callee";
    }
    const Moment registered = one.history.in_force(who.device, call.callee);
    if (!registered.happened() || registered.at > at.at) return "which was not registered";
    if (!call.admits_late_joiners && call.taken.is_before(registered)) {
        return "which registered later, and the call admits no late joiners";
    }
    return {};
}

void only_callee_invited(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const Moment pushed = who.was_invited() ? who.invite_pushes.front() : Moment{};
        const Moment& first = earliest(pushed, who.ringing);
        if (!first.happened()) continue;
        std::string why = intrusion(one, who, first);
        if (why.empty() && !pushed.is_before(who.ringing)) why = "which had not been pushed to";
        if (why.empty()) {
            findings.exercised();
        } else {
            findings.breach(first,
                            fmt::format("the call to {} reached {} at {}, {}",
                                        one.call.callee.text(),
                                        name_of(who.device),
                                        time_of(first),
                                        why));
        }
    }
}

constexpr std::array properties{
    Property{.info = {.id = "forward-implies-accept",
                      .sentence = "An accept is passed on only after that device has sent one, and "
                                  "only after its user gave it.",
                      .source = "rule 4",
                      .kind = PropertyKind::safety},
             .judge_call = forward_implies_accept},
    Property{.info = {.id = "no-crossing",
                      .sentence = "An accept is passed on as that of the device it came from, with "
                                  "that device's connection data.",
                      .source = "claim 1, passing back; rule 4",
                      .kind = PropertyKind::safety},
             .judge_call = no_crossing},
    Property{.info = {.id = "initiator-data-unmodified",
                      .sentence = "A device that rings is shown caller, callee and connection data "
                                  "exactly as the initiator sent them.",
                      .source = "claim 1, pushing; rule 3",
                      .kind = PropertyKind::safety},
             .judge_call = initiator_data_unmodified},
    Property{.info = {.id = "only-callee-invited",
                      .sentence = "Nobody is invited but registered devices of the callee, and "
                                  "never the device that calls.",
                      .source = "rule 1",
                      .kind = PropertyKind::safety},
             .judge_call = only_callee_invited},
};

}  // namespace

std::span<const Property> identity_properties() {
    return properties;
}

}  // namespace invitro::properties
