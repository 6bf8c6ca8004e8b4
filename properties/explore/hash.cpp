#include "properties/explore/hash.hpp"

#include <xxhash.h>

namespace invitro::properties::explore {

Hash128 hash_bytes(protocol::ByteView bytes, std::uint64_t seed) {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
    return {.high = hash.high64, .low = hash.low64};
}

}  // namespace invitro::properties::explore
