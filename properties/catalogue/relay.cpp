// Relays: they couple who is authorised, are tried where no direct path is, and are given back.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

// What a relay has passed on came from the other end of an accept that the broker has.
void relay_couples_two(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (call.coupled_astray.happened()) {
        findings.breach(call.coupled_astray,
                        fmt::format("a device got through a relay, at {}, what is not from the "
                                    "other end of an accept",
                                    time_of(call.coupled_astray)));
    }
    for (const ParticipantFacts& who : call.participants) {
        if (who.relay_here.got.happened()) findings.exercised();
        if (who.relay_at_initiator.got.happened()) findings.exercised();
    }
}

// Two that always are where no datagram of one can reach the other without a relay.
bool have_no_direct_path(const Case& one, const ParticipantFacts& who) {
    const Surroundings& around = one.history.surroundings();
    const scenarios::AccessNetwork* there = around.network_of(one.call.initiator);
    const scenarios::AccessNetwork* here = around.network_of(who.device);
    if (there == nullptr || here == nullptr || there == here) return false;
    const bool is_blocked = around.is_blocked(one.call.initiator) || around.is_blocked(who.device);
    const bool have_v6 = model::has_v6(there->families) && model::has_v6(here->families);
    if (have_v6 && !is_blocked) return false;
    const bool have_v4 = model::has_v4(there->families) && model::has_v4(here->families);
    return !have_v4 || !allows_direct_path(there->nat.kind, here->nat.kind);
}

// One end's search, as far as it can be seen from outside.
struct Search {
    std::uint32_t device = nobody;
    Moment begins;
    Instant ends = protocol::never;
    const RelayFacts& relay;
};

// What a device says by stream may wait, unseen, until the stream is mended.
bool may_wait_for_stream(const History& history,
                         std::uint32_t device,
                         Instant from,
                         Instant until) {
    const DeviceFacts* facts = history.devices().find(device);
    return facts != nullptr && std::any_of(facts->stream_losses.begin(),
                                           facts->stream_losses.end(),
                                           [&](const StreamLoss& loss) {
                                               return loss.at < until &&
                                                      from <= loss.at + loss.felt;
                                           });
}

// A device's own clock tells it to ask, whatever the network does.
void judge_asking(const Case& one, const Search& search, Findings& findings) {
    // What it says may wait for a stream that is being opened, and is then said again.
    constexpr Duration slack =
        std::chrono::seconds{1} + timing::stream_open_patience + timing::retransmission_first;
    const Instant bound = search.begins.at + timing::relay_after + slack;
    if (!search.begins.happened()) return;
    if (search.relay.asked.happened() && search.relay.asked.at <= bound) {
        return findings.exercised();
    }
    if (std::min(search.ends, one.now()) <= bound) return;
    if (!one.history.surroundings().is_untroubled(search.device, search.begins.at, bound)) return;
    if (may_wait_for_stream(one.history, search.device, search.begins.at, bound)) return;
    findings.breach(search.relay.asked,
                    fmt::format("{} has had no path to its peer since {} and asked for a relay: {}",
                                name_of(search.device),
                                time_of(search.begins),
                                time_of(search.relay.asked)));
}

// A search that no direct path can end goes on until the session, its failure, or the user.
void no_direct_path_asks_for_relay(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    const Instant initiator_leaves =
        std::min({call.cancel_command.at, call.hang_up_command.at, call.nominate_sent.at});
    for (const ParticipantFacts& who : call.participants) {
        if (!have_no_direct_path(one, who)) continue;
        judge_asking(one,
                     {.device = call.initiator,
                      .begins = who.arrived.seen,
                      .ends = std::min({initiator_leaves,
                                        who.at_initiator.connected.at,
                                        who.at_initiator.disconnected.at}),
                      .relay = who.relay_at_initiator},
                     findings);
        judge_asking(one,
                     {.device = who.device,
                      .begins = who.confirmed,
                      .ends = std::min({who.hang_up_command.at,
                                        who.nominated.at,
                                        who.here.connected.at,
                                        who.here.disconnected.at}),
                      .relay = who.relay_here},
                     findings);
    }
}

// What is over is not kept: neither a session, nor a search for one.
void relay_is_given_back(const Case& one, Findings& findings) {
    // A session that is hung up says so for this long, through the relay too.
    constexpr Duration closing = 2 * timing::retransmission_max;
    const CallFacts& call = one.call;
    if (call.granted_too_long.happened()) {
        findings.breach(call.granted_too_long,
                        fmt::format("at {} a relay granted more than an allocation's lifetime",
                                    time_of(call.granted_too_long)));
    }
    const auto judge_end = [&](std::uint32_t device, const RelayFacts& relay, const Moment& over) {
        if (!relay.allocated.happened() || !over.happened()) return;
        if (relay.allocated.at <= over.at + closing) {
            findings.exercised();
        } else {
            findings.breach(relay.allocated,
                            fmt::format("{} had nothing more to say to its peer from {} on, and "
                                        "kept an allocation at {}",
                                        name_of(device),
                                        time_of(over),
                                        time_of(relay.allocated)));
        }
    };
    // A program that begins again may take up its calls.
    if (call.initiator_killed.happened()) return;
    for (const ParticipantFacts& who : call.participants) {
        if (who.killed.happened()) continue;
        judge_end(call.initiator, who.relay_at_initiator, who.at_initiator.disconnected);
        judge_end(who.device, who.relay_here, earliest(who.here.disconnected, who.rejected));
    }
}

constexpr std::array properties{
    Property{.info = {.id = "relay-couples-two",
                      .sentence = "What comes out of a relay comes from the other end of an accept "
                                  "that the broker has, and goes to nobody else.",
                      .source = "rule 10; RFC 8656, 9",
                      .kind = PropertyKind::safety},
             .judge_call = relay_couples_two},
    Property{.info = {.id = "no-direct-path-asks-for-relay",
                      .sentence = "Who searches for a path where there is no direct one asks for a "
                                  "relay, within bounded time.",
                      .source = "rule 10",
                      .kind = PropertyKind::safety},
             .judge_call = no_direct_path_asks_for_relay},
    Property{.info = {.id = "relay-is-given-back",
                      .sentence = "Nobody keeps an allocation at a relay whose session or search "
                                  "is over, and none is granted for longer than its lifetime.",
                      .source = "rule 11; RFC 8656, 8",
                      .kind = PropertyKind::resources},
             .judge_call = relay_is_given_back},
};

}  // namespace

std::span<const Property> relay_properties() {
    return properties;
}

}  // namespace invitro::properties
