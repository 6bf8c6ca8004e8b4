#include "sim/event_hash.hpp"

#include "protocol/vocabulary/check.hpp"

#define XXH_STATIC_LINKING_ONLY  // the state as a value; the format of XXH3 has been final since
                                 // 0.8
#include <xxhash.h>

namespace invitro::sim {

struct EventHash::State {
    XXH3_state_t hash;
};

std::uint64_t digest_of(protocol::ByteView payload) {
    return XXH3_64bits(payload.data(), payload.size());
}

EventHash::EventHash() : state_(std::make_unique<State>()) {
    const XXH_errorcode started = XXH3_128bits_reset(&state_->hash);
    CHECK(started == XXH_OK, "a fresh hash state cannot fail");
}

EventHash::~EventHash() = default;

void EventHash::flush() {
    const XXH_errorcode added = XXH3_128bits_update(&state_->hash, buffer_.data(), used_);
    CHECK(added == XXH_OK, "the hash takes any bytes");
    used_ = 0;
}

Fingerprint EventHash::result() {
    flush();
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_->hash);
    return {.high = hash.high64, .low = hash.low64};
}

}  // namespace invitro::sim
