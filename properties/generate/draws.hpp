// Draws for the generator: one value from RapidCheck's random, then a counter.
#pragma once

#include "model/draw.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace invitro::properties {

class Draws {
public:
    explicit Draws(std::uint64_t seed) : seed_(seed) {}

    std::uint64_t next() { return model::draw(seed_, model::Subsystem::generation, counter_++); }

    // In [0, bound). Precondition: bound > 0.
    std::uint32_t below(std::uint32_t bound) {
        CHECK(bound > 0, "nothing is below zero");
        return model::below(bound, next());
    }

    // In [low, high].
    std::uint32_t between(std::uint32_t low, std::uint32_t high) {
        return low + below(high - low + 1);
    }

    // True once in `times` draws.
    bool one_in(std::uint32_t times) { return below(times) == 0; }

    // In whole milliseconds, so that a world reads well.
    protocol::Duration between(std::chrono::milliseconds low, std::chrono::milliseconds high) {
        const auto span = static_cast<std::uint32_t>((high - low).count() + 1);
        return low + std::chrono::milliseconds{below(span)};
    }

    template <class T>
    const T& one_of(const std::vector<T>& items) {
        return items[below(static_cast<std::uint32_t>(items.size()))];
    }

private:
    std::uint64_t seed_;
    std::uint64_t counter_ = 0;
};

}  // namespace invitro::properties
