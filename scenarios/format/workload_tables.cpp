// What happens: calls, moves and faults.
#include "scenarios/format/mix.hpp"
#include "scenarios/format/notations.hpp"
#include "scenarios/format/tables.hpp"

#include <algorithm>

namespace invitro::scenarios::format {
namespace {

using model::Fault;

constexpr auto required = Presence::required;

Notation<Duration> lifetime() {
    constexpr Duration high = protocol::timing::invitation_lifetime_max;
    return duration({.low = limits::lifetime_min, .high = high});
}

// clang-format off

Section<Workload> arriving() {
    return {.fields = {
        {"calls", &Workload::calls, count<std::uint32_t>(0, limits::calls_max),
            "drawn between the people drawn, in addition to the calls spelt out"},
        {"pattern", &Workload::arrivals, arrivals(),
            "how they fall into the span: at equal distances, at random, or most at its start"},
        {"start", &Workload::start, duration(),
            "when the span begins"},
        {"span", &Workload::span, duration(),
            "how long it is"},
        {"lifetime", &Workload::lifetime, lifetime(),
            "how long an invitation lasts"},
        {"cancelled", &Workload::cancelled, share(),
            "share the caller gives up"},
        {"cancel_after", &Workload::cancel_after, distribution(),
            "how long after calling, unless connected"},
        {"talk", &Workload::talk, distribution(),
            "how long after connecting the caller hangs up"},
    }};
}

Section<Call> call(protocol::AnswerPolicy policy) {
    return {.fields = {
        {"number", &Call::number, number_of(Entity::call),
            "its name; never reused", required},
        {"at", &Call::at, duration(),
            "since the start of the world"},
        {"initiator", &Call::initiator, reference_to(Entity::device),
            "the device that calls", required},
        {"callee", &Call::callee, identifier(),
            "the identifier it dials", required},
        {"policy", &Call::policy, answer_policy(),
            "instead of the scenario's, which holds where none is written"},
        {"admits_late_joiners", &Call::admits_late_joiners, flag(),
            "whether who registers while it rings is invited too"},
        {"lifetime", &Call::lifetime, lifetime(),
            "how long the invitation lasts"},
        {"cancel_after", &Call::cancel_after, duration_or_never(),
            "when the caller gives up, unless connected"},
        {"talk", &Call::talk, duration(),
            "how long after connecting the caller hangs up"},
        {"transfer_after", &Call::transfer_after, duration_or_never(),
            "how long after connecting the session is given to another device of one of the two"},
        {"transfer_to", &Call::transfer_to, reference_to(Entity::device),
            "the device it is given to, by the end that is of the same person"},
    }, .defaults = {.callee = {}, .policy = policy}};
}

Section<DeviceMove> move() {
    return {.fields = {
        {"device", &DeviceMove::device, reference_to(Entity::device),
            "which moves", required},
        {"at", path(&DeviceMove::move, &Move::at), duration(),
            "since the start of the world"},
        {"network", path(&DeviceMove::move, &Move::network), reference_to(Entity::network),
            "where to", required},
    }};
}

Section<RegistrationChange> registration_change() {
    return {.fields = {
        {"device", &RegistrationChange::device, reference_to(Entity::device),
            "which changes", required},
        {"at", &RegistrationChange::at, duration(),
            "since the start of the world"},
        {"action", &RegistrationChange::action, registration_action(),
            "registers once more, with a new token, or ends its registration", required},
        {"old_token_lasts", &RegistrationChange::old_token_lasts, duration(),
            "how long the push service delivers to the token before it"},
    }};
}

// clang-format on

void finish_workload(Reader& reader, const Value& value, Scenario& scenario) {
    std::sort(
        scenario.world.calls.begin(), scenario.world.calls.end(), [](const Call& a, const Call& b) {
            return a.at != b.at ? a.at < b.at : a.number < b.number;
        });
    std::stable_sort(
        scenario.world.moves.begin(),
        scenario.world.moves.end(),
        [](const DeviceMove& a, const DeviceMove& b) { return a.move.at < b.move.at; });
    std::stable_sort(
        scenario.world.registration_changes.begin(),
        scenario.world.registration_changes.end(),
        [](const RegistrationChange& a, const RegistrationChange& b) { return a.at < b.at; });
    const bool draws = scenario.workload.calls > 0;
    if (draws) keep_drawn_numbers_free(reader, value, {Entity::call});
    if (draws && scenario.population.people < 2) {
        reader.fail(value,
                    "calls are drawn between the people drawn: expected population.people "
                    "of at least 2");
    }
}

void finish_fault(Reader& reader, const Value& value, Fault& fault) {
    const Value* probability = value.find("probability");
    if (probability != nullptr && !model::uses_probability(fault.kind)) {
        const Reader::Step step(reader, "probability");
        reader.fail(
            *probability,
            fmt::format("a fault of kind \"{}\" has no probability", to_string(fault.kind)));
    }
    const Value* delay = value.find("delay");
    if (delay != nullptr && !model::uses_delay(fault.kind)) {
        const Reader::Step step(reader, "delay");
        reader.fail(*delay,
                    fmt::format("a fault of kind \"{}\" has no delay", to_string(fault.kind)));
    }
    if (delay == nullptr && model::uses_delay(fault.kind) && value.find("kind") != nullptr) {
        reader.fail(value,
                    fmt::format("missing key \"delay\": a fault of kind \"{}\" has one",
                                to_string(fault.kind)));
    }
    if (fault.end < fault.start) reader.fail(value, "the fault ends before it starts");
}

}  // namespace

// clang-format off

Section<Scenario> workload_section() {
    const auto spelt_out = [](auto member) { return path(&Scenario::world, member); };
    const auto calls = [](const Scenario& scenario) {
        return list_of(call(scenario.workload.policy), {"calls"});
    };
    return {.fields = {
        {"arrivals", &Scenario::workload, object_of(arriving()),
            "calls that are drawn"},
        {"calls", spelt_out(&World::calls), calls,
            "calls that are spelt out"},
        {"moves", spelt_out(&World::moves), list_of(move(), {"moves"}),
            "devices that change their access network, also in the middle of a call"},
        {"registration_changes", spelt_out(&World::registration_changes),
            list_of(registration_change(), {"registration changes"}),
            "devices that register anew or unregister, also in the middle of a call"},
    }, .finish = finish_workload};
}

Section<Fault> fault_section() {
    const auto has_delay = [](const Fault& fault) { return model::uses_delay(fault.kind); };
    return {.fields = {
        {"number", &Fault::number, number_of(Entity::fault),
            "its name; never reused", required},
        {"kind", &Fault::kind, fault_kind(),
            "what goes wrong", required},
        {"start", &Fault::start, moment(),
            "since the start of the world"},
        {"end", &Fault::end, moment_or_never(),
            "the first moment without it"},
        {"target", &Fault::target, node(),
            "who suffers from it"},
        {"probability", &Fault::probability, share(),
            "of each datagram or notification; for loss, duplication and reordering"},
        Field<Fault>{"delay", &Fault::delay, duration(),
            "by how much, at most; for delay, reordering, push_delay and slow_disk"}.written_where(has_delay),
    }, .defaults = {.end = protocol::never, .target = {}}, .finish = finish_fault};
}

// clang-format on

}  // namespace invitro::scenarios::format
