// What happens next: a queue of pending events, ordered by time, then by insertion.
//
// A 4-ary heap of 16-byte entries. An entry does not hold what will happen, only a ticket for it
// (a kind and an index into whoever keeps the substance), so that millions of pending events stay
// compact and none is an allocation of its own.
#pragma once

#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace invitro::sim {

using protocol::Instant;

// Names the substance of a pending event: `kind` < 16, `index` < 2^28; both the owner's business.
struct EventTicket {
    std::uint32_t packed = 0;

    static constexpr std::uint32_t index_bits = 28;
    static constexpr std::uint32_t kinds_max = 1U << (32 - index_bits);

    static constexpr EventTicket make(std::uint32_t kind, std::uint32_t index) {
        return {(kind << index_bits) | index};
    }

    [[nodiscard]] constexpr std::uint32_t kind() const { return packed >> index_bits; }

    [[nodiscard]] constexpr std::uint32_t index() const {
        return packed & ((std::uint32_t{1} << index_bits) - 1);
    }

    auto operator<=>(const EventTicket&) const = default;
};

// Invariant: entry i is not later than its children 4i+1 .. 4i+4.
class EventQueue {
public:
    struct Entry {
        Instant at{};
        std::uint32_t sequence = 0;
        EventTicket ticket;
    };

    static_assert(sizeof(Entry) == 16);

    void push(Instant at, EventTicket ticket) {
        std::size_t hole = entries_.size();
        const Entry entry{.at = at, .sequence = next_sequence_++, .ticket = ticket};
        entries_.push_back(entry);
        while (hole != 0) {
            const std::size_t parent = (hole - 1) / arity;
            if (!is_before(entry, entries_[parent])) break;
            entries_[hole] = entries_[parent];
            hole = parent;
        }
        entries_[hole] = entry;
    }

    [[nodiscard]] bool empty() const { return entries_.empty(); }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    // Precondition: not empty.
    [[nodiscard]] const Entry& next() const {
        CHECK(!entries_.empty(), "an empty queue has no next event");
        return entries_.front();
    }

    // Precondition: not empty.
    Entry pop() {
        const Entry first = next();
        const Entry last = entries_.back();
        entries_.pop_back();
        if (!entries_.empty()) sift_down(last);
        return first;
    }

private:
    static constexpr std::size_t arity = 4;

    // Equal times keep the order of insertion. The sequence number wraps after 2^32 insertions; the
    // signed difference keeps the order among entries that are less than 2^31 insertions apart.
    static bool is_before(const Entry& a, const Entry& b) {
        if (a.at != b.at) return a.at < b.at;
        return static_cast<std::int32_t>(a.sequence - b.sequence) < 0;
    }

    // Puts `entry` where the root was taken from, and below what is earlier.
    void sift_down(const Entry& entry) {
        const std::size_t count = entries_.size();
        std::size_t hole = 0;
        for (;;) {
            const std::size_t first_child = hole * arity + 1;
            if (first_child >= count) break;
            std::size_t least = first_child;
            const std::size_t end = first_child + arity < count ? first_child + arity : count;
            for (std::size_t child = first_child + 1; child < end; ++child) {
                if (is_before(entries_[child], entries_[least])) least = child;
            }
            if (!is_before(entries_[least], entry)) break;
            entries_[hole] = entries_[least];
            hole = least;
        }
        entries_[hole] = entry;
    }

    std::vector<Entry> entries_;
    std::uint32_t next_sequence_ = 0;
};

}  // namespace invitro::sim
