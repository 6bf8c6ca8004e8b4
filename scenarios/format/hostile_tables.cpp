// Who attacks, and what a broker takes on.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/tables.hpp"

namespace invitro::scenarios::format {
namespace {

using model::Attacker;
using protocol::BrokerLimits;
using protocol::Rate;

constexpr auto required = Presence::required;

void finish_attacker(Reader& reader, const Value& value, Attacker& attacker) {
    if (attacker.end < attacker.start) reader.fail(value, "the attack ends before it starts");
}

// clang-format off

Section<Rate> rate(const Rate& usual) {
    return {.fields = {
        {"burst", &Rate::burst, count<std::uint32_t>(1, 1'000'000),
            "so many at once"},
        {"every", &Rate::every, duration(),
            "then one more in each such time; \"0s\": as often as anybody likes"},
    }, .defaults = usual};
}

}  // namespace

Section<Attacker> attacker_section() {
    return {.fields = {
        {"number", &Attacker::number, number_of(Entity::attacker),
            "its name; never reused", required},
        {"site", &Attacker::site, site(),
            "where it stands; it has an address of its own on the open network"},
        {"start", &Attacker::start, moment(),
            "since the start of the world"},
        {"end", &Attacker::end, moment_or_never(),
            "the first moment without it"},
        {"every", &Attacker::every, duration({.low = limits::attack_every_min}),
            "the time from one datagram to the next"},
        {"deeds", &Attacker::deeds, list_of(deed(), {"deeds", 1, model::deed_count}),
            "what it does, each as often as the others", required},
    }, .finish = finish_attacker};
}

Section<BrokerLimits> limits_section() {
    const BrokerLimits usual;
    return {.fields = {
        {"calls", &BrokerLimits::calls_max, count<std::uint32_t>(1, 1'000'000'000),
            "in hand"},
        {"tokens_per_call", &BrokerLimits::tokens_per_call_max,
            count<std::uint32_t>(1, protocol::invited_tokens_max),
            "further ones are not invited"},
        {"registrations", &BrokerLimits::bindings_max, count<std::uint32_t>(1, 1'000'000'000),
            "of a device at a push provider"},
        {"calls_per_caller", &BrokerLimits::calls_per_caller, object_of(rate(usual.calls_per_caller)),
            "how often one device may call"},
        {"calls_per_source", &BrokerLimits::calls_per_source, object_of(rate(usual.calls_per_source)),
            "how often one address may call"},
        {"registrations_per_source", &BrokerLimits::registrations_per_source,
            object_of(rate(usual.registrations_per_source)),
            "how often one address may register"},
        {"retry_after", &BrokerLimits::retry_after, duration(),
            "what a caller is told who is refused for lack of room"},
    }};
}

// clang-format on

}  // namespace invitro::scenarios::format
