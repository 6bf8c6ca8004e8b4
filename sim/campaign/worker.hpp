// Child processes that do a piece of work and send bytes back.
//
// A child is forked, never executed anew: it starts with all that its parent knows. It never
// outlives its parent, ignores interruptions (its owner handles them) and ends without running the
// parent's exit handlers. What it writes to stderr is kept, so that its last words can be read when
// it dies; otherwise they are passed on. Fork from a process of one thread that is still small: a
// parent of 1 GB takes 39 ms.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "sim/campaign/campaign.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::sim {

// Runs a job in a child of its own, for what may crash or must not leave a trace: a scenario with a
// platform of its own, a step of shrinking a crash. The crash's index is 0. Throws
// std::system_error if no process can be had.
std::variant<std::vector<std::uint8_t>, WorldCrash> run_forked(
    const std::function<std::vector<std::uint8_t>()>& job);

// The result, or std::system_error with the reason in `errno` if it is negative.
int check_system(int result, const char* what);

class FileDescriptor {
public:
    FileDescriptor() = default;

    explicit FileDescriptor(int number) : number_(number) {}

    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();

    [[nodiscard]] int number() const { return number_; }

private:
    int number_ = -1;
};

// How a process ended.
struct ProcessEnd {
    int signal = 0;  // that killed it, 0 if it exited by itself
    int exit_code = 0;

    bool operator==(const ProcessEnd&) const = default;
};

class ForkedProcess {
public:
    // What the child does; `results` is where it writes to. When it returns, the child exits with
    // code 0; an exception aborts the child.
    using Body = std::function<void(int results)>;

    // Throws std::system_error if no process can be had.
    explicit ForkedProcess(const Body& body);

    ForkedProcess(const ForkedProcess&) = delete;
    ForkedProcess& operator=(const ForkedProcess&) = delete;
    ForkedProcess(ForkedProcess&& other) noexcept;
    ForkedProcess& operator=(ForkedProcess&& other) = delete;

    // Kills the child if it still lives.
    ~ForkedProcess();

    // To read what the child writes; at its end once the child is gone.
    [[nodiscard]] int results() const { return results_.number(); }

    // The end of what the child wrote to stderr and did not pass on.
    [[nodiscard]] std::string last_words() const;

    void kill() const;

    // Waits until the child is gone. Once.
    ProcessEnd wait();

    // For a younger sibling, which has inherited this: lets go of the child without harming it.
    void disown();

private:
    FileDescriptor results_;
    FileDescriptor words_;
    pid_t child_ = -1;
};

// In a child: passes on what it wrote to stderr so far, so that its last words are of what follows.
void pass_on_words();

// Precondition for both: a valid descriptor. Both go on after an interruption by a signal.
void write_all(int descriptor, protocol::ByteView bytes);

// Appends what is there, waiting for it; false at the end.
bool read_some(int descriptor, std::vector<std::uint8_t>& bytes);

}  // namespace invitro::sim
