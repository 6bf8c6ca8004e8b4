#include "protocol/broker/admission.hpp"

#include "protocol/exchange/deadline_queue.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

// What finding a call by id, number, callee and deadline takes, twice for spare capacity.
constexpr std::uint64_t index_room =
    2 * (3 * sizeof(HashIndex::Slot) + sizeof(DeadlineQueue::Entry) + sizeof(std::uint32_t));

// IPv6 hosts choose the lower half of their address as they like.
constexpr std::size_t ipv6_source_octets = 8;

}  // namespace

BrokerLimits BrokerLimits::without_rates() {
    BrokerLimits limits;
    limits.calls_per_caller.every = {};
    limits.calls_per_source.every = {};
    limits.registrations_per_source.every = {};
    return limits;
}

std::uint64_t room_of(const Call& call) {
    const std::uint64_t of_invitees =
        call.invitees.size() * (sizeof(Invitee) + sizeof(TakenAccept));
    const std::uint64_t of_tokens =
        call.tokens.size() * sizeof(InvitedToken) + call.token_bytes.size();
    return sizeof(Call) + index_room + of_invitees + of_tokens;
}

std::optional<Duration> Admission::refuse_call(const BrokerLimits& limits,
                                               const Load& load,
                                               Instant now,
                                               const RatedSubject& caller,
                                               const RatedSubject& source) {
    const bool is_full = load.calls + load.waiting >= limits.calls_max ||
                         room >= limits.calls_room_max ||
                         load.waiting >= limits.waiting_for_new_max;
    if (is_full) return limits.retry_after;
    const Duration wait = std::max(callers.wait(now, limits.calls_per_caller, caller),
                                   call_sources.wait(now, limits.calls_per_source, source));
    if (wait > Duration{}) return wait;
    callers.take(now, limits.calls_per_caller, caller, limits.subjects_max);
    call_sources.take(now, limits.calls_per_source, source, limits.subjects_max);
    return std::nullopt;
}

bool Admission::admit_registration(const BrokerLimits& limits,
                                   const Load& load,
                                   Instant now,
                                   bool is_known,
                                   const RatedSubject& source) {
    const bool is_full = load.waiting >= limits.waiting_for_new_max ||
                         (!is_known && load.bindings + load.waiting >= limits.bindings_max);
    if (is_full) return false;
    const Rate& rate = limits.registrations_per_source;
    if (registration_sources.wait(now, rate, source) > Duration{}) return false;
    registration_sources.take(now, rate, source, limits.subjects_max);
    return true;
}

RatedSubject source_subject(const IndexKey& key, const Address& source) {
    const auto& octets = source.ip.octets;
    const std::size_t size = source.ip.family == IpFamily::v6 ? ipv6_source_octets : octets.size();
    return {.high = 0, .low = index_hash(key, ByteView{octets}.first(size))};
}

}  // namespace invitro::protocol
