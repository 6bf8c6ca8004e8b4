// Registration: a device that wants to be reachable becomes so.
#include "properties/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <array>

namespace invitro::properties {
namespace {

void registration_answered(const History& history, Findings& findings) {
    for (const auto& [number, device] : history.devices()) {
        if (!device.register_command.happened()) continue;
        const Promise promise{.need = {.from = device.register_command.at,
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
};

}  // namespace

std::span<const Property> registration_properties() {
    return properties;
}

}  // namespace invitro::properties
