// A push service: what happens to a notification between the broker and a device.
//
// Not ours, so modelled: a state machine per token. Accepted by the service is not delivered to the
// device. The service decides; the world around it keeps the clock: submit() says when copies will
// arrive, arrive() what happens to one then, came_online() what had been stored.
#pragma once

#include "model/draw.hpp"
#include "model/quantiles.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace invitro::model {

using protocol::Duration;
using protocol::Instant;

// How one provider behaves. The APNs-like profile stores one notification per device and replaces
// it; further providers are further profiles.
struct PushProfile {
    QuantileTable delay{};      // submission to arrival, device online
    Probability loss{};         // accepted, never delivered
    Probability duplication{};  // delivered twice
    Probability reordering{};   // held back by an extra delay, so that a later one overtakes
    QuantileTable reordering_delay{};
    std::uint16_t stored_per_device_max = 1;  // while offline; the newest survives
    // Apple, "Sending notification requests to APNs": apns-expiration, 30 days at most.
    Duration storage_time_max = std::chrono::hours{24 * 30};

    auto operator<=>(const PushProfile&) const = default;
};

// Delay lognormal with p50 0.62 s, p99 3.2 s (mu -0.475, sigma 0.71 in ln seconds).
PushProfile apns_profile();

// Additional trouble in force at a moment (from faults), on top of the profile.
struct PushConditions {
    Probability loss{};
    Probability duplication{};
    Duration delay_added{};
    bool outage = false;  // submissions are answered `unavailable`
};

// A notification as the service keeps it.
struct PushNotification {
    std::uint64_t identity = 0;      // stable name of this submission, for draws
    std::uint64_t collapse_key = 0;  // 0: none
    Instant submitted{};
    // Not delivered or stored after this. At `submitted` or before: tried once, never stored.
    Instant expires{};
    std::vector<std::uint8_t> payload{};

    bool operator==(const PushNotification&) const = default;
};

enum class PushLoss : std::uint8_t {
    lost = 0,
    expired = 1,
    replaced = 2,  // by a newer one, or (a second copy, an overtaken one) by what is stored already
    not_stored = 3,
    token_gone = 4,
};

std::string_view to_string(PushLoss loss);

class PushService {
public:
    PushService(const PushProfile& profile, std::uint64_t seed);

    bool operator==(const PushService&) const = default;

    struct Submission {
        std::uint32_t device = 0;    // whom the token locates
        std::uint64_t identity = 0;  // stable name of this submission, for draws
        bool token_gone = false;     // the device no longer holds this token
    };

    // The answer to the sender, and when copies arrive at the device's end (none where lost).
    struct Answer {
        protocol::PushOutcome outcome = protocol::PushOutcome::accepted;
        bool lost = false;
        std::uint8_t copies = 0;  // 0, 1 or 2
        Instant arrivals[2]{};
    };

    [[nodiscard]] Answer submit(Instant now,
                                const Submission& submission,
                                const PushConditions& conditions) const;

    enum class Fate : std::uint8_t { delivered = 0, stored = 1, dropped = 2 };

    // A copy has come to the device's end of the service. An online device gets it; for an offline
    // one it is stored by the profile's rules, and `replaced` names what it pushed out. A stored
    // one that expires does so unnoticed: its sender set the time.
    struct Arrival {
        Fate fate = Fate::delivered;
        PushLoss why = PushLoss::lost;            // for dropped
        std::optional<std::uint64_t> replaced{};  // identity of a stored one that is gone now
    };

    Arrival arrive(Instant now, std::uint32_t device, bool online, PushNotification notification);

    // The device is back: what was stored and has not expired, oldest first.
    std::vector<PushNotification> came_online(Instant now, std::uint32_t device);

private:
    [[nodiscard]] bool has_expired(Instant now, const PushNotification& notification) const;
    Arrival store(Instant now, std::uint32_t device, PushNotification notification);

    PushProfile profile_;
    std::uint64_t seed_;
    // By device; each list sorted by submission. Only devices for which something waits are here.
    protocol::DenseMap<std::uint32_t, std::vector<PushNotification>> stored_;
};

}  // namespace invitro::model
