#include "sim/campaign/interruption.hpp"

#include "protocol/vocabulary/check.hpp"

#include <atomic>
#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace invitro::sim {
namespace {

constexpr std::array signals{SIGINT, SIGTERM};

// The one thing a signal handler can reach.
std::atomic<int> events_descriptor = -1;
static_assert(std::atomic<int>::is_always_lock_free);

void note_signal(int /*signal*/) {
    const int errno_before = errno;
    const std::uint64_t one = 1;
    // Fails only if the counter is full, which tells as much.
    [[maybe_unused]] const ssize_t written = write(events_descriptor.load(), &one, sizeof one);
    errno = errno_before;
}

}  // namespace

CampaignInterruption::CampaignInterruption()
    : events_(check_system(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    CHECK(events_descriptor.load() < 0, "one campaign at a time in a process");
    events_descriptor.store(events_.number());

    struct sigaction action {};

    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < signals.size(); ++i) {
        sigaction(signals[i], &action, &previous_[i]);
    }
}

CampaignInterruption::~CampaignInterruption() {
    for (std::size_t i = 0; i < signals.size(); ++i) {
        sigaction(signals[i], &previous_[i], nullptr);
    }
    events_descriptor.store(-1);
}

std::uint64_t CampaignInterruption::take() {
    std::uint64_t count = 0;
    const ssize_t size = read(events_.number(), &count, sizeof count);
    return size == sizeof count ? count : 0;
}

}  // namespace invitro::sim
