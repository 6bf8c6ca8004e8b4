// DeadlineQueue: when each of many items wants attention next, the earliest first.
//
// An indexed heap with four children per entry (half the depth of a binary one, and the children
// share a cache line or two). An item has at most one deadline: scheduling it again moves it, so
// the queue never holds more entries than there are items, and first_due() is exact. Items are
// small numbers that the owner gives and may rename. Costs: first_due() O(1), the rest O(log n).
//
// Items with equal deadlines come in the order of their numbers: the order in which they are served
// depends on what is due and never on the history of the heap.
#pragma once

#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/time.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace invitro::protocol {

struct DeadlineQueue {
    struct Entry {
        Instant due = never;
        std::uint32_t item = 0;

        auto operator<=>(const Entry&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("due", &Entry::due), field("item", &Entry::item)};
        }
    };

    std::vector<Entry> heap;
    // By item: one more than its place in the heap, 0 for none.
    std::vector<std::uint32_t> places;

    bool operator==(const DeadlineQueue&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("heap", &DeadlineQueue::heap),
                          field("places", &DeadlineQueue::places)};
    }

    [[nodiscard]] bool empty() const { return heap.empty(); }

    // `never` when nothing is scheduled.
    [[nodiscard]] Instant first_due() const { return heap.empty() ? never : heap[0].due; }

    // Precondition: not empty.
    [[nodiscard]] std::uint32_t first_item() const { return heap[0].item; }

    // `never` when the item has none.
    [[nodiscard]] Instant due_of(std::uint32_t item) const {
        return item < places.size() && places[item] != 0 ? heap[places[item] - 1].due : never;
    }

    // Gives the item this deadline instead of any other; `never` takes it out.
    void schedule(std::uint32_t item, Instant due);

    // Forgets the item's deadline.
    void remove(std::uint32_t item) { schedule(item, never); }

    // The deadline of `from` is now that of `to`, which had none.
    void rename(std::uint32_t from, std::uint32_t to);

private:
    void put(std::size_t place, const Entry& entry);
    void sift_up(std::size_t place, const Entry& entry);
    void sift_down(std::size_t place, const Entry& entry);
    void take_out(std::size_t place);
    void trim();
};

}  // namespace invitro::protocol
