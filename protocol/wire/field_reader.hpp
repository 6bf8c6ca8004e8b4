// How each type of field is read: the inverse of field_writer.hpp, for bytes that nobody vouches
// for.
//
// Every read() returns where the next item begins, or null: then the reader knows why and the value
// is not to be used. Lists and strings that a field cannot hold are out of range, never cut short.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/cbor.hpp"
#include "protocol/wire/field_table.hpp"
#include "protocol/wire/known_values.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace invitro::protocol::cbor {

// ---- single values ----

[[nodiscard]] inline Cursor read_number(Reader& reader,
                                        Cursor at,
                                        std::uint64_t max,
                                        std::uint64_t& number) {
    at = reader.head(at, Major::number, number);
    return at == nullptr || number <= max ? at : reader.fail(WireError::out_of_range);
}

template <std::unsigned_integral T>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, T& value) {
    std::uint64_t number = 0;
    at = read_number(reader, at, std::numeric_limits<T>::max(), number);
    value = static_cast<T>(number);
    return at;
}

[[nodiscard]] inline Cursor read(Reader& reader, Cursor at, bool& value) {
    return reader.boolean(at, value);
}

template <Enumeration T>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, T& value) {
    std::underlying_type_t<T> number{};
    at = read(reader, at, number);
    value = static_cast<T>(number);
    return at == nullptr || is_known(value) ? at : reader.fail(WireError::out_of_range);
}

[[nodiscard]] inline Cursor read(Reader& reader, Cursor at, Duration& duration) {
    std::uint64_t number = 0;
    at = read_number(reader, at, std::numeric_limits<Duration::rep>::max(), number);
    duration = Duration{static_cast<Duration::rep>(number)};
    return at;
}

template <class Tag>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, Id128<Tag>& id) {
    at = reader.fixed_bytes<16>(at);
    if (at == nullptr) return nullptr;
    id = {.high = load_big_endian<8>(at - 16), .low = load_big_endian<8>(at - 8)};
    return at;
}

template <std::size_t size>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, std::array<std::uint8_t, size>& octets) {
    at = reader.fixed_bytes<size>(at);
    if (at != nullptr) std::memcpy(octets.data(), at - size, size);
    return at;
}

// The content of a string of at most `length_max` bytes.
[[nodiscard]] inline Cursor read_string(
    Reader& reader, Cursor at, Major major, std::size_t length_max, ByteView& content) {
    std::uint64_t length = 0;
    at = reader.head(at, major, length);
    if (at == nullptr) return nullptr;
    if (length > length_max) return reader.fail(WireError::out_of_range);
    content = {at, static_cast<std::size_t>(length)};
    return reader.skip(at, length);
}

template <std::size_t capacity>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, InlineBytes<capacity>& bytes) {
    ByteView content;
    at = read_string(reader, at, Major::bytes, capacity, content);
    if (at != nullptr) bytes.assign(content);
    return at;
}

[[nodiscard]] inline Cursor read(Reader& reader, Cursor at, EndpointIdentifier& identifier) {
    ByteView content;
    at = read_string(reader, at, Major::text, EndpointIdentifier::length_max, content);
    if (at == nullptr || identifier.assign(text_of(content))) return at;
    return reader.fail(WireError::out_of_range);
}

template <std::size_t ip_size>
void set_address(Address& address, IpFamily family, Cursor octets) {
    address.ip.family = family;
    std::memcpy(address.ip.octets.data(), octets, ip_size);
    address.port = static_cast<std::uint16_t>(load_big_endian<2>(octets + ip_size));
}

[[nodiscard]] inline Cursor read(Reader& reader, Cursor at, Address& address) {
    ByteView octets;
    at = read_string(reader, at, Major::bytes, 18, octets);
    if (at == nullptr) return nullptr;
    address = Address{};
    switch (octets.size()) {
        case 0:
            return at;
        case 6:
            set_address<4>(address, IpFamily::v4, octets.data());
            return at;
        case 18:
            set_address<16>(address, IpFamily::v6, octets.data());
            return at;
        default:
            return reader.fail(WireError::out_of_range);
    }
}

// ---- composed values ----

// The head of an array of exactly `count` items.
[[nodiscard]] inline Cursor read_count(Reader& reader, Cursor at, std::uint64_t count) {
    std::uint64_t found = 0;
    at = reader.head(at, Major::array, found);
    return at == nullptr || found == count ? at : reader.fail(WireError::out_of_range);
}

