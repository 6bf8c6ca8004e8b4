// The disk of a node: an append-only journal in segments, its write latency, and what a crash and
// what damage leave of it.
//
// Writes are durable in the order in which they are handed over. One *sync* is under way at a time;
// all that is written meanwhile shares the next one (group commit, as databases do it), so a queue
// grows with bytes and not with writes. A crash keeps what is durable. Of the rest it keeps the
// first bytes up to one that a draw chooses: everything, nothing, or a torn write. Damage is
// another fault: it changes or takes bytes that were durable.
//
// Left out: reads, blocks that reach the platter out of order, a full disk, a cache that lies.
#pragma once

#include "protocol/journal/persist.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace invitro::model {

using protocol::Duration;
using protocol::Instant;

// Defaults: network block storage of a cloud, which promises a synchronous write within single
// milliseconds, and 125 MiB/s of throughput for its smallest volumes (Amazon EBS, gp3).
struct DiskProfile {
    Duration sync_latency = std::chrono::milliseconds{1};
    std::uint64_t bytes_per_second = std::uint64_t{125} << 20;
    // Off: only the sizes of what is written are known, for worlds in which nobody ever reads it.
    bool keeps_bytes = true;
};

class Disk {
public:
    struct Segment {
        std::vector<std::uint8_t> bytes;
        std::size_t durable = 0;  // of them
        std::size_t settled = 0;  // of them; the rest is on its way. A crash settles all.
    };

    explicit Disk(const DiskProfile& profile) : profile_(profile) {}

    // Appends to the newest segment, or begins one. Returns when it is durable, for which the
    // owner calls done(). `slower_by` is what a fault adds to the sync.
    Instant write(Instant now, const protocol::Persist& persist, Duration slower_by);

    // The oldest write that was not durable is: call it at the time that write() returned. Once a
    // segment's first write is durable, the segments before it are deleted.
    void done();

    // The power fails. `draw` chooses how many of the bytes that are not durable are kept; returns
    // how many are lost.
    std::size_t crash(std::uint64_t draw);

    // How many of so many bytes in flight this draw keeps.
    static std::size_t kept(std::uint64_t draw, std::size_t in_flight);

    enum class Damage : std::uint8_t { none = 0, flipped_bit = 1, lost_suffix = 2 };

    // Durable bytes are damaged in a way and at a place that `draw` chooses.
    Damage damage(std::uint64_t draw);

    // Oldest first.
    [[nodiscard]] std::vector<protocol::ByteView> segments() const;

    // The number of the last write that became durable. It is kept apart, and no damage hits it.
    [[nodiscard]] std::uint64_t durable_number() const { return durable_number_; }

    // How many bytes are not durable.
    [[nodiscard]] std::size_t in_flight() const;

private:
    struct Write {
        std::uint64_t segment = 0;  // its number; the first one left is first_segment_
        std::size_t size = 0;       // the segment's, with it
        std::uint64_t number = 0;
    };

    [[nodiscard]] std::size_t durable() const;

    DiskProfile profile_;
    std::deque<Segment> segments_;
    std::uint64_t first_segment_ = 0;
    std::deque<Write> writes_;
    std::uint64_t durable_number_ = 0;
    Instant sync_begins_{};
    Instant sync_ends_{};
};

}  // namespace invitro::model
