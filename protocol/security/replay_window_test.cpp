#include "protocol/security/replay_window.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

namespace invitro::protocol {
namespace {

constexpr SealNonce nonce(std::uint64_t number, std::uint64_t stream = 1, std::uint64_t fresh = 7) {
    return {.stream = stream, .fresh = fresh, .number = number};
}

TEST(ReplayWindow, takes_each_number_once) {
    ReplayWindow window;
    EXPECT_TRUE(window.take(nonce(1)));
    EXPECT_FALSE(window.take(nonce(1)));
    EXPECT_TRUE(window.take(nonce(2)));
    EXPECT_FALSE(window.take(nonce(1)));
}

TEST(ReplayWindow, takes_what_was_overtaken_as_long_as_it_is_among_the_newest_64) {
    ReplayWindow window;
    EXPECT_TRUE(window.take(nonce(100)));
    EXPECT_TRUE(window.take(nonce(37)));
    EXPECT_FALSE(window.take(nonce(36)));
    EXPECT_FALSE(window.take(nonce(37)));
}

TEST(ReplayWindow, an_older_stream_is_over_once_a_newer_one_is_heard) {
    ReplayWindow window;
    EXPECT_TRUE(window.take(nonce(5, 1)));
    EXPECT_TRUE(window.take(nonce(1, 2, 8)));
    EXPECT_FALSE(window.take(nonce(6, 1)));
    EXPECT_TRUE(window.take(nonce(2, 2, 8)));
}

TEST(ReplayWindow, a_sender_that_has_lost_count_of_its_incarnations_begins_anew) {
    ReplayWindow window;
    EXPECT_TRUE(window.take(nonce(5, 1, 7)));
    EXPECT_TRUE(window.take(nonce(1, 1, 8)));
    EXPECT_FALSE(window.take(nonce(1, 1, 8)));
}

// Whatever comes in whatever order: nothing is taken twice, and nothing within reach is refused
// that has not been taken.
RC_GTEST_PROP(ReplayWindow, agrees_with_a_set_of_all_that_was_seen, ()) {
    const auto numbers =
        *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 200));
    ReplayWindow window;
    std::set<std::uint64_t> seen;
    for (const std::uint64_t number : numbers) {
        const std::uint64_t newest = seen.empty() ? 0 : *seen.rbegin();
        const bool is_in_reach = number + ReplayWindow::width > newest;
        RC_ASSERT(window.take(nonce(number)) == (is_in_reach && !seen.contains(number)));
        if (is_in_reach) seen.insert(number);
    }
}

}  // namespace
}  // namespace invitro::protocol
