// Which messages of one sender have been seen.
//
// Of a sender the newest stream counts: a message of an older one is from a former incarnation, or
// from before we were forgotten, and is not taken again. Within the stream a bitmap covers the
// newest 64 numbers; what is older is taken for seen. (The window of RFC 4303, section 3.4.3.)
//
// Two streams with one number but different hashes come from a sender that has lost count of its
// incarnations. They cannot be told old from new; the other one begins a new window.
#pragma once

#include "protocol/security/envelope.hpp"
#include "protocol/vocabulary/fields.hpp"

#include <cstdint>
#include <tuple>

namespace invitro::protocol {

struct ReplayWindow {
    static constexpr std::uint64_t width = 64;

    std::uint64_t stream = 0;  // 0: nothing seen yet
    std::uint64_t fresh = 0;
    std::uint64_t newest = 0;  // number in the stream
    std::uint64_t seen = 0;    // bit i: newest - i has been seen

    bool operator==(const ReplayWindow&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("stream", &ReplayWindow::stream),
                          field("fresh", &ReplayWindow::fresh),
                          field("newest", &ReplayWindow::newest),
                          field("seen", &ReplayWindow::seen)};
    }

    // Takes note of an authentic message; false if it is a replay.
    [[nodiscard]] bool take(const SealNonce& nonce) {
        if (nonce.stream < stream) return false;
        if (nonce.stream > stream || nonce.fresh != fresh) {
            *this = {
                .stream = nonce.stream, .fresh = nonce.fresh, .newest = nonce.number, .seen = 1};
            return true;
        }
        if (nonce.number > newest) {
            const std::uint64_t ahead = nonce.number - newest;
            seen = ahead < width ? (seen << ahead) | 1 : 1;
            newest = nonce.number;
            return true;
        }
        const std::uint64_t behind = newest - nonce.number;
        if (behind >= width || ((seen >> behind) & 1) != 0) return false;
        seen |= std::uint64_t{1} << behind;
        return true;
    }
};

}  // namespace invitro::protocol
