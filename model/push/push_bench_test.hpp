// For the tests of the providers: a service and what is asked of it, in few words.
#pragma once

#include "model/push/push_service.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace invitro::model {

using namespace protocol::literals;
using Identities = std::vector<std::uint64_t>;

inline constexpr std::uint32_t phone = 7;
inline constexpr std::uint32_t tablet = 8;

inline const PushReceiver in_use{};
inline const PushReceiver offline{.online = false};

inline PushReceiver unused_since(Instant since) {
    return {.online = true, .unused_since = since};
}

// The profile with all that happens by chance taken out, and one delay for all.
inline PushProfile without_chance(PushProfile profile) {
    profile.delay = constant(600ms);
    profile.loss = profile.duplication = profile.reordering = profile.tail = {};
    profile.older_survives = {};
    for (PushUrgencyRule& rule : profile.urgencies) {
        rule.dropped = rule.demoted = {};
    }
    return profile;
}

class PushBench {
public:
    using Answer = PushService::Answer;
    using Submission = PushService::Submission;
    using Fate = PushService::Fate;

    explicit PushBench(const PushProfile& profile) : service(profile, 1) {}

    Answer submit(Submission submission) {
        submission.identity = ++identity;
        if (submission.device == 0) submission.device = phone;
        return service.submit(now, submission, {});
    }

    Answer submit(PushUrgency urgency = PushUrgency::high) {
        return submit(Submission{.urgency = urgency});
    }

    struct Sending {
        Duration time_to_live = std::chrono::hours{1};
        std::uint64_t collapse_key = 0;
        PushUrgency urgency = PushUrgency::high;
    };

    // One that has just been submitted comes to the device's end.
    PushService::Arrival arrive(const PushReceiver& receiver, const Sending& sending) {
        return service.arrive(now,
                              phone,
                              receiver,
                              {.identity = ++identity,
                               .collapse_key = sending.collapse_key,
                               .submitted = now,
                               .expires = now + sending.time_to_live,
                               .payload = {},
                               .urgency = sending.urgency});
    }

    PushService::Arrival arrive(const PushReceiver& receiver) { return arrive(receiver, {}); }

    // Identities of what the device gets now.
    Identities collect(const PushReceiver& receiver = in_use) {
        Identities all;
        for (const PushNotification& one : service.came_online(now, phone, receiver)) {
            all.push_back(one.identity);
        }
        return all;
    }

    PushService service;
    Instant now = protocol::instant_at(3'600'000'000'000);  // the beginning of a period
    std::uint64_t identity = 0;
};

// The share of many submissions to as many devices for whose answer the condition holds.
template <class Condition>
double share_where(const PushProfile& profile, Condition condition) {
    constexpr std::uint32_t count = 20'000;
    PushBench bench(profile);
    std::uint32_t held = 0;
    for (std::uint32_t device = 1; device <= count; ++device) {
        if (condition(bench.submit({.device = device}))) ++held;
    }
    return static_cast<double>(held) / count;
}

}  // namespace invitro::model
