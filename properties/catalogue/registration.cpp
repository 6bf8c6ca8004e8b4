// Registration: a device that wants to be reachable becomes so.
#include "properties/catalogue/catalogue.hpp"
#include "protocol/timing.hpp"
#include "protocol/wire/codec.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace invitro::properties {
namespace {

void registration_answered(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        if (!device.register_command.happened()) continue;
        if (history.surroundings().changes_registration(number)) continue;
        // Who begins from scratch has something to register from its first proof on.
        const bool is_scratch =
            history.surroundings().world().registration == scenarios::RegistrationStart::scratch;
        if (is_scratch && !device.registration.validated.happened()) continue;
        const Instant since =
            is_scratch ? device.registration.validated.at : device.register_command.at;
        const Promise promise{.need = {.from = since,
                                       .until = history.now(),
                                       .device = number,
                                       .exchanges = set_of(Exchange::registration),
                                       .failed_tries = device.failed_tries},
                              .kept = device.registered_notified};
        const Outcome outcome = judge(promise, history);
        if (outcome == Outcome::kept) findings.exercised();
        if (outcome == Outcome::broken) {
            findings.breach(device.registered_notified,
                            fmt::format("{} registered from {} on and learned that it was done: {}",
                                        name_of(number),
                                        time_of(device.register_command),
                                        time_of(device.registered_notified)));
        }
    }
}

void registered_is_in_force(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        const Moment& told = device.registered_notified;
        if (!told.happened()) continue;
        if (device.registered.is_before(told)) {
            findings.exercised();
        } else {
            findings.breach(told,
                            fmt::format("{} was told at {} that it was registered, which the "
                                        "broker had not said",
                                        name_of(number),
                                        time_of(told)));
        }
    }
}

void unproven_routes_nowhere(const Case& one, Findings& findings) {
    const bool is_scratch =
        one.history.surroundings().world().registration == scenarios::RegistrationStart::scratch;
    if (!is_scratch) return;
    for (const ParticipantFacts& who : one.call.participants) {
        if (!who.was_invited()) continue;
        const Moment& pushed = who.invite_pushes.front();
        const DeviceFacts* device = one.history.devices().find(who.device);
        const IdentifierFacts* known =
            device == nullptr ? nullptr : device->registration.find(one.call.callee);
        if (known != nullptr && known->challenged.is_before(pushed)) {
            findings.exercised();
        } else {
            findings.breach(pushed,
                            fmt::format("{} was pushed the call to {} at {}, of which nobody had "
                                        "shown it that it owns it",
                                        name_of(who.device),
                                        one.call.callee.text(),
                                        time_of(pushed)));
        }
    }
}

void newest_token_only(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        const RegistrationFacts& known = device.registration;
        if (known.other_token_pushed.happened()) {
            findings.breach(known.other_token_pushed,
                            fmt::format("{} was invited at {} through a token in whose place the "
                                        "broker had acknowledged another",
                                        name_of(number),
                                        time_of(known.other_token_pushed)));
        } else if (known.token_pushed.happened() &&
                   history.surroundings().changes_registration(number)) {
            findings.exercised();
        }
    }
}

// Whatever is said of an older token, the newest one is pushed to until it is gone itself.
void newest_token_pushed(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.taken.happened() || call.cancel_at_broker.is_before(call.taken)) return;
    const Surroundings& surroundings = one.history.surroundings();
    for (const std::uint32_t number : surroundings.devices_of(call.callee)) {
        const DeviceFacts* device = one.history.devices().find(number);
        if (device == nullptr || number == call.initiator) continue;
        if (!surroundings.changes_registration(number)) continue;
        const RegistrationFacts& known = device->registration;
        const IdentifierFacts* callee = known.find(call.callee);
        const bool is_reachable =
            callee != nullptr && callee->acknowledged.is_before(call.taken) &&
            known.token_acknowledged.is_before(call.taken) && !known.token_gone.happened() &&
            !known.last_unregistered.happened() && !known.unregister_command.happened();
        if (!is_reachable) continue;
        const Instant due = call.taken.at + protocol::timing::push_repeat_first;
        const ParticipantFacts* who = call.find(number);
        if (who != nullptr && who->was_invited() && who->invite_pushes.front().at <= due) {
            findings.exercised();
            continue;
        }
        const bool is_excused = due >= call.lifetime_end() || due > one.now() ||
                                due >= call.over_possibly.at || due >= call.choice_at_broker.at ||
                                surroundings.is_broker_paused(call.taken.at, due);
        if (is_excused) continue;
        findings.breach(call.taken,
                        fmt::format("{} had registered a new token by {} and was not pushed the "
                                    "call to {} of {}",
                                    name_of(number),
                                    time_of(known.token_acknowledged),
                                    call.callee.text(),
                                    time_of(call.taken)));
    }
}

