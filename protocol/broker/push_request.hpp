// What the number of a push request says: which call and token it was for, and which try it is.
//
// The number comes back in PushAnswered. Nothing has to be remembered per push to understand it,
// and no two pushes of one incarnation have the same. A push service answers on the connection on
// which it was asked, so no answer outlives the incarnation.
#pragma once

#include "protocol/exchange/retransmission.hpp"

#include <algorithm>
#include <cstdint>

namespace invitro::protocol {

struct PushRequest {
    std::uint64_t call_number = 0;  // below 2^40
    std::uint32_t token_index = 0;  // in Call::tokens, below 2^16
    std::uint8_t attempt = 0;       // dismissals are counted from dismissal_attempt_first

    bool operator==(const PushRequest&) const = default;
};

inline constexpr std::uint8_t dismissal_attempt_first = 128;

inline constexpr Backoff push_backoff{.first = timing::push_repeat_first,
                                      .max = timing::push_repeat_max};

// Dismissals that a device which was never heard gets by push, on each of its tokens.
inline constexpr std::uint8_t dismissals_max = 3;

// Of a push that belongs to no call (no call has a number this large): nothing is done about its
// answer.
inline constexpr std::uint64_t no_call_request = ~std::uint64_t{0};

constexpr std::uint64_t to_number(const PushRequest& request) {
    return (request.call_number << 24) | (std::uint64_t{request.token_index} << 8) |
           request.attempt;
}

constexpr PushRequest parse_push_request(std::uint64_t number) {
    return {.call_number = number >> 24,
            .token_index = static_cast<std::uint32_t>((number >> 8) & 0xFFFF),
            .attempt = static_cast<std::uint8_t>(number & 0xFF)};
}

}  // namespace invitro::protocol
