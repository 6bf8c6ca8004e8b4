// A scenario, a result that holds and its worlds, made by hand for the tests of gates.
#pragma once

#include "reports/gate/gate.hpp"
#include "reports/staged_result_test.hpp"

namespace invitro::reports {

inline scenarios::Scenario staged_scenario() {
    scenarios::Scenario scenario;
    scenario.world.name = "staged <&>";
    scenario.world.seed = 7;
    return scenario;
}

// The staged result without what is wrong with it, of twenty worlds.
inline Result result_that_holds() {
    Result result = staged_result();
    result.properties[1].violated = 0;
    result.properties[1].findings.clear();
    result.thresholds.pop_back();
    result.worlds = 20;
    result.totals.worlds = 20;
    return result;
}

// Every figure is 100 and a bit, another in each world.
inline std::vector<WorldFigures> staged_worlds() {
    std::vector<WorldFigures> worlds;
    for (std::uint64_t world = 0; world < 20; ++world) {
        WorldFigures figures{
            .seed = 7 + world, .fingerprint = {.high = world, .low = 5}, .values = {}};
        for (std::size_t i = 0; i < gauges().size(); ++i) {
            figures.values.emplace_back(100 + static_cast<double>((world * 7 + i) % 11));
        }
        worlds.push_back(std::move(figures));
    }
    return worlds;
}

}  // namespace invitro::reports
