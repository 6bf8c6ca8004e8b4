#include "sim/campaign/worker.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace invitro::sim {
namespace {

constexpr std::size_t read_size = 65'536;
constexpr int pipe_size = 262'144;
constexpr std::size_t last_words_size_max = 8'192;

// In a child, the stderr of its parent. A process is the child of one parent only.
int stderr_of_parent = -1;

struct Pipe {
    FileDescriptor read_end;
    FileDescriptor write_end;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    check_system(pipe2(ends.data(), O_CLOEXEC), "pipe2");
    fcntl(ends[0], F_SETPIPE_SZ, pipe_size);  // a wish: a smaller one works as well
    return {.read_end = FileDescriptor(ends[0]), .write_end = FileDescriptor(ends[1])};
}

// The bytes of a file from an offset on, wherever its writer stands.
std::string read_from(int file, off_t offset) {
    std::string text;
    std::array<char, 4096> chunk{};
    while (true) {
        const ssize_t count = pread(file, chunk.data(), chunk.size(), offset);
        if (count <= 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(count));
        offset += count;
    }
}

void keep_words_in(int words) {
    if (stderr_of_parent >= 0) close(stderr_of_parent);
    stderr_of_parent = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);  // fails if it has none
    check_system(dup2(words, STDERR_FILENO), "dup2");
}

// An exception must not get out: it would go up the stack of the parent, of which this is a copy.
[[noreturn]] void run_child(pid_t parent,
                            const ForkedProcess::Body& body,
                            int results,
                            int words) noexcept {
    check_system(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
    if (getppid() != parent) _exit(1);  // the parent was gone before that
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);  // who reads stderr may leave: no reason to die in a world
    keep_words_in(words);
    body(results);
    std::fflush(nullptr);
    pass_on_words();
    _exit(0);
}

}  // namespace

int check_system(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (number_ >= 0) close(number_);
}

ForkedProcess::ForkedProcess(const Body& body)
    : words_(check_system(memfd_create("words", MFD_CLOEXEC), "memfd_create")) {
    Pipe pipe = make_pipe();
    // Where SIGCHLD is ignored, which is inherited, nobody learns how a child ended.
    std::signal(SIGCHLD, SIG_DFL);
    // What waits in stdio's buffers is the parent's to write, once.
    std::fflush(nullptr);
    const pid_t parent = getpid();
    child_ = check_system(fork(), "fork");
    if (child_ == 0) {
        pipe.read_end = FileDescriptor();
        run_child(parent, body, pipe.write_end.number(), words_.number());
    }
    results_ = std::move(pipe.read_end);
}

ForkedProcess::ForkedProcess(ForkedProcess&& other) noexcept
    : results_(std::move(other.results_)),
      words_(std::move(other.words_)),
      child_(std::exchange(other.child_, -1)) {}

ForkedProcess::~ForkedProcess() {
    if (child_ < 0) return;
    kill();
    wait();
}

std::string ForkedProcess::last_words() const {
    const off_t size = lseek(words_.number(), 0, SEEK_END);
    return read_from(words_.number(),
                     std::max<off_t>(0, size - static_cast<off_t>(last_words_size_max)));
}

void ForkedProcess::kill() const {
    CHECK(child_ > 0, "a child that is not waited for yet");
    ::kill(child_, SIGKILL);
}

ProcessEnd ForkedProcess::wait() {
    CHECK(child_ > 0, "a child is waited for once");
    int status = 0;
    pid_t waited = 0;
    do {
        waited = waitpid(child_, &status, 0);
    } while (waited < 0 && errno == EINTR);
    CHECK(waited == child_, "a child is waited for once");
    child_ = -1;
    if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
    return {.exit_code = WEXITSTATUS(status)};
}

void ForkedProcess::disown() {
    child_ = -1;
    results_ = FileDescriptor();
    words_ = FileDescriptor();
}

void pass_on_words() {
    if (lseek(STDERR_FILENO, 0, SEEK_CUR) <= 0) return;
    try {
        write_all(stderr_of_parent, protocol::bytes_of(read_from(STDERR_FILENO, 0)));
    } catch (const std::system_error&) {
        // Nobody reads them.
    }
    check_system(ftruncate(STDERR_FILENO, 0), "ftruncate");
    lseek(STDERR_FILENO, 0, SEEK_SET);
}

void write_all(int descriptor, protocol::ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw std::system_error(errno, std::generic_category(), "write");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

bool read_some(int descriptor, std::vector<std::uint8_t>& bytes) {
    const std::size_t size_before = bytes.size();
    bytes.resize(size_before + read_size);
    ssize_t count = 0;
    do {
        count = read(descriptor, bytes.data() + size_before, read_size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw std::system_error(errno, std::generic_category(), "read");
    bytes.resize(size_before + static_cast<std::size_t>(count));
    return count > 0;
}

std::variant<std::vector<std::uint8_t>, WorldCrash> run_forked(
    const std::function<std::vector<std::uint8_t>()>& job) {
    // One byte more than the result tells an empty one from a job that calls exit(0).
    ForkedProcess process([&job](int results) {
        std::vector<std::uint8_t> result = job();
        result.push_back(0);
        write_all(results, result);
    });
    std::vector<std::uint8_t> result;
    while (read_some(process.results(), result)) {
    }
    const ProcessEnd end = process.wait();
    if (end == ProcessEnd{} && !result.empty()) {
        result.pop_back();
        return result;
    }
    return WorldCrash{
        .signal = end.signal, .exit_code = end.exit_code, .last_words = process.last_words()};
}

}  // namespace invitro::sim
