// The post: what happens to an SMS on its way to the service's gateway, and to a mail on its way to
// a mailbox. Neither is ours; both are best effort, slow at times, and may come twice.
#pragma once

#include "model/draw.hpp"
#include "model/quantiles.hpp"
#include "protocol/vocabulary/time.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace invitro::model {

using protocol::Duration;

enum class PostKind : std::uint8_t { sms = 0, mail = 1 };

std::string_view to_string(PostKind kind);

struct PostProfile {
    QuantileTable delay{};
    Probability loss{};  // of each part of an SMS, of a mail as a whole
    Probability duplication{};

    auto operator<=>(const PostProfile&) const = default;
};

// Median 5 s, one in a hundred takes more than 50 s; a part in a hundred never comes. Zerfos, Meng,
// Wong, Samanta, Lu, "A study of the short message service of a nationwide cellular network" (IMC
// 2006), from the literature: most within seconds, a tail of minutes and hours, a few never.
PostProfile sms_profile();

// Median 8 s, one in a hundred takes more than two minutes. Greylisting (RFC 6647) and queues (RFC
// 5321, 4.5.4.1: retries from half an hour on) make the tail; the shares are assumptions.
PostProfile mail_profile();

// Additional trouble in force at a moment (from faults), on top of the profile.
struct PostConditions {
    Probability loss{};
    Duration delay_added{};
};

// What becomes of one submission: when its copies arrive, none where it is lost.
struct Carriage {
    std::uint8_t copies = 0;
    std::array<Duration, 2> delays{};
};

// `identity` names the submission, for draws. Whoever lacks a part lacks the whole.
Carriage carry(const PostProfile& profile,
               const PostConditions& conditions,
               std::uint64_t seed,
               std::uint64_t identity,
               std::size_t parts);

}  // namespace invitro::model
