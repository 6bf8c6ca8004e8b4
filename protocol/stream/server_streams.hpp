// A client's streams to its servers, and when it uses them (docs/PROTOCOL.md "Where UDP is
// blocked").
//
// That UDP is blocked is found out, never known: several tries within a while, to whomever should
// have answered, and not one answer. Then what is for a server goes over a stream to it, opened
// when it is needed first, closed when it has not been used for a while, and opened again with
// backoff when it breaks. After one answer by UDP, or in another network, UDP is used again.
#pragma once

#include "protocol/node.hpp"
#include "protocol/stream/framing.hpp"
#include "protocol/stream/stream_address.hpp"
#include "protocol/timing.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

enum class StreamPhase : std::uint8_t { closed = 0, opening = 1, open = 2 };

struct ServerStream {
    Address server;  // as datagrams are sent to it
    StreamId stream{};
    StreamPhase phase = StreamPhase::closed;
    std::uint8_t failures = 0;  // in a row
    Instant usable_at{};        // closed: not to be opened before
    Instant idle_at = never;    // opening or open: given up unless used again
    Instant patient_until{};    // opening: how long messages wait for it, and leave by UDP after
    FrameReader reader;
    std::vector<std::uint8_t> waiting;  // frames, until it is open
    bool is_route = false;              // what was last said to the server left on it

    bool operator==(const ServerStream&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("server", &ServerStream::server),
                          field("stream", &ServerStream::stream),
                          field("phase", &ServerStream::phase),
                          field("failures", &ServerStream::failures),
                          field("usable_at", &ServerStream::usable_at),
                          field("idle_at", &ServerStream::idle_at),
                          field("patient_until", &ServerStream::patient_until),
                          field("reader", &ServerStream::reader),
                          field("waiting", &ServerStream::waiting),
                          field("is_route", &ServerStream::is_route)};
    }
};

struct ServerStreams {
    // More is not kept while a stream is being opened; what is lost is repeated.
    static constexpr std::size_t waiting_max = 3 * frame_size_max;

    bool is_blocked = false;      // UDP is, as far as is known
    std::uint8_t unanswered = 0;  // tries since the last answer by UDP
    Instant unanswered_since{};
    std::uint64_t opened = 0;  // streams so far: names the next one
    std::vector<ServerStream> streams;

    bool operator==(const ServerStreams&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("is_blocked", &ServerStreams::is_blocked),
                          field("unanswered", &ServerStreams::unanswered),
                          field("unanswered_since", &ServerStreams::unanswered_since),
                          field("opened", &ServerStreams::opened),
                          field("streams", &ServerStreams::streams)};
    }

    // A datagram leaves for somebody who should answer. True once UDP counts as blocked.
    bool try_datagram(Instant now);

    // Somebody has answered by UDP. A server may still send on the streams there are, until it has
    // heard us by UDP; they are closed when nobody uses them any more. What waits for one that is
    // being opened is dropped, so that nothing comes after what is said later.
    void answered();

    // The network is another one: whatever was found out about it holds no longer.
    // `close(StreamId)` is told of each stream that is to be closed.
    template <class Close>
    void forget(Close&& close) {
        for (const ServerStream& one : streams) {
            if (one.phase != StreamPhase::closed) close(one.stream);
        }
        const std::uint64_t opened_so_far = opened;
        *this = {};
        opened = opened_so_far;
    }

    // The stream to this server; made, closed, if there is none.
    ServerStream& stream_to(const Address& server);
    // Null where there never was one.
    ServerStream* known_to(const Address& server);
    // Null for a stream not known (any more).
    ServerStream* find(StreamId stream);

    [[nodiscard]] Instant next_deadline() const;
};

// May it be opened now? A stream that has failed rests for a while.
bool begin_to_open(ServerStreams& streams, ServerStream& stream, Instant now);

// Keeps the message until the stream is open, as far as there is room. False once that has taken
// too long: then it is to leave by UDP, and what was kept is dropped, so that nothing comes after
// what is said later.
bool keep_for_later(ServerStream& stream, ByteView message, Instant now);

// It has been used: it is not idle for a while.
void use(ServerStream& stream, Instant now);

// It has failed, or the other end has closed it.
void fail(ServerStream& stream, Instant now);

// It is closed because nobody uses it.
void rest(ServerStream& stream);

}  // namespace invitro::protocol
