#include "protocol/security/ticket.hpp"

#include "protocol/security/mac.hpp"

#include <algorithm>

namespace invitro::protocol {

Ticket make_ticket(const RandomValue& cluster_key, CallId call, DeviceId device, Instant expiry) {
    Ticket ticket{};
    const auto number = static_cast<std::uint64_t>(nanoseconds(expiry));
    for (unsigned i = 0; i < 8; ++i) {
        ticket[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    const Tag128 tag = Mac(cluster_key, MacUse::ticket).add(call).add(device).add(expiry).tag();
    std::copy(tag.begin(), tag.end(), ticket.begin() + 8);
    return ticket;
}

bool is_genuine(const RandomValue& cluster_key,
                const Ticket& ticket,
                CallId call,
                DeviceId device) {
    return is_same_secret(make_ticket(cluster_key, call, device, expiry_of(ticket)), ticket);
}

Instant expiry_of(const Ticket& ticket) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < 8; ++i) {
        number |= std::uint64_t{ticket[i]} << (8 * i);
    }
    return Instant{Duration{static_cast<std::int64_t>(number)}};
}

}  // namespace invitro::protocol
