// Fuzzes the codec: arbitrary bytes are refused or mean a message that, encoded and decoded again,
// is the same, fits its datagram or push, and names the call that peek_call() names.
#include "protocol/fuzz/fuzz_messages_test.hpp"
#include "protocol/fuzz/fuzz_target.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/message_size.hpp"

#include <array>
#include <variant>

namespace invitro::protocol::fuzz {
namespace {

std::size_t room_of(const Message& message) {
    return std::visit([]<class M>(const M&) { return message_room<M>; }, message);
}

void run(ByteView input) {
    static_cast<void>(peek_call(input));
    const auto message = decode(input);
    if (!message) return;
    std::array<std::uint8_t, push_size_max> buffer{};
    const std::size_t size = encode(*message, buffer);
    CHECK(size <= room_of(*message), "a message fits its datagram or push");
    const ByteView bytes{buffer.data(), size};
    const auto again = decode(bytes);
    CHECK(again.has_value(), "what we encode can be decoded");
    CHECK(*again == *message, "encoding and decoding changes nothing");
    CHECK(peek_call(bytes) == call_of(*message), "the call is seen without decoding");
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (const Message& message : example_messages()) {
        all.push_back(encoded(message));
    }
    return all;
}

const FuzzTarget codec_target("codec", run, seeds);

}  // namespace
}  // namespace invitro::protocol::fuzz
