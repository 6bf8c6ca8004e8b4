// What a machine that must not forget asks of its owner, and is told.
//
// The owner appends bytes to the newest segment (a file, say) in the order in which it is asked,
// and says `Persisted` once a crash can no longer take them away. A machine acknowledges nothing
// that rests on bytes not yet persisted, so a crash loses nothing that anybody was told.
//
// Apart from the segments the owner keeps one number, as durable as they are: the highest for which
// it has said `Persisted`. It is what tells a tail that a crash has torn from one that something
// else has damaged, so it is brought up to date before the machine hears of it.
#pragma once

#include "protocol/vocabulary/bytes.hpp"

#include <cstdint>
#include <span>

namespace invitro::protocol {

// Output: append these bytes, which end with record `number`.
struct Persist {
    std::uint64_t number = 0;
    ByteView bytes;
    // Begin a new segment with them. Once they are persisted, older segments may be deleted.
    bool starts_segment = false;
};

// Input: everything up to record `number` is durable. A later one covers those before it.
struct Persisted {
    std::uint64_t number = 0;
};

// What the owner gives a machine that begins again.
struct Storage {
    std::span<const ByteView> segments;  // oldest first
    std::uint64_t durable = 0;           // the highest number that it has said Persisted for
};

}  // namespace invitro::protocol
