// StreamServer: a broker, or a relay, that is reached by datagrams and by streams.
//
// A layer around a machine that answers datagrams. Each message on a stream reaches it as a
// datagram that comes from the stream's address (stream_address.hpp), and what it sends there
// leaves framed on that stream; so whoever came by a stream is answered on it. Where a stream has
// ended, what is sent to it is lost, as a datagram may be, and repeated until its addressee is
// heard again.
#pragma once

#include "protocol/node.hpp"
#include "protocol/stream/framing.hpp"
#include "protocol/stream/layer.hpp"
#include "protocol/stream/stream_address.hpp"
#include "protocol/timing.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

struct AcceptedStream {
    StreamId stream{};
    Instant abandoned_at = never;  // unless it is heard on by then
    FrameReader reader;

    bool operator==(const AcceptedStream&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("stream", &AcceptedStream::stream),
                          field("abandoned_at", &AcceptedStream::abandoned_at),
                          field("reader", &AcceptedStream::reader)};
    }
};

template <class Inner>
class StreamServer {
public:
    using Input = WithStreamInputs<Inner>;
    using Output = typename Inner::Output;

    // More streams are closed at once.
    static constexpr std::size_t streams_max = 65'536;

    struct State {
        typename Inner::State inner;
        std::vector<AcceptedStream> streams;  // sorted by id

        bool operator==(const State&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("inner", &State::inner), field("streams", &State::streams)};
        }
    };

    explicit StreamServer(Inner inner) : inner_(std::move(inner)) {}

    void handle(Instant now, const Input& input) {
        now_ = now;
        std::visit([&](const auto& one) { take(one); }, input);
    }

    std::optional<Output> poll_output() {
        while (true) {
            if (auto own = outbox_.poll()) return own;
            auto output = inner_.poll_output();
            if (!output) return std::nullopt;
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram == nullptr || !goes_by_stream(*datagram)) return output;
        }
    }

    [[nodiscard]] Instant next_deadline() const { return inner_.next_deadline(); }

    [[nodiscard]] State state() const { return {inner_.state(), streams_}; }

    [[nodiscard]] const Inner& inner() const { return inner_; }

    [[nodiscard]] Inner& inner() { return inner_; }

private:
    // A stream whose client has vanished is noticed when another one comes.
    void close_abandoned() {
        std::erase_if(streams_, [&](const AcceptedStream& one) {
            if (one.abandoned_at > now_) return false;
            outbox_.tell(CloseStream{one.stream});
            return true;
        });
    }

    void take(const StreamOpened& opened) {
        close_abandoned();
        const auto place = lower_bound(opened.stream);
        const bool is_known = place != streams_.end() && place->stream == opened.stream;
        if (is_known || streams_.size() == streams_max) {
            outbox_.tell(CloseStream{opened.stream});
            return;
        }
        streams_.insert(place,
                        AcceptedStream{.stream = opened.stream,
                                       .abandoned_at = now_ + timing::stream_abandoned_after,
                                       .reader = {}});
    }

    void take(const StreamReceived& received) {
        const auto found = find(received.stream);
        if (found == streams_.end()) return;
        found->abandoned_at = now_ + timing::stream_abandoned_after;
        found->reader.receive(received.bytes, [&](ByteView message) {
            inner_.handle(now_,
                          ReceivedDatagram{.source = stream_address(received.stream),
                                           .destination = {},
                                           .payload = message});
            keep_outputs();
        });
        if (!found->reader.is_broken) return;
        outbox_.tell(CloseStream{received.stream});
        streams_.erase(found);
    }

    void take(const StreamClosed& closed) {
        const auto found = find(closed.stream);
        if (found != streams_.end()) streams_.erase(found);
    }

    template <class Other>
    void take(const Other& other) {
        inner_.handle(now_, other);
    }

    // What was said to one message, before the next is handled.
    void keep_outputs() {
        while (auto output = inner_.poll_output()) {
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram != nullptr && goes_by_stream(*datagram)) continue;
            outbox_.keep(*output);
        }
    }

    bool goes_by_stream(const SendDatagram& datagram) {
        if (datagram.destination.ip.family != IpFamily::stream) return false;
        const StreamId stream = stream_of(datagram.destination);
        if (find(stream) != streams_.end()) {
            const std::size_t size = write_frame(datagram.payload, outbox_.reserve(frame_size_max));
            outbox_.send_on_stream(stream, size);
        }
        return true;
    }

    auto lower_bound(StreamId stream) {
        return std::lower_bound(
            streams_.begin(),
            streams_.end(),
            stream,
            [](const AcceptedStream& one, StreamId wanted) { return one.stream < wanted; });
    }

    auto find(StreamId stream) {
        const auto place = lower_bound(stream);
        return place != streams_.end() && place->stream == stream ? place : streams_.end();
    }

    Inner inner_;
    std::vector<AcceptedStream> streams_;
    Instant now_{};  // of the last input
    Outbox<Output> outbox_;
};

}  // namespace invitro::protocol
