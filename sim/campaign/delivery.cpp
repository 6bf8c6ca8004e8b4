#include "sim/campaign/delivery.hpp"

#include "protocol/vocabulary/check.hpp"

#include <utility>

namespace invitro::sim {

CampaignDelivery::CampaignDelivery(const CampaignPositions& positions,
                                   const CampaignHandler& handler,
                                   CampaignLedger& ledger)
    : positions_(positions), handler_(handler), ledger_(ledger), aside_(CampaignLedger::window) {}

void CampaignDelivery::accept(std::uint64_t position, protocol::ByteView result) {
    if (position == next_) {
        deliver_result(result);
        deliver_what_waited();
    } else {
        bytes_aside_ += result.size();
        put_aside(position, Result(result.begin(), result.end()));
    }
}

void CampaignDelivery::accept(std::uint64_t position, WorldCrash crash) {
    crash.index = positions_.index(position);
    if (position == next_) {
        deliver_crash(crash);
        deliver_what_waited();
    } else {
        put_aside(position, std::move(crash));
    }
}

bool CampaignDelivery::has(std::uint64_t position) const {
    return position < next_ ||
           !std::holds_alternative<std::monostate>(aside_[position % CampaignLedger::window]);
}

CampaignDelivery::Outcome& CampaignDelivery::place(std::uint64_t position) {
    return aside_[position % CampaignLedger::window];
}

void CampaignDelivery::put_aside(std::uint64_t position, Outcome outcome) {
    CHECK(!has(position), "a world has one outcome");
    CHECK(position - next_ < CampaignLedger::window, "no worker runs far ahead");
    place(position) = std::move(outcome);
}

void CampaignDelivery::deliver_result(protocol::ByteView result) {
    go_on(!handler_.on_result || handler_.on_result(positions_.index(next_), result));
}

void CampaignDelivery::deliver_crash(const WorldCrash& crash) {
    go_on(!handler_.on_crash || handler_.on_crash(crash));
}

void CampaignDelivery::deliver_what_waited() {
    while (has(next_)) {
        const Outcome outcome = std::exchange(place(next_), std::monostate{});
        if (const auto* result = std::get_if<Result>(&outcome)) {
            bytes_aside_ -= result->size();
            deliver_result(*result);
        } else {
            deliver_crash(std::get<WorldCrash>(outcome));
        }
    }
}

void CampaignDelivery::go_on(bool is_more_wanted) {
    if (!is_more_wanted) {
        was_stopped_ = true;
        ledger_.close();
    }
    ledger_.release(next_);
    ++next_;
}

}  // namespace invitro::sim
