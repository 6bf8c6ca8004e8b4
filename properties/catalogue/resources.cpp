// Resources: a call costs a bounded number of messages, and leaves nothing behind.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {
namespace {

namespace timing = protocol::timing;

// A device takes part in at most so many exchanges through the broker: push, ringing, accept or
// decline, forward, ended at the device, relay at either end, and its share of the initiator's
// request, cancel, update and ended; and connection data renewed, from each end to the broker and
// on.
constexpr std::int64_t exchanges_per_device = 10;
// A try and its answer, each of which the network may double.
constexpr std::int64_t messages_per_try = 4;
// Tries that fit before the period of repetition has reached its maximum.
constexpr std::int64_t tries_early = 4;

// How many messages through the broker one device's part in a call may cost at most.
std::int64_t messages_max(Duration lifetime) {
    const Duration span = lifetime + timing::grace;
    const std::int64_t tries = span / timing::retransmission_max + tries_early;
    const std::int64_t keep_alives = 2 * (span / timing::call_keep_alive + 1);
    return exchanges_per_device * messages_per_try * tries + keep_alives;
}

void messages_bounded(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.requested.happened()) return;
    const auto devices = static_cast<std::int64_t>(call.participants.size() + 1);
    const std::int64_t bound = devices * messages_max(call.lifetime);
    if (call.messages <= bound) {
        findings.exercised();
    } else {
        findings.breach(call.last_message,
                        fmt::format("the call took {} messages through the broker, at most {} are "
                                    "allowed for {} devices",
                                    call.messages,
                                    bound,
                                    devices));
    }
}

// Either end of a search sends one check in each period, and answers that of the other end, which
// the network may double.
constexpr std::int64_t path_messages_per_period = 6;
// What may come at once when a search or a session begins or ends.
constexpr std::int64_t path_messages_at_once = 64;

void path_messages_bounded(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.path_first.happened()) return;
    const std::int64_t periods = (call.path_last.at - call.path_first.at) / timing::check_pacing;
    const auto devices = static_cast<std::int64_t>(call.participants.size());
    const std::int64_t bound =
        devices * (periods * path_messages_per_period + path_messages_at_once);
    if (call.path_messages <= bound) {
        findings.exercised();
    } else {
        findings.breach(call.path_last,
                        fmt::format("{} and its acceptors sent each other {} messages between {} "
                                    "and {}, at most {} are allowed",
                                    name_of(call.initiator),
                                    call.path_messages,
                                    time_of(call.path_first),
                                    time_of(call.path_last),
                                    bound));
    }
}

// A device counts the lifetime from the push on, however late that came, and the initiator from the
// broker's answer on.
void quiet_after_grace(const Case& one, Findings& findings) {
    const CallFacts& call = one.call;
    if (!call.taken.happened()) return;
    Instant start = call.progress.happened() ? call.progress.at : call.taken.at;
    for (const ParticipantFacts& who : call.participants) {
        start = std::max(start, who.push_delivered_last);
    }
    // Whatever was under way is answered once more, and that answer too may have been delayed.
    constexpr Duration under_way_max = timing::session_silence_max;
    const Instant bound = start + call.lifetime + timing::grace + under_way_max;
    if (bound >= one.now() || one.history.surroundings().is_broker_paused(call.taken.at, bound)) {
        return;
    }
    if (call.last_message.at <= bound) {
        findings.exercised();
    } else {
        findings.breach(
            call.last_message,
            fmt::format("{} still sent a message of the invitation at {}, which was "
                        "gone at {}",
                        call.last_sender == nobody ? "the broker" : name_of(call.last_sender),
                        time_of(call.last_message),
                        time_of(bound)));
    }
}

constexpr std::array properties{
    Property{.info = {.id = "messages-bounded",
                      .sentence = "A call costs at most a stated number of messages through the "
                                  "broker for each device.",
                      .source = "exchanges; rule 11",
                      .kind = PropertyKind::resources},
             .judge_call = messages_bounded},
    Property{.info = {.id = "path-messages-bounded",
                      .sentence = "The search for a path and the session cost at most a stated "
                                  "number of messages in each period of the pacing.",
                      .source = "RFC 8445, 14",
                      .kind = PropertyKind::resources},
             .judge_call = path_messages_bounded},
    Property{.info = {.id = "quiet-after-grace",
                      .sentence = "After lifetime and grace nobody sends anything about the "
                                  "invitation any more.",
                      .source = "rule 11",
                      .kind = PropertyKind::resources},
             .judge_call = quiet_after_grace},
};

}  // namespace

std::span<const Property> resource_properties() {
    return properties;
}

}  // namespace invitro::properties
