#include "model/push/rest.hpp"

#include <algorithm>

namespace invitro::model {

protocol::Instant next_awake(const RestSchedule& schedule,
                             protocol::Instant unused_since,
                             protocol::Instant now) {
    if (now - unused_since < schedule.begins_after) return now;
    if (schedule.window_first <= protocol::Duration::zero()) return protocol::never;
    protocol::Instant opens = unused_since + schedule.begins_after + schedule.window_first;
    protocol::Duration distance = schedule.window_first;
    while (opens + schedule.window_length <= now) {
        distance = std::max(schedule.window_first, std::min(distance * 2, schedule.window_max));
        opens += schedule.window_length + distance;
    }
    return std::max(opens, now);
}

}  // namespace invitro::model
