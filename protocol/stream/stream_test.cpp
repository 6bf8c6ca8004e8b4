// Client and broker over a stream: docs/PROTOCOL.md "Where UDP is blocked".
#include "protocol/broker/broker.hpp"
#include "protocol/client/client_fixture.hpp"
#include "protocol/stream/stream_fallback.hpp"
#include "protocol/stream/stream_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <optional>

namespace invitro::protocol::client_testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Bytes = std::vector<std::uint8_t>;
using Device = StreamFallback<Client>;
using Server = StreamServer<Broker>;

Address stream_at(const Address& server) {
    return {.ip = server.ip, .port = stream_port};
}

// One device whose outputs the test sees and whose inputs it gives.
class FallbackTest : public ::testing::Test {
protected:
    FallbackTest() {
        NetworkChanged network;
        network.addresses = {home_of(1)};
        give(Command{network});
        give(Command{register_command()});
    }

    void give(const Device::Input& input) {
        device.handle(now, input);
        while (auto output = device.poll_output()) {
            if (const auto* datagram = std::get_if<SendDatagram>(&*output)) {
                datagrams.push_back(datagram->destination);
            } else if (const auto* open = std::get_if<OpenStream>(&*output)) {
                opened.push_back(*open);
            } else if (const auto* close = std::get_if<CloseStream>(&*output)) {
                closed.push_back(close->stream);
            } else if (const auto* stream = std::get_if<SendStream>(&*output)) {
                sent.insert(sent.end(), stream->payload.begin(), stream->payload.end());
            } else if (const auto* told = std::get_if<Notification>(&*output)) {
                heard.push_back(*told);
            }
        }
    }

    void advance(Duration by) {
        const Instant until = now + by;
        while (device.next_deadline() <= until) {
            now = std::max(now, device.next_deadline());
            give(DeadlineReached{});
        }
        now = until;
    }

    void open_stream() {
        for (int i = 0; i < 20 && opened.empty(); ++i) {
            advance(100ms);
        }
        CHECK(opened.size() == 1, "the device opens a stream");
        give(StreamOpened{opened[0].stream, stream_at(broker_address)});
    }

    [[nodiscard]] std::vector<Message> messages() const {
        std::vector<Message> found;
        FrameReader reader;
        reader.receive(sent, [&](ByteView message) { found.push_back(decode(message).value()); });
        return found;
    }

    static Bytes acknowledgement() {
        const Bytes message =
            encoded(RegisterAck{.device = device_of(1), .incarnation = 1, .lease = 3600s});
        Bytes frame(frame_size_max);
        frame.resize(write_frame(message, frame));
        return frame;
    }

