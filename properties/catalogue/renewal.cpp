// Connection data that has grown old is renewed, and the newest wins.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

void newest_data_wins(const Case& one, Findings& findings) {
    const auto judge_copy = [&](const RenewalFacts& heard, std::uint32_t hearer) {
        const Moment& wrong = earliest(heard.not_newer, heard.copy.differed);
        if (wrong.happened()) {
            findings.breach(wrong,
                            fmt::format("{} was told connection data at {} that was {}",
                                        name_of(hearer),
                                        time_of(wrong),
                                        heard.not_newer.happened() ? "not newer than what it had"
                                                                   : "never sent by its author"));
        } else if (heard.copy.seen.happened()) {
            findings.exercised();
        }
    };
    for (const ParticipantFacts& who : one.call.participants) {
        judge_copy(who.initiator_data, who.device);
        judge_copy(who.own_data_there, one.call.initiator);
    }
}

// From here on the device hears nothing of the call any more, or need not.
Instant left(const ParticipantFacts& who) {
    const Moment silent = earliest(earliest(who.ringing_stopped, who.decline_command),
                                   earliest(who.rejected, who.dismissed));
    const Moment& gone = earliest(who.here.disconnected, who.killed);
    return earliest(silent, earliest(gone, who.hang_up_command)).at;
}

Instant initiator_left(const CallFacts& call) {
    const Moment& over = earliest(call.ended, call.initiator_killed);
    return earliest(earliest(call.cancel_command, call.hang_up_command),
                    earliest(call.failed, over))
        .at;
}

constexpr ExchangeSet renewing =
    set_of(Exchange::candidates, Exchange::keep_alive, Exchange::ringing, Exchange::accept);

// The newest data that the broker has, on its way to this hearer.
void judge_arrival(const Case& one,
                   Findings& findings,
                   const RenewalAtBroker& renewed,
                   const RenewalFacts& heard,
                   Need need,
                   Instant lapses) {
    if (!renewed.taken.happened() || need.from == protocol::never) return;
    need.from = std::max(need.from, renewed.taken.at);
    need.until = one.grace_end();
    need.exchanges = renewing | set_of(Exchange::request, Exchange::forward);
    const bool is_known = heard.known_at.happened() && heard.generation >= renewed.generation;
    const Promise promise{
        .need = need, .kept = is_known ? heard.known_at : Moment{}, .lapses = lapses};
    const Outcome outcome = judge(promise, one.history);
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome == Outcome::broken) {
        findings.breach(promise.kept,
                        fmt::format("generation {} of somebody's connection data reached the "
                                    "broker at {}, and {}: {}",
                                    renewed.generation,
                                    time_of(renewed.taken),
                                    name_of(need.device != nobody ? need.device : need.initiator),
                                    time_of(promise.kept)));
    }
}

// Since when the device has part in the call: what is held back for the sake of a call that crosses
// it neither rings nor is answered.
Instant joined(const ParticipantFacts& who) {
    return latest(who.heard, earliest(who.ringing, who.crossed)).at;
}

void renewed_data_arrives(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    for (const ParticipantFacts& who : call.participants) {
        judge_arrival(
            one,
            findings,
            call.offer_renewed,
            who.initiator_data,
            {.from = joined(who), .device = who.device, .failed_tries = call.failed_tries},
            std::min(left(who), call.over_possibly.at));
        judge_arrival(one,
                      findings,
                      who.accept_renewed,
                      who.own_data_there,
                      {.from = who.accept_at_broker.at,
                       .initiator = call.initiator,
                       .acceptor = who.device,
                       .failed_tries = call.failed_tries},
                      std::min(initiator_left(call), left(who)));
    }
}

// The last move of the initiator while the broker had its call in hand.
Instant last_move(const Case& one) {
    const CallFacts& call = one.call;
    Instant last = protocol::never;
    for (const scenarios::DeviceMove& move : one.history.surroundings().world().moves) {
        const Instant at{move.move.at};
        const bool concerns = move.device == call.initiator && call.progress.happened() &&
                              call.progress.at < at && at < initiator_left(call);
        if (concerns) last = at;
    }
    return last;
}

// Its new host address alone makes the data another one, whatever the reflectors say.
void moved_initiator_tells(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Instant moved = last_move(one);
    if (moved == protocol::never) return;
    const bool is_told = call.offer_renewed.taken.happened() && call.offer_renewed.taken.at > moved;
    const Promise promise{.need = {.from = moved + timing::gathering_max + Duration{1},
                                   .until = one.grace_end(),
                                   .initiator = call.initiator,
                                   .exchanges = set_of(Exchange::candidates, Exchange::keep_alive),
                                   .failed_tries = call.failed_tries},
                          .kept = is_told ? call.offer_renewed.taken : Moment{},
                          .lapses = initiator_left(call)};
    const Outcome outcome = judge(promise, one.history);
    if (outcome == Outcome::kept) findings.exercised();
    if (outcome == Outcome::broken) {
        findings.breach(promise.kept,
                        fmt::format("{} moved at {} while others rang, and newer connection data "
                                    "reached the broker: {}",
                                    name_of(call.initiator),
                                    time_of(moved),
                                    time_of(promise.kept)));
    }
}

constexpr std::array properties{
    Property{.info = {.id = "newest-data-wins",
                      .sentence = "Connection data told after the first is newer than what was "
                                  "known, and exactly what its author sent.",
                      .source = "rule 3; renewing connection data",
                      .kind = PropertyKind::safety},
             .judge_call = newest_data_wins},
    Property{.info = {.id = "renewed-data-arrives",
                      .sentence = "The newest connection data that the broker has reaches every "
                                  "device that rings or has accepted, or the initiator.",
                      .source = "claim 1, connection data; rule 4",
                      .kind = PropertyKind::liveness},
             .judge_call = renewed_data_arrives},
    Property{.info = {.id = "moved-initiator-tells",
                      .sentence = "An initiator that changes its network while others ring tells "
                                  "the broker how it is reached now.",
                      .source = "renewing connection data",
                      .kind = PropertyKind::liveness},
             .judge_call = moved_initiator_tells},
};

}  // namespace

std::span<const Property> renewal_properties() {
    return properties;
}

}  // namespace invitro::properties
