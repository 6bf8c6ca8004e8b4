// The platform on SimGrid: sites, links, routes and the clock.
//
// SimGrid allows one engine per process and seals it with the first run, so a process builds one
// Platform with a fixed pool of sites and runs many worlds on it. In `latency` fidelity SimGrid is
// asked for routes only here; they are kept as a matrix of integer nanoseconds, and no value of its
// clock ever enters a world's time.
#pragma once

#include "model/network/topology.hpp"
#include "protocol/vocabulary/time.hpp"

#include <memory>

namespace invitro::sim {

class Platform {
public:
    // Builds the engine: one host per site, one link per link of the topology. Precondition: the
    // first Platform of this process.
    explicit Platform(const model::Topology& topology);
    ~Platform();

    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;
    Platform(Platform&&) = delete;
    Platform& operator=(Platform&&) = delete;

    // One-way latency between two sites, as SimGrid routes them; `model::no_route` where there is
    // none.
    [[nodiscard]] protocol::Duration latency(model::SiteIndex from, model::SiteIndex to) const;

    [[nodiscard]] std::size_t site_count() const;

    // A world of this length is over: lets SimGrid's clock follow.
    void advance(protocol::Duration world_length);

private:
    struct Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace invitro::sim
