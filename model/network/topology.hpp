// Where things are: sites and the links between them, with one-way latencies.
//
// A topology is loaded or built in, then asked for routes. Sites are metros and data centres;
// devices are attached to a site by an access network (model/network/access.hpp) and are not part
// of the graph, so that ten million of them cost it nothing.
#pragma once

#include "protocol/vocabulary/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::model {

using protocol::Duration;

enum class SiteIndex : std::uint16_t {};

struct Site {
    std::string name;
    std::int32_t latitude_microdegrees = 0;
    std::int32_t longitude_microdegrees = 0;
    std::uint32_t population_thousands = 0;

    auto operator<=>(const Site&) const = default;
};

struct Link {
    SiteIndex from{};
    SiteIndex to{};  // links carry both ways
    Duration latency{};
    std::uint64_t bandwidth_bits_per_second = 0;

    auto operator<=>(const Link&) const = default;
};

struct Topology {
    std::vector<Site> sites;
    std::vector<Link> links;

    bool operator==(const Topology&) const = default;

    [[nodiscard]] std::optional<SiteIndex> find(std::string_view site_name) const;
};

// Some 40 metros by coordinates and population, every pair linked, with one-way latencies from the
// great-circle distance calibrated to published round-trip times between cities, times a detour of
// their own (metros.cpp). Deterministic to the nanosecond on every machine.
const Topology& builtin_metros();

// Half the round-trip time expected at this distance, in the middle case (measured table in
// distance.cpp).
Duration latency_at_distance(std::uint32_t kilometres);

// Great-circle distance without libm beyond sqrt.
std::uint32_t distance_kilometres(const Site& a, const Site& b);

// The latency where there is no route.
inline constexpr Duration no_route = Duration::max();

// One-way latency of the best route between every two sites, row by row; `no_route` where there
// is none, zero from a site to itself (what happens inside a metro is the access networks' part).
// Boost.Graph's Dijkstra from every site.
class RouteMatrix {
public:
    explicit RouteMatrix(const Topology& topology);

    [[nodiscard]] Duration latency(SiteIndex from, SiteIndex to) const {
        return latency_[static_cast<std::size_t>(from) * site_count_ +
                        static_cast<std::size_t>(to)];
    }

    bool operator==(const RouteMatrix&) const = default;

    [[nodiscard]] std::size_t site_count() const { return site_count_; }

private:
    std::size_t site_count_ = 0;
    std::vector<Duration> latency_;
};

// Are all sites connected when these links (by index) are cut? No sites at all are connected.
bool is_connected(const Topology& topology, const std::vector<std::size_t>& cut_links);

}  // namespace invitro::model
