#include "protocol/paths/reflector.hpp"

#include "protocol/vocabulary/state.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/example_messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace invitro::protocol {
namespace {

static_assert(Node<Reflector>);

using Bytes = std::vector<std::uint8_t>;

const Address client = parse_address("203.0.113.5:61234").value();
const Address reflector_address = parse_address("198.51.100.1:3478").value();
const Instant now = instant_at(1);

Bytes encoded(const Message& message) {
    Bytes bytes(push_size_max);
    bytes.resize(encode(message, bytes));
    return bytes;
}

// What a reflector says to one datagram from the client.
std::vector<Reflector::Output> answers_of(Reflector& reflector, ByteView payload) {
    reflector.handle(now, ReceivedDatagram{client, reflector_address, payload});
    std::vector<Reflector::Output> outputs;
    while (auto output = reflector.poll_output()) {
        outputs.push_back(*output);
    }
    return outputs;
}

TEST(Reflector, a_request_is_answered_with_the_address_it_came_from) {
    Reflector reflector;
    const ReflectRequest request{.transaction = {.high = 3, .low = 4}};
    const auto outputs = answers_of(reflector, encoded(request));
    ASSERT_EQ(outputs.size(), 1U);
    const auto& datagram = std::get<SendDatagram>(outputs[0]);
    EXPECT_EQ(datagram.source, reflector_address);
    EXPECT_EQ(datagram.destination, client);
    const ReflectResponse response{.transaction = request.transaction, .mapped = client};
    EXPECT_EQ(decode(datagram.payload).value(), Message(response));
    EXPECT_EQ(reflector.state().answered.value, 1U);
    EXPECT_EQ(reflector.state().dropped.value, 0U);
}

TEST(Reflector, a_probe_is_answered_from_where_it_asks) {
    const IpAddress other_ip = parse_address("198.51.100.129:1").value().ip;
    Reflector reflector(ReflectorConfig{.other_ip = other_ip});
    const Address port = other_port_of(reflector_address);
    const Address address{.ip = other_ip, .port = reflector_address.port};
    const std::pair<ReflectOrigin, Address> origins[] = {{ReflectOrigin::same, reflector_address},
                                                         {ReflectOrigin::other_port, port},
                                                         {ReflectOrigin::other_address, address}};
    for (const auto& [origin, source] : origins) {
        const ReflectProbe probe{.transaction = {.high = 3, .low = 4}, .origin = origin};
        const auto outputs = answers_of(reflector, encoded(probe));
        ASSERT_EQ(outputs.size(), 1U);
        const auto& datagram = std::get<SendDatagram>(outputs[0]);
        EXPECT_EQ(datagram.source, source);
        EXPECT_EQ(datagram.destination, client);
        const ReflectResponse response{.transaction = probe.transaction, .mapped = client};
        EXPECT_EQ(decode(datagram.payload).value(), Message(response));
    }
}

TEST(Reflector, without_another_address_it_does_not_answer_from_there) {
    Reflector reflector;
    const ReflectProbe probe{.transaction = {}, .origin = ReflectOrigin::other_address};
    const auto outputs = answers_of(reflector, encoded(probe));
    ASSERT_EQ(outputs.size(), 1U);
    EXPECT_EQ(std::get<Remark>(outputs[0]).kind, RemarkKind::unexpected_dropped);
}

TEST(Reflector, an_address_of_the_other_family_is_told_too) {
    Reflector reflector;
    const Address source = parse_address("[2001:db8::5]:1").value();
    const Bytes request = encoded(ReflectRequest{});
    reflector.handle(now, ReceivedDatagram{source, reflector_address, request});
    const auto output = reflector.poll_output();
    const auto response = decode(std::get<SendDatagram>(output.value()).payload);
    EXPECT_EQ(std::get<ReflectResponse>(response.value()).mapped, source);
}

TEST(Reflector, two_requests_before_the_outputs_are_polled_are_both_answered) {
    Reflector reflector;
    for (const std::uint64_t low : {1U, 2U}) {
        const Bytes request = encoded(ReflectRequest{.transaction = {.high = 0, .low = low}});
        reflector.handle(now, ReceivedDatagram{client, reflector_address, request});
    }
    for (const std::uint64_t low : {1U, 2U}) {
        const auto output = reflector.poll_output();
        const auto response = decode(std::get<SendDatagram>(output.value()).payload);
        EXPECT_EQ(std::get<ReflectResponse>(response.value()).transaction.low, low);
    }
    EXPECT_FALSE(reflector.poll_output().has_value());
}

TEST(Reflector, it_never_wants_to_be_woken_and_a_deadline_changes_nothing) {
    Reflector reflector;
    EXPECT_EQ(reflector.next_deadline(), never);
    reflector.handle(now, DeadlineReached{});
    EXPECT_FALSE(reflector.poll_output().has_value());
    EXPECT_EQ(reflector.state(), ReflectorState{});
}

TEST(Reflector, any_other_message_is_dropped_and_remarked_on) {
    for (const Message& message : example_messages()) {
        if (type_of(message) == MessageType::reflect_request) continue;
        if (type_of(message) == MessageType::reflect_probe) continue;
        Reflector reflector;
        const auto outputs = answers_of(reflector, encoded(message));
        ASSERT_EQ(outputs.size(), 1U) << to_string(type_of(message));
        EXPECT_EQ(std::get<Remark>(outputs[0]).kind, RemarkKind::unexpected_dropped);
        EXPECT_EQ(reflector.state().dropped.value, 1U);
    }
}

RC_GTEST_PROP(Reflector, malformed_bytes_are_dropped_and_remarked_on, (const Bytes& bytes)) {
    RC_PRE(!decode(bytes).has_value());
    Reflector reflector;
    const auto outputs = answers_of(reflector, bytes);
    RC_ASSERT(outputs.size() == 1U);
    RC_ASSERT(std::get<Remark>(outputs[0]).kind == RemarkKind::malformed_dropped);
    RC_ASSERT(reflector.state().dropped.value == 1U);
    RC_ASSERT(reflector.state().answered.value == 0U);
}

TEST(Reflector, its_state_is_written_and_read_back) {
    Reflector reflector;
    answers_of(reflector, encoded(ReflectRequest{}));
    answers_of(reflector, {});
    Bytes bytes;
    serialise(reflector.state(), bytes);
    EXPECT_EQ(deserialise<ReflectorState>(bytes).value(), reflector.state());
}

}  // namespace
}  // namespace invitro::protocol
