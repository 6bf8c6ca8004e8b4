// Distributions as committed tables of quantiles in integer nanoseconds, sampled by integer
// interpolation: no floating point, no libm, the same on every machine.
#pragma once

#include "protocol/vocabulary/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace invitro::model {

// Quantiles at 0, 1/32, ..., 31/32, then 0.98, 0.99, 0.995, 0.999, 1. Between two of them the
// distribution is taken as uniform.
struct QuantileTable {
    static constexpr std::size_t size = 37;
    std::array<std::int64_t, size> nanoseconds{};

    auto operator<=>(const QuantileTable&) const = default;

    // The value at the quantile that the draw's upper 32 bits name.
    [[nodiscard]] protocol::Duration sample(std::uint64_t draw) const;

    [[nodiscard]] protocol::Duration median() const;
};

// Every duration is the same.
QuantileTable constant(protocol::Duration value);
// Uniform between two durations.
QuantileTable uniform(protocol::Duration low, protocol::Duration high);
// Lognormal given by its median and its sigma (in ln units, in thousandths): the shape of push
// delays, of answering and of many waits. Computed from a committed table of normal quantiles.
QuantileTable lognormal(protocol::Duration median, std::int64_t sigma_thousandths);
// Exponential with this mean.
QuantileTable exponential(protocol::Duration mean);
// The same distribution, later by a fixed time.
QuantileTable shifted(const QuantileTable& table, protocol::Duration by);

}  // namespace invitro::model
