// Streams in the discrete-event loop; see sim/streams.hpp, and sim/simulation.hpp, which includes
// this file.
//
// Each message that a node writes travels as a segment of its own. To those who watch, it is sent
// and delivered like any other (DatagramSent, DatagramDelivered with `on_stream`): the loop takes
// it out of its frame.
#pragma once

#include "protocol/stream/framing.hpp"
#include "protocol/vocabulary/check.hpp"
#include "sim/simulation.hpp"

#include <utility>

namespace invitro::sim {

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::OpenStream& open) {
    const auto server = places_.stream_server(open.destination);
    StreamEnd here{
        .node = node, .incarnation = incarnation(node), .name = open.stream, .address = {}};
    StreamEnd there = here;
    if (server) {
        here.address = transport_.stream_address(
            node, static_cast<std::uint64_t>(open.stream), open.destination.ip.family);
        there = {.node = *server, .incarnation = incarnation(*server), .name = {}, .address = {}};
        there.address = open.destination;
    }
    const std::uint32_t index = streams_.open(here, there);
    if (!server) return reset(index, Side::server);
    send_segment(index, Side::opener, Segment{.what = SegmentKind::open});
}

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::SendStream& send) {
    const auto found = streams_.find(node, send.stream);
    if (!found) return;
    Connection& connection = streams_.at(found->index);
    std::size_t sent = 0;
    protocol::FrameReader reader;
    reader.receive(send.payload, [&](protocol::ByteView message) {
        const protocol::ByteView plain = open(message);
        Segment segment{.what = SegmentKind::data};
        segment.call = Service::call_of(plain.empty() ? message : plain);
        segment.processing = processors_.work(node, now_, sealing_time(message));
        ++summary_.datagrams_sent;
        segment.cause =
            emit(node,
                 segment.call,
                 model::DatagramSent{.source = connection.end(found->side).address,
                                     .destination = connection.end(other(found->side)).address,
                                     .payload = message,
                                     .digest = digest_of(message),
                                     .plain = plain,
                                     .on_stream = true});
        const std::size_t size = protocol::frame_head_size + message.size();
        segment.payload = payloads_.store(send.payload.subspan(sent, size));
        send_segment(found->index, found->side, segment);
        sent += size;
    });
    CHECK(sent == send.payload.size(), "whoever speaks on streams writes whole frames");
}

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::CloseStream& close) {
    const auto found = streams_.find(node, close.stream);
    if (!found) return;
    streams_.forget(found->index, found->side);
    send_segment(found->index, found->side, Segment{.what = SegmentKind::close});
}

template <class Cast>
void Simulation<Cast>::send_segment(std::uint32_t index, Side from, Segment segment) {
    StreamEnd& end = streams_.at(index).end(from);
    segment.connection = index;
    segment.from = from;
    segment.number = end.sent++;
    if (segment.cause == 0) segment.cause = current_;
    depart(segment);
}

// From here on the other end is told nothing more, and this one that the stream has ended.
template <class Cast>
void Simulation<Cast>::reset(std::uint32_t index, Side told_by) {
    const NodeIndex opener = streams_.opener_of(index);
    if (streams_.note_broken(index)) emit(opener, {}, model::StreamBroken{});
    streams_.at(index).is_open = false;
    const Segment last{
        .what = SegmentKind::reset, .from = told_by, .connection = index, .cause = current_};
    queue_.push(now_ + segment_repeat_first, ticket(Kind::segment, segments_.add(last)));
}

template <class Cast>
void Simulation<Cast>::depart(Segment segment) {
    Connection& connection = streams_.at(segment.connection);
    if (!connection.is_open) {
        drop_segment(segment);
        return reset(segment.connection, other(segment.from));
    }
    const StreamEnd& here = connection.end(segment.from);
    StreamEnd& there = connection.end(other(segment.from));
    const std::size_t size =
        segment.what == SegmentKind::data ? payloads_.view(segment.payload).size() : 0;
    const auto delay = transport_.segment(now_, here.node, there.node, size, identity_of(segment));
    if (!delay) return lose(segment);
    segment.is_departing = false;
    const protocol::Duration processing = std::exchange(segment.processing, protocol::Duration{});
    there.last_arrival = std::max(there.last_arrival, now_ + processing + *delay);
    queue_.push(there.last_arrival, ticket(Kind::segment, segments_.add(segment)));
}

// Each try of a segment has a fate of its own, by the name that its opener gave the stream.
template <class Cast>
std::uint64_t Simulation<Cast>::identity_of(const Segment& segment) {
    const StreamEnd& opener = streams_.at(segment.connection).end(Side::opener);
    return model::draw(world_.seed,
                       model::Subsystem::network,
                       model::key_of(places_.id(opener.node)),
                       static_cast<std::uint64_t>(opener.name),
                       segment.number,
                       segment.losses,
                       segment.from);
}

