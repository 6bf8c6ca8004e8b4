#include "sim/campaign/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace invitro::sim {
namespace {

using Bytes = std::vector<std::uint8_t>;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::ptrdiff_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return std::distance(begin(entries), end(entries));
}

Bytes result_of(const std::function<Bytes()>& job) {
    return std::get<Bytes>(run_forked(job));
}

WorldCrash crash_of(const std::function<Bytes()>& job) {
    return std::get<WorldCrash>(run_forked(job));
}

TEST(RunForked, brings_back_the_result) {
    EXPECT_EQ(result_of([] { return Bytes{1, 2, 3}; }), (Bytes{1, 2, 3}));
    EXPECT_EQ(result_of([] { return Bytes{}; }), Bytes{});
}

TEST(RunForked, brings_back_more_than_a_pipe_holds) {
    EXPECT_EQ(result_of([] { return Bytes(5'000'000, 7); }), Bytes(5'000'000, 7));
}

TEST(RunForked, leaves_no_trace_in_the_parent) {
    int value = 1;
    EXPECT_EQ(result_of([&] { return Bytes{static_cast<std::uint8_t>(++value)}; }), Bytes{2});
    EXPECT_EQ(value, 1);
}

TEST(RunForked, tells_the_signal_and_the_last_words) {
    const WorldCrash crash = crash_of([]() -> Bytes {
        std::fputs("the reason", stderr);
        std::abort();
    });
    EXPECT_EQ(crash.signal, SIGABRT);
    EXPECT_EQ(crash.exit_code, 0);
    EXPECT_THAT(crash.last_words, StartsWith("the reason"));
}

TEST(RunForked, tells_the_exit_code) {
    const WorldCrash crash = crash_of([]() -> Bytes { std::_Exit(3); });
    EXPECT_EQ(crash.signal, 0);
    EXPECT_EQ(crash.exit_code, 3);
    EXPECT_EQ(crash.last_words, "");
}

TEST(RunForked, takes_an_exit_for_a_crash_even_with_code_0) {
    EXPECT_EQ(crash_of([]() -> Bytes { std::_Exit(0); }).exit_code, 0);
}

TEST(RunForked, takes_an_exception_for_a_crash) {
    const WorldCrash crash = crash_of([]() -> Bytes { throw std::runtime_error("out of sorts"); });
    EXPECT_EQ(crash.signal, SIGABRT);
    EXPECT_THAT(crash.last_words, HasSubstr("out of sorts"));
}

TEST(RunForked, keeps_the_end_of_many_words) {
    const WorldCrash crash = crash_of([]() -> Bytes {
        for (int i = 0; i < 100'000; ++i) {
            std::fprintf(stderr, "%d\n", i);
        }
        std::_Exit(1);
    });
    EXPECT_LE(crash.last_words.size(), 8192U);
    EXPECT_THAT(crash.last_words, EndsWith("\n99998\n99999\n"));
}

TEST(RunForked, passes_words_on_when_all_is_well) {
    testing::internal::CaptureStderr();
    result_of([]() -> Bytes {
        std::fputs("by the way", stderr);
        return {};
    });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "by the way");
}

TEST(RunForked, leaves_what_the_parent_has_not_written_yet_to_the_parent) {
    testing::internal::CaptureStdout();
    std::fputs("once", stdout);
    result_of([] { return Bytes{}; });
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "once");
}

TEST(RunForked, leaves_no_output_of_the_child_unwritten) {
    testing::internal::CaptureStdout();
    result_of([] {
        std::fputs("child", stdout);
        return Bytes{};
    });
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "child");
}

TEST(RunForked, does_not_mind_that_nobody_reads_its_words) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    close(ends[0]);
    const FileDescriptor stderr_before(dup(STDERR_FILENO));
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    const auto outcome = run_forked([] {
        std::fputs("to nobody", stderr);
        return Bytes{1};
    });
    dup2(stderr_before.number(), STDERR_FILENO);
    EXPECT_EQ(std::get<Bytes>(outcome), Bytes{1});
}

TEST(RunForked, can_be_nested) {
    const Bytes inner_signal = result_of([] {
        const WorldCrash inner = crash_of([]() -> Bytes { std::abort(); });
        return Bytes{static_cast<std::uint8_t>(inner.signal)};
    });
    EXPECT_EQ(inner_signal, Bytes{SIGABRT});
}

TEST(RunForked, leaves_no_zombie_and_no_descriptor) {
    const std::ptrdiff_t before = open_descriptors();
    result_of([] { return Bytes{1}; });
    crash_of([]() -> Bytes { std::abort(); });
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(RunForked, learns_the_end_of_a_child_even_where_children_are_ignored) {
    std::signal(SIGCHLD, SIG_IGN);
    EXPECT_EQ(crash_of([]() -> Bytes { std::_Exit(3); }).exit_code, 3);
    std::signal(SIGCHLD, SIG_DFL);
}

TEST(ForkedProcess, is_killed_with_its_owner) {
    {
        const ForkedProcess forgotten([](int) { pause(); });
    }
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ForkedProcess, does_not_outlive_its_parent) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const FileDescriptor alive(ends[0]);
    // The grandchild holds the pipe open for as long as it lives.
    ForkedProcess parent([&](int) {
        const ForkedProcess child([](int results) {
            write_all(results, protocol::bytes_of("alive"));
            pause();
        });
        Bytes heard;
        read_some(child.results(), heard);
        std::raise(SIGKILL);
    });
    close(ends[1]);
    EXPECT_EQ(parent.wait().signal, SIGKILL);
    pollfd waited{.fd = alive.number(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&waited, 1, 10'000), 1) << "the grandchild still lives";
    EXPECT_TRUE((waited.revents & POLLHUP) != 0);
}

TEST(ForkedProcess, ignores_what_its_owner_handles) {
    for (const int signal : {SIGINT, SIGTERM}) {
        ForkedProcess process([signal](int results) {
            std::raise(signal);
            write_all(results, protocol::bytes_of("on"));
        });
        Bytes heard;
        while (read_some(process.results(), heard)) {
        }
        EXPECT_EQ(protocol::text_of(heard), "on");
        EXPECT_EQ(process.wait(), ProcessEnd{});
    }
}

}  // namespace
}  // namespace invitro::sim
