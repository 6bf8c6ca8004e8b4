// Admission: what a broker takes on, and what it refuses before it has spent anything on it.
//
// docs/PROTOCOL.md, "Overload and abuse", has the rules and the table of limits. Refused are new
// invitations and new registrations only. An invitation is judged by what is in hand and by who
// asks, never by whom it is for, so a refusal says nothing of the callee. What a call may come to
// need (an accept of each invited device, its end) is counted as in use from the moment it is
// admitted: nothing that follows from an admitted call can fail for want of room.
//
// The state here is not the journal's: who asked how often is forgotten by a crash, and what was
// written had been admitted before. Rooms follow from the calls.
#pragma once

#include "protocol/broker/invitation.hpp"
#include "protocol/broker/rate_limiter.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <tuple>

namespace invitro::protocol {

// Every bound of one broker node. A source is an IPv4 address, or the first 64 bits of an IPv6 one.
struct BrokerLimits {
    std::uint32_t calls_max = 200'000;                       // in hand
    std::uint64_t calls_room_max = std::uint64_t{2} << 30;   // bytes, for all of them
    std::uint32_t tokens_per_call_max = invited_tokens_max;  // further ones are not invited
    std::uint32_t bindings_max = 16'000'000;                 // (device, provider) registered
    std::uint32_t waiting_for_new_max = 2048;  // inputs waiting for the disk; the rest of the queue
                                               // is kept for calls in hand
    std::uint32_t subjects_max = 65'536;       // callers, and sources, whose rate is remembered
    Rate calls_per_caller{.burst = 30, .every = std::chrono::seconds{4}};
    Rate calls_per_source{.burst = 300, .every = std::chrono::milliseconds{50}};
    Rate registrations_per_source{.burst = 1000, .every = std::chrono::milliseconds{20}};
    Duration retry_after = std::chrono::seconds{2};  // said where it is room that is missing

    bool operator==(const BrokerLimits&) const = default;

    static constexpr auto fields() {
        return std::tuple{
            field("calls_max", &BrokerLimits::calls_max),
            field("calls_room_max", &BrokerLimits::calls_room_max),
            field("tokens_per_call_max", &BrokerLimits::tokens_per_call_max),
            field("bindings_max", &BrokerLimits::bindings_max),
            field("waiting_for_new_max", &BrokerLimits::waiting_for_new_max),
            field("subjects_max", &BrokerLimits::subjects_max),
            field("calls_per_caller", &BrokerLimits::calls_per_caller),
            field("calls_per_source", &BrokerLimits::calls_per_source),
            field("registrations_per_source", &BrokerLimits::registrations_per_source),
            field("retry_after", &BrokerLimits::retry_after)};
    }

    // As often as anybody likes: for a bench that plays all callers from one address.
    static BrokerLimits without_rates();
};

// The bytes a call takes, everything it may still come to need included.
std::uint64_t room_of(const Call& call);

// What there is of everything, when something new asks to be taken on.
struct Load {
    std::size_t calls = 0;
    std::size_t bindings = 0;
    std::size_t waiting = 0;  // inputs, for the disk
};

struct Admission {
    std::uint64_t room = 0;  // of the calls in hand
    RateLimiter callers;
    RateLimiter call_sources;
    RateLimiter registration_sources;

    bool operator==(const Admission&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("room", &Admission::room),
                          field("callers", &Admission::callers),
                          field("call_sources", &Admission::call_sources),
                          field("registration_sources", &Admission::registration_sources)};
    }

    // Nothing: the call is admitted. Else how long its caller should wait before it asks again.
    std::optional<Duration> refuse_call(const BrokerLimits& limits,
                                        const Load& load,
                                        Instant now,
                                        const RatedSubject& caller,
                                        const RatedSubject& source);

    // `is_known`: the device has a binding already, so that no other is needed.
    bool admit_registration(const BrokerLimits& limits,
                            const Load& load,
                            Instant now,
                            bool is_known,
                            const RatedSubject& source);
};

// Who a datagram from this address counts as.
RatedSubject source_subject(const IndexKey& key, const Address& source);

}  // namespace invitro::protocol
