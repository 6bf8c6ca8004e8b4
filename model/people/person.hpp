// People: what the user of a device does when it rings.
#pragma once

#include "protocol/vocabulary/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace invitro::model {

using protocol::Duration;

enum class ReactionKind : std::uint8_t {
    ignore = 0,
    accept = 1,
    decline_here = 2,
    decline_everywhere = 3,
    busy = 4,
};

inline constexpr std::size_t reaction_kind_count = 5;

// "ignore", "accept", "decline_here", "decline_everywhere", "busy".
std::string_view to_string(ReactionKind kind);
std::optional<ReactionKind> parse_reaction(std::string_view text);

// What a device's user does, and how long after it began to ring.
struct Reaction {
    ReactionKind kind = ReactionKind::ignore;
    Duration after{};

    auto operator<=>(const Reaction&) const = default;
};

}  // namespace invitro::model
