#include "protocol/exchange/deadline_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace invitro::protocol {
namespace {

TEST(DeadlineQueue, GivesTheEarliestDeadline) {
    DeadlineQueue queue;
    EXPECT_EQ(queue.first_due(), never);
    queue.schedule(3, instant_at(30));
    queue.schedule(1, instant_at(10));
    queue.schedule(2, instant_at(20));
    EXPECT_EQ(queue.first_due(), instant_at(10));
    EXPECT_EQ(queue.first_item(), 1U);
    queue.schedule(1, instant_at(40));
    EXPECT_EQ(queue.first_item(), 2U);
    EXPECT_EQ(queue.due_of(1), instant_at(40));
}

TEST(DeadlineQueue, GivesEqualDeadlinesInTheOrderOfTheirItems) {
    DeadlineQueue queue;
    for (const std::uint32_t item : {5U, 2U, 9U, 1U}) {
        queue.schedule(item, instant_at(7));
    }
    std::vector<std::uint32_t> order;
    while (!queue.empty()) {
        order.push_back(queue.first_item());
        queue.remove(queue.first_item());
    }
    EXPECT_EQ(order, (std::vector<std::uint32_t>{1, 2, 5, 9}));
    EXPECT_EQ(queue, DeadlineQueue{});
}

// In lockstep with a model that nobody could get wrong.
RC_GTEST_PROP(DeadlineQueue, AgreesWithAPlainMap, ()) {
    DeadlineQueue queue;
    std::map<std::uint32_t, Instant> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<std::uint8_t, std::uint8_t>>>(
        rc::gen::pair(rc::gen::inRange<std::uint8_t>(0, 40), rc::gen::arbitrary<std::uint8_t>()));
    for (const auto& [item, time] : steps) {
        if (time % 5 == 0) {
            queue.remove(item);
            model.erase(item);
        } else if (time % 5 == 1 && !model.contains(item + 1U)) {
            queue.rename(item, item + 1U);
            if (auto node = model.extract(item)) {
                node.key() = item + 1U;
                model.insert(std::move(node));
            }
        } else {
            queue.schedule(item, instant_at(time));
            model[item] = instant_at(time);
        }
        const auto first =
            std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) {
                return a.second < b.second;
            });
        RC_ASSERT(queue.heap.size() == model.size());
        RC_ASSERT(queue.first_due() == (first == model.end() ? never : first->second));
        if (first != model.end()) RC_ASSERT(queue.first_item() == first->first);
    }
}

}  // namespace
}  // namespace invitro::protocol