void unregister_at_once(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        const RegistrationFacts& known = device.registration;
        const Moment& wrong = earliest(known.pushed_after_end, known.rang_after_end);
        if (wrong.happened()) {
            findings.breach(wrong,
                            fmt::format("{} was unregistered at {} and reached by a call at {}",
                                        name_of(number),
                                        time_of(known.last_unregistered),
                                        time_of(wrong)));
        } else if (known.last_unregistered.happened()) {
            findings.exercised();
        }
    }
}

// What the caller gets before anybody has answered says nothing about the callee.
void unknown_looks_silent(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.taken.happened()) return;
    std::array<std::uint8_t, 64> room{};
    const std::size_t size =
        protocol::encode_message(protocol::InviteProgress{.call = call.id}, room);
    if (call.progress_size != size) {
        findings.breach(call.taken,
                        fmt::format("the answer to {} has {} octets instead of {}",
                                    name_of(call.initiator),
                                    call.progress_size,
                                    size));
        return;
    }
    const bool is_early = call.ended_sent.happened() && call.ended_sent.at < call.lifetime_end();
    const bool has_cause =
        call.answered.is_before(call.ended_sent) || call.cancel_at_broker.is_before(call.ended_sent);
    if (is_early && !has_cause) {
        findings.breach(call.ended_sent,
                        fmt::format("{} was told the end of its call at {}, before its lifetime "
                                    "and before anybody had answered",
                                    name_of(call.initiator),
                                    time_of(call.ended_sent)));
    } else if (call.ended_sent.happened() && !call.answered.happened()) {
        findings.exercised();
    }
}

void validation_looks_alike(const History& history, Findings& findings) {
    const History::MailAnswers& answers = history.mail_answers();
    if (answers.differs.happened()) {
        findings.breach(answers.differs,
                        fmt::format("an answer to a validation had another size than the first, "
                                    "{} octets",
                                    answers.size));
    } else if (answers.answered > 0) {
        findings.exercised();
    }
}

constexpr std::array properties{
    Property{.info = {.id = "registration-answered",
                      .sentence = "A device that registers learns that it is registered.",
                      .source = "registration, step 3",
                      .kind = PropertyKind::liveness},
             .judge_world = registration_answered},
    Property{.info = {.id = "registered-is-in-force",
                      .sentence = "A device is told that it is registered only once the broker has "
                                  "acknowledged it.",
                      .source = "registration, step 3",
                      .kind = PropertyKind::safety},
             .judge_world = registered_is_in_force},
    Property{.info = {.id = "unproven-routes-nowhere",
                      .sentence = "A device is invited under an identifier only after it has been "
                                  "shown to receive what is sent to it.",
                      .source = "registration, steps 1 and 2",
                      .kind = PropertyKind::safety},
             .judge_call = unproven_routes_nowhere},
    Property{.info = {.id = "newest-token-only",
                      .sentence = "Once a new token is acknowledged, the one before it is invited "
                                  "no more.",
                      .source = "registration, step 3",
                      .kind = PropertyKind::safety},
             .judge_world = newest_token_only},
    Property{.info = {.id = "newest-token-pushed",
                      .sentence = "A token that is acknowledged is pushed to, whatever is said of "
                                  "the one before it.",
                      .source = "registration, step 3; rule 1",
                      .kind = PropertyKind::liveness},
             .judge_call = newest_token_pushed},
    Property{.info = {.id = "unregister-at-once",
                      .sentence = "Whoever has unregistered is not invited, and does not ring, "
                                  "until it registers again.",
                      .source = "registration, step 3",
                      .kind = PropertyKind::safety},
             .judge_world = unregister_at_once},
    Property{.info = {.id = "unknown-looks-silent",
                      .sentence = "Before anybody has answered, a caller cannot tell by kind, size "
                                  "or time whether anybody is registered.",
                      .source = "security",
                      .kind = PropertyKind::safety},
             .judge_call = unknown_looks_silent},
    Property{.info = {.id = "validation-looks-alike",
                      .sentence = "Whoever asks for a validation mail is answered alike, whatever "
                                  "is known of the address.",
                      .source = "security; registration, step 2",
                      .kind = PropertyKind::safety},
             .judge_world = validation_looks_alike},
};

}  // namespace

std::span<const Property> registration_properties() {
    return properties;
}

}  // namespace invitro::properties
