// What the two layers that speak on streams have in common: the types of their inputs and outputs.
#pragma once

#include "protocol/node.hpp"

#include <type_traits>
#include <variant>

namespace invitro::protocol {

template <class Variant, class... More>
struct Extended;

template <class... Known, class... More>
struct Extended<std::variant<Known...>, More...> {
    using type = std::variant<Known..., More...>;
};

// The inputs of a machine, and those of streams.
template <class Inner>
using WithStreamInputs =
    typename Extended<typename Inner::Input, StreamOpened, StreamReceived, StreamClosed>::type;

template <class T>
inline constexpr bool is_stream_input =
    std::is_same_v<T, StreamOpened> || std::is_same_v<T, StreamReceived> ||
    std::is_same_v<T, StreamClosed>;

}  // namespace invitro::protocol
