// How each type of field is written, and how long it is at most.
//
//     unsigned number, enumeration, span of time   unsigned integer (spans in nanoseconds)
//     id, array of octets, InlineBytes             byte string
//     endpoint identifier                          text string
//     address                                      byte string: 4 or 16 octets of IP address and 2
//                                                  of port, all big-endian; empty for none
//     push token                                   array [provider, byte string]
//     candidate                                    array [kind, address, priority]
//     list                                         array
//     anything with wire keys in fields()          map {key: value}, keys ascending
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/connection_data.hpp"
#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"
#include "protocol/wire/cbor.hpp"
#include "protocol/wire/field_table.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace invitro::protocol::cbor {

// ---- sizes ----

constexpr std::size_t string_size_max(std::size_t length) {
    return head_size(length) + length;
}

template <HasFields T>
constexpr std::size_t map_size_max();

template <class T>
inline constexpr std::size_t encoded_size_max = map_size_max<T>();
template <std::unsigned_integral T>
inline constexpr std::size_t encoded_size_max<T> = 1 + sizeof(T);
template <Enumeration T>
inline constexpr std::size_t encoded_size_max<T> = 1 + sizeof(T);
template <>
inline constexpr std::size_t encoded_size_max<bool> = 1;
template <>
inline constexpr std::size_t encoded_size_max<Duration> = 9;
template <class Tag>
inline constexpr std::size_t encoded_size_max<Id128<Tag>> = string_size_max(16);
template <std::size_t size>
inline constexpr std::size_t encoded_size_max<std::array<std::uint8_t, size>> =
    string_size_max(size);
template <std::size_t capacity>
inline constexpr std::size_t encoded_size_max<InlineBytes<capacity>> = string_size_max(capacity);
template <>
inline constexpr std::size_t encoded_size_max<EndpointIdentifier> =
    string_size_max(EndpointIdentifier::length_max);
template <>
inline constexpr std::size_t encoded_size_max<PushToken> =
    1 + encoded_size_max<PushProvider> + encoded_size_max<decltype(PushToken::value)>;
template <>
inline constexpr std::size_t encoded_size_max<Address> = string_size_max(18);
template <>
inline constexpr std::size_t encoded_size_max<Candidate> =
    1 + encoded_size_max<CandidateKind> + encoded_size_max<Address> +
    encoded_size_max<std::uint32_t>;
template <Item T, std::size_t capacity>
inline constexpr std::size_t encoded_size_max<InlineVector<T, capacity>> =
    head_size(capacity) + encoded_size_max<T>* capacity;

template <HasFields T>
constexpr std::size_t map_size_max() {
    return []<std::size_t... i>(std::index_sequence<i...>) {
        return head_size(field_count<T>) +
               (... +
                (head_size(field_at<T, i>.key) +
                 encoded_size_max<
                     std::remove_cvref_t<decltype(std::declval<T>().*(field_at<T, i>.member))>>));
    }
    (FieldIndices<T>{});
}

// ---- single values ----

template <std::unsigned_integral T>
std::uint8_t* write(std::uint8_t* at, T number) {
    return write_head(at, Major::number, number);
}

inline std::uint8_t* write(std::uint8_t* at, bool value) {
    return write_head(at, Major::simple, value ? simple_true : simple_false);
}

template <Enumeration T>
std::uint8_t* write(std::uint8_t* at, T value) {
    return write(at, static_cast<std::underlying_type_t<T>>(value));
}

inline std::uint8_t* write(std::uint8_t* at, Duration duration) {
    CHECK(duration.count() >= 0, "no message carries a negative span of time");
    return write_head(at, Major::number, static_cast<std::uint64_t>(duration.count()));
}

template <class Tag>
std::uint8_t* write(std::uint8_t* at, const Id128<Tag>& id) {
    at = write_head(at, Major::bytes, 16);
    at = write_big_endian<8>(at, id.high);
    return write_big_endian<8>(at, id.low);
}

template <std::size_t size>
std::uint8_t* write(std::uint8_t* at, const std::array<std::uint8_t, size>& octets) {
    return write_bytes(write_head(at, Major::bytes, size), octets);
}

template <std::size_t capacity>
std::uint8_t* write(std::uint8_t* at, const InlineBytes<capacity>& bytes) {
    return write_bytes(write_head(at, Major::bytes, bytes.size()), bytes.view());
}

inline std::uint8_t* write(std::uint8_t* at, const EndpointIdentifier& identifier) {
    const ByteView text = bytes_of(identifier.text());
    CHECK(!text.empty(), "an endpoint identifier in a message names somebody");
    return write_bytes(write_head(at, Major::text, text.size()), text);
}

template <std::size_t ip_size>
std::uint8_t* write_address(std::uint8_t* at, const Address& address) {
    at = write_head(at, Major::bytes, ip_size + 2);
    at = write_bytes(at, ByteView{address.ip.octets.data(), ip_size});
    return write_big_endian<2>(at, address.port);
}

inline std::uint8_t* write(std::uint8_t* at, const Address& address) {
    switch (address.ip.family) {
        case IpFamily::none:
        case IpFamily::stream:
            break;
        case IpFamily::v4:
            return write_address<4>(at, address);
        case IpFamily::v6:
            return write_address<16>(at, address);
    }
    return write_head(at, Major::bytes, 0);
}

// ---- composed values ----

inline std::uint8_t* write(std::uint8_t* at, const PushToken& token) {
    at = write_head(at, Major::array, 2);
    at = write(at, token.provider);
    return write(at, token.value);
}

inline std::uint8_t* write(std::uint8_t* at, const Candidate& candidate) {
    at = write_head(at, Major::array, 3);
    at = write(at, candidate.kind);
    at = write(at, candidate.address);
    return write(at, candidate.priority);
}

// A list may hold such values.
template <HasFields T>
std::uint8_t* write(std::uint8_t* at, const T& value);

template <Item T, std::size_t capacity>
std::uint8_t* write(std::uint8_t* at, const InlineVector<T, capacity>& items) {
    at = write_head(at, Major::array, items.size());
    for (const T& item : items) {
        at = write(at, item);
    }
    return at;
}

template <HasFields T>
std::uint8_t* write(std::uint8_t* at, const T& value) {
    static_assert(keys_are_fit<T>());
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
        at = write_head(at, Major::map, sizeof...(i));
        ((at = write_head(at, Major::number, field_at<T, i>.key),
          at = write(at, value.*(field_at<T, i>.member))),
         ...);
        return at;
    }
    (FieldIndices<T>{});
}

}  // namespace invitro::protocol::cbor
