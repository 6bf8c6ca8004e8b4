// Network addresses: IPv4 or IPv6, with a UDP port.
#pragma once

#include "protocol/vocabulary/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace invitro::protocol {

// `stream` is none of IP's: it names a stream that somebody came by (stream/stream_address.hpp). It
// is known inside a machine only, and never written on the wire.
enum class IpFamily : std::uint8_t { none = 0, stream = 1, v4 = 4, v6 = 6 };

// An IP address; IPv4 uses the first four octets, the rest is zero. Network byte order.
struct IpAddress {
    IpFamily family = IpFamily::none;
    std::array<std::uint8_t, 16> octets{};

    auto operator<=>(const IpAddress&) const = default;
};

struct Address {
    IpAddress ip;
    std::uint16_t port = 0;

    auto operator<=>(const Address&) const = default;

    [[nodiscard]] bool is_none() const { return ip.family == IpFamily::none; }
};

// The IPv4 address a.b.c.d given as one number, most significant octet first.
constexpr IpAddress ipv4(std::uint32_t number) {
    IpAddress ip;
    ip.family = IpFamily::v4;
    for (unsigned i = 0; i < 4; ++i) {
        ip.octets[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    }
    return ip;
}

// The inverse of ipv4(). Precondition: ip.family == v4.
constexpr std::uint32_t ipv4_number(const IpAddress& ip) {
    return (std::uint32_t{ip.octets[0]} << 24) | (std::uint32_t{ip.octets[1]} << 16) |
           (std::uint32_t{ip.octets[2]} << 8) | std::uint32_t{ip.octets[3]};
}

// "192.0.2.1" / "2001:db8::1" / "192.0.2.1:5060" / "[2001:db8::1]:5060" / "none".
std::string to_string(const IpAddress& ip);
std::string to_string(const Address& address);

// The inverse of to_string(Address). Errors: not an address with a port.
Result<Address> parse_address(std::string_view text);

}  // namespace invitro::protocol
