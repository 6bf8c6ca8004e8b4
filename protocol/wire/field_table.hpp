// A message's field table as the codec sees it: compile-time constants, checked once.
#pragma once

#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/cbor.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace invitro::protocol::cbor {

template <class T>
concept Enumeration = std::is_enum_v<T>;

// What a list holds; a list of octets is a byte string.
template <class T>
concept Item = !std::same_as<T, std::uint8_t>;

template <HasFields T>
inline constexpr std::size_t field_count = std::tuple_size_v<decltype(T::fields())>;

template <HasFields T, std::size_t index>
inline constexpr auto field_at = std::get<index>(T::fields());

template <HasFields T>
using FieldIndices = std::make_index_sequence<field_count<T>>;

// Keys stand in one byte each and ascend, which is the order of deterministic encoding.
template <HasFields T>
constexpr bool keys_are_fit() {
    return []<std::size_t... i>(std::index_sequence<i...>) {
        std::uint64_t key_min = 0;
        const auto is_fit = [&](std::uint64_t key) {
            const bool fit = key >= key_min && key < immediate_end;
            key_min = key + 1;
            return fit;
        };
        return (is_fit(field_at<T, i>.key) && ...);
    }
    (FieldIndices<T>{});
}

}  // namespace invitro::protocol::cbor
