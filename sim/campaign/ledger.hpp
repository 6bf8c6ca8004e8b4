// Which worker runs which world of a campaign: one table in memory shared by parent and workers.
//
// Worlds are known here by their position in the campaign, counted from 0. Workers take positions
// one by one; taking one and saying who runs it is a single atomic step, so that whatever moment a
// worker dies in, the parent knows what it held. There are no locks that a dead worker could hold.
//
// Invariants:
// - positions are taken without a gap: when n is taken, all below n are or were;
// - position n is taken only after n - window was released, so no worker runs far ahead;
// - a position is taken once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

namespace invitro::sim {

class CampaignLedger {
public:
    static constexpr std::uint64_t window = 4096;
    static constexpr std::uint64_t positions_max = (std::uint64_t{1} << 48) - window - 1;
    static constexpr unsigned workers_max = 0xFFFE;

    // Over positions 0 .. positions - 1. Throws std::system_error if there is no memory.
    explicit CampaignLedger(std::uint64_t positions);

    // A worker's side: the next position to run; none when all are taken or the ledger is closed.
    // Waits while the window is full. Precondition: worker <= workers_max.
    std::optional<std::uint64_t> take(unsigned worker);

    // The parent's side.

    // No further position is handed out.
    void close();

    // Whether there is anything left to take.
    [[nodiscard]] bool is_over() const;

    [[nodiscard]] bool is_taken_by(unsigned worker, std::uint64_t position) const;

    // Precondition: positions are released in order, each after it was taken.
    void release(std::uint64_t position);

private:
    struct Shared;

    struct Unmap {
        void operator()(Shared* shared) const;
    };

    std::uint64_t positions_;
    std::unique_ptr<Shared, Unmap> shared_;
};

}  // namespace invitro::sim
