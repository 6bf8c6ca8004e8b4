#include "sim/event_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <utility>

namespace invitro::sim {
namespace {

using protocol::instant_at;

TEST(EventQueue, gives_the_earliest_first_and_keeps_the_order_of_equal_times) {
    EventQueue queue;
    queue.push(instant_at(20), EventTicket::make(1, 1));
    queue.push(instant_at(10), EventTicket::make(1, 2));
    queue.push(instant_at(20), EventTicket::make(1, 3));
    EXPECT_EQ(queue.pop().ticket.index(), 2U);
    EXPECT_EQ(queue.pop().ticket.index(), 1U);
    EXPECT_EQ(queue.pop().ticket.index(), 3U);
    EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, a_ticket_keeps_its_kind_and_index) {
    const EventTicket ticket = EventTicket::make(7, (1U << EventTicket::index_bits) - 1);
    EXPECT_EQ(ticket.kind(), 7U);
    EXPECT_EQ(ticket.index(), (1U << EventTicket::index_bits) - 1);
}

RC_GTEST_PROP(EventQueueProperty, behaves_like_a_sorted_multimap, ()) {
    EventQueue queue;
    std::multimap<std::pair<std::int64_t, std::uint32_t>, std::uint32_t> model;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-1, 6));
    std::uint32_t inserted = 0;
    for (const int step : steps) {
        if (step >= 0) {
            queue.push(instant_at(step), EventTicket::make(0, inserted));
            model.emplace(std::pair{std::int64_t{step}, inserted}, inserted);
            ++inserted;
        } else if (!model.empty()) {
            RC_ASSERT(queue.pop().ticket.index() == model.begin()->second);
            model.erase(model.begin());
        }
        RC_ASSERT(queue.size() == model.size());
    }
}

}  // namespace
}  // namespace invitro::sim
