#include "protocol/broker/rate_limiter.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

constexpr int looked_at_per_taking = 2;

std::uint64_t hash_of(const RatedSubject& subject) {
    return subject.high ^ subject.low;  // both are keyed hashes already
}

}  // namespace

Duration RateLimiter::wait(Instant now, const Rate& rate, const RatedSubject& subject) const {
    const std::uint32_t position = find(subject);
    if (rate.every == Duration{} || position == no_position) return {};
    const Duration owed = buckets[position].full_at - now;
    return std::max(Duration{}, owed - (rate.burst - 1) * rate.every);
}

void RateLimiter::take(Instant now,
                       const Rate& rate,
                       const RatedSubject& subject,
                       std::size_t subjects_max) {
    CHECK(subjects_max > 0, "somebody's bucket can be remembered");
    if (rate.every == Duration{}) return;
    look_at_some(now, subjects_max);
    std::uint32_t position = find(subject);
    if (position == no_position) {
        position = static_cast<std::uint32_t>(buckets.size());
        buckets.push_back({.subject = subject, .full_at = now});
        index.insert(hash_of(subject), position);
    }
    Instant& full_at = buckets[position].full_at;
    full_at = std::max(full_at, now) + rate.every;
}

std::uint32_t RateLimiter::find(const RatedSubject& subject) const {
    return index.find(hash_of(subject),
                      [&](std::uint32_t position) { return buckets[position].subject == subject; });
}

void RateLimiter::look_at_some(Instant now, std::size_t subjects_max) {
    for (int i = 0; i < looked_at_per_taking && !buckets.empty(); ++i) {
        hand = hand < buckets.size() ? hand : 0;
        const bool is_full = buckets[hand].full_at <= now;
        if (is_full || buckets.size() >= subjects_max) {
            forget(hand);
        } else {
            ++hand;
        }
    }
}

// The last one takes its place.
void RateLimiter::forget(std::uint32_t position) {
    const auto last = static_cast<std::uint32_t>(buckets.size() - 1);
    index.erase(hash_of(buckets[position].subject), position);
    if (position != last) {
        index.rename(hash_of(buckets[last].subject), last, position);
        buckets[position] = buckets[last];
    }
    buckets.pop_back();
    if (buckets.empty()) *this = {};
}

}  // namespace invitro::protocol
