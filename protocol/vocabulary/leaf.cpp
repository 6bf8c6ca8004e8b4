#include "protocol/vocabulary/leaf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace invitro::protocol::leaf {

void put_string(Bytes& out, ByteView content) {
    CHECK(content.size() <= std::numeric_limits<std::uint32_t>::max(), "sizes have 32 bits");
    put(out, static_cast<std::uint32_t>(content.size()));
    out.insert(out.end(), content.begin(), content.end());
}

void put(Bytes& out, Instant at) {
    put(out, nanoseconds(at));
}

void put(Bytes& out, Duration duration) {
    put(out, duration.count());
}

void put(Bytes& out, Counter counter) {
    put(out, counter.value);
}

void put(Bytes& out, const RandomValue& value) {
    put(out, value.octets);
}

void put(Bytes& out, const IpAddress& ip) {
    put(out, ip.family);
    put(out, ip.octets);
}

void put(Bytes& out, const Address& address) {
    put(out, address.ip);
    put(out, address.port);
}

void put(Bytes& out, const EndpointIdentifier& identifier) {
    put_string(out, bytes_of(identifier.text()));
}

void put(Bytes& out, const std::string& text) {
    put_string(out, bytes_of(text));
}

void put(Bytes& out, const Bytes& bytes) {
    put_string(out, bytes);
}

bool take_string(Source& source, std::size_t size_max, ByteView& content) {
    std::uint32_t size = 0;
    if (!take(source, size) || size > size_max || size > source.left.size()) return false;
    content = source.left.first(size);
    source.left = source.left.subspan(size);
    return true;
}

bool take(Source& source, Instant& at) {
    Duration since_origin{};
    const bool taken = take(source, since_origin);
    at = Instant{since_origin};
    return taken;
}

bool take(Source& source, Duration& duration) {
    Duration::rep count = 0;
    const bool taken = take(source, count);
    duration = Duration{count};
    return taken;
}

bool take(Source& source, Counter& counter) {
    return take(source, counter.value);
}

bool take(Source& source, RandomValue& value) {
    return take(source, value.octets);
}

bool take(Source& source, IpAddress& ip) {
    if (!take(source, ip.family) || !take(source, ip.octets)) return false;
    switch (ip.family) {
        case IpFamily::none:
        case IpFamily::stream:
        case IpFamily::v4:
        case IpFamily::v6:
            return true;
    }
    return false;
}

bool take(Source& source, Address& address) {
    return take(source, address.ip) && take(source, address.port);
}

bool take(Source& source, EndpointIdentifier& identifier) {
    ByteView content;
    if (!take_string(source, EndpointIdentifier::length_max, content)) return false;
    identifier = EndpointIdentifier{};
    return content.empty() || identifier.assign(text_of(content));
}

bool take(Source& source, std::string& text) {
    ByteView content;
    if (!take_string(source, source.left.size(), content)) return false;
    text = text_of(content);
    return true;
}

bool take(Source& source, Bytes& bytes) {
    ByteView content;
    if (!take_string(source, source.left.size(), content)) return false;
    bytes.assign(content.begin(), content.end());
    return true;
}

std::string text(ByteView bytes) {
    constexpr std::size_t shown_max = 48;
    const auto shown = bytes.first(std::min(bytes.size(), shown_max));
    std::string digits = shown.empty() ? "(empty)" : fmt::format("{:02x}", fmt::join(shown, ""));
    if (shown.size() < bytes.size()) digits += fmt::format("... ({} bytes)", bytes.size());
    return digits;
}

std::string text(Instant at) {
    return at == never ? "never" : fmt::format("{} ns", nanoseconds(at));
}

std::string text(Duration duration) {
    return fmt::format("{} ns", duration.count());
}

std::string text(Counter counter) {
    return std::to_string(counter.value);
}

std::string text(const RandomValue& value) {
    return text(ByteView{value.octets});
}

std::string text(const IpAddress& ip) {
    return to_string(ip);
}

std::string text(const Address& address) {
    return to_string(address);
}

std::string text(const EndpointIdentifier& identifier) {
    return fmt::format("\"{}\"", identifier.text());
}

std::string text(const std::string& value) {
    return fmt::format("\"{}\"", value);
}

}  // namespace invitro::protocol::leaf
