// Counts against a budget of so many in each period, key by key.
//
// Nothing is kept of periods that are over, so that it costs memory only for the keys of the one
// that is running.
#pragma once

#include "model/push/push_profile.hpp"
#include "protocol/vocabulary/dense_map.hpp"

#include <cstdint>

namespace invitro::model {

class PushMeter {
public:
    explicit PushMeter(const PushBudget& budget) : budget_(budget) {}

    bool operator==(const PushMeter&) const = default;

    [[nodiscard]] bool has_room(Instant now, std::uint32_t key) const {
        if (budget_.count == 0 || period_of(now) != period_) return true;
        const std::uint32_t* used = used_.find(key);
        return used == nullptr || *used < budget_.count;
    }

    // Precondition: time does not run backwards.
    void count(Instant now, std::uint32_t key) {
        if (budget_.count == 0) return;
        if (period_of(now) != period_) used_.clear();
        period_ = period_of(now);
        ++used_[key];
    }

private:
    [[nodiscard]] std::int64_t period_of(Instant now) const {
        return protocol::nanoseconds(now) / budget_.period.count();
    }

    PushBudget budget_;
    std::int64_t period_ = 0;
    protocol::DenseMap<std::uint32_t, std::uint32_t> used_;
};

}  // namespace invitro::model
