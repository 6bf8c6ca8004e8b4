// Brings what workers send, in whatever order, before the campaign's handler in order of position.
#pragma once

#include "sim/campaign/campaign.hpp"
#include "sim/campaign/ledger.hpp"
#include "sim/campaign/positions.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace invitro::sim {

class CampaignDelivery {
public:
    // All three must outlive this. What is delivered is released in the ledger; when the handler
    // wants no more, the ledger is closed.
    CampaignDelivery(const CampaignPositions& positions,
                     const CampaignHandler& handler,
                     CampaignLedger& ledger);

    // Precondition: the position was taken from the ledger and has no outcome yet.
    void accept(std::uint64_t position, protocol::ByteView result);
    void accept(std::uint64_t position, WorldCrash crash);

    // Whether this position has an outcome, delivered or put aside.
    [[nodiscard]] bool has(std::uint64_t position) const;

    // The position that everything waits for: all below are delivered.
    [[nodiscard]] std::uint64_t next() const { return next_; }

    // Bytes of results that are put aside until their turn.
    [[nodiscard]] std::size_t bytes_aside() const { return bytes_aside_; }

    [[nodiscard]] bool was_stopped() const { return was_stopped_; }

private:
    using Result = std::vector<std::uint8_t>;
    using Outcome = std::variant<std::monostate, Result, WorldCrash>;

    Outcome& place(std::uint64_t position);
    void put_aside(std::uint64_t position, Outcome outcome);
    void deliver_result(protocol::ByteView result);
    void deliver_crash(const WorldCrash& crash);
    void deliver_what_waited();
    void go_on(bool is_more_wanted);

    const CampaignPositions& positions_;
    const CampaignHandler& handler_;
    CampaignLedger& ledger_;
    std::uint64_t next_ = 0;
    std::vector<Outcome> aside_;  // by position, modulo the window
    std::size_t bytes_aside_ = 0;
    bool was_stopped_ = false;
};

}  // namespace invitro::sim
