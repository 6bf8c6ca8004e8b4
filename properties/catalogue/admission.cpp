// Admission and abuse: what a broker takes on it sees through, what it refuses it says, and nobody
// who was not invited has a say.
#include "properties/catalogue/catalogue.hpp"
#include "protocol/broker/durable_broker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

void forgers_decide_nothing(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.forged.happened()) return;
    if (call.forger_answered.happened()) {
        findings.breach(call.forger_answered,
                        fmt::format("an answer forged for the call of {} came in at {}, and at {} "
                                    "the broker spoke of the call to who had sent it",
                                    name_of(call.initiator),
                                    time_of(call.forged),
                                    time_of(call.forger_answered)));
    } else {
        findings.exercised();
    }
}

// What is admitted is seen through however full the broker is: exercised where it refused others.
void admitted_stays_admitted(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.taken.happened() || !one.history.refused_first().happened()) return;
    if (call.refused_after_taken.happened()) {
        findings.breach(call.refused_after_taken,
                        fmt::format("the call of {} was taken in hand at {} and refused at {}",
                                    name_of(call.initiator),
                                    time_of(call.taken),
                                    time_of(call.refused_after_taken)));
    } else {
        findings.exercised();
    }
}

// Admitted after all, given up (also for a call that crosses it), or told: by the end of the
// lifetime that was asked for, which the initiator knows by itself.
void refusal_is_explicit(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.refused.happened() || !call.requested.happened()) return;
    constexpr Duration slack = std::chrono::seconds{1};
    const Instant bound = call.requested.at + call.lifetime + slack;
    const Instant learned = std::min({call.failed.at,
                                      call.progress.at,
                                      call.cancel_command.at,
                                      call.hang_up_command.at,
                                      call.gave_way.at,
                                      call.initiator_killed.at});
    if (learned <= bound) {
        findings.exercised();
    } else if (bound < one.now()) {
        findings.breach(call.refused,
                        fmt::format("the call of {} was refused at {}, and by {} its user knew "
                                    "neither of that nor that it had been taken after all",
                                    name_of(call.initiator),
                                    time_of(call.refused),
                                    time_of(bound)));
    }
}

// Nobody has been heard in the call, so its initiator must not be able to tell whether there is
// anybody: it hears of the end when the lifetime is over, and that it has expired.
void silence_tells_nothing(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const bool is_heard = std::any_of(call.participants.begin(),
                                      call.participants.end(),
                                      [](const auto& who) { return who.heard.happened(); });
    const bool ends_itself = call.cancel_at_broker.happened() || call.choice_at_broker.happened();
    if (is_heard || ends_itself || !call.taken.happened() || !call.ended_sent.happened()) return;
    // The broker counts from when the request came in, and may have answered only once it was on
    // its disk. What it does not know of any more, it ends for an unknown reason.
    constexpr Duration slack = std::chrono::seconds{1};
    const bool is_early = call.ended_sent.at + slack < call.lifetime_end();
    if (call.ended_sent_reason == EndReason::unknown) return;
    if (!is_early && call.ended_sent_reason == EndReason::expired) {
        findings.exercised();
        return;
    }
    findings.breach(call.ended_sent,
                    fmt::format("{} was told at {} that its call had ended ({}), although nobody "
                                "had been heard in it and its lifetime lasted until {}",
                                name_of(call.initiator),
                                time_of(call.ended_sent),
                                to_string(call.ended_sent_reason),
                                time_of(call.lifetime_end())));
}

void broker_is_bounded(const History& history, Findings& findings) {
    if (!history.measured().happened()) return;
    const scenarios::World& world = history.surroundings().world();
    const protocol::BrokerLimits& limits = world.limits;
    const model::StateMeasured& most = history.most_measured();
    // What another broker has admitted and hands over stays admitted.
    const std::uint64_t owners = world.membership.empty() ? 1 : world.brokers.size();
    const std::uint64_t calls_max = owners * limits.calls_max;
    // Devices that are loaded before the start have been admitted by whoever loads them.
    const std::uint64_t bindings_max =
        std::max<std::uint64_t>(owners * limits.bindings_max, world.devices.size());
    if (most.calls <= calls_max && most.tokens_of_call <= limits.tokens_per_call_max &&
        most.bindings <= bindings_max && most.subjects <= limits.subjects_max &&
        most.waiting <= protocol::DurableBroker::waiting_max) {
        findings.exercised();
        return;
    }
    findings.breach(history.measured(),
                    fmt::format("the broker held {} calls, {} tokens for one call, {} devices' "
                                "bindings, {} rates and {} inputs for its disk; allowed are {}, "
                                "{}, {}, {} and {}",
                                most.calls,
                                most.tokens_of_call,
                                most.bindings,
                                most.subjects,
                                most.waiting,
                                calls_max,
                                limits.tokens_per_call_max,
                                bindings_max,
                                limits.subjects_max,
                                protocol::DurableBroker::waiting_max));
}

constexpr std::array properties{
    Property{.info = {.id = "forgers-decide-nothing",
                      .sentence = "Whoever answers for a device without its ticket is not answered "
                                  "and changes nothing.",
                      .source = "security: tickets",
                      .kind = PropertyKind::privacy},
             .judge_call = forgers_decide_nothing},
    Property{.info = {.id = "admitted-stays-admitted",
                      .sentence = "A call that was taken in hand is never refused afterwards, "
                                  "however full the broker is.",
                      .source = "overload and abuse: room",
                      .kind = PropertyKind::safety},
             .judge_call = admitted_stays_admitted},
    Property{.info = {.id = "refusal-is-explicit",
                      .sentence = "Who is refused for overload learns it within the lifetime asked "
                                  "for, unless the call is taken after all.",
                      .source = "overload and abuse",
                      .kind = PropertyKind::liveness},
             .judge_call = refusal_is_explicit},
    Property{.info = {.id = "silence-tells-nothing",
                      .sentence = "Where no device has been heard, the caller is told the end when "
                                  "the lifetime is over and not before, registered callee or not.",
                      .source = "overload and abuse: nobody learns who is registered",
                      .kind = PropertyKind::privacy},
             .judge_call = silence_tells_nothing},
    Property{.info = {.id = "broker-is-bounded",
                      .sentence = "Whatever is sent to a broker, it holds no more calls, tokens, "
                                  "bindings, rates and waiting inputs than its limits say.",
                      .source = "overload and abuse: limits",
                      .kind = PropertyKind::resources},
             .judge_world = broker_is_bounded},
};

}  // namespace

std::span<const Property> admission_properties() {
    return properties;
}

}  // namespace invitro::properties
