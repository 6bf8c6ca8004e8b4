#include "model/push/push_service.hpp"

#include <algorithm>
#include <tuple>
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
// "Sending notification requests to APNs": apns-expiration 0; RFC 8030 5.2: TTL 0).
bool is_tried_once(const PushNotification& notification) {
    return notification.expires <= notification.submitted;
}

bool is_older(const PushNotification& a, const PushNotification& b) {
    return std::tie(a.submitted, a.identity) < std::tie(b.submitted, b.identity);
}

// The stored notification that makes room for the new one, or the end: the same submission, one
// with the same collapse key (Apple, "Sending notification requests to APNs": apns-collapse-id;
// RFC 8030 5.4: Topic), or, where the store is full, the oldest (Apple, "Quality of Service,
// Store-and-Forward, and Coalesced Notifications": only the most recent one is kept).
std::size_t place_to_give_up(const std::vector<PushNotification>& stored,
                             const PushNotification& notification,
                             std::size_t stored_max) {
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const bool is_same = stored[i].identity == notification.identity;
        const bool collapses =
            notification.collapse_key != 0 && stored[i].collapse_key == notification.collapse_key;
        if (is_same || collapses) return i;
    }
    return stored.size() < stored_max ? stored.size() : 0;
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
    }
    return "unknown";
}

PushProfile apns_profile() {
    // Median 0.62 s and 99th percentile 3.2 s, as of VoIP notifications from send to ring. How much
    // is lost, doubled and held back nobody publishes, only that it happens; these shares are
    // assumptions, to be swept.
    return {.delay = lognormal(std::chrono::milliseconds{622}, 710),
            .loss = probability(0.001),
            .duplication = probability(0.001),
            .reordering = probability(0.005),
            .reordering_delay = lognormal(std::chrono::milliseconds{1500}, 500)};
}

PushService::PushService(const PushProfile& profile, std::uint64_t seed)
    : profile_(profile), seed_(seed) {}

PushService::Answer PushService::submit(Instant now,
                                        const Submission& submission,
                                        const PushConditions& conditions) const {
    // Apple, "Handling notification responses from APNs": 503 ServiceUnavailable; 410 Unregistered,
    // the device token is inactive. RFC 8030 7.3: 404 or 410 for an expired subscription.
    if (conditions.outage) return {.outcome = protocol::PushOutcome::unavailable};
    if (submission.token_gone) return {.outcome = protocol::PushOutcome::token_gone};

    const SubmissionDraws draws{seed_, submission.identity};
    const bool is_lost = happens(profile_.loss, draws(Purpose::loss)) ||
                         happens(conditions.loss, draws(Purpose::loss_added));
    if (is_lost) return {.lost = true};
    const bool is_doubled = happens(profile_.duplication, draws(Purpose::duplication)) ||
                            happens(conditions.duplication, draws(Purpose::duplication_added));
    Answer answer{.copies = static_cast<std::uint8_t>(is_doubled ? 2 : 1)};
    for (std::uint8_t copy = 0; copy < answer.copies; ++copy) {
        Duration delay =
            profile_.delay.sample(draws(Purpose::delay, copy)) + conditions.delay_added;
        if (happens(profile_.reordering, draws(Purpose::reordering, copy))) {
            delay += profile_.reordering_delay.sample(draws(Purpose::reordering_delay, copy));
        }
        answer.arrivals[copy] = now + delay;
    }
    return answer;
}

PushService::Arrival PushService::arrive(Instant now,
                                         std::uint32_t device,
                                         bool online,
                                         PushNotification notification) {
    const auto dropped = [](PushLoss why) { return Arrival{.fate = Fate::dropped, .why = why}; };
    if (is_tried_once(notification)) {
        return online ? Arrival{} : dropped(PushLoss::not_stored);
    }
    if (has_expired(now, notification)) return dropped(PushLoss::expired);
    if (online) return {};
    return store(now, device, std::move(notification));
}

PushService::Arrival PushService::store(Instant now,
                                        std::uint32_t device,
                                        PushNotification notification) {
    if (profile_.stored_per_device_max == 0) {
        return {.fate = Fate::dropped, .why = PushLoss::not_stored};
    }
    std::vector<PushNotification>& stored = stored_[device];
    std::erase_if(stored, [&](const PushNotification& one) { return has_expired(now, one); });

    Arrival arrival{.fate = Fate::stored};
    const std::size_t place =
        place_to_give_up(stored, notification, profile_.stored_per_device_max);
    if (place < stored.size()) {
        // The newest survives, by when it was submitted: a copy that was held back does not push
        // out what overtook it, nor its own twin.
        if (!is_older(stored[place], notification)) {
            return {.fate = Fate::dropped, .why = PushLoss::replaced};
        }
        arrival.replaced = stored[place].identity;
        stored.erase(stored.begin() + static_cast<std::ptrdiff_t>(place));
    }
    const auto position = std::upper_bound(stored.begin(), stored.end(), notification, is_older);
    stored.insert(position, std::move(notification));
    return arrival;
}

std::vector<PushNotification> PushService::came_online(Instant now, std::uint32_t device) {
    std::vector<PushNotification>* stored = stored_.find(device);
    if (stored == nullptr) return {};
    std::vector<PushNotification> delivered = std::move(*stored);
    stored_.erase(device);
    std::erase_if(delivered, [&](const PushNotification& one) { return has_expired(now, one); });
    return delivered;
}

bool PushService::has_expired(Instant now, const PushNotification& notification) const {
    return now > notification.expires || now - notification.submitted > profile_.storage_time_max;
}

}  // namespace invitro::model
