#include "model/push/push_service.hpp"

#include <algorithm>
#include <utility>

namespace invitro::model {
namespace {

// What a draw decides about a submission. Part of the key: never renumber.
enum class Purpose : std::uint8_t {
    loss = 1,
    loss_added = 2,
    duplication = 3,
    duplication_added = 4,
    delay = 5,
    reordering = 6,
    reordering_delay = 7,
    tail = 8,
    tail_delay = 9,
    dropped = 10,
    demoted = 11,
    storage = 12,
    feedback = 13,
    feedback_never = 14,
};

// All draws of one submission. They depend on nothing but its own identity.
class SubmissionDraws {
public:
    SubmissionDraws(std::uint64_t seed, std::uint64_t identity)
        : base_(draw(seed, Subsystem::push, identity)) {}

    [[nodiscard]] std::uint64_t operator()(Purpose purpose, std::uint8_t copy = 0) const {
        return mix(base_ ^ (static_cast<std::uint64_t>(purpose) << 8 | copy));
    }

private:
    std::uint64_t base_;
};

// "Try once": with a time to live of zero the service delivers at once or not at all (Apple,
// "Sending notification requests to APNs": apns-expiration 0; FCM's ttl 0; RFC 8030 5.2: TTL 0).
bool is_tried_once(const PushNotification& notification) {
    return notification.expires <= notification.submitted;
}

// The next of the moments that lie so far apart.
Instant grouped(Instant at, Duration every) {
    if (every <= Duration::zero()) return at;
    const Duration since_last = at.time_since_epoch() % every;
    return since_last == Duration::zero() ? at : at + (every - since_last);
}

// When a copy of a submission arrives, by the profile's draws.
Instant arrival_of(const PushProfile& profile,
                   const SubmissionDraws& draws,
                   Instant now,
                   std::uint8_t copy) {
    Duration delay = profile.delay.sample(draws(Purpose::delay, copy));
    if (happens(profile.reordering, draws(Purpose::reordering, copy))) {
        delay += profile.reordering_delay.sample(draws(Purpose::reordering_delay, copy));
    }
    if (happens(profile.tail, draws(Purpose::tail, copy))) {
        delay += profile.tail_delay.sample(draws(Purpose::tail_delay, copy));
    }
    return now + delay;
}

}  // namespace

PushService::PushService(const PushProfile& profile, std::uint64_t seed)
    : profile_(profile), seed_(seed), project_meter_(profile.project_limit) {
    for (const PushBudget& limit : profile.device_limits) {
        device_meters_.emplace_back(limit);
    }
    for (const PushUrgencyRule& one : profile.urgencies) {
        urgency_meters_.emplace_back(one.budget);
    }
}

PushService::Answer PushService::submit(Instant now,
                                        const Submission& submission,
                                        const PushConditions& conditions) {
    using protocol::PushOutcome;
    // APNs: 503 ServiceUnavailable, 429 TooManyRequests, 413 PayloadTooLarge, 410 Unregistered.
    // FCM: UNAVAILABLE, QUOTA_EXCEEDED, INVALID_ARGUMENT, UNREGISTERED. RFC 8030: 503, 429 (8.4),
    // 413 (7.2), 404 or 410 (7.3).
    if (conditions.outage) return {.outcome = PushOutcome::unavailable};
    if (!is_within_limits(now, submission.device)) return {.outcome = PushOutcome::throttled};
    count(now, submission.device);
    const bool is_too_long =
        profile_.refuses_longer && submission.time_to_live > profile_.storage_time_max;
    if (is_too_long || submission.payload_size > rule(submission.urgency).payload_max) {
        return {.outcome = PushOutcome::refused};
    }
    if (is_told_gone(now, submission)) {
        Answer gone{.outcome = PushOutcome::token_gone};
        if (profile_.tells_gone_since) gone.gone_since = submission.gone_since;
        return gone;
    }
    if (submission.gone_since) return {.lost = PushLoss::token_gone};

    const SubmissionDraws draws{seed_, submission.identity};
    const bool is_lost = happens(profile_.loss, draws(Purpose::loss)) ||
                         happens(conditions.loss, draws(Purpose::loss_added));
    if (is_lost) return {.lost = PushLoss::lost};
    const auto urgency = treat(now, submission);
    if (!urgency) return {.lost = PushLoss::not_urgent};
    const bool is_doubled = happens(profile_.duplication, draws(Purpose::duplication)) ||
                            happens(conditions.duplication, draws(Purpose::duplication_added));
    Answer answer{.copies = static_cast<std::uint8_t>(is_doubled ? 2 : 1), .urgency = *urgency};
    for (std::uint8_t copy = 0; copy < answer.copies; ++copy) {
        const Instant at = arrival_of(profile_, draws, now, copy) + conditions.delay_added;
        answer.arrivals[copy] = grouped(at, rule(*urgency).grouped_every);
    }
    return answer;
}

bool PushService::is_within_limits(Instant now, std::uint32_t device) const {
    return project_meter_.has_room(now, 0) &&
           std::all_of(device_meters_.begin(), device_meters_.end(), [&](const PushMeter& meter) {
               return meter.has_room(now, device);
           });
}

void PushService::count(Instant now, std::uint32_t device) {
    project_meter_.count(now, 0);
    for (PushMeter& meter : device_meters_) {
        meter.count(now, device);
    }
}

// A token's feedback is drawn by its device and by when it went: each submission finds the same.
bool PushService::is_told_gone(Instant now, const Submission& submission) const {
    if (submission.unseen_for > profile_.unseen_max) return true;
    if (!submission.gone_since) return false;
    const Instant gone = *submission.gone_since;
    const auto drawn = [&](Purpose purpose) {
        return draw(
            seed_, Subsystem::push, purpose, submission.device, protocol::nanoseconds(gone));
    };
    if (happens(profile_.token_feedback_never, drawn(Purpose::feedback_never))) return false;
    return now >= gone + profile_.token_feedback.sample(drawn(Purpose::feedback));
}

// As how urgent the service will treat it, or nothing where it is given up.
std::optional<PushUrgency> PushService::treat(Instant now, const Submission& submission) {
    const SubmissionDraws draws{seed_, submission.identity};
    auto level = static_cast<std::size_t>(submission.urgency);
    if (happens(profile_.urgencies[level].demoted, draws(Purpose::demoted))) ++level;
    while (level < push_urgency_count && !urgency_meters_[level].has_room(now, submission.device)) {
        ++level;
    }
    if (level >= push_urgency_count) return std::nullopt;
    urgency_meters_[level].count(now, submission.device);
    if (happens(profile_.urgencies[level].dropped, draws(Purpose::dropped))) return std::nullopt;
    return static_cast<PushUrgency>(level);
}

PushService::Arrival PushService::arrive(Instant now,
                                         std::uint32_t device,
                                         const PushReceiver& receiver,
                                         PushNotification notification) {
    const auto dropped = [](PushLoss why) { return Arrival{.fate = Fate::dropped, .why = why}; };
    const Instant awake = awake_at(now, receiver, notification.urgency);
    const bool is_reached = receiver.online && awake <= now;
    if (is_tried_once(notification)) {
        return is_reached ? Arrival{} : dropped(PushLoss::not_stored);
    }
    if (has_expired(profile_, now, notification)) return dropped(PushLoss::expired);
    if (is_reached) return {};
    const SubmissionDraws draws{seed_, notification.identity};
    auto outcome =
        stored_[device].add(profile_, now, std::move(notification), draws(Purpose::storage));
    if (stored_.find(device)->is_empty()) stored_.erase(device);
    Arrival arrival{.fate = outcome.refused ? Fate::dropped : Fate::stored,
                    .gone = std::move(outcome.gone),
                    .gone_why = outcome.gone_why};
    if (outcome.refused) arrival.why = *outcome.refused;
    return arrival;
}

std::vector<PushNotification> PushService::came_online(Instant now,
                                                       std::uint32_t device,
                                                       const PushReceiver& receiver) {
    PushStore* store = stored_.find(device);
    if (store == nullptr) return {};
    // All that waits for a rest to end waits alike.
    const bool is_resting =
        receiver.unused_since && next_awake(profile_.rest, *receiver.unused_since, now) > now;
    std::vector<PushNotification> taken = store->take(profile_, now, is_resting);
    if (store->is_empty()) stored_.erase(device);
    return taken;
}

std::optional<Instant> PushService::next_window(Instant now,
                                                std::uint32_t device,
                                                const PushReceiver& receiver) const {
    if (!receiver.unused_since || stored_.find(device) == nullptr) return std::nullopt;
    const Instant awake = next_awake(profile_.rest, *receiver.unused_since, now);
    return awake == protocol::never ? std::nullopt : std::optional(awake);
}

bool PushService::take_notice(std::uint32_t device) {
    PushStore* store = stored_.find(device);
    if (store == nullptr || !store->take_notice()) return false;
    if (store->is_empty()) stored_.erase(device);
    return true;
}

Instant PushService::awake_at(Instant now,
                              const PushReceiver& receiver,
                              PushUrgency urgency) const {
    if (!receiver.unused_since || !rule(urgency).waits_out_rest) return now;
    return next_awake(profile_.rest, *receiver.unused_since, now);
}

}  // namespace invitro::model
