// One description of a type's fields, used for everything that walks over them.
//
// A type lists its members once:
//
//     struct Exchange {
//         Instant due = never;
//         std::uint8_t attempts = 0;
//         static constexpr auto fields() {
//             return std::tuple{field("due", &Exchange::due),
//                               field("attempts", &Exchange::attempts)};
//         }
//     };
//
// The wire codec, state serialisation, diff, the canonical form of the explorer and the fingerprint
// all go through this list. What a field *is* follows from its type: an Instant is a time, an Id128
// an id, a RandomValue a random value, a Counter a statistic. `fields_are_complete` refuses, at
// compile time, a list that forgets a member.
#pragma once

#include "protocol/vocabulary/identity.hpp"
#include "protocol/vocabulary/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace invitro::protocol {

// A member with its name and, for messages, its key on the wire.
template <class Owner, class T>
struct Field {
    std::uint8_t key = 0;
    std::string_view name;
    T Owner::*member = nullptr;
};

template <class Owner, class T>
constexpr Field<Owner, T> field(std::string_view name, T Owner::*member) {
    return {.key = 0, .name = name, .member = member};
}

template <class Owner, class T>
constexpr Field<Owner, T> field(std::uint8_t key, std::string_view name, T Owner::*member) {
    return {.key = key, .name = name, .member = member};
}

template <class T>
concept HasFields = requires {
    T::fields();
};

// A value drawn from entropy: a seed, a key, a nonce. Two runs that differ only in it behave alike.
struct RandomValue {
    std::array<std::uint8_t, 32> octets{};

    auto operator<=>(const RandomValue&) const = default;
};

// A statistic: it grows and never decides anything.
struct Counter {
    std::uint64_t value = 0;

    Counter& operator++() {
        ++value;
        return *this;
    }

    auto operator<=>(const Counter&) const = default;
};

// What a field means to somebody who compares or renames states.
enum class FieldKind : std::uint8_t { plain, time, id, random, counter };

template <class T>
inline constexpr FieldKind field_kind = FieldKind::plain;
template <>
inline constexpr FieldKind field_kind<Instant> = FieldKind::time;
template <class Tag>
inline constexpr FieldKind field_kind<Id128<Tag>> = FieldKind::id;
template <>
inline constexpr FieldKind field_kind<RandomValue> = FieldKind::random;
template <>
inline constexpr FieldKind field_kind<Counter> = FieldKind::counter;

// Calls visit(field, value.*member) for each field in order.
template <HasFields T, class Visit>
constexpr void for_each_field(T& value, Visit&& visit) {
    std::apply([&](const auto&... one) { (visit(one, value.*(one.member)), ...); },
               std::remove_const_t<T>::fields());
}

template <HasFields T, class Visit>
constexpr void for_each_field(const T& value, Visit&& visit) {
    std::apply([&](const auto&... one) { (visit(one, value.*(one.member)), ...); }, T::fields());
}

namespace detail {

struct AnyValue {
    template <class T>
    operator T() const {  // NOLINT(google-explicit-constructor): converts to whatever is asked for
        std::abort();     // never called; defined, so that types of one file can be asked about
    }
};

template <class T, std::size_t... index>
constexpr bool is_initialisable(std::index_sequence<index...>) {
    return requires {
        T{(static_cast<void>(index), AnyValue{})...};
    };
}

template <class T, std::size_t count = 0>
constexpr std::size_t member_count() {
    if constexpr (is_initialisable<T>(std::make_index_sequence<count + 1>{})) {
        return member_count<T, count + 1>();
    } else {
        return count;
    }
}

}  // namespace detail

// True when an aggregate's field list names as many fields as it has members.
template <HasFields T>
inline constexpr bool fields_are_complete = std::tuple_size_v<decltype(T::fields())> ==
                                            detail::member_count<T>();

}  // namespace invitro::protocol
