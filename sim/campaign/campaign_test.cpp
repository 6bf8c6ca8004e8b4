#include "sim/campaign/campaign.hpp"

#include "sim/campaign/campaign_seen_test.hpp"
#include "sim/fingerprint.hpp"
#include "sim/platform_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <set>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace invitro::sim {
namespace {

using namespace campaign_test;
using protocol::ByteView;
using testing::HasSubstr;
using namespace protocol::literals;

constexpr std::uint64_t window = 4096;  // worlds that workers may be ahead of the handler

// Numbers that workers and the test share.
class SharedNumbers {
public:
    SharedNumbers() {
        void* const memory = mmap(
            nullptr, sizeof(Numbers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        numbers_ = new (memory) Numbers{};
    }

    ~SharedNumbers() { munmap(numbers_, sizeof(Numbers)); }

    SharedNumbers(const SharedNumbers&) = delete;
    SharedNumbers& operator=(const SharedNumbers&) = delete;
    SharedNumbers(SharedNumbers&&) = delete;
    SharedNumbers& operator=(SharedNumbers&&) = delete;

    std::atomic<std::uint64_t>& operator[](std::size_t i) const { return (*numbers_)[i]; }

private:
    using Numbers = std::array<std::atomic<std::uint64_t>, 16>;
    Numbers* numbers_ = nullptr;
};

std::ptrdiff_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return std::distance(begin(entries), end(entries));
}

TEST(Campaign, brings_every_world_once_and_in_order_whatever_the_jobs) {
    for (const unsigned jobs : {1U, 2U, 5U}) {
        const Seen seen = run({.first = 100, .count = 10'000, .jobs = jobs}, square);
        EXPECT_EQ(seen.order, numbers(100, 10'000)) << jobs;
        EXPECT_EQ(seen.results[77], 177U * 177U);
        EXPECT_EQ(seen.end.finished, 10'000U);
        EXPECT_FALSE(seen.end.stopped || seen.end.timed_out || seen.end.interrupted);
    }
}

TEST(Campaign, waits_for_slow_worlds_to_keep_the_order) {
    const Seen seen = run({.count = 60, .jobs = 4}, [](std::uint64_t index) {
        if (index % 7 == 0) sleep(5ms);
        return square(index);
    });
    EXPECT_EQ(seen.order, numbers(0, 60));
}

// A campaign of three workers that each run one world of three: each waits until all are there.
Seen run_three_workers(const WorldJob& job) {
    const SharedNumbers shared;
    std::atomic<std::uint64_t>& made = shared[0];
    std::atomic<std::uint64_t>& begun = shared[1];
    const MakeWorldJob make_job = [&] {
        ++made;
        return [&](std::uint64_t index) {
            ++begun;
            while (begun < 3) {
                sleep(1ms);
            }
            return job(index);
        };
    };
    Seen seen;
    run_campaign({.count = 3, .jobs = 3}, make_job, seen.handler());
    EXPECT_EQ(made, 3U);
    return seen;
}

TEST(Campaign, makes_one_job_in_each_worker) {
    const Seen seen = run_three_workers(
        [](std::uint64_t) { return bytes_of_number(static_cast<std::uint64_t>(getpid())); });
    EXPECT_EQ(std::set(seen.results.begin(), seen.results.end()).size(), 3U);
}

TEST(Campaign, workers_hold_no_descriptors_of_each_other) {
    const Seen seen = run_three_workers([](std::uint64_t) {
        return bytes_of_number(static_cast<std::uint64_t>(open_descriptors()));
    });
    EXPECT_EQ(seen.results, Indices(3, seen.results.at(0)));
}

TEST(Campaign, needs_no_more_workers_than_worlds) {
    const SharedNumbers shared;
    const MakeWorldJob make_job = [&] {
        ++shared[0];
        return square;
    };
    Seen seen;
    run_campaign({.count = 2, .jobs = 500}, make_job, seen.handler());
    EXPECT_EQ(seen.order, numbers(0, 2));
    EXPECT_LE(shared[0], 2U);
}

TEST(Campaign, of_no_worlds_ends_at_once) {
    EXPECT_EQ(run({.count = 0}, square).end.finished, 0U);
    EXPECT_EQ(run({.first = 5, .count = 2, .shard = 3, .shards = 4}, square).end.finished, 0U);
}

TEST(Campaign, runs_to_the_last_index_there_is) {
    const std::uint64_t first = unbounded - 3;
    EXPECT_EQ(run({.first = first, .count = unbounded}, square).order, numbers(first, 3));
}

TEST(Campaign, a_crash_is_a_finding_in_its_place_and_the_others_go_on) {
    for (const unsigned jobs : {1U, 2U, 5U}) {
        const Seen seen = run({.count = 40, .jobs = jobs}, [](std::uint64_t index) {
            if (index == 0) std::abort();
            if (index == 13) std::raise(SIGKILL);
            if (index == 14) std::raise(SIGSEGV);
            if (index == 39) std::_Exit(3);
            return square(index);
        });
        EXPECT_EQ(seen.order, numbers(0, 40)) << jobs;
        ASSERT_EQ(seen.crashes.size(), 4U);
        EXPECT_EQ(seen.crashes[0].index, 0U);
        EXPECT_EQ(seen.crashes[0].signal, SIGABRT);
        EXPECT_EQ(seen.crashes[1].index, 13U);
        EXPECT_EQ(seen.crashes[1].signal, SIGKILL);
        EXPECT_EQ(seen.crashes[2].index, 14U);
        // A sanitizer catches this signal and exits instead.
        EXPECT_TRUE(seen.crashes[2].signal == SIGSEGV || seen.crashes[2].exit_code != 0);
        EXPECT_EQ(seen.crashes[3].index, 39U);
        EXPECT_EQ(seen.crashes[3].signal, 0);
        EXPECT_EQ(seen.crashes[3].exit_code, 3);
        EXPECT_EQ(seen.end.finished, 40U);
    }
}

TEST(Campaign, every_world_may_crash) {
    const Seen seen =
        run({.count = 20, .jobs = 3}, [](std::uint64_t) -> Bytes { throw std::logic_error("no"); });
    EXPECT_EQ(seen.order, numbers(0, 20));
    EXPECT_EQ(seen.crashes.size(), 20U);
}

TEST(Campaign, last_words_are_those_of_the_world_that_crashed) {
    testing::internal::CaptureStderr();
    const Seen seen = run({.count = 3}, [](std::uint64_t index) {
        std::fputs(index == 0 ? "world 0 speaks at length\n" : "others do not\n", stderr);
        if (index == 1) std::_Exit(1);
        return square(index);
    });
    const std::string passed_on = testing::internal::GetCapturedStderr();
    ASSERT_EQ(seen.crashes.size(), 1U);
    EXPECT_EQ(seen.crashes[0].last_words, "others do not\n");
    EXPECT_EQ(passed_on, "world 0 speaks at length\nothers do not\n");
}

TEST(Campaign, a_worker_that_cannot_make_its_job_ends_the_campaign) {
    const MakeWorldJob make_job = []() -> WorldJob { throw std::logic_error("no platform"); };
    Seen seen;
    try {
        run_campaign({.count = 10, .jobs = 2}, make_job, seen.handler());
        FAIL() << "nobody could run a world";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("no platform"));
    }
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Campaign, a_worker_whose_successor_cannot_make_its_job_ends_the_campaign) {
    const SharedNumbers shared;
    const MakeWorldJob make_job = [&]() -> WorldJob {
        if (++shared[0] == 2) std::_Exit(1);
        return [](std::uint64_t) -> Bytes { std::abort(); };
    };
    Seen seen;
    EXPECT_THROW(run_campaign({.count = 10}, make_job, seen.handler()), std::runtime_error);
    EXPECT_EQ(seen.order, numbers(0, 1));
}

TEST(Campaign, survives_a_worker_that_dies_in_the_middle_of_its_result) {
    Seen seen;
    CampaignHandler handler = seen.handler();
    handler.on_result = [see = handler.on_result](auto index, auto result) {
        if (index == 0) sleep(200ms);
        return see(index, result);
    };
    const WorldJob job = [](std::uint64_t index) {
        if (index != 1) return square(index);
        const itimerval soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 50'000}};
        setitimer(ITIMER_REAL, &soon, nullptr);
        // Until world 0 is handled nobody reads, and the pipe holds only the beginning.
        return Bytes(5'000'000);
    };
    run_campaign({.count = 5}, always(job), handler);
    EXPECT_EQ(seen.order, numbers(0, 5));
    ASSERT_EQ(seen.crashes.size(), 1U);
    EXPECT_EQ(seen.crashes[0].index, 1U);
    EXPECT_EQ(seen.crashes[0].signal, SIGALRM);
}

TEST(Campaign, survives_a_worker_that_dies_between_worlds) {
    const SharedNumbers shared;
    std::atomic<std::uint64_t>& started = shared[0];
    std::atomic<std::uint64_t>& sibling = shared[1];
    const Seen seen = run({.count = 3 * window, .jobs = 2}, [&](std::uint64_t index) {
        ++started;
        if (index != 0) sibling = static_cast<std::uint64_t>(getpid());
        if (index == 0) {
            // By then the other worker has run as far ahead as it may, and waits.
            while (started < window) {
                sleep(1ms);
            }
            sleep(50ms);
            kill(static_cast<pid_t>(sibling.load()), SIGKILL);
        }
        return square(index);
    });
    EXPECT_EQ(seen.order, numbers(0, 3 * window));
    EXPECT_TRUE(seen.crashes.empty());
}

TEST(Campaign, leaves_no_zombie_and_no_descriptor) {
    const std::ptrdiff_t before = open_descriptors();
    run({.count = 100, .jobs = 3}, [](std::uint64_t index) {
        if (index % 10 == 0) std::abort();
        return square(index);
    });
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Campaign, an_exception_of_the_handler_ends_it_cleanly) {
    const std::ptrdiff_t before = open_descriptors();
    const CampaignHandler handler{
        .on_result = [](std::uint64_t, ByteView) -> bool { throw std::runtime_error("full"); }};
    EXPECT_THROW(run_campaign({.count = unbounded, .jobs = 2}, always(square), handler),
                 std::runtime_error);
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Campaign, large_results_come_through) {
    for (const unsigned jobs : {1U, 4U}) {
        std::uint64_t good = 0;
        const CampaignHandler handler{.on_result = [&](std::uint64_t index, ByteView result) {
            const auto value = static_cast<std::uint8_t>(index);
            good += Bytes(1'000'000, value) == Bytes(result.begin(), result.end()) ? 1 : 0;
            return true;
        }};
        const WorldJob job = [](std::uint64_t index) {
            return Bytes(1'000'000, static_cast<std::uint8_t>(index));
        };
        run_campaign({.count = 30, .jobs = jobs}, always(job), handler);
        EXPECT_EQ(good, 30U);
    }
}

TEST(Campaign, workers_do_not_run_far_ahead_of_a_slow_world) {
    const SharedNumbers shared;
    std::atomic<std::uint64_t>& first_is_done = shared[0];
    const Seen seen = run({.count = 2 * window, .jobs = 3}, [&](std::uint64_t index) {
        const std::uint64_t seen_done = first_is_done;
        if (index == 0) {
            sleep(200ms);
            first_is_done = 1;
        }
        return bytes_of_number(seen_done);
    });
    ASSERT_EQ(seen.results.size(), 2 * window);
    EXPECT_EQ(seen.results[1], 0U);
    EXPECT_EQ(std::accumulate(seen.results.begin() + window, seen.results.end(), std::uint64_t{0}),
              window);
}

TEST(Campaign, large_results_are_not_heaped_up_behind_a_slow_world) {
    const SharedNumbers shared;
    std::atomic<std::uint64_t>& started = shared[0];
    std::atomic<std::uint64_t>& started_meanwhile = shared[1];
    constexpr std::size_t result_size = 8'000'000;
    const Seen seen = run({.count = 60, .jobs = 3}, [&](std::uint64_t index) {
        ++started;
        if (index != 0) return Bytes(result_size);
        sleep(1s);
        started_meanwhile = started.load();
        return Bytes();
    });
    EXPECT_EQ(seen.order, numbers(0, 60));
    EXPECT_LE(started_meanwhile, 64'000'000 / result_size + 5);
}

// Each worker builds an engine, so the parent must have none: a fresh process plays the parent.
TEST(CampaignOfPlatforms, each_worker_builds_its_own) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto check = [] {
        const MakeWorldJob make_job = []() -> WorldJob {
            return [&platform = shared_test_platform()](std::uint64_t index) {
                const auto site = static_cast<model::SiteIndex>(index);
                platform.advance(1s);
                const auto latency = platform.latency(model::SiteIndex{0}, site);
                return bytes_of_number(static_cast<std::uint64_t>(latency.count()));
            };
        };
        Seen seen;
        run_campaign({.count = 20, .jobs = 3}, make_job, seen.handler());
        bool good = seen.results.size() == 20;
        for (std::size_t i = 0; i < seen.results.size(); ++i) {
            const auto latency = shared_test_platform().latency(model::SiteIndex{0},
                                                                static_cast<model::SiteIndex>(i));
            good = good && seen.results[i] == static_cast<std::uint64_t>(latency.count());
        }
        std::_Exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
    };
    EXPECT_EXIT(check(), testing::ExitedWithCode(EXIT_SUCCESS), "");
}

RC_GTEST_PROP(Campaign, is_the_same_for_any_jobs_and_any_split, ()) {
    const auto first = *rc::gen::inRange<std::uint64_t>(0, 50);
    const auto count = *rc::gen::inRange<std::uint64_t>(0, 40);
    const auto shards = *rc::gen::inRange<std::uint64_t>(1, 6);
    const auto crashing =
        *rc::gen::container<std::set<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 90));
    Fingerprint merged;
    std::set<std::uint64_t> crashed;
    Indices seen_indices;
    for (std::uint64_t shard = 0; shard < shards; ++shard) {
        const auto jobs = *rc::gen::inRange(1U, 4U);
        const CampaignPlan plan{
            .first = first, .count = count, .shard = shard, .shards = shards, .jobs = jobs};
        const Seen seen = run(plan, [&](std::uint64_t index) {
            if (crashing.contains(index) && index % 3 == 0) std::_Exit(1);
            return square(index);
        });
        RC_ASSERT(std::is_sorted(seen.order.begin(), seen.order.end()));
        seen_indices.insert(seen_indices.end(), seen.order.begin(), seen.order.end());
        std::size_t result = 0;
        for (const WorldCrash& crash : seen.crashes) {
            crashed.insert(crash.index);
        }
        Fingerprint part;
        for (const std::uint64_t index : seen.order) {
            RC_ASSERT(index % shards == shard);
            if (crashed.contains(index)) continue;
            part = combine(part, index, {.high = 0, .low = seen.results[result++]});
        }
        merged = merge(merged, part);
    }
    std::sort(seen_indices.begin(), seen_indices.end());
    RC_ASSERT(seen_indices == numbers(first, count));
    Fingerprint expected;
    for (std::uint64_t index = first; index < first + count; ++index) {
        const bool crashes = crashing.contains(index) && index % 3 == 0;
        RC_ASSERT(crashed.contains(index) == crashes);
        if (!crashes) expected = combine(expected, index, {.high = 0, .low = index * index});
    }
    RC_ASSERT(merged == expected);
}

}  // namespace
}  // namespace invitro::sim
