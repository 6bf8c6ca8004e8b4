// StreamFallback: a client that goes on over a stream where UDP is blocked.
//
// A layer around a client that knows of datagrams only. As long as UDP works it hands everything
// through. Once nobody answers, what is for a server leaves framed on a stream to that server, and
// what comes on the stream reaches the client as a datagram of the server's. When that is so is
// decided in server_streams.hpp; docs/PROTOCOL.md "Where UDP is blocked" has the rules.
//
// `Inner` is a client (protocol/node.hpp) that also says whom it expects answers from, and which of
// them take streams:  bool expects_answer(const Address&) const;  bool has_streams(const Address&)
// const. A sealing layer (one that has an inner() itself) belongs inside: what is framed is what a
// datagram would have held.
#pragma once

#include "protocol/commands.hpp"
#include "protocol/node.hpp"
#include "protocol/stream/layer.hpp"
#include "protocol/stream/server_streams.hpp"
#include "protocol/vocabulary/overloaded.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::protocol {

template <class Inner>
class StreamFallback {
public:
    using Input = WithStreamInputs<Inner>;
    using Output = typename Inner::Output;

    struct State {
        typename Inner::State inner;
        ServerStreams streams;

        bool operator==(const State&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("inner", &State::inner), field("streams", &State::streams)};
        }
    };

    // `is_enabled`: false where the client is to do without streams.
    explicit StreamFallback(Inner inner, bool is_enabled = true)
        : inner_(std::move(inner)), is_enabled_(is_enabled) {}

    void handle(Instant now, const Input& input) {
        now_ = now;
        close_idle();
        std::visit([&](const auto& one) { take(one); }, input);
    }

    std::optional<Output> poll_output() {
        while (true) {
            if (auto own = outbox_.poll()) return own;
            auto output = inner_.poll_output();
            if (!output && rerouted_.empty()) return std::nullopt;
            if (!output) {
                const Address server = rerouted_.back();
                rerouted_.pop_back();
                inner_.handle(now_, RouteChanged{server});
                continue;
            }
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram == nullptr || !goes_by_stream(*datagram)) return output;
        }
    }

    [[nodiscard]] Instant next_deadline() const {
        return std::min(streams_.next_deadline(), inner_.next_deadline());
    }

    [[nodiscard]] State state() const { return {inner_.state(), streams_}; }

    [[nodiscard]] const Inner& inner() const { return inner_; }

    // The client itself, inside of whatever layers.
    [[nodiscard]] const auto& machine() const {
        if constexpr (requires { inner_.inner(); }) {
            return inner_.inner();
        } else {
            return inner_;
        }
    }

    // Nothing is under way, and nothing has been found out that a client built anew would miss.
    [[nodiscard]] bool is_idle() const {
        return !streams_.is_blocked && streams_.next_deadline() == never && machine().is_idle();
    }

    // See Client::release_memory().
    void release_memory() {
        inner_.release_memory();
        outbox_ = {};
    }

private:
    void take(const ReceivedDatagram& datagram) {
        if (streams_.unanswered != 0 && machine().expects_answer(datagram.source)) {
            streams_.answered();
        }
        inner_.handle(now_, datagram);
    }

    void take(const Command& command) {
        if (std::holds_alternative<NetworkChanged>(command)) {
            streams_.forget([&](StreamId stream) { outbox_.tell(CloseStream{stream}); });
        }
        inner_.handle(now_, command);
    }

    void take(const DeadlineReached& deadline) {
        if (inner_.next_deadline() <= now_) inner_.handle(now_, deadline);
    }

    void take(const StreamOpened& opened) {
        ServerStream* stream = streams_.find(opened.stream);
        if (stream == nullptr || stream->phase != StreamPhase::opening) return;
        stream->phase = StreamPhase::open;
        use(*stream, now_);
        if (stream->patient_until <= now_) stream->waiting = {};
        if (stream->waiting.empty()) return;
        const auto room = outbox_.reserve(stream->waiting.size());
        std::copy(stream->waiting.begin(), stream->waiting.end(), room.begin());
        outbox_.send_on_stream(stream->stream, stream->waiting.size());
        stream->waiting = {};
        route(*stream, true);
    }

    // The streams may change while the client handles a message, so they are not held on to.
    void take(const StreamReceived& received) {
        ServerStream* stream = streams_.find(received.stream);
        if (stream == nullptr) return;
        stream->failures = 0;
        use(*stream, now_);
        FrameReader reader = std::move(stream->reader);
        const Address server = stream->server;
        reader.receive(received.bytes, [&](ByteView message) {
            inner_.handle(
                now_, ReceivedDatagram{.source = server, .destination = {}, .payload = message});
            keep_outputs();
        });
        stream = streams_.find(received.stream);
        if (stream == nullptr) return;
        stream->reader = std::move(reader);
        if (!stream->reader.is_broken) return;
        outbox_.tell(CloseStream{stream->stream});
        fail(*stream, now_);
    }

    void take(const StreamClosed& closed) {
        if (ServerStream* stream = streams_.find(closed.stream)) fail(*stream, now_);
    }

    template <class Other>
    void take(const Other& other) {
        inner_.handle(now_, other);
    }

    // What the client has said to one message, before it gets the next.
    void keep_outputs() {
        while (auto output = inner_.poll_output()) {
            const auto* datagram = std::get_if<SendDatagram>(&*output);
            if (datagram != nullptr && goes_by_stream(*datagram)) continue;
            outbox_.keep(*output);
        }
    }

    // False if it is to leave as it is: by UDP, also while no stream can be had.
    bool goes_by_stream(const SendDatagram& datagram) {
        if (!is_enabled_) return false;
        const Address& server = datagram.destination;
        const bool is_blocked =
            datagram.is_question ? streams_.try_datagram(now_) : streams_.is_blocked;
        if (!is_blocked || !machine().has_streams(server)) {
            if (ServerStream* known = streams_.known_to(server)) route(*known, false);
            return false;
        }
        ServerStream& stream = streams_.stream_to(server);
        if (begin_to_open(streams_, stream, now_)) {
            Address to = server;
            to.port = stream_port;
            outbox_.tell(OpenStream{stream.stream, datagram.source, to});
        }
        if (stream.phase != StreamPhase::open) {
            const bool is_kept = keep_for_later(stream, datagram.payload, now_);
            if (!is_kept) route(stream, false);
            return is_kept;
        }
        use(stream, now_);
        const std::size_t size = write_frame(datagram.payload, outbox_.reserve(frame_size_max));
        outbox_.send_on_stream(stream.stream, size);
        route(stream, true);
        return true;
    }

    // What the client says to this server leaves on the stream, or by UDP.
    void route(ServerStream& stream, bool is_route) {
        const bool changes = stream.is_route != is_route;
        stream.is_route = is_route;
        if (changes) rerouted_.push_back(stream.server);
    }

    void close_idle() {
        for (ServerStream& stream : streams_.streams) {
            if (stream.idle_at > now_) continue;
            outbox_.tell(CloseStream{stream.stream});
            rest(stream);
        }
    }

    Inner inner_;
    bool is_enabled_ = true;
    ServerStreams streams_;
    Instant now_{};  // of the last input
    Outbox<Output> outbox_;
    std::vector<Address> rerouted_;  // of which the client is still to hear
};

}  // namespace invitro::protocol