    Instant now = instant_at(1'000'000'000);
    Device device{Client(config_of(1))};
    std::vector<Address> datagrams;
    std::vector<OpenStream> opened;
    std::vector<StreamId> closed;
    Bytes sent;
    std::vector<Notification> heard;
};

TEST_F(FallbackTest, AfterThreeTriesWithoutAnAnswerItGoesOnOverAStream) {
    advance(1s);
    EXPECT_THAT(opened, IsEmpty());
    open_stream();
    EXPECT_EQ(opened[0].destination, stream_at(broker_address));
    ASSERT_THAT(messages(), SizeIs(1)) << "what was to be said meanwhile";
    EXPECT_TRUE(std::holds_alternative<RegisterDevice>(messages()[0]));
    advance(4s);
    EXPECT_THAT(messages(), SizeIs(2)) << "repeated like any exchange";
    EXPECT_THAT(datagrams, SizeIs(2));
}

TEST_F(FallbackTest, WhatWouldWaitTooLongForAStreamLeavesByUdp) {
    advance(2s);
    datagrams.clear();
    advance(2s);
    EXPECT_THAT(datagrams, SizeIs(1)) << "it is still being opened";
    give(StreamOpened{opened.at(0).stream, stream_at(broker_address)});
    EXPECT_THAT(messages(), IsEmpty()) << "what was kept is older than what was said";
    give(StreamClosed{opened.at(0).stream});
    advance(4s);
    EXPECT_THAT(datagrams, SizeIs(1)) << "the next stream is tried first";
    give(StreamClosed{opened.at(1).stream});
    advance(timing::stream_reopen_first);
    EXPECT_THAT(opened, SizeIs(2)) << "it rests";
}

TEST_F(FallbackTest, AnAnswerOnTheStreamReachesTheClientHoweverItIsCut) {
    open_stream();
    for (const std::uint8_t one : acknowledgement()) {
        give(StreamReceived{opened[0].stream, ByteView{&one, 1}});
    }
    ASSERT_THAT(heard, SizeIs(1));
    EXPECT_TRUE(std::holds_alternative<Registered>(heard[0]));
}

TEST_F(FallbackTest, AfterAnAnswerByUdpTheStreamIsReadOnAndClosedWhenNobodyUsesIt) {
    open_stream();
    const Bytes late =
        encoded(RegisterAck{.device = device_of(1), .incarnation = 0, .lease = 3600s});
    give(ReceivedDatagram{broker_address, home_of(1), late});
    EXPECT_FALSE(device.state().streams.is_blocked);
    datagrams.clear();
    advance(2s);
    EXPECT_THAT(datagrams, SizeIs(1)) << "UDP is used again";
    EXPECT_THAT(closed, IsEmpty());
    give(StreamReceived{opened[0].stream, acknowledgement()});
    EXPECT_THAT(heard, SizeIs(1)) << "the server has not heard of that yet";
    advance(timing::stream_idle_max);
    EXPECT_THAT(closed, SizeIs(1));
}

// What is sent later has a larger number under the seal, and what is kept would come after it.
TEST_F(FallbackTest, AfterAnAnswerByUdpWhatWaitedForTheStreamIsDropped) {
    advance(2s);
    ASSERT_THAT(opened, SizeIs(1));
    const Bytes late =
        encoded(RegisterAck{.device = device_of(1), .incarnation = 0, .lease = 3600s});
    give(ReceivedDatagram{broker_address, home_of(1), late});
    give(StreamOpened{opened[0].stream, stream_at(broker_address)});
    EXPECT_THAT(messages(), IsEmpty());
}

TEST_F(FallbackTest, AnotherNetworkIsTriedByUdpAgain) {
    open_stream();
    datagrams.clear();
    NetworkChanged network;
    network.addresses = {outside_of(1)};
    give(Command{network});
    EXPECT_THAT(closed, SizeIs(1));
    advance(4s);
    EXPECT_THAT(datagrams, SizeIs(1));
}

TEST_F(FallbackTest, AStreamThatFailsIsOpenedAgainWithBackoff) {
    advance(2s);
    std::vector<Instant> tries{now};
    for (int i = 0; i < 5; ++i) {
        give(StreamClosed{opened.back().stream});
        const std::size_t before = opened.size();
        while (opened.size() == before) {
            advance(100ms);
        }
        tries.push_back(now);
    }
    for (std::size_t i = 1; i + 1 < tries.size(); ++i) {
        EXPECT_GE(tries[i + 1] - tries[i], tries[i] - tries[i - 1]);
    }
    EXPECT_GE(tries[5] - tries[4], timing::stream_reopen_max);
}

TEST_F(FallbackTest, AStreamThatNobodyUsesIsClosedAndOpenedWhenItIsNeeded) {
    open_stream();
    give(StreamReceived{opened[0].stream, acknowledgement()});
    EXPECT_EQ(device.next_deadline(), now + timing::stream_idle_max);
    advance(timing::stream_idle_max);
    EXPECT_THAT(closed, SizeIs(1));
    advance(1745s);
    EXPECT_THAT(opened, SizeIs(2)) << "the lease is refreshed";
}

TEST_F(FallbackTest, ABrokenFrameEndsTheStream) {
    open_stream();
    give(StreamReceived{opened[0].stream, Bytes{0xFF, 0xFF, 1}});
    EXPECT_THAT(closed, SizeIs(1));
}

TEST_F(FallbackTest, APeersSilenceSaysNothingOfUdp) {
    const Bytes answer =
        encoded(RegisterAck{.device = device_of(1), .incarnation = 1, .lease = 3600s});
    give(ReceivedDatagram{broker_address, home_of(1), answer});
    advance(60s);
    EXPECT_THAT(opened, IsEmpty());
}

// Says one word to whoever it is told to: to the broker after a CallCommand, to a relay after any
// other. Counts how often what it says to a relay was rerouted.
class Talker {
public:
    using Input = Client::Input;
    using Output = Client::Output;
    using State = Client::State;

    static constexpr std::array<std::uint8_t, 1> word{1};
    static constexpr Address relay{.ip = ipv4(0xC6120201), .port = 3478};

    void handle(Instant, const Input& input) {
        if (const auto* route = std::get_if<RouteChanged>(&input)) {
            if (route->server == relay) ++rerouted;
        } else if (const auto* command = std::get_if<Command>(&input)) {
            const bool asks = std::holds_alternative<CallCommand>(*command);
            said_ = SendDatagram{home_of(1), asks ? broker_address : relay, word, {}, asks};
        }
    }

    std::optional<Output> poll_output() {
        std::optional<Output> output = said_;
        said_.reset();
        return output;
    }

    [[nodiscard]] static Instant next_deadline() { return never; }

    [[nodiscard]] static bool expects_answer(const Address& from) { return from == broker_address; }

    [[nodiscard]] static bool has_streams(const Address&) { return true; }

