#include "protocol/broker/call_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace invitro::protocol {
namespace {

EndpointIdentifier callee_of(std::uint32_t number) {
    return EndpointIdentifier::parse("+491510000" + std::to_string(number)).value();
}

Call call_to(std::uint64_t number, std::uint32_t callee) {
    InviteRequest request;
    request.call = {.high = 1, .low = number};
    request.callee = callee_of(callee);
    request.lifetime = Duration{static_cast<std::int64_t>(1000 - number % 7)};
    return open_call(instant_at(0), number, request, {});
}

// The numbers of a callee's calls, both ways along the list.
std::set<std::uint64_t> listed(const CallTable& table, std::uint32_t callee) {
    std::set<std::uint64_t> numbers;
    std::uint32_t previous = no_position;
    for (std::uint32_t at = table.find_callee(callee_of(callee)); at != no_position;) {
        RC_ASSERT(table.calls[at].previous_of_callee == previous);
        RC_ASSERT(numbers.insert(table.calls[at].number).second);
        previous = at;
        at = table.calls[at].next_of_callee;
    }
    return numbers;
}

TEST(CallTable, IsAsNewWhenTheLastCallIsClosed) {
    CallTable table;
    table.open(call_to(1, 1));
    table.open(call_to(2, 1));
    table.close(table.find({.high = 1, .low = 1}));
    table.close(table.find({.high = 1, .low = 2}));
    EXPECT_EQ(table, CallTable{});
}

RC_GTEST_PROP(CallTable, FindsEveryOpenCallInEveryWay, ()) {
    CallTable table;
    std::map<std::uint64_t, std::uint32_t> model;  // call number to callee
    const auto steps = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
        rc::gen::pair(rc::gen::inRange(0U, 20U), rc::gen::inRange(0U, 3U)));
    for (const auto& [number, callee] : steps) {
        if (model.erase(number) != 0) {
            table.close(table.find({.high = 1, .low = number}));
        } else {
            table.open(call_to(number, callee));
            model[number] = callee;
        }
        RC_ASSERT(table.calls.size() == model.size());
        std::map<std::uint32_t, std::set<std::uint64_t>> by_callee;
        Instant first_due = never;
        for (const auto& [open, its_callee] : model) {
            const std::uint32_t position = table.find({.high = 1, .low = open});
            RC_ASSERT(position != no_position);
            RC_ASSERT(table.find_number(open) == position);
            RC_ASSERT(table.calls[position].number == open);
            RC_ASSERT(table.deadlines.due_of(position) == next_due(table.calls[position]));
            first_due = std::min(first_due, next_due(table.calls[position]));
            by_callee[its_callee].insert(open);
        }
        RC_ASSERT(table.deadlines.first_due() == first_due);
        for (std::uint32_t one = 0; one < 3; ++one) {
            RC_ASSERT(listed(table, one) == by_callee[one]);
        }
    }
}

}  // namespace
}  // namespace invitro::protocol
