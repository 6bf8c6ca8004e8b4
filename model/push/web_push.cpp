// Web Push: RFC 8030, with figures of Mozilla's service (autopush-rs) where the RFC leaves them
// open.
#include "model/push/push_profile.hpp"

#include <limits>

namespace invitro::model {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// RFC 8030 7.2: a service must take 4,096 bytes of body, and may refuse more with 413.
constexpr PushUrgencyRule gets_through{.payload_max = 4096};

// RFC 8030 5.3: a user agent asks for no more than what is urgent enough while its device saves
// power. "normal" is for devices on neither power nor WiFi, "high" for a low battery too; "low" and
// "very-low" wait for better times.
constexpr PushUrgencyRule waits{.payload_max = 4096, .waits_out_rest = true};

}  // namespace

PushProfile web_push_profile() {
    return {.delay = lognormal(milliseconds{622}, 710),
            .loss = probability(0.002),
            // RFC 8030 6.2: what is not acknowledged is delivered again.
            .duplication = probability(0.005),
            .reordering = probability(0.005),
            .reordering_delay = lognormal(milliseconds{1500}, 500),
            // RFC 8030 5.2: for the time to live; a service may keep it for less, and says so.
            // Autopush: 30 days. 5.4: a newer one of the same topic replaces it; no bound on how
            // many is told.
            .stored_per_device_max = std::numeric_limits<std::uint16_t>::max(),
            .storage_time_max = hours{24 * 30},
            .urgencies = {gets_through, gets_through, waits, waits},
            // RFC 8030 8.4: 429 where a subscription is sent too many; no figure is told.
            .device_limits = {{.count = 120, .period = minutes{1}}},
            // RFC 8030 7.3: a subscription may expire at any time, and is 404 from then on.
            // Autopush forgets a browser that was away for 60 days.
            .unseen_max = hours{24 * 60}};
}

}  // namespace invitro::model
