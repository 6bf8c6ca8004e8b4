// What a machine that must not forget asks of its owner, and is told.
//
// The owner appends bytes to the newest segment (a file, say) in the order in which it is asked,
// and says `Persisted` once a crash can no longer take them away. A machine acknowledges nothing
// that rests on bytes not yet persisted, so a crash loses nothing that anybody was told.
#pragma once

#include "protocol/vocabulary/bytes.hpp"

#include <cstdint>

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

}  // namespace invitro::protocol
