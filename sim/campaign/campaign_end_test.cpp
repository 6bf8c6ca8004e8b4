#include "sim/campaign/campaign.hpp"
#include "sim/campaign/campaign_seen_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace invitro::sim {
namespace {

using namespace campaign_test;
using protocol::ByteView;
using namespace protocol::literals;

TEST(CampaignEnd, stops_when_the_handler_says_so_and_still_reports_what_is_under_way) {
    for (const unsigned jobs : {1U, 3U}) {
        Seen seen;
        CampaignHandler handler = seen.handler();
        handler.on_result = [see = handler.on_result](auto index, auto result) {
            see(index, result);
            return index != 20;
        };
        const CampaignEnd end =
            run_campaign({.count = unbounded, .jobs = jobs}, always(square), handler);
        EXPECT_TRUE(end.stopped);
        EXPECT_GE(end.finished, 21U);
        EXPECT_EQ(seen.order, numbers(0, end.finished));
    }
}

TEST(CampaignEnd, stops_when_the_handler_of_crashes_says_so) {
    Seen seen;
    CampaignHandler handler = seen.handler();
    handler.on_crash = [](const WorldCrash&) { return false; };
    const WorldJob job = [](std::uint64_t index) -> Bytes {
        if (index == 5) std::abort();
        return {};
    };
    const CampaignEnd end = run_campaign({.count = unbounded, .jobs = 1}, always(job), handler);
    EXPECT_TRUE(end.stopped);
    EXPECT_EQ(end.finished, 6U);
}

TEST(CampaignEnd, ends_at_its_time_limit) {
    const Seen seen = run({.count = unbounded, .jobs = 2, .time_limit = 50ms}, square);
    EXPECT_TRUE(seen.end.timed_out);
    EXPECT_GT(seen.end.finished, 0U);
    EXPECT_EQ(seen.order, numbers(0, seen.end.finished));
}

TEST(CampaignEnd, is_not_timed_out_if_it_was_through_in_time) {
    EXPECT_FALSE(run({.count = 10, .time_limit = 1h}, square).end.timed_out);
    EXPECT_TRUE(run({.count = 10, .time_limit = 0ns}, square).end.timed_out);
}

TEST(CampaignEnd, tells_its_progress) {
    Indices progress;
    const CampaignHandler handler{
        .on_result = {}, .on_crash = {}, .on_progress = [&](std::uint64_t finished) {
            progress.push_back(finished);
        }};
    const WorldJob job = [](std::uint64_t) {
        sleep(100ms);
        return Bytes();
    };
    run_campaign({.count = 5, .jobs = 1}, always(job), handler);
    EXPECT_GE(progress.size(), 2U);
    EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
    EXPECT_EQ(progress.back(), 5U);
}

volatile std::sig_atomic_t interruptions_of_the_test = 0;

TEST(CampaignEnd, an_interruption_ends_it_and_gives_the_signals_back) {
    for (const int signal : {SIGINT, SIGTERM}) {
        interruptions_of_the_test = 0;
        const auto previous = std::signal(
            signal, [](int) { interruptions_of_the_test = interruptions_of_the_test + 1; });
        Seen seen;
        CampaignHandler handler = seen.handler();
        handler.on_result = [&, see = handler.on_result](auto index, auto result) {
            if (index == 10) std::raise(signal);
            return see(index, result);
        };
        const CampaignEnd end =
            run_campaign({.count = unbounded, .jobs = 2}, always(square), handler);
        EXPECT_TRUE(end.interrupted);
        EXPECT_GE(end.finished, 11U);
        EXPECT_EQ(seen.order, numbers(0, end.finished));
        EXPECT_EQ(interruptions_of_the_test, 0);
        std::raise(signal);
        EXPECT_EQ(interruptions_of_the_test, 1);
        std::signal(signal, previous);
    }
}

TEST(CampaignEnd, a_second_interruption_kills_what_is_under_way) {
    Seen seen;
    CampaignHandler handler = seen.handler();
    handler.on_progress = [](std::uint64_t finished) {
        if (finished == 5) std::raise(SIGINT);
    };
    const WorldJob job = [](std::uint64_t index) {
        if (index >= 5) pause();
        return square(index);
    };
    // Both interruptions come with the progress; the third comes with the last one, at the end.
    const auto previous = std::signal(SIGINT, SIG_IGN);
    const CampaignEnd end = run_campaign({.count = unbounded, .jobs = 2}, always(job), handler);
    std::signal(SIGINT, previous);
    EXPECT_TRUE(end.interrupted);
    EXPECT_EQ(seen.order, numbers(0, 5));
    EXPECT_TRUE(seen.crashes.empty());
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

}  // namespace
}  // namespace invitro::sim
