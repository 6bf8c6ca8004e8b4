#include "protocol/vocabulary/address.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <charconv>
#include <optional>
#include <string>

namespace invitro::protocol {
namespace {

std::optional<IpAddress> parse_ip(const std::string& text) {
    // What the library parses ends at the first null.
    if (text.find('\0') != std::string::npos) return std::nullopt;
    IpAddress ip;
    if (inet_pton(AF_INET, text.c_str(), ip.octets.data()) == 1) {
        ip.family = IpFamily::v4;
        return ip;
    }
    if (inet_pton(AF_INET6, text.c_str(), ip.octets.data()) == 1) {
        ip.family = IpFamily::v6;
        return ip;
    }
    return std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || rest != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return port;
}

}  // namespace

std::string to_string(const IpAddress& ip) {
    char text[INET6_ADDRSTRLEN] = "none";
    switch (ip.family) {
        case IpFamily::none:
        case IpFamily::stream:
            break;
        case IpFamily::v4:
            inet_ntop(AF_INET, ip.octets.data(), text, sizeof text);
            break;
        case IpFamily::v6:
            inet_ntop(AF_INET6, ip.octets.data(), text, sizeof text);
            break;
    }
    return text;
}

std::string to_string(const Address& address) {
    switch (address.ip.family) {
        case IpFamily::none:
            return "none";
        case IpFamily::stream:
            return "stream";
        case IpFamily::v4:
            return fmt::format("{}:{}", to_string(address.ip), address.port);
        case IpFamily::v6:
            return fmt::format("[{}]:{}", to_string(address.ip), address.port);
    }
    return "none";
}

Result<Address> parse_address(std::string_view text) {
    const auto error = [&] {
        return fail(fmt::format("\"{}\" is not an address with a port", text));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return error();
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto ip = parse_ip(std::string(host));
    const auto port = parse_port(text.substr(colon + 1));
    if (!ip || !port || bracketed != (ip->family == IpFamily::v6)) return error();
    return Address{.ip = *ip, .port = *port};
}

}  // namespace invitro::protocol
