// What a world's models may be told; see inconsistency() in scenarios/world.hpp.
#pragma once

#include "model/draw.hpp"
#include "protocol/vocabulary/time.hpp"
#include "scenarios/limits.hpp"
#include "scenarios/world.hpp"

#include <string>

namespace invitro::scenarios {

// What is wrong, or nothing.
using Verdict = std::string;

constexpr bool is_time(Duration time) {
    return time >= Duration::zero() && time <= limits::time_max;
}

constexpr bool is_time(protocol::Instant at) {
    return is_time(at.time_since_epoch());
}

constexpr bool is_probability(model::Probability probability) {
    return static_cast<std::uint64_t>(probability) <= model::probability_one;
}

// The network between the sites, access networks, push services, SMS and mail.
Verdict model_inconsistency(const World& world);

}  // namespace invitro::scenarios
