// What a Story tells of several brokers and what they hold, and of programs that end or begin anew.
#include "properties/story_test.hpp"
#include "protocol/wire/codec.hpp"

#include <array>

namespace invitro::properties {

Story& Story::push_from(std::uint32_t broker,
                        std::uint32_t device,
                        const protocol::Message& message) {
    model::PushSubmitted submitted;
    submitted.device = device;
    submitted.payload = store(message);
    add({.kind = model::NodeKind::broker, .number = broker}, call, submitted);
    return *this;
}

protocol::ForwardedRequest Story::passed_on(const protocol::Message& message) {
    protocol::ForwardedRequest request;
    request.call = call_of(message);
    std::array<std::uint8_t, protocol::datagram_size_max> bytes{};
    request.datagram.assign(protocol::ByteView{bytes}.first(encode(message, bytes)));
    return request;
}

Story& Story::orders(std::uint64_t epoch) {
    add({.kind = model::NodeKind::broker, .number = 0},
        {},
        model::MembershipOrdered{.epoch = epoch});
    return *this;
}

Story& Story::is_killed(std::uint32_t device) {
    add({.kind = model::NodeKind::device, .number = device}, {}, model::NodeCrashed{});
    return *this;
}

Story& Story::measured(const model::StateMeasured& state) {
    add({.kind = model::NodeKind::broker, .number = 0}, {}, state);
    return *this;
}

Story& Story::reinstalls(std::uint32_t device) {
    add({.kind = model::NodeKind::device, .number = device},
        {},
        model::NodeCrashed{.bytes_lost = 0, .is_reinstalled = true});
    return *this;
}

Story& Story::hands_over() {
    return broker_sends(protocol::HandoverPart{
        .node = 0, .transfer = 1, .epoch = 2, .total = 9, .offset = 0, .bytes = {}});
}

}  // namespace invitro::properties
