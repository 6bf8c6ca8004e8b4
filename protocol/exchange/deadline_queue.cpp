#include "protocol/exchange/deadline_queue.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

constexpr std::size_t children = 4;

constexpr std::size_t parent_of(std::size_t place) {
    return (place - 1) / children;
}

constexpr std::size_t first_child_of(std::size_t place) {
    return place * children + 1;
}

}  // namespace

void DeadlineQueue::schedule(std::uint32_t item, Instant due) {
    const bool is_known = item < places.size() && places[item] != 0;
    if (due == never) {
        if (is_known) take_out(places[item] - 1);
        return;
    }
    const Entry entry{.due = due, .item = item};
    if (is_known) {
        const std::size_t place = places[item] - 1;
        if (entry == heap[place]) return;
        entry < heap[place] ? sift_up(place, entry) : sift_down(place, entry);
        return;
    }
    if (item >= places.size()) places.resize(item + std::size_t{1});
    heap.push_back(entry);
    sift_up(heap.size() - 1, entry);
}

void DeadlineQueue::rename(std::uint32_t from, std::uint32_t to) {
    if (from == to || from >= places.size() || places[from] == 0) return;
    const Instant due = heap[places[from] - 1].due;
    remove(from);
    CHECK(to >= places.size() || places[to] == 0, "an item has at most one deadline");
    schedule(to, due);
}

void DeadlineQueue::put(std::size_t place, const Entry& entry) {
    heap[place] = entry;
    places[entry.item] = static_cast<std::uint32_t>(place + 1);
}

void DeadlineQueue::sift_up(std::size_t place, const Entry& entry) {
    while (place != 0 && entry < heap[parent_of(place)]) {
        put(place, heap[parent_of(place)]);
        place = parent_of(place);
    }
    put(place, entry);
}

void DeadlineQueue::sift_down(std::size_t place, const Entry& entry) {
    for (;;) {
        const std::size_t begin = first_child_of(place);
        if (begin >= heap.size()) break;
        const std::size_t end = std::min(begin + children, heap.size());
        const auto least = std::min_element(heap.begin() + static_cast<std::ptrdiff_t>(begin),
                                            heap.begin() + static_cast<std::ptrdiff_t>(end));
        if (!(*least < entry)) break;
        const auto least_place = static_cast<std::size_t>(least - heap.begin());
        put(place, *least);
        place = least_place;
    }
    put(place, entry);
}

void DeadlineQueue::take_out(std::size_t place) {
    places[heap[place].item] = 0;
    const Entry last = heap.back();
    heap.pop_back();
    if (place < heap.size()) {
        // The entry that fills the gap comes from another branch: it may have to go either way.
        sift_down(place, last);
        sift_up(places[last.item] - std::size_t{1}, last);
    }
    trim();
}

// Items without a deadline at the end of the table need no room, so that a queue that is done with
// all of them equals one that was never used.
void DeadlineQueue::trim() {
    while (!places.empty() && places.back() == 0) {
        places.pop_back();
    }
}

}  // namespace invitro::protocol