    int rerouted = 0;

private:
    std::optional<Output> said_;
};

// Gives the input and takes all outputs; what is opened is open at once.
void run(StreamFallback<Talker>& device, Instant now, const StreamFallback<Talker>::Input& input) {
    std::deque<StreamId> opened;
    const auto drain = [&] {
        while (auto output = device.poll_output()) {
            const auto* open = std::get_if<OpenStream>(&*output);
            if (open != nullptr) opened.push_back(open->stream);
        }
    };
    device.handle(now, input);
    drain();
    for (; !opened.empty(); opened.pop_front()) {
        device.handle(now, StreamOpened{opened.front(), {}});
        drain();
    }
}

TEST(StreamFallback, TheClientHearsWhenWhatItSaysToARelayLeavesAnotherWay) {
    const Command to_relay{HangUpCommand{}};
    StreamFallback<Talker> device{Talker{}};
    Instant now = instant_at(0);
    run(device, now, to_relay);
    for (int i = 0; i < timing::udp_tries_max; ++i) {
        run(device, now, Command{CallCommand{}});
        now += timing::udp_silence_max;
    }
    EXPECT_EQ(device.inner().rerouted, 0);
    run(device, now, to_relay);
    run(device, now, to_relay);
    EXPECT_EQ(device.inner().rerouted, 1) << "onto a stream";
    run(device, now, StreamClosed{StreamId{2}});
    now += timing::stream_reopen_max;
    run(device, now, to_relay);
    EXPECT_EQ(device.inner().rerouted, 2) << "onto another stream";
    run(device, now, ReceivedDatagram{broker_address, home_of(1), Talker::word});
    run(device, now, to_relay);
    run(device, now, to_relay);
    EXPECT_EQ(device.inner().rerouted, 3) << "UDP works again";
}

// ---- the server ---------------------------------------------------------------------------------

class StreamServerTest : public ::testing::Test {
protected:
    static Server make() {
        BrokerConfig config;
        config.address = broker_address;
        return Server(Broker(config));
    }

    void give(const Server::Input& input) {
        server.handle(now, input);
        while (auto output = server.poll_output()) {
            if (const auto* stream = std::get_if<SendStream>(&*output)) {
                sent.emplace_back(stream->stream,
                                  Bytes(stream->payload.begin(), stream->payload.end()));
            } else if (const auto* close = std::get_if<CloseStream>(&*output)) {
                closed.push_back(close->stream);
            } else if (std::holds_alternative<SendDatagram>(*output)) {
                ++datagrams;
            }
        }
    }

    static Bytes registration(std::uint64_t number) {
        RegisterDevice message;
        message.device = device_of(number);
        message.incarnation = 1;
        message.identifiers = {identifier("ada@example.org")};
        message.token = register_command().token;
        message.lease = 3600s;
        Bytes frame(frame_size_max);
        frame.resize(write_frame(encoded(message), frame));
        return frame;
    }

    Instant now = instant_at(1'000'000'000);
    Server server = make();
    std::vector<std::pair<StreamId, Bytes>> sent;
    std::vector<StreamId> closed;
    int datagrams = 0;
};

TEST_F(StreamServerTest, WhoComesByAStreamIsAnsweredOnIt) {
    give(StreamOpened{StreamId{4}, outside_of(1)});
    give(StreamOpened{StreamId{9}, outside_of(2)});
    Bytes both = registration(1);
    const Bytes second = registration(2);
    both.insert(both.end(), second.begin(), second.end());
    give(StreamReceived{StreamId{9}, both});
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_EQ(sent[0].first, StreamId{9});
    const auto answer = decode(ByteView{sent[1].second}.subspan(frame_head_size));
    EXPECT_EQ(std::get<RegisterAck>(answer.value()).device, device_of(2));
    EXPECT_EQ(datagrams, 0);
}

TEST_F(StreamServerTest, AnEndedStreamTakesNothingAndIsForgotten) {
    give(StreamOpened{StreamId{4}, outside_of(1)});
    give(StreamClosed{StreamId{4}});
    give(StreamReceived{StreamId{4}, registration(1)});
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_THAT(server.state().streams, IsEmpty());
}

TEST_F(StreamServerTest, AStreamSilentForLongIsClosedWhenAnotherComes) {
    give(StreamOpened{StreamId{4}, outside_of(1)});
    give(StreamOpened{StreamId{5}, outside_of(2)});
    now += timing::stream_abandoned_after - 1s;
    give(StreamReceived{StreamId{5}, registration(2)});
    now += 1s;
    give(StreamOpened{StreamId{6}, outside_of(3)});
    EXPECT_EQ(closed, std::vector{StreamId{4}});
    EXPECT_THAT(server.state().streams, SizeIs(2));
}

TEST_F(StreamServerTest, ABrokenFrameClosesThatStreamOnly) {
    give(StreamOpened{StreamId{4}, outside_of(1)});
    give(StreamOpened{StreamId{5}, outside_of(2)});
    give(StreamReceived{StreamId{4}, Bytes{0, 0}});
    EXPECT_EQ(closed, std::vector{StreamId{4}});
    give(StreamReceived{StreamId{5}, registration(1)});
    EXPECT_THAT(sent, SizeIs(1));
}

}  // namespace
}  // namespace invitro::protocol::client_testing
