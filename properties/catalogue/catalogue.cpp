#include "properties/catalogue/catalogue.hpp"

#include "model/node_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace invitro::properties {

void Findings::breach(const Moment& at, std::string explanation) {
    ++tally_->checked;
    ++tally_->violated;
    if (tally_->violations.size() == violations_max) return;
    tally_->violations.push_back(
        {.at = at.sequence, .call = call_, .explanation = std::move(explanation)});
}

Outcome judge(const Promise& promise, const History& history) {
    Need need = promise.need;
    const std::array participants{need.device, need.initiator};
    for (std::size_t i = 0; i < participants.size(); ++i) {
        const DeviceFacts* facts = history.devices().find(participants[i]);
        if (facts != nullptr) need.stream_losses[i] = facts->stream_losses;
    }
    // What was fulfilled before it lapsed shows that the lapse does not matter.
    const bool is_kept = promise.kept.happened() && promise.kept.at <= promise.lapses;
    if (!is_kept) need.until = std::min(need.until, promise.lapses);
    const std::optional<Instant> end = history.surroundings().stretch_end(need);
    if (!end) return Outcome::not_exercised;
    return is_kept && promise.kept.at <= *end ? Outcome::kept : Outcome::broken;
}

Instant initiator_left(const CallFacts& call) {
    const Moment& given_up =
        earliest(earliest(call.cancel_command, call.hang_up_command), call.gave_way);
    return earliest(given_up, earliest(call.failed, call.initiator_lost)).at;
}

std::string name_of(std::uint32_t device) {
    if (device == nobody) return "an unknown device";
    return to_string(model::NodeId{.kind = model::NodeKind::device, .number = device});
}

std::string time_of(Instant at) {
    if (at == protocol::never) return "never";
    const std::int64_t milliseconds = protocol::nanoseconds(at) / 1'000'000;
    return fmt::format("{}.{:03} s", milliseconds / 1000, milliseconds % 1000);
}

std::string time_of(const Moment& moment) {
    return time_of(moment.at);
}

const std::vector<Property>& all_properties() {
    static const std::vector<Property> all = [] {
        std::vector<Property> list;
        for (const auto family : {delivery_properties(),
                                  invitation_properties(),
                                  silence_properties(),
                                  policy_properties(),
                                  glare_properties(),
                                  identity_properties(),
                                  privacy_properties(),
                                  security_properties(),
                                  session_properties(),
                                  transfer_properties(),
                                  relay_properties(),
                                  renewal_properties(),
                                  registration_properties(),
                                  resource_properties(),
                                  durability_properties(),
                                  admission_properties(),
                                  cluster_properties()}) {
            list.insert(list.end(), family.begin(), family.end());
        }
        return list;
    }();
    return all;
}

}  // namespace invitro::properties