// An array of just these values.
template <class... T>
[[nodiscard]] Cursor read_array(Reader& reader, Cursor at, T&... values) {
    at = read_count(reader, at, sizeof...(T));
    static_cast<void>(((at != nullptr) && ... && ((at = read(reader, at, values)) != nullptr)));
    return at;
}

[[nodiscard]] inline Cursor read(Reader& reader, Cursor at, PushToken& token) {
    return read_array(reader, at, token.provider, token.value);
}

[[nodiscard]] inline Cursor read(Reader& reader, Cursor at, Candidate& candidate) {
    return read_array(reader, at, candidate.kind, candidate.address, candidate.priority);
}

// A list may hold such values.
template <HasFields T>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, T& value);

template <Item T, std::size_t capacity>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, InlineVector<T, capacity>& items) {
    std::uint64_t count = 0;
    at = reader.head(at, Major::array, count);
    if (at == nullptr) return nullptr;
    if (count > capacity) return reader.fail(WireError::out_of_range);
    items.clear();
    for (; count > 0; --count) {
        T item;
        at = read(reader, at, item);
        if (at == nullptr) return nullptr;
        items.push_back(item);
    }
    return at;
}

// ---- maps of fields ----

// The bits of the first `count` keys of a field table.
template <HasFields T>
constexpr std::uint32_t key_bits(std::size_t count = field_count<T>) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return ((i < count ? std::uint32_t{1} << field_at<T, i>.key : 0U) | ...);
    }
    (FieldIndices<T>{});
}

// Fields as our own encoder writes them, until the first that comes otherwise: one comparison each.
// Says how many were read.
template <HasFields T, std::size_t... i>
[[nodiscard]] Cursor read_in_order(Reader& reader,
                                   Cursor at,
                                   T& value,
                                   std::uint64_t pairs,
                                   std::size_t& fields_read,
                                   std::index_sequence<i...> /*indices*/) {
    static_cast<void>(
        ((i < pairs && reader.next_is(at, first_byte(Major::number, field_at<T, i>.key)) &&
          (at = read(reader, at + 1, value.*(field_at<T, i>.member))) != nullptr &&
          (fields_read = i + 1) != 0) &&
         ...));
    return at;
}

// One pair of a key and a value, known or not.
template <HasFields T, std::size_t... i>
[[nodiscard]] Cursor read_pair(Reader& reader,
                               Cursor at,
                               T& value,
                               std::uint32_t& keys_seen,
                               std::index_sequence<i...> /*indices*/) {
    if (!reader.next_is(at, Major::number)) {
        at = reader.skip_item(at);
        return at == nullptr ? nullptr : reader.skip_item(at);
    }
    std::uint64_t key = 0;
    at = reader.head(at, Major::number, key);
    if (at == nullptr) return nullptr;
    const std::uint32_t bit = key < immediate_end ? std::uint32_t{1} << key : 0U;
    if ((bit & key_bits<T>()) == 0) return reader.skip_item(at);
    if ((bit & keys_seen) != 0) return reader.fail(WireError::duplicate_field);
    keys_seen |= bit;
    static_cast<void>(((key == field_at<T, i>.key &&
                        (at = read(reader, at, value.*(field_at<T, i>.member)), true)) ||
                       ...));
    return at;
}

template <HasFields T>
[[nodiscard]] Cursor read_in_any_order(
    Reader& reader, Cursor at, T& value, std::uint64_t pairs, std::uint32_t keys_seen) {
    for (; pairs > 0; --pairs) {
        at = read_pair(reader, at, value, keys_seen, FieldIndices<T>{});
        if (at == nullptr) return nullptr;
    }
    return keys_seen == key_bits<T>() ? at : reader.fail(WireError::missing_field);
}

template <HasFields T>
[[nodiscard]] Cursor read(Reader& reader, Cursor at, T& value) {
    static_assert(keys_are_fit<T>());
    std::uint64_t pairs = 0;
    std::size_t fields_read = 0;
    at = reader.head(at, Major::map, pairs);
    if (at == nullptr) return nullptr;
    at = read_in_order(reader, at, value, pairs, fields_read, FieldIndices<T>{});
    if (at == nullptr) return nullptr;
    if (fields_read == field_count<T> && pairs == fields_read) return at;
    return read_in_any_order(reader, at, value, pairs - fields_read, key_bits<T>(fields_read));
}

}  // namespace invitro::protocol::cbor
