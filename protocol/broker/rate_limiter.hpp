// RateLimiter: how often each of many strangers may ask for something.
//
// A token bucket a subject (a caller, a source), kept as the one instant at which it is full again
// (the virtual scheduling of ITU-T I.371's generic cell rate algorithm): `burst` may be taken at
// once, and one more every `every`. Time is passed in.
//
// Bounded: at most `subjects_max` are remembered. A bucket that is full again says nothing, so two
// are looked at with each taking and forgotten if full; where there is no room all the same, the
// one that is looked at is forgotten, and its owner begins with a full bucket. Forgetting thus errs
// on the side of admitting: whoever appears under ever new names is held by what bounds them all.
#pragma once

#include "protocol/broker/hash_index.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/time.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct Rate {
    std::uint32_t burst = 1;
    Duration every{};  // zero: as often as anybody likes

    bool operator==(const Rate&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("burst", &Rate::burst), field("every", &Rate::every)};
    }
};

// Whose bucket: keyed hashes of who it is, so that nobody chooses a collision.
struct RatedSubject {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const RatedSubject&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("high", &RatedSubject::high), field("low", &RatedSubject::low)};
    }
};

struct RateLimiter {
    struct Bucket {
        RatedSubject subject;
        Instant full_at{};

        bool operator==(const Bucket&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("subject", &Bucket::subject),
                              field("full_at", &Bucket::full_at)};
        }
    };

    std::vector<Bucket> buckets;
    HashIndex index;
    std::uint32_t hand = 0;  // the bucket that is looked at next

    bool operator==(const RateLimiter&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("buckets", &RateLimiter::buckets),
                          field("index", &RateLimiter::index),
                          field("hand", &RateLimiter::hand)};
    }

    // How long until this subject may take one; zero if it may now.
    [[nodiscard]] Duration wait(Instant now, const Rate& rate, const RatedSubject& subject) const;

    // Precondition: wait() says zero, and subjects_max is not.
    void take(Instant now, const Rate& rate, const RatedSubject& subject, std::size_t subjects_max);

private:
    [[nodiscard]] std::uint32_t find(const RatedSubject& subject) const;
    void look_at_some(Instant now, std::size_t subjects_max);
    void forget(std::uint32_t position);
};

}  // namespace invitro::protocol
