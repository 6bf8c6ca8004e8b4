// Result<T>: a value, or the error that explains why there is none. The one place that names the
// library behind it.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace invitro::protocol {

// Why something a peer, a file or a user gave us cannot be used; one sentence for a person.
struct Error {
    std::string message;

    bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

// `return fail("...")` in a function that returns Result<T>.
inline tl::unexpected<Error> fail(std::string message) {
    return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace invitro::protocol
