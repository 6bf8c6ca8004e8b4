#include "model/push/push_store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace invitro::model {
namespace {

bool is_older(const PushNotification& a, const PushNotification& b) {
    return std::tie(a.submitted, a.identity) < std::tie(b.submitted, b.identity);
}

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

// The same submission, or one that the new one is to replace: apns-collapse-id, collapse_key,
// Topic (RFC 8030 5.4).
std::size_t place_of_like(const std::vector<PushNotification>& waiting,
                          const PushNotification& notification) {
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const bool is_same = waiting[i].identity == notification.identity;
        const bool collapses =
            notification.collapse_key != 0 && waiting[i].collapse_key == notification.collapse_key;
        if (is_same || collapses) return i;
    }
    return nowhere;
}

// How many count against the store's size; see PushProfile::collapse_keys_max.
std::size_t counted(const PushProfile& profile, const std::vector<PushNotification>& waiting) {
    if (profile.collapse_keys_max == 0) return waiting.size();
    return static_cast<std::size_t>(std::count_if(
        waiting.begin(), waiting.end(), [](const auto& one) { return one.collapse_key == 0; }));
}

bool counts(const PushProfile& profile, const PushNotification& notification) {
    return profile.collapse_keys_max == 0 || notification.collapse_key == 0;
}

}  // namespace

std::string_view to_string(PushLoss loss) {
    switch (loss) {
        case PushLoss::lost:
            return "lost";
        case PushLoss::expired:
            return "expired";
        case PushLoss::replaced:
            return "replaced";
        case PushLoss::not_stored:
            return "not_stored";
        case PushLoss::token_gone:
            return "token_gone";
        case PushLoss::overflow:
            return "overflow";
        case PushLoss::not_urgent:
            return "not_urgent";
    }
    return "unknown";
}

bool has_expired(const PushProfile& profile, Instant now, const PushNotification& notification) {
    return now > notification.expires || now - notification.submitted > profile.storage_time_max;
}

PushStore::Outcome PushStore::add(const PushProfile& profile,
                                  Instant now,
                                  PushNotification notification,
                                  std::uint64_t draw) {
    if (profile.stored_per_device_max == 0) return {.refused = PushLoss::not_stored};
    std::erase_if(waiting_, [&](const auto& one) { return has_expired(profile, now, one); });

    const std::size_t like = place_of_like(waiting_, notification);
    const bool is_full = like == nowhere && counts(profile, notification) &&
                         counted(profile, waiting_) >= profile.stored_per_device_max;
    if (is_full && profile.overflow == PushOverflow::all_go) return discard_all();
    if (like == nowhere) {
        if (auto outcome = add_over_collapse_keys(profile, notification, draw)) return *outcome;
    }
    Outcome outcome;
    if (like != nowhere || is_full) {
        const auto rival =
            waiting_.begin() + static_cast<std::ptrdiff_t>(like == nowhere ? 0 : like);
        // The newest survives, by when it was submitted: a copy that was held back does not push
        // out what overtook it, nor its own twin.
        const bool is_close =
            notification.submitted - rival->submitted <= profile.older_survives_within;
        const bool is_kept = like == nowhere && is_close && happens(profile.older_survives, draw);
        if (is_kept || !is_older(*rival, notification)) return {.refused = PushLoss::replaced};
        outcome.gone.push_back(rival->identity);
        waiting_.erase(rival);
    }
    insert(std::move(notification));
    return outcome;
}

// A key more than there may be: one of them all is lost, the new one's or a stored one's.
std::optional<PushStore::Outcome> PushStore::add_over_collapse_keys(
    const PushProfile& profile, const PushNotification& notification, std::uint64_t draw) {
    if (profile.collapse_keys_max == 0 || notification.collapse_key == 0) return std::nullopt;
    std::vector<std::size_t> keyed;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        if (waiting_[i].collapse_key != 0) keyed.push_back(i);
    }
    if (keyed.size() < profile.collapse_keys_max) return std::nullopt;
    const std::uint32_t victim = below(static_cast<std::uint32_t>(keyed.size() + 1), draw);
    if (victim == keyed.size()) return Outcome{.refused = PushLoss::replaced};
    const auto place = waiting_.begin() + static_cast<std::ptrdiff_t>(keyed[victim]);
    Outcome outcome;
    outcome.gone.push_back(place->identity);
    waiting_.erase(place);
    insert(notification);
    return outcome;
}

PushStore::Outcome PushStore::discard_all() {
    Outcome outcome{.refused = PushLoss::overflow, .gone_why = PushLoss::overflow};
    for (const PushNotification& one : waiting_) {
        outcome.gone.push_back(one.identity);
    }
    waiting_.clear();
    has_discarded_ = true;
    return outcome;
}

void PushStore::insert(PushNotification notification) {
    const auto position =
        std::upper_bound(waiting_.begin(), waiting_.end(), notification, is_older);
    waiting_.insert(position, std::move(notification));
}

std::vector<PushNotification> PushStore::take(const PushProfile& profile,
                                              Instant now,
                                              bool is_resting) {
    std::erase_if(waiting_, [&](const auto& one) { return has_expired(profile, now, one); });
    const auto stays = [&](const PushNotification& one) {
        return is_resting &&
               profile.urgencies[static_cast<std::size_t>(one.urgency)].waits_out_rest;
    };
    std::vector<PushNotification> taken;
    std::vector<PushNotification> left;
    for (PushNotification& one : waiting_) {
        (stays(one) ? left : taken).push_back(std::move(one));
    }
    waiting_ = std::move(left);
    return taken;
}

bool PushStore::take_notice() {
    return std::exchange(has_discarded_, false);
}

}  // namespace invitro::model
