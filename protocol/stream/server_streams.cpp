#include "protocol/stream/server_streams.hpp"

#include <algorithm>
#include <array>

namespace invitro::protocol {

bool ServerStreams::try_datagram(Instant now) {
    if (is_blocked) return true;
    if (unanswered == 0) unanswered_since = now;
    if (unanswered < timing::udp_tries_max) ++unanswered;
    is_blocked =
        unanswered >= timing::udp_tries_max && now - unanswered_since >= timing::udp_silence_max;
    return is_blocked;
}

void ServerStreams::answered() {
    is_blocked = false;
    unanswered = 0;
    for (ServerStream& one : streams) {
        one.waiting = {};
    }
}

ServerStream* ServerStreams::known_to(const Address& server) {
    const auto found = std::find_if(
        streams.begin(), streams.end(), [&](const auto& one) { return one.server == server; });
    return found == streams.end() ? nullptr : &*found;
}

ServerStream& ServerStreams::stream_to(const Address& server) {
    if (ServerStream* known = known_to(server)) return *known;
    ServerStream& made = streams.emplace_back();
    made.server = server;
    return made;
}

ServerStream* ServerStreams::find(StreamId stream) {
    const auto found = std::find_if(streams.begin(), streams.end(), [&](const auto& one) {
        return one.phase != StreamPhase::closed && one.stream == stream;
    });
    return found == streams.end() ? nullptr : &*found;
}

Instant ServerStreams::next_deadline() const {
    Instant next = never;
    for (const ServerStream& one : streams) {
        next = std::min(next, one.idle_at);
    }
    return next;
}

bool begin_to_open(ServerStreams& streams, ServerStream& stream, Instant now) {
    if (stream.phase != StreamPhase::closed || now < stream.usable_at) return false;
    stream.stream = StreamId{++streams.opened};
    stream.phase = StreamPhase::opening;
    stream.reader = {};
    stream.patient_until = now + timing::stream_open_patience;
    stream.is_route = false;
    use(stream, now);
    return true;
}

bool keep_for_later(ServerStream& stream, ByteView message, Instant now) {
    if (stream.phase != StreamPhase::opening || stream.patient_until <= now) {
        stream.waiting = {};
        return false;
    }
    std::array<std::uint8_t, frame_size_max> frame{};
    const std::size_t size = write_frame(message, frame);
    if (stream.waiting.size() + size <= ServerStreams::waiting_max) {
        stream.waiting.insert(stream.waiting.end(), frame.begin(), frame.begin() + size);
    }
    return true;
}

void use(ServerStream& stream, Instant now) {
    stream.idle_at = now + timing::stream_idle_max;
}

void fail(ServerStream& stream, Instant now) {
    constexpr std::uint8_t doublings_max = 5;
    rest(stream);
    const Duration wait = timing::stream_reopen_first * (1 << stream.failures);
    stream.usable_at = now + std::min(wait, timing::stream_reopen_max);
    if (stream.failures < doublings_max) ++stream.failures;
}

void rest(ServerStream& stream) {
    stream.phase = StreamPhase::closed;
    stream.idle_at = never;
    stream.reader = {};
    stream.waiting = {};
}

}  // namespace invitro::protocol
