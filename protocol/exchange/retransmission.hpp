// One message that is repeated until it is answered, with capped exponential backoff.
#pragma once

#include "protocol/timing.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/time.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace invitro::protocol {

// The wait after the first try, doubled after each further one up to `max`.
struct Backoff {
    Duration first = timing::retransmission_first;
    Duration max = timing::retransmission_max;
};

// When the next try is due and how many there were; `never` when nothing is outstanding.
struct Retransmission {
    Instant due = never;
    std::uint8_t tries = 0;

    bool operator==(const Retransmission&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("due", &Retransmission::due),
                          field("tries", &Retransmission::tries)};
    }

    [[nodiscard]] bool is_active() const { return due != never; }

    [[nodiscard]] bool is_due(Instant now) const { return due <= now; }

    // A first try is due at `now`.
    void start(Instant now) { *this = {.due = now, .tries = 0}; }

    void stop() { due = never; }

    // A try is being made at `now`: arms the next one.
    void tried(Instant now, const Backoff& backoff = {}) {
        constexpr std::uint8_t tries_max = 255;
        Duration wait = backoff.first;
        for (unsigned i = 0; i < tries && wait < backoff.max; ++i) {
            wait *= 2;
        }
        due = now + std::min(wait, backoff.max);
        if (tries < tries_max) ++tries;
    }
};

}  // namespace invitro::protocol
