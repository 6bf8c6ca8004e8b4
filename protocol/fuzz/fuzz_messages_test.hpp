// Messages for fuzz targets: one of each kind, from and about a few calls and devices, whole or
// with some bytes turned. A message that is added to the catalogue and its examples takes part.
#pragma once

#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/fuzz/fuzz_target.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/example_messages.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol::fuzz {

inline Bytes encoded(const Message& message) {
    Bytes bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    return bytes;
}

// Some of the bytes are others.
inline void turn_bytes(FuzzInput& input, Bytes& bytes) {
    for (std::size_t i = 1 + input.choice(8); i > 0 && !bytes.empty(); --i) {
        const std::size_t at = input.number(2) % bytes.size();
        bytes[at] = input.octet();
    }
    if (input.choice(4) == 0) bytes.resize(input.number(2) % (bytes.size() + 1));
}

// The example of the kind that the input chooses. Each member that says whom and what it is about
// is set by `choose`, which has an overload of set() for those it knows:
//     set(FuzzInput&, CallId&), set(FuzzInput&, DeviceId&), ...
template <class Choose>
Message chosen_message(FuzzInput& input, Choose& choose) {
    static const std::vector<Message> examples = example_messages();
    Message message = examples[input.choice(examples.size())];
    std::visit(
        [&]<class M>(M& one) {
            for_each_field(one, [&](const auto& /*field*/, auto& member) {
                if constexpr (requires { choose.set(input, member); }) choose.set(input, member);
            });
        },
        message);
    return message;
}

// What chosen_message() says, perhaps with some bytes turned, or no message at all.
template <class Choose>
Bytes chosen_datagram(FuzzInput& input, Choose& choose) {
    const std::size_t form = input.choice(8);
    if (form == 7) {
        const ByteView raw = input.bytes(input.number(2) % (2 * datagram_size_max));
        return {raw.begin(), raw.end()};
    }
    Bytes bytes = encoded(chosen_message(input, choose));
    if (form == 6) turn_bytes(input, bytes);
    return bytes;
}

}  // namespace invitro::protocol::fuzz
