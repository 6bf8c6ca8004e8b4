// A push service: what happens to a notification between the broker and a device.
//
// Not ours, so modelled: a state machine per token. Accepted by the service is not delivered to the
// device. The service decides; the world around it keeps the clock: submit() says when copies will
// arrive, arrive() what happens to one then, came_online() what had been stored. How providers
// differ is all in their profiles (push_profile.hpp).
#pragma once

#include "model/draw.hpp"
#include "model/push/push_meter.hpp"
#include "model/push/push_profile.hpp"
#include "model/push/push_store.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "protocol/vocabulary/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace invitro::model {

// Additional trouble in force at a moment (from faults), on top of the profile.
struct PushConditions {
    Probability loss{};
    Probability duplication{};
    Duration delay_added{};
    bool outage = false;  // submissions are answered `unavailable`
};

// How the device's end is, at a moment.
struct PushReceiver {
    bool online = true;
    std::optional<Instant> unused_since{};  // nobody has used it since; none: it is in use
};

class PushService {
public:
    PushService(const PushProfile& profile, std::uint64_t seed);

    bool operator==(const PushService&) const = default;

    struct Submission {
        std::uint32_t device = 0;             // whom the token locates
        std::uint64_t identity = 0;           // stable name of this submission, for draws
        std::optional<Instant> gone_since{};  // the device no longer holds this token
        Duration unseen_for{};                // how long its device has been away
        std::size_t payload_size = 0;
        Duration time_to_live{};
        PushUrgency urgency = PushUrgency::high;
    };

    // The answer to the sender, and when copies arrive at the device's end (none where lost).
    struct Answer {
        protocol::PushOutcome outcome = protocol::PushOutcome::accepted;
        std::optional<PushLoss> lost{};           // accepted, and known to come to nothing
        std::uint8_t copies = 0;                  // 0, 1 or 2
        PushUrgency urgency = PushUrgency::high;  // as the service will treat it
        std::array<Instant, 2> arrivals{};
        std::optional<Instant> gone_since{};  // where the service says since when
    };

    // Precondition: submissions come in the order of time.
    [[nodiscard]] Answer submit(Instant now,
                                const Submission& submission,
                                const PushConditions& conditions);

    enum class Fate : std::uint8_t { delivered = 0, stored = 1, dropped = 2 };

    // A copy has come to the device's end of the service. A device that is online and awake gets
    // it; for others it is stored by the profile's rules.
    struct Arrival {
        Fate fate = Fate::delivered;
        PushLoss why = PushLoss::lost;      // for dropped
        std::vector<std::uint64_t> gone{};  // identities of stored ones that are gone now
        PushLoss gone_why = PushLoss::replaced;
    };

    Arrival arrive(Instant now,
                   std::uint32_t device,
                   const PushReceiver& receiver,
                   PushNotification notification);

    // The device is back, or awake, or a window has opened: what can be delivered now, oldest
    // first. Precondition: the device is online.
    std::vector<PushNotification> came_online(Instant now,
                                              std::uint32_t device,
                                              const PushReceiver& receiver = {});

    // When to call came_online() again for a device that is online: it rests, something waits for
    // it, and a maintenance window opens then (or is open now).
    [[nodiscard]] std::optional<Instant> next_window(Instant now,
                                                     std::uint32_t device,
                                                     const PushReceiver& receiver) const;

    // Was everything that was stored for this device discarded? True once each time: the notice
    // that its application gets when it is back.
    bool take_notice(std::uint32_t device);

private:
    [[nodiscard]] bool is_within_limits(Instant now, std::uint32_t device) const;
    void count(Instant now, std::uint32_t device);
    [[nodiscard]] bool is_told_gone(Instant now, const Submission& submission) const;
    std::optional<PushUrgency> treat(Instant now, const Submission& submission);

    [[nodiscard]] const PushUrgencyRule& rule(PushUrgency urgency) const {
        return profile_.urgencies[static_cast<std::size_t>(urgency)];
    }

    // When the device is next awake for a notification of this urgency; `now` where it is.
    [[nodiscard]] Instant awake_at(Instant now,
                                   const PushReceiver& receiver,
                                   PushUrgency urgency) const;

    PushProfile profile_;
    std::uint64_t seed_;
    std::vector<PushMeter> device_meters_;  // one for each of the profile's limits
    PushMeter project_meter_;
    std::vector<PushMeter> urgency_meters_;
    // By device. Only devices for which something waits are here.
    protocol::DenseMap<std::uint32_t, PushStore> stored_;
};

}  // namespace invitro::model
