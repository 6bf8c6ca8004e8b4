#include "model/disk/disk.hpp"

#include "model/draw.hpp"
#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::model {
namespace {

// Below `bound`, from all 64 bits of a draw.
std::size_t place(std::uint64_t draw, std::size_t bound) {
    return static_cast<std::size_t>(mix(draw) % bound);
}

Duration transfer_time(std::size_t size, std::uint64_t bytes_per_second) {
    constexpr std::uint64_t second = 1'000'000'000;
    const std::uint64_t whole = size / bytes_per_second;
    const std::uint64_t rest = size % bytes_per_second;
    return Duration{static_cast<std::int64_t>(whole * second + rest * second / bytes_per_second)};
}

}  // namespace

Instant Disk::write(Instant now, const protocol::Persist& persist, Duration slower_by) {
    if (persist.starts_segment || segments_.empty()) segments_.emplace_back();
    if (profile_.keeps_bytes) {
        auto& stored = segments_.back().bytes;
        stored.insert(stored.end(), persist.bytes.begin(), persist.bytes.end());
    }
    writes_.push_back({.segment = first_segment_ + segments_.size() - 1,
                       .size = segments_.back().bytes.size(),
                       .number = persist.number});
    const Duration transfer = transfer_time(persist.bytes.size(), profile_.bytes_per_second);
    if (now >= sync_begins_) {
        // The sync under way, if there is one, has begun without these bytes.
        sync_begins_ = std::max(now, sync_ends_);
        sync_ends_ = sync_begins_ + profile_.sync_latency + slower_by + transfer;
    } else {
        sync_ends_ += transfer;
    }
    return sync_ends_;
}

void Disk::done() {
    CHECK(!writes_.empty(), "only what was written can be durable");
    const Write write = writes_.front();
    writes_.pop_front();
    while (first_segment_ < write.segment) {
        segments_.pop_front();
        ++first_segment_;
    }
    segments_.front().durable = segments_.front().settled = write.size;
    durable_number_ = write.number;
}

std::size_t Disk::kept(std::uint64_t draw, std::size_t in_flight) {
    return place(draw, in_flight + 1);
}

std::size_t Disk::crash(std::uint64_t draw) {
    std::size_t kept = Disk::kept(draw, in_flight());
    const std::size_t lost = in_flight() - kept;
    for (Segment& segment : segments_) {
        const std::size_t left = std::min(kept, segment.bytes.size() - segment.settled);
        kept -= left;
        segment.bytes.resize(segment.settled + left);
        segment.settled = segment.bytes.size();
    }
    writes_.clear();
    sync_begins_ = sync_ends_ = Instant{};
    return lost;
}

Disk::Damage Disk::damage(std::uint64_t draw) {
    if (durable() == 0) return Damage::none;
    Segment* segment = &segments_.front();
    for (Segment& one : segments_) {
        if (one.durable != 0) segment = &one;
    }
    const std::size_t at = place(draw, segment->durable);
    if (mix(~draw) % 2 == 0) {
        segment->bytes[at] ^= static_cast<std::uint8_t>(1U << (mix(draw + 1) % 8));
        return Damage::flipped_bit;
    }
    const auto lost = segment->bytes.begin() + static_cast<std::ptrdiff_t>(at);
    if (segment->bytes.size() > segment->durable) {
        // What is on its way lands where it would have, behind a hole, which reads as zeros.
        const auto end = segment->bytes.begin() + static_cast<std::ptrdiff_t>(segment->durable);
        if (std::all_of(lost, end, [](std::uint8_t byte) { return byte == 0; })) {
            return Damage::none;
        }
        std::fill(lost, end, std::uint8_t{0});
    } else {
        segment->bytes.erase(lost, segment->bytes.end());
        segment->durable = segment->settled = at;
    }
    return Damage::lost_suffix;
}

std::vector<protocol::ByteView> Disk::segments() const {
    std::vector<protocol::ByteView> views;
    for (const Segment& segment : segments_) {
        views.emplace_back(segment.bytes);
    }
    return views;
}

std::size_t Disk::in_flight() const {
    std::size_t count = 0;
    for (const Segment& segment : segments_) {
        count += segment.bytes.size() - segment.settled;
    }
    return count;
}

std::size_t Disk::durable() const {
    std::size_t count = 0;
    for (const Segment& segment : segments_) {
        count += segment.durable;
    }
    return count;
}

}  // namespace invitro::model
