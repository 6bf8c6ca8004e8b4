// How a push service behaves: what one provider does differently from another, as values.
//
// A provider is one file beside this one (apns.cpp, fcm.cpp, web_push.cpp): it gives a profile, and
// its line in push_profile.cpp makes it known. The machine in push_service.hpp knows none by name.
//
// Where a provider publishes a figure, its file names the document. Shares of trouble (loss,
// duplicates, demotion ...) nobody publishes: those are assumptions, meant to be swept.
#pragma once

#include "model/draw.hpp"
#include "model/push/rest.hpp"
#include "model/quantiles.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace invitro::model {

using protocol::Duration;
using protocol::Instant;
using protocol::PushProvider;

// How urgent a notification is, in the words of RFC 8030 5.3. A provider that knows fewer levels
// has the same rule for several.
enum class PushUrgency : std::uint8_t { high = 0, normal = 1, low = 2, very_low = 3 };

inline constexpr std::size_t push_urgency_count = 4;

constexpr PushUrgency urgency_of(protocol::PushPriority priority) {
    return priority == protocol::PushPriority::high ? PushUrgency::high : PushUrgency::normal;
}

// At most `count` in each `period`, counted from the start of the world. Zero: as many as come.
struct PushBudget {
    std::uint32_t count = 0;
    Duration period = std::chrono::minutes{1};

    auto operator<=>(const PushBudget&) const = default;
};

// What a provider does with notifications of one urgency.
struct PushUrgencyRule {
    std::uint16_t payload_max = 4096;  // bytes; more is refused
    // For a device that rests: kept until a maintenance window, or until somebody uses the device.
    bool waits_out_rest = false;
    Duration grouped_every{};  // delivered in bursts, so far apart; zero: each at once
    Probability dropped{};     // accepted and never delivered, for its low urgency
    Probability demoted{};     // treated by the rule of the next lower urgency, and nobody is told
    PushBudget budget{};       // of one device; what exceeds it is demoted, or dropped if it cannot

    bool operator==(const PushUrgencyRule&) const = default;
};

// What a store does that is full.
enum class PushOverflow : std::uint8_t {
    oldest_goes = 0,
    all_go = 1,  // and the application is told so once, when its device is back
};

struct PushProfile {
    QuantileTable delay{};      // submission to arrival, device online
    Probability loss{};         // accepted, never delivered
    Probability duplication{};  // delivered twice
    Probability reordering{};   // held back by an extra delay, so that a later one overtakes
    QuantileTable reordering_delay{};
    // Held back for long, for what the world does not say about the device (it dozes, it changes
    // networks, its connection to the service has died unnoticed).
    Probability tail{};
    QuantileTable tail_delay{};

    std::uint16_t stored_per_device_max = 1;  // while it is offline or rests
    // A longer time to live is cut to this, or refused.
    Duration storage_time_max = std::chrono::hours{24 * 30};
    bool refuses_longer = false;
    PushOverflow overflow = PushOverflow::oldest_goes;
    // Of stored notifications; those with a key do not count against stored_per_device_max then.
    // Beyond that some key's notification is lost, nobody knows whose. Zero: as many as come.
    std::uint16_t collapse_keys_max = 0;
    // A full store keeps the older one with this probability if the newer came within this time.
    Probability older_survives{};
    Duration older_survives_within{};

    std::array<PushUrgencyRule, push_urgency_count> urgencies{};
    RestSchedule rest{};

    std::vector<PushBudget> device_limits{};  // what exceeds one is answered `throttled`
    PushBudget project_limit{};               // the same, over all devices

    // From the moment when a token is gone to the first answer that says so. Until then what is
    // sent to it is accepted and lost.
    QuantileTable token_feedback{};
    Probability token_feedback_never{};
    bool tells_gone_since = false;          // the answer says since when it is gone
    Duration unseen_max = Duration::max();  // a token whose device was away longer is gone

    bool operator==(const PushProfile&) const = default;
};

// A provider that devices can have.
struct PushProviderEntry {
    PushProvider provider = PushProvider::apns;
    PushProfile (*profile)() = nullptr;
    std::size_t token_size = 0;  // bytes
};

inline constexpr std::size_t push_provider_count = 3;

// All of them, in the order of their numbers.
const std::array<PushProviderEntry, push_provider_count>& push_providers();

// Its place in push_providers().
std::size_t index_of(PushProvider provider);

// In bytes, of every token of this provider.
std::size_t token_size(PushProvider provider);

PushProfile apns_profile();
PushProfile fcm_profile();
PushProfile web_push_profile();

}  // namespace invitro::model
