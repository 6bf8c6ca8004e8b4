// What sealing promises, judged by the bytes on the wire.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <array>

namespace invitro::properties {
namespace {

// A promise about all traffic of a world: how often it was put to the test, and its first breach.
void judge_traffic(std::uint64_t times,
                   const Moment& breach,
                   std::uint32_t device,
                   std::string_view what,
                   Findings& findings) {
    findings.exercised(times);
    if (!breach.happened()) return;
    findings.breach(breach,
                    fmt::format("at {} {}; concerned: {}", time_of(breach), what, name_of(device)));
}

void no_nonce_twice(const History& history, Findings& findings) {
    const SealFacts& facts = history.seals();
    judge_traffic(facts.streams_continued,
                  facts.nonce_repeated,
                  facts.device,
                  "a message was sealed with a number that its stream had had before",
                  findings);
}

void sealed_in_transit(const History& history, Findings& findings) {
    const SealFacts& facts = history.seals();
    judge_traffic(facts.hidden,
                  facts.exposed,
                  facts.device,
                  "connection data could be read by whoever carries the message",
                  findings);
}

void replays_change_nothing(const History& history, Findings& findings) {
    const SealFacts& facts = history.seals();
    judge_traffic(facts.replays,
                  facts.replay_acted_on,
                  facts.device,
                  "a datagram that had been delivered before led to something",
                  findings);
}

void only_the_author_acts(const History& history, Findings& findings) {
    const SealFacts& facts = history.seals();
    judge_traffic(facts.authentic + facts.forged,
                  facts.forgery_acted_on,
                  facts.device,
                  "a message led to something that was not sealed by the device it names",
                  findings);
}

constexpr std::array properties{
    Property{.info = {.id = "no-nonce-twice",
                      .sentence = "No two messages are sealed under one key with the same nonce, "
                                  "whoever restarts in between.",
                      .source = "docs/PROTOCOL.md, Security; RFC 8439 section 4",
                      .kind = PropertyKind::safety},
             .judge_world = no_nonce_twice},
    Property{.info = {.id = "sealed-in-transit",
                      .sentence = "Who carries datagrams to and from the broker, or pushes, finds "
                                  "no candidate and no call key in them.",
                      .source = "docs/PROTOCOL.md, Security",
                      .kind = PropertyKind::privacy},
             .judge_world = sealed_in_transit},
    Property{.info = {.id = "replays-change-nothing",
                      .sentence = "A sealed datagram that is delivered again leads to nothing.",
                      .source = "docs/PROTOCOL.md, Security",
                      .kind = PropertyKind::safety},
             .judge_world = replays_change_nothing},
    Property{.info = {.id = "only-the-author-acts",
                      .sentence = "The broker acts on a request, an answer, a cancel or a choice "
                                  "only if the device that it names has sealed it.",
                      .source = "docs/PROTOCOL.md, Security",
                      .kind = PropertyKind::safety},
             .judge_world = only_the_author_acts},
};

}  // namespace

std::span<const Property> security_properties() {
    return properties;
}

}  // namespace invitro::properties
