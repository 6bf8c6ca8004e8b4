// Nobody can be found before the user wants to.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <array>

namespace invitro::properties {
namespace {

void no_data_before_consent(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        const bool is_early = who.revealed.happened() && !who.consent.is_before(who.revealed);
        if (is_early) {
            findings.breach(who.revealed,
                            fmt::format("{} sent a {} at {}, but its user accepted: {}",
                                        name_of(who.device),
                                        to_string(who.revealed_by),
                                        time_of(who.revealed),
                                        time_of(who.consent)));
        } else if (who.ringing.happened()) {
            findings.exercised();
        }
    }
}

void only_parties_see_data(const Case& one, Findings& findings) {
    for (const ParticipantFacts& who : one.call.participants) {
        if (who.forwarded_astray.happened()) {
            findings.breach(who.forwarded_astray,
                            fmt::format("at {} the connection data of {} was sent to an address "
                                        "from which the initiator was never heard",
                                        time_of(who.forwarded_astray),
                                        name_of(who.device)));
        } else if (who.forwarded.seen.happened()) {
            findings.exercised();
        }
        const Moment& foreign = earliest(who.pushed.differed, who.pushed.foreign);
        if (foreign.happened()) {
            findings.breach(foreign,
                            fmt::format("{} was pushed connection data at {} that is not the "
                                        "initiator's",
                                        name_of(who.device),
                                        time_of(foreign)));
        } else if (who.pushed.seen.happened()) {
            findings.exercised();
        }
    }
}

void no_reflection_before_consent(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        if (!device.reflected.happened()) continue;
        if (device.consent.is_before(device.reflected)) {
            findings.exercised();
        } else {
            findings.breach(device.reflected,
                            fmt::format("{} asked a reflector at {}, but its user neither called "
                                        "nor accepted before: {}",
                                        name_of(number),
                                        time_of(device.reflected),
                                        time_of(device.consent)));
        }
    }
}

constexpr std::array properties{
    Property{.info = {.id = "no-data-before-consent",
                      .sentence = "Before its user accepts, a device sends nobody anything that "
                                  "shows its addresses.",
                      .source = "rule 3",
                      .kind = PropertyKind::privacy},
             .judge_call = no_data_before_consent},
    Property{.info = {.id = "only-parties-see-data",
                      .sentence = "An acceptor's connection data is sent to the initiator alone, "
                                  "and nobody is pushed any but the initiator's.",
                      .source = "claim 1, pushing and passing back",
                      .kind = PropertyKind::privacy},
             .judge_call = only_parties_see_data},
    Property{.info = {.id = "no-reflection-before-consent",
                      .sentence = "No device asks a reflector before its user has called or "
                                  "accepted.",
                      .source = "rule 3",
                      .kind = PropertyKind::privacy},
             .judge_world = no_reflection_before_consent},
};

}  // namespace

std::span<const Property> privacy_properties() {
    return properties;
}

}  // namespace invitro::properties
