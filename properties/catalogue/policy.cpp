// The answer policy: who of the acceptors is connected to.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

using protocol::AnswerPolicy;

// The nominee before was given up (its path failed) by the time the next one was nominated.
bool was_given_up(const ParticipantFacts& before, const Moment& nominated) {
    return before.at_initiator.disconnected.happened() &&
           before.at_initiator.disconnected.at <= nominated.at;
}

void first_nominates_one(const Case& one, Findings& findings) {
    // One that is killed may not know whom it has nominated.
    if (one.call.policy != AnswerPolicy::first || one.call.initiator_killed.happened()) return;
    const ParticipantFacts* before = nullptr;
    std::vector<const ParticipantFacts*> nominees;
    for (const ParticipantFacts& who : one.call.participants) {
        if (who.nominated.happened()) nominees.push_back(&who);
    }
    std::sort(nominees.begin(), nominees.end(), [](const auto* a, const auto* b) {
        return a->nominated.sequence < b->nominated.sequence;
    });
    for (const ParticipantFacts* who : nominees) {
        if (before != nullptr && !was_given_up(*before, who->nominated)) {
            findings.breach(who->nominated,
                            fmt::format("the policy is first, {} was nominated at {}, and {} at {} "
                                        "as well",
                                        name_of(before->device),
                                        time_of(before->nominated),
                                        name_of(who->device),
                                        time_of(who->nominated)));
        } else {
            findings.exercised();
        }
        before = who;
    }
}

void only_acceptors_nominated(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const Moment& nominated = earliest(who.nominated, who.at_initiator.connected);
        if (!nominated.happened()) continue;
        const bool must_be_chosen = one.call.policy == AnswerPolicy::choose;
        if (!who.arrived.seen.is_before(nominated)) {
            findings.breach(nominated,
                            fmt::format("{} was nominated at {} without the initiator knowing of "
                                        "its accept",
                                        name_of(who.device),
                                        time_of(nominated)));
        } else if (must_be_chosen && !who.choose_command.is_before(nominated)) {
            findings.breach(nominated,
                            fmt::format("the initiator's user is to choose, and {} was nominated "
                                        "at {} unasked",
                                        name_of(who.device),
                                        time_of(nominated)));
        } else {
            findings.exercised();
        }
    }
}

void winner_keeps_call(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const bool is_winner = who.at_initiator.connected.happened() && who.nominated.happened();
        if (!is_winner) continue;
        const bool is_silenced =
            who.ringing_stopped.happened() && who.stop_reason == EndReason::answered;
        const bool is_rejected =
            who.rejected.happened() && who.reject_reason == EndReason::answered;
        const bool is_dropped =
            who.here.disconnected.happened() && who.here.reason == protocol::SessionEnd::not_chosen;
        if (!is_silenced && !is_rejected && !is_dropped) {
            findings.exercised();
            continue;
        }
        const Moment& told = is_silenced   ? who.ringing_stopped
                             : is_rejected ? who.rejected
                                           : who.here.disconnected;
        findings.breach(told,
                        fmt::format("{} was nominated at {} and connected to, but told at {} "
                                    "that the call was answered elsewhere",
                                    name_of(who.device),
                                    time_of(who.nominated),
                                    time_of(told)));
    }
}

constexpr std::array properties{
    Property{
        .info = {.id = "first-nominates-one",
                 .sentence = "Under the policy first at most one acceptor is nominated, unless "
                             "the one before it could not be connected to.",
                 .source = "rule 5",
                 .kind = PropertyKind::safety},
        .judge_call = first_nominates_one},
    Property{.info = {.id = "only-acceptors-nominated",
                      .sentence = "Nobody is nominated but who has accepted and, under the policy "
                                  "choose, was picked by the user.",
                      .source = "rule 5",
                      .kind = PropertyKind::safety},
             .judge_call = only_acceptors_nominated},
    Property{.info = {.id = "winner-never-answered-elsewhere",
                      .sentence = "A device that is connected to never hears that the call was "
                                  "answered elsewhere.",
                      .source = "rules 5 and 6",
                      .kind = PropertyKind::safety},
             .judge_call = winner_keeps_call},
};

}  // namespace

std::span<const Property> policy_properties() {
    return properties;
}

}  // namespace invitro::properties
