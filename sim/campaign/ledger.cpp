#include "sim/campaign/ledger.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <new>
#include <sys/mman.h>
#include <system_error>
#include <thread>

namespace invitro::sim {
namespace {

// A cell says of one position whether it is still free, or who took it. The same cell serves
// position, position + window and so on, so it names the position too: a worker that slept since it
// looked must not take what has become another position's cell.
using Cell = std::uint64_t;

constexpr unsigned worker_bits = 16;

constexpr Cell free_cell(std::uint64_t position) {
    return position << worker_bits;
}

constexpr Cell taken_cell(std::uint64_t position, unsigned worker) {
    return position << worker_bits | (worker + 1);
}

constexpr std::uint64_t position_of(Cell cell) {
    return cell >> worker_bits;
}

constexpr std::size_t cache_line = 64;
constexpr auto pause_min = std::chrono::microseconds(50);
constexpr auto pause_max = std::chrono::milliseconds(5);

}  // namespace

struct CampaignLedger::Shared {
    alignas(cache_line) std::atomic<bool> closed = false;
    alignas(cache_line) std::atomic<std::uint64_t> next = 0;  // all below are taken
    alignas(cache_line) std::array<std::atomic<Cell>, window> cells{};

    static_assert(std::atomic<Cell>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
                  "a lock would not be shared by processes, and could die with its holder");
};

void CampaignLedger::Unmap::operator()(Shared* shared) const {
    munmap(shared, sizeof(Shared));
}

CampaignLedger::CampaignLedger(std::uint64_t positions) : positions_(positions) {
    CHECK(positions <= positions_max, "a position has to fit into its cell");
    void* const memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    shared_.reset(new (memory) Shared);
    for (std::uint64_t position = 0; position < window; ++position) {
        shared_->cells[position] = free_cell(position);
    }
}

std::optional<std::uint64_t> CampaignLedger::take(unsigned worker) {
    std::chrono::microseconds pause = pause_min;
    while (!shared_->closed.load()) {
        const std::uint64_t position = shared_->next.load();
        if (position >= positions_) return std::nullopt;
        Cell seen = free_cell(position);
        const bool is_mine = shared_->cells[position % window].compare_exchange_strong(
            seen, taken_cell(position, worker));
        if (is_mine || position_of(seen) >= position) {
            // Whoever took it may be dead or asleep before this, so everybody moves `next` on.
            std::uint64_t expected = position;
            shared_->next.compare_exchange_strong(expected, position + 1);
            if (is_mine) return position;
        } else {
            std::this_thread::sleep_for(pause);
            pause = std::min<std::chrono::microseconds>(2 * pause, pause_max);
        }
    }
    return std::nullopt;
}

void CampaignLedger::close() {
    shared_->closed.store(true);
}

bool CampaignLedger::is_over() const {
    return shared_->closed.load() || shared_->next.load() >= positions_;
}

bool CampaignLedger::is_taken_by(unsigned worker, std::uint64_t position) const {
    return shared_->cells[position % window].load() == taken_cell(position, worker);
}

void CampaignLedger::release(std::uint64_t position) {
    CHECK(position_of(shared_->cells[position % window].load()) == position, "released in order");
    shared_->cells[position % window].store(free_cell(position + window));
}

}  // namespace invitro::sim
