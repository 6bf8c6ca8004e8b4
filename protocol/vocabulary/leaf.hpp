// Leaves: the values at which a walk over a state's fields ends, and what can be done with one:
// written as fixed-width little-endian bytes, read back, shown as text.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace invitro::protocol::leaf {

// ---- writing ----

using Bytes = std::vector<std::uint8_t>;

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

template <Number T>
void put(Bytes& out, T value) {
    const auto number = static_cast<std::uint64_t>(value);
    std::array<std::uint8_t, sizeof(T)> octets{};
    for (unsigned i = 0; i < sizeof(T); ++i) {
        octets[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    out.insert(out.end(), octets.begin(), octets.end());
}

// A string of bytes of any length, after its size in 32 bits.
void put_string(Bytes& out, ByteView content);

void put(Bytes& out, Instant at);
void put(Bytes& out, Duration duration);
void put(Bytes& out, Counter counter);
void put(Bytes& out, const RandomValue& value);
void put(Bytes& out, const IpAddress& ip);
void put(Bytes& out, const Address& address);
void put(Bytes& out, const EndpointIdentifier& identifier);
void put(Bytes& out, const std::string& text);
void put(Bytes& out, const Bytes& bytes);

template <class Tag>
void put(Bytes& out, const Id128<Tag>& id) {
    put(out, id.high);
    put(out, id.low);
}

template <std::size_t size>
void put(Bytes& out, const std::array<std::uint8_t, size>& octets) {
    out.insert(out.end(), octets.begin(), octets.end());
}

template <std::size_t capacity>
void put(Bytes& out, const InlineBytes<capacity>& bytes) {
    put_string(out, bytes.view());
}

// ---- reading ----

// The bytes still to be read.
struct Source {
    ByteView left;
};

// Each take() reads what put() wrote and says whether the bytes held such a value; if not, the
// value is not to be used.

template <Number T>
[[nodiscard]] bool take(Source& source, T& value) {
    if (source.left.size() < sizeof(T)) return false;
    std::uint64_t number = 0;
    for (unsigned i = 0; i < sizeof(T); ++i) {
        number |= std::uint64_t{source.left[i]} << (8 * i);
    }
    source.left = source.left.subspan(sizeof(T));
    value = static_cast<T>(number);
    return !std::is_same_v<T, bool> || number <= 1;
}

// The content of a string of at most `size_max` bytes.
[[nodiscard]] bool take_string(Source& source, std::size_t size_max, ByteView& content);

[[nodiscard]] bool take(Source& source, Instant& at);
[[nodiscard]] bool take(Source& source, Duration& duration);
[[nodiscard]] bool take(Source& source, Counter& counter);
[[nodiscard]] bool take(Source& source, RandomValue& value);
[[nodiscard]] bool take(Source& source, IpAddress& ip);
[[nodiscard]] bool take(Source& source, Address& address);
[[nodiscard]] bool take(Source& source, EndpointIdentifier& identifier);
[[nodiscard]] bool take(Source& source, std::string& text);
[[nodiscard]] bool take(Source& source, Bytes& bytes);

template <class Tag>
[[nodiscard]] bool take(Source& source, Id128<Tag>& id) {
    return take(source, id.high) && take(source, id.low);
}

template <std::size_t size>
[[nodiscard]] bool take(Source& source, std::array<std::uint8_t, size>& octets) {
    if (source.left.size() < size) return false;
    std::copy_n(source.left.begin(), size, octets.begin());
    source.left = source.left.subspan(size);
    return true;
}

template <std::size_t capacity>
[[nodiscard]] bool take(Source& source, InlineBytes<capacity>& bytes) {
    ByteView content;
    if (!take_string(source, capacity, content)) return false;
    bytes.assign(content);
    return true;
}

// ---- text ----

// For people: times in nanoseconds, bytes in hexadecimal digits (long ones cut short).
std::string text(ByteView bytes);
std::string text(Instant at);
std::string text(Duration duration);
std::string text(Counter counter);
std::string text(const RandomValue& value);
std::string text(const IpAddress& ip);
std::string text(const Address& address);
std::string text(const EndpointIdentifier& identifier);
std::string text(const std::string& value);

// The enumerator's name where it has one.
template <Number T>
std::string text(T value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (requires { std::string(to_string(value)); }) {
        return std::string(to_string(value));
    } else if constexpr (std::is_enum_v<T>) {
        return std::to_string(static_cast<std::underlying_type_t<T>>(value));
    } else {
        return std::to_string(value);
    }
}

template <class Tag>
std::string text(const Id128<Tag>& id) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint64_t half : {id.high, id.low}) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::uint8_t>(half >> shift));
        }
    }
    return text(ByteView{bytes});
}

template <std::size_t capacity>
std::string text(const InlineBytes<capacity>& bytes) {
    return text(bytes.view());
}

}  // namespace invitro::protocol::leaf

namespace invitro::protocol {

template <class T>
concept Leaf = requires(leaf::Bytes& out, leaf::Source& source, T& value) {
    leaf::put(out, value);
    { leaf::take(source, value) } -> std::same_as<bool>;
    leaf::text(value);
};

}  // namespace invitro::protocol
