// For benchmarks: measures in a process of its own, so that one figure's memory and SimGrid engine
// (a process has room for one, and whoever forks workers must have none) stay out of the next's.
#pragma once

#include "protocol/vocabulary/check.hpp"
#include "sim/campaign/worker.hpp"

#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>
#include <variant>
#include <vector>

namespace invitro::sim {

// What `measure` returns there. A crash there ends the benchmark.
template <class Figures>
Figures measured_apart(const std::function<Figures()>& measure) {
    static_assert(std::is_trivially_copyable_v<Figures>);
    const auto end = run_forked([&] {
        const Figures figures = measure();
        std::vector<std::uint8_t> bytes(sizeof figures);
        std::memcpy(bytes.data(), &figures, sizeof figures);
        return bytes;
    });
    const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&end);
    CHECK(bytes != nullptr && bytes->size() == sizeof(Figures), "a measurement does not crash");
    Figures figures{};
    std::memcpy(&figures, bytes->data(), sizeof figures);
    return figures;
}

}  // namespace invitro::sim