// It is sent again, or the stream is given up.
template <class Cast>
void Simulation<Cast>::lose(Segment segment) {
    if (++segment.losses >= segment_losses_max) {
        drop_segment(segment);
        return reset(segment.connection, segment.opens() ? Side::server : other(segment.from));
    }
    segment.is_departing = true;
    const protocol::Duration wait = segment_repeat_first * (1U << (segment.losses - 1));
    const NodeIndex opener = streams_.opener_of(segment.connection);
    emit_caused(opener, segment.call, segment.cause, model::SegmentLost{wait});
    queue_.push(now_ + wait, ticket(Kind::segment, segments_.add(segment)));
}

template <class Cast>
void Simulation<Cast>::drop_segment(const Segment& segment) {
    if (segment.what == SegmentKind::data) payloads_.release(segment.payload);
}

template <class Cast>
void Simulation<Cast>::arrive_segment(std::uint32_t slot) {
    Segment segment = segments_.take(slot);
    current_ = segment.cause;
    Connection& connection = streams_.at(segment.connection);
    const Side side = other(segment.from);
    const StreamEnd& end = connection.end(side);
    const bool is_reset = segment.what == SegmentKind::reset;
    if (!is_reset && segment.is_departing) return depart(segment);
    if (!is_reset && !connection.is_open) {
        drop_segment(segment);
        // Whoever waits for it to open waits in vain.
        if (segment.opens()) reset(segment.connection, Side::server);
        return;
    }
    if (is_down(end.node) || end.incarnation != incarnation(end.node)) {
        drop_segment(segment);
        if (!is_reset) reset(segment.connection, side);
        return;
    }
    if (is_paused(end.node)) {
        return postpone(end.node, ticket(Kind::segment, segments_.add(segment)));
    }
    if (!is_reset) {
        // Whatever is behind a lost one waits for it.
        if (segment.number != end.arrived) {
            queue_.push(now_ + segment_repeat_first, ticket(Kind::segment, segments_.add(segment)));
            return;
        }
        const auto delay = transport_.admit(end.node, identity_of(segment));
        if (!delay) return lose(segment);
        if (*delay != protocol::Duration{} && !std::exchange(segment.is_held_back, true)) {
            queue_.push(now_ + *delay, ticket(Kind::segment, segments_.add(segment)));
            return;
        }
        ++connection.end(side).arrived;
    }
    take_segment(segment, side);
}

template <class Cast>
void Simulation<Cast>::take_segment(const Segment& segment, Side side) {
    const std::uint32_t index = segment.connection;
    // A copy: whoever is told may open further streams.
    const StreamEnd end = streams_.at(index).end(side);
    const protocol::Address remote = streams_.at(index).end(other(side)).address;
    switch (segment.what) {
        case SegmentKind::open:
            send_segment(index, side, Segment{.what = SegmentKind::opened});
            return feed(end.node, protocol::StreamOpened{end.name, remote});
        case SegmentKind::opened:
            return feed(end.node, protocol::StreamOpened{end.name, remote});
        case SegmentKind::data:
            return take_bytes(segment, end, remote);
        case SegmentKind::close:
        case SegmentKind::reset:
            streams_.at(index).is_open = false;
            if (!streams_.find(end.node, end.name)) return;
            streams_.forget(index, side);
            return feed(end.node, protocol::StreamClosed{end.name});
    }
}

// A stream may be cut anywhere, and now and then is: in the middle of a frame.
template <class Cast>
void Simulation<Cast>::take_bytes(const Segment& segment,
                                  const StreamEnd& end,
                                  const protocol::Address& remote) {
    const protocol::ByteView frame = payloads_.view(segment.payload);
    const protocol::ByteView message = frame.subspan(protocol::frame_head_size);
    processors_.work(end.node, now_, opening_time(message));
    ++summary_.datagrams_delivered;
    const protocol::ByteView plain = open(message);
    current_ = emit_caused(end.node,
                           segment.call,
                           segment.cause,
                           model::DatagramDelivered{.source = remote,
                                                    .destination = end.address,
                                                    .payload = message,
                                                    .digest = digest_of(message),
                                                    .plain = plain,
                                                    .on_stream = true});
    const std::size_t first = segment.number % 2 == 0 ? frame.size() : frame.size() / 2;
    feed(end.node, protocol::StreamReceived{end.name, frame.first(first)});
    if (first != frame.size()) {
        feed(end.node, protocol::StreamReceived{end.name, frame.subspan(first)});
    }
    payloads_.release(segment.payload);
}

}  // namespace invitro::sim
