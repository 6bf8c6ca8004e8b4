// The byte streams of a world: who is connected to whom, and what is on its way.
//
// A stream behaves as TCP's do, as far as its users can tell: opening takes a round trip, bytes
// arrive in order and whole, what the network loses is sent again by a timer that doubles
// (RFC 6298), and after seven losses in a row the stream is given up. It passes NAT boxes and
// firewalls, those too that block UDP, since it is opened from inside. It ends when either end
// closes it, crashes or moves, or when its box forgets its mappings: whoever sends on it next is
// told. What it leaves out: congestion control, windows, connections to anybody but a server.
//
// This file knows who is connected; sim/simulation_streams.hpp moves the segments.
#pragma once

#include "protocol/node.hpp"
#include "protocol/vocabulary/dense_map.hpp"
#include "sim/places.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace invitro::sim {

// Which end of a stream: who opened it, or whom it was opened to.
enum class Side : std::uint8_t { opener = 0, server = 1 };

constexpr Side other(Side side) {
    return side == Side::opener ? Side::server : Side::opener;
}

struct StreamEnd {
    NodeIndex node{};
    std::uint32_t incarnation = 1;  // another one knows nothing of it
    protocol::StreamId name{};      // its own
    protocol::Address address;      // as the other end sees it
    std::uint32_t sent = 0;         // segments, which are numbered from 0
    std::uint32_t arrived = 0;      // of the other end's
    protocol::Instant last_arrival{};
};

struct Connection {
    std::array<StreamEnd, 2> ends;
    bool is_open = true;     // false: whoever sends is told that it has ended
    bool is_broken = false;  // ... which has been noticed

    StreamEnd& end(Side side) { return ends[static_cast<std::size_t>(side)]; }
};

// A segment is given up after so many losses in a row; the first is sent again after this.
inline constexpr unsigned segment_losses_max = 7;
inline constexpr protocol::Duration segment_repeat_first = std::chrono::milliseconds{200};

class Streams {
public:
    // The server's end gets a name of its own.
    std::uint32_t open(StreamEnd opener, StreamEnd server) {
        server.name = protocol::StreamId{++named_};
        const auto index = static_cast<std::uint32_t>(connections_.size());
        connections_.push_back({.ends = {opener, server}});
        index_.insert_or_assign(key(opener.node, opener.name), index * 2);
        index_.insert_or_assign(key(server.node, server.name), index * 2 + 1);
        return index;
    }

    [[nodiscard]] Connection& at(std::uint32_t index) { return connections_[index]; }

    struct Found {
        std::uint32_t index = 0;
        Side side = Side::opener;
    };

    // The stream that this node calls so, if it has not ended.
    [[nodiscard]] std::optional<Found> find(NodeIndex node, protocol::StreamId name) const {
        const std::uint32_t* place = index_.find(key(node, name));
        if (place == nullptr) return std::nullopt;
        return Found{.index = *place / 2, .side = static_cast<Side>(*place % 2)};
    }

    // This end knows that it has ended.
    void forget(std::uint32_t index, Side side) {
        const StreamEnd& end = connections_[index].end(side);
        index_.erase(key(end.node, end.name));
    }

    // Something that both ends pass has lost it (a NAT box that was restarted, a move).
    void cut(NodeIndex node) {
        for (Connection& one : connections_) {
            if (one.end(Side::opener).node == node) one.is_open = false;
        }
    }

    [[nodiscard]] NodeIndex opener_of(std::uint32_t index) {
        return connections_[index].end(Side::opener).node;
    }

    // Is this the first time that somebody notices that it has ended, and its opener takes it for
    // open?
    bool note_broken(std::uint32_t index) {
        Connection& connection = connections_[index];
        const StreamEnd& opener = connection.end(Side::opener);
        const auto found = find(opener.node, opener.name);
        const bool is_known = found && found->index == index;
        return is_known && !std::exchange(connection.is_broken, true);
    }

private:
    using Key = protocol::CallId;  // of (node, name), which needs as many bits

    static Key key(NodeIndex node, protocol::StreamId name) {
        return {.high = raw(node), .low = static_cast<std::uint64_t>(name)};
    }

    std::vector<Connection> connections_;  // of the whole world's time
    protocol::DenseMap<Key, std::uint32_t> index_;
    std::uint64_t named_ = 0;
};

}  // namespace invitro::sim
