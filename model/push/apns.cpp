// Apple Push Notification service, as its documentation describes it.
//
// S: "Sending notification requests to APNs". R: "Handling notification responses from APNs". G:
// "Generating a remote notification". B: "Pushing background updates to your App". All at
// developer.apple.com, as of 2025.
#include "model/push/push_profile.hpp"

namespace invitro::model {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// apns-priority 10, at once. The service rings by VoIP notifications, which are always sent so
// (S); they may have 5 KB where others have 4 KB (G).
constexpr PushUrgencyRule immediate{.payload_max = 5120};

// apns-priority 5 takes the device's power into account, and such notifications may be grouped and
// delivered in bursts, throttled, and in some cases not delivered (S). Two or three background
// notifications an hour are what an application should expect to get through (B).
constexpr PushUrgencyRule considerate{.grouped_every = minutes{1},
                                      .dropped = probability(0.01),
                                      .budget = {.count = 3, .period = hours{1}}};

// apns-priority 1 puts the power of the device before everything else and does not wake it (S).
constexpr PushUrgencyRule idle{.waits_out_rest = true,
                               .grouped_every = minutes{5},
                               .dropped = probability(0.05),
                               .budget = {.count = 3, .period = hours{1}}};

}  // namespace

PushProfile apns_profile() {
    return {// Median 0.62 s and 99th percentile 3.2 s, as of VoIP notifications from send to ring.
            .delay = lognormal(milliseconds{622}, 710),
            .loss = probability(0.001),
            .duplication = probability(0.001),
            // "As a best-effort service, APNs may reorder" (S).
            .reordering = probability(0.005),
            .reordering_delay = lognormal(milliseconds{1500}, 500),
            // One notification for each bundle ID, for 30 days or less; mostly the latest, which
            // is not guaranteed when several are stored in a short time (S).
            .stored_per_device_max = 1,
            .storage_time_max = hours{24 * 30},
            .older_survives = probability(0.1),
            .older_survives_within = seconds{1},
            .urgencies = {immediate, considerate, idle, idle},
            // 429 TooManyRequests: too many for the same device token (R), which tells no figure.
            .device_limits = {{.count = 120, .period = minutes{1}}},
            // 410 Unregistered, with the time since when (R). How late that answer comes, and how
            // often it never does, is not told: here it comes at once unless a scenario says
            // otherwise.
            .tells_gone_since = true};
}

}  // namespace invitro::model
