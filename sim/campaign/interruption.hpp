// SIGINT and SIGTERM while a campaign runs: counted here, instead of ending the process.
#pragma once

#include "sim/campaign/worker.hpp"

#include <array>
#include <csignal>
#include <cstdint>

namespace invitro::sim {

// Takes both signals for its lifetime and gives them back. One at a time.
class CampaignInterruption {
public:
    CampaignInterruption();
    ~CampaignInterruption();

    CampaignInterruption(const CampaignInterruption&) = delete;
    CampaignInterruption& operator=(const CampaignInterruption&) = delete;
    CampaignInterruption(CampaignInterruption&&) = delete;
    CampaignInterruption& operator=(CampaignInterruption&&) = delete;

    // Becomes readable when a signal has come. A poll that waits for it misses none, also not one
    // that comes just before.
    [[nodiscard]] int descriptor() const { return events_.number(); }

    // How many signals came since the last call.
    std::uint64_t take();

private:
    FileDescriptor events_;
    std::array<struct sigaction, 2> previous_{};
};

}  // namespace invitro::sim
