// How push services behave: the APNs-like one at the top of its section, each other provider under
// its name.
#include "scenarios/format/notations.hpp"
#include "scenarios/format/tables.hpp"

#include <utility>

namespace invitro::scenarios::format {
namespace {

using model::PushBudget;
using model::PushProfile;

constexpr auto required = Presence::required;

// clang-format off

Section<PushBudget> budget() {
    return {.fields = {
        {"count", &PushBudget::count, count<std::uint32_t>(1, 1'000'000'000),
            "so many, at most", required},
        {"period", &PushBudget::period, duration({.low = limits::push_period_min}),
            "in each such time since the start of the world", required},
    }};
}

// `to` leads from the owner to the profile.
template <class Owner, class To>
std::vector<Field<Owner>> profile_fields(To to) {
    const auto in = [to](auto member) {
        return [to, member](auto& owner) -> auto& { return to(owner).*member; };
    };
    const auto demoted = [to](auto& owner) -> auto& { return to(owner).urgencies[0].demoted; };
    return {
        {"delay", in(&PushProfile::delay), distribution(),
            "from the broker's request to the arrival at a device that is online"},
        {"loss", in(&PushProfile::loss), share(),
            "share of the accepted notifications that never arrive"},
        {"duplication", in(&PushProfile::duplication), share(),
            "share that arrives twice"},
        {"reordering", in(&PushProfile::reordering), share(),
            "share that is held back, so that later ones overtake it"},
        {"reordering_delay", in(&PushProfile::reordering_delay), distribution(),
            "for how long"},
        {"tail", in(&PushProfile::tail), share(),
            "share that is held back for long: the device dozes or has lost its connection"},
        {"tail_delay", in(&PushProfile::tail_delay), distribution(),
            "for how long"},
        {"demoted", demoted, share(),
            "share of the urgent notifications that are treated as normal ones"},
        {"stored_per_device_max", in(&PushProfile::stored_per_device_max),
            count<std::uint16_t>(0, 65535),
            "notifications kept for a device that is offline; the newest survive, or none where "
            "the provider discards all"},
        {"storage_time_max", in(&PushProfile::storage_time_max), duration(),
            "how long they are kept"},
        {"collapse_keys_max", in(&PushProfile::collapse_keys_max), count<std::uint16_t>(0, 65535),
            "calls of which a notification is kept at once; 0: as many as come"},
        {"older_survives", in(&PushProfile::older_survives), share(),
            "share of the notifications that a newer one, soon after, fails to push out"},
        {"device_limits", in(&PushProfile::device_limits),
            list_of(budget(), {"limits", 0, limits::push_limits_max}),
            "what exceeds one of them, for one device, is refused for the time being"},
        {"token_feedback", in(&PushProfile::token_feedback), distribution(),
            "from a token's end to the first answer that says so; until then what is sent to it is "
            "accepted and lost"},
        {"token_feedback_never", in(&PushProfile::token_feedback_never), share(),
            "share of the tokens of which that is never said"},
    };
}

// clang-format on

Section<PushProfile> provider_section(const PushProfile& defaults) {
    const auto itself = [](auto& profile) -> auto& {
        return profile;
    };
    return {.fields = profile_fields<PushProfile>(itself), .defaults = defaults};
}

}  // namespace

Section<World> push_section() {
    const auto usual = [](auto& world) -> auto& {
        return world.push;
    };
    Section<World> section{.fields = profile_fields<World>(usual)};
    for (std::size_t i = 1; i < model::push_provider_count; ++i) {
        const model::PushProviderEntry& entry = model::push_providers()[i];
        section.fields.emplace_back(
            std::string(to_string(entry.provider)),
            [i](auto& world) -> auto& { return world.further_push[i - 1]; },
            object_of(provider_section(entry.profile())),
            "the same of this provider");
    }
    return section;
}

}  // namespace invitro::scenarios::format
