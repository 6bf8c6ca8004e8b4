#include "scenarios/model_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace invitro::scenarios {
namespace {

bool is_distribution(const model::QuantileTable& table) {
    const auto& values = table.nanoseconds;
    return is_time(Duration{values.front()}) && is_time(Duration{values.back()}) &&
           std::is_sorted(values.begin(), values.end());
}

Verdict check_core(const CoreNetwork& core) {
    if (!is_probability(core.loss) || !is_probability(core.duplication) ||
        !is_probability(core.reordering)) {
        return "a probability of the network between the sites is more than 100%";
    }
    return is_time(core.reordering_delay) ? "" : "the network's reordering delay is out of bounds";
}

Verdict check_push(const model::PushProfile& push) {
    if (!is_probability(push.loss) || !is_probability(push.duplication) ||
        !is_probability(push.reordering)) {
        return "a probability of the push service is more than 100%";
    }
    if (!is_probability(push.tail) || !is_probability(push.older_survives) ||
        !is_probability(push.token_feedback_never) ||
        !is_probability(push.urgencies.front().demoted)) {
        return "a share of the push service's is more than 100%";
    }
    for (const model::QuantileTable* delay :
         {&push.delay, &push.reordering_delay, &push.tail_delay, &push.token_feedback}) {
        if (!is_distribution(*delay)) {
            return "a delay of the push service is not a distribution: it falls or is out of "
                   "bounds";
        }
    }
    const bool are_limits_good =
        push.device_limits.size() <= limits::push_limits_max &&
        std::all_of(push.device_limits.begin(), push.device_limits.end(), [](const auto& limit) {
            return limit.count > 0 && limit.period >= limits::push_period_min &&
                   is_time(limit.period);
        });
    if (!are_limits_good) return "a limit of the push service is out of bounds";
    return is_time(push.storage_time_max) ? "" : "the push service's storage time is out of bounds";
}

Verdict check_access_figures(const World& world) {
    std::vector<model::AccessKind> kinds;
    for (const auto& [kind, figures] : world.access_figures) {
        if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) {
            return fmt::format("the access figures of {} are given twice", to_string(kind));
        }
        kinds.push_back(kind);
        const bool are_times =
            is_time(figures.round_trip) && is_time(figures.deviation) && is_time(figures.burst);
        if (!are_times || !with_figures(model::access_profile(kind), figures)) {
            return fmt::format(
                "the access figures of {} cannot be: a delay would be negative, or a burst shorter "
                "than {} ms",
                to_string(kind),
                model::access_profile(kind).slot / std::chrono::milliseconds{1});
        }
    }
    return {};
}

Verdict check_post(const World& world) {
    for (const model::PostProfile* post : {&world.sms, &world.mail}) {
        if (!is_probability(post->loss) || !is_probability(post->duplication)) {
            return "a share of the SMS or mails is more than 100%";
        }
        if (!is_distribution(post->delay)) {
            return "a delay of SMS or mails is not a distribution: it falls or is out of bounds";
        }
    }
    return {};
}

}  // namespace

Verdict model_inconsistency(const World& world) {
    Verdict verdict = check_post(world);
    if (verdict.empty()) verdict = check_core(world.core);
    if (verdict.empty()) verdict = check_access_figures(world);
    for (std::size_t i = 0; i < model::push_provider_count && verdict.empty(); ++i) {
        verdict = check_push(push_profile_of(world, i));
    }
    return verdict;
}

}  // namespace invitro::scenarios
