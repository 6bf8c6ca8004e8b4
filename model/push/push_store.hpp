// What a push service keeps for one device that it cannot deliver to just now.
#pragma once

#include "model/push/push_profile.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace invitro::model {

// A notification as the service keeps it.
struct PushNotification {
    std::uint64_t identity = 0;      // stable name of this submission, for draws
    std::uint64_t collapse_key = 0;  // 0: none
    Instant submitted{};
    // Not delivered or stored after this. At `submitted` or before: tried once, never stored.
    Instant expires{};
    std::vector<std::uint8_t> payload{};
    PushUrgency urgency = PushUrgency::high;  // as the service treats it

    bool operator==(const PushNotification&) const = default;
};

enum class PushLoss : std::uint8_t {
    lost = 0,
    expired = 1,
    replaced = 2,  // by a newer one, or (a second copy, an overtaken one) by what is stored already
    not_stored = 3,
    token_gone = 4,
    overflow = 5,    // discarded with everything else that was stored
    not_urgent = 6,  // given up to save the device's power
};

std::string_view to_string(PushLoss loss);

bool has_expired(const PushProfile& profile, Instant now, const PushNotification& notification);

class PushStore {
public:
    bool operator==(const PushStore&) const = default;

    struct Outcome {
        std::optional<PushLoss> refused{};  // why the new one is not stored
        // Identities of stored ones that are gone now. One that expires goes unnoticed: its sender
        // set the time.
        std::vector<std::uint64_t> gone{};
        PushLoss gone_why = PushLoss::replaced;
    };

    // `draw` decides what the provider leaves open.
    Outcome add(const PushProfile& profile,
                Instant now,
                PushNotification notification,
                std::uint64_t draw);

    // What has not expired, oldest first, and only what may be delivered to a device that rests
    // where it does.
    std::vector<PushNotification> take(const PushProfile& profile, Instant now, bool is_resting);

    // True once after everything was discarded: the application is told so.
    bool take_notice();

    [[nodiscard]] bool is_empty() const { return waiting_.empty() && !has_discarded_; }

private:
    std::optional<Outcome> add_over_collapse_keys(const PushProfile& profile,
                                                  const PushNotification& notification,
                                                  std::uint64_t draw);
    Outcome discard_all();
    void insert(PushNotification notification);

    std::vector<PushNotification> waiting_;  // sorted by submission, then identity
    bool has_discarded_ = false;
};

}  // namespace invitro::model
