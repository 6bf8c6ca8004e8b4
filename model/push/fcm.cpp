// Firebase Cloud Messaging, as its documentation describes it, with Android devices behind it.
//
// T: "About FCM messages" and "Set the lifespan of a message". P: "Set message priority". Q: "FCM
// throttling and quotas". E: "FCM error codes". M: "Best practices for FCM registration token
// management". All at firebase.google.com. D: "Optimize for Doze and App Standby",
// developer.android.com. As of 2025.
#include "model/push/push_profile.hpp"

namespace invitro::model {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// High priority gets through Doze. Where such messages often show their users nothing, they are
// demoted to normal ones (P).
constexpr PushUrgencyRule high{.demoted = probability(0.01)};

// Normal priority waits for a device that dozes (P).
constexpr PushUrgencyRule normal{.waits_out_rest = true};

}  // namespace

PushProfile fcm_profile() {
    return {.delay = lognormal(milliseconds{622}, 710),
            .loss = probability(0.002),
            .duplication = probability(0.01),
            // No order is guaranteed (T).
            .reordering = probability(0.005),
            .reordering_delay = lognormal(milliseconds{1500}, 500),
            // Devices that doze, or whose connection has died unnoticed: minutes.
            .tail = probability(0.01),
            .tail_delay = lognormal(minutes{4}, 600),
            // 100 messages without a collapse key; then all are discarded, and the application is
            // told by onDeletedMessages(). 0 to 28 days; more is an invalid argument (T, E).
            .stored_per_device_max = 100,
            .storage_time_max = hours{24 * 28},
            .refuses_longer = true,
            .overflow = PushOverflow::all_go,
            // Four collapse keys for each token; of more, no guarantee which are kept (T).
            .collapse_keys_max = 4,
            .urgencies = {high, normal, normal, normal},
            // Light Doze begins after some minutes, and its windows are some minutes apart at
            // first; deep Doze ends with 6 hours between windows of 5 to 10 minutes (D, and the
            // constants of Android's DeviceIdleController).
            .rest = {.begins_after = minutes{5},
                     .window_first = minutes{5},
                     .window_max = hours{6},
                     .window_length = minutes{5}},
            // 240 messages a minute and 5,000 an hour to one device; 600,000 a minute for a
            // project (Q). QUOTA_EXCEEDED, 429 (E).
            .device_limits = {{.count = 240, .period = minutes{1}},
                              {.count = 5'000, .period = hours{1}}},
            .project_limit = {.count = 600'000, .period = minutes{1}},
            // UNREGISTERED, 404 (E): the application is gone, or its device was away for 270 days
            // (M).
            .unseen_max = hours{24 * 270}};
}

}  // namespace invitro::model
