#include "model/network/topology.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

namespace invitro::model {
namespace {

using namespace protocol::literals;

// ---- distance -----------------------------------------------------------------------------------

// The textbook's formula, with the C library's functions.
double haversine_kilometres(const Site& a, const Site& b) {
    const auto radians = [](std::int32_t microdegrees) {
        return microdegrees / 1e6 * std::numbers::pi / 180;
    };
    const double latitude_a = radians(a.latitude_microdegrees);
    const double latitude_b = radians(b.latitude_microdegrees);
    const double longitude = radians(b.longitude_microdegrees) - radians(a.longitude_microdegrees);
    const double h =
        std::pow(std::sin((latitude_b - latitude_a) / 2), 2) +
        std::cos(latitude_a) * std::cos(latitude_b) * std::pow(std::sin(longitude / 2), 2);
    return 2 * 6371.0088 * std::asin(std::sqrt(std::min(1.0, h)));
}

const Site& site(std::string_view name) {
    const auto index = builtin_metros().find(name);
    EXPECT_TRUE(index.has_value()) << name;
    return builtin_metros().sites[static_cast<std::size_t>(*index)];
}

TEST(Distance, is_what_the_atlas_says) {
    const auto kilometres = [](std::string_view a, std::string_view b) {
        return static_cast<double>(distance_kilometres(site(a), site(b)));
    };
    EXPECT_NEAR(kilometres("Frankfurt", "New York"), 6'200, 62);
    EXPECT_NEAR(kilometres("London", "Paris"), 344, 4);
    EXPECT_NEAR(kilometres("Tokyo", "Sydney"), 7'820, 78);
    EXPECT_NEAR(kilometres("Los Angeles", "Tokyo"), 8'815, 88);
    EXPECT_NEAR(kilometres("Sao Paulo", "Johannesburg"), 7'430, 74);
}

TEST(Distance, agrees_with_haversine_to_a_kilometre_for_all_metros) {
    const auto& sites = builtin_metros().sites;
    for (const Site& a : sites) {
        for (const Site& b : sites) {
            EXPECT_NEAR(distance_kilometres(a, b), haversine_kilometres(a, b), 0.51)
                << a.name << " " << b.name;
        }
    }
}

Site any_site() {
    return {.name = "",
            .latitude_microdegrees = *rc::gen::inRange(-90'000'000, 90'000'001),
            .longitude_microdegrees = *rc::gen::inRange(-180'000'000, 180'000'001),
            .population_thousands = 0};
}

RC_GTEST_PROP(Distance, agrees_with_haversine_everywhere, ()) {
    const Site a = any_site();
    const Site b = any_site();
    RC_ASSERT(std::abs(distance_kilometres(a, b) - haversine_kilometres(a, b)) < 0.51);
    RC_ASSERT(distance_kilometres(a, b) == distance_kilometres(b, a));
    RC_ASSERT(distance_kilometres(a, a) == 0U);
}

RC_GTEST_PROP(Distance, of_opposite_points_is_half_the_way_round, ()) {
    const Site here = any_site();
    Site there = here;
    there.latitude_microdegrees = -here.latitude_microdegrees;
    there.longitude_microdegrees += here.longitude_microdegrees <= 0 ? 180'000'000 : -180'000'000;
    RC_ASSERT(distance_kilometres(here, there) == 20'015U);
}

TEST(Distance, from_pole_to_pole_is_half_the_way_round) {
    const Site north{.name = "", .latitude_microdegrees = 90'000'000};
    const Site south{.name = "", .latitude_microdegrees = -90'000'000};
    EXPECT_EQ(distance_kilometres(north, south), 20'015U);
}

// ---- latency ------------------------------------------------------------------------------------

// A class of distance with its measured round trips in milliseconds; builtin_metros() says whose.
struct Class {
    double from;
    double to;
    double p5;
    double p50;
    double p95;
};

constexpr std::array<Class, 9> classes{{{0, 100, 1, 6, 126},
                                        {100, 500, 5, 15, 93},
                                        {500, 1'000, 13, 27, 102},
                                        {1'000, 2'000, 25, 44, 127},
                                        {2'000, 4'000, 37, 71, 176},
                                        {4'000, 7'000, 71, 114, 241},
                                        {7'000, 10'000, 104, 162, 322},
                                        {10'000, 14'000, 155, 230, 365},
                                        {14'000, 20'100, 143, 284, 383}}};

double round_trip_milliseconds(Duration one_way) {
    return 2 * static_cast<double>(one_way.count()) / 1e6;
}

TEST(Latency, is_the_measured_median_in_the_middle_of_each_class) {
    EXPECT_EQ(latency_at_distance(50), 3ms);
    EXPECT_EQ(latency_at_distance(300), 7500us);
    EXPECT_EQ(latency_at_distance(5'500), 57ms);
    EXPECT_EQ(latency_at_distance(17'000), 142ms);
    EXPECT_EQ(latency_at_distance(0), 500us);
    EXPECT_EQ(latency_at_distance(7'000), 69ms);
}

RC_GTEST_PROP(Latency, grows_with_distance, ()) {
    const auto near = *rc::gen::inRange(0U, 20'037U);
    RC_ASSERT(latency_at_distance(near) < latency_at_distance(near + 1));
}

// The round trips of all pairs of metros at distances of one class, by links or by best routes.
std::vector<double> round_trips(const Class& range, const RouteMatrix* routes) {
    const Topology& world = builtin_metros();
    std::vector<double> all;
    for (const Link& link : world.links) {
        const auto kilometres =
            distance_kilometres(world.sites[static_cast<std::size_t>(link.from)],
                                world.sites[static_cast<std::size_t>(link.to)]);
        if (kilometres < range.from || kilometres >= range.to) continue;
        const Duration one_way =
            routes == nullptr ? link.latency : routes->latency(link.from, link.to);
        all.push_back(round_trip_milliseconds(one_way));
    }
    std::sort(all.begin(), all.end());
    return all;
}

TEST(Latency, between_metros_lies_where_it_was_measured) {
    const RouteMatrix matrix{builtin_metros()};
    for (const RouteMatrix* routes : {static_cast<const RouteMatrix*>(nullptr), &matrix}) {
        std::size_t pairs = 0;
        std::size_t plausible = 0;
        for (const Class& range : classes) {
            const auto trips = round_trips(range, routes);
            pairs += trips.size();
            plausible += static_cast<std::size_t>(
                std::count_if(trips.begin(), trips.end(), [&](double milliseconds) {
                    return range.p5 <= milliseconds && milliseconds <= range.p95;
                }));
            if (trips.size() < 5) continue;
            EXPECT_NEAR(trips[trips.size() / 2] / range.p50, 1, 0.15) << range.from << " km";
        }
        EXPECT_GT(pairs, 700U);
        EXPECT_GT(static_cast<double>(plausible), 0.9 * static_cast<double>(pairs));
    }
}

// The same on every machine: a change here changes every recorded world.
TEST(Latency, between_metros_is_the_same_everywhere) {
    std::int64_t sum = 0;
    for (const Link& link : builtin_metros().links) {
        sum += link.latency.count();
    }
    EXPECT_EQ(sum, 77'635'317'294);
}

// ---- metros -------------------------------------------------------------------------------------

TEST(Metros, are_some_forty_places_each_linked_to_each) {
    const Topology& world = builtin_metros();
    EXPECT_GE(world.sites.size(), 40U);
    std::set<std::string> names;
    for (std::size_t i = 0; i < world.sites.size(); ++i) {
        const Site& one = world.sites[i];
        names.insert(one.name);
        EXPECT_EQ(world.find(one.name), static_cast<SiteIndex>(i));
        EXPECT_GT(one.population_thousands, 0U);
    }
    EXPECT_EQ(names.size(), world.sites.size());
    EXPECT_EQ(world.links.size(), world.sites.size() * (world.sites.size() - 1) / 2);
    EXPECT_EQ(world.find("Atlantis"), std::nullopt);
    EXPECT_EQ(world.find("Frankfurt"), SiteIndex{0});
}

// ---- routes -------------------------------------------------------------------------------------

Link link(int from, int to, Duration latency) {
    return {.from = static_cast<SiteIndex>(from),
            .to = static_cast<SiteIndex>(to),
            .latency = latency,
            .bandwidth_bits_per_second = 0};
}

Topology sites_and_links(std::size_t site_count, std::vector<Link> links) {
    return {.sites = std::vector<Site>(site_count), .links = std::move(links)};
}

TEST(RouteMatrix, takes_the_best_route) {
    const RouteMatrix routes{
        sites_and_links(4, {link(0, 1, 10ms), link(1, 2, 10ms), link(0, 2, 50ms)})};
    EXPECT_EQ(routes.latency(SiteIndex{0}, SiteIndex{2}), 20ms);
    EXPECT_EQ(routes.latency(SiteIndex{2}, SiteIndex{0}), 20ms);
    EXPECT_EQ(routes.latency(SiteIndex{1}, SiteIndex{1}), 0ms);
    EXPECT_EQ(routes.latency(SiteIndex{0}, SiteIndex{3}), no_route);
    EXPECT_EQ(routes.site_count(), 4U);
}

TEST(RouteMatrix, of_the_metros_is_symmetric_and_never_longer_than_the_direct_link) {
    const Topology& world = builtin_metros();
    const RouteMatrix routes{world};
    for (const Link& direct : world.links) {
        EXPECT_EQ(routes.latency(direct.from, direct.to), routes.latency(direct.to, direct.from));
        EXPECT_LE(routes.latency(direct.from, direct.to), direct.latency);
        EXPECT_GT(routes.latency(direct.from, direct.to), 0ms);
    }
}

std::vector<Link> any_links(int site_count) {
    const auto one =
        rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, site_count),
                                    rc::gen::inRange(0, site_count),
                                    rc::gen::inRange(0, 100)),
                     [](const std::tuple<int, int, int>& parts) {
                         const auto [from, to, milliseconds] = parts;
                         return link(from, to, std::chrono::milliseconds{milliseconds});
                     });
    return *rc::gen::container<std::vector<Link>>(one);
}

// All shortest routes by Floyd and Warshall's three loops.
std::vector<std::vector<Duration>> all_routes(const Topology& topology) {
    const std::size_t count = topology.sites.size();
    std::vector<std::vector<Duration>> best(count, std::vector<Duration>(count, no_route));
    for (std::size_t i = 0; i < count; ++i) {
        best[i][i] = 0ms;
    }
    for (const Link& one : topology.links) {
        const auto from = static_cast<std::size_t>(one.from);
        const auto to = static_cast<std::size_t>(one.to);
        best[from][to] = best[to][from] = std::min(best[from][to], one.latency);
    }
    for (std::size_t via = 0; via < count; ++via) {
        for (std::size_t from = 0; from < count; ++from) {
            for (std::size_t to = 0; to < count; ++to) {
                if (best[from][via] != no_route && best[via][to] != no_route) {
                    best[from][to] = std::min(best[from][to], best[from][via] + best[via][to]);
                }
            }
        }
    }
    return best;
}

RC_GTEST_PROP(RouteMatrix, agrees_with_the_three_loops, ()) {
    const auto topology = sites_and_links(6, any_links(6));
    const RouteMatrix routes{topology};
    const auto expected = all_routes(topology);
    for (std::size_t from = 0; from < 6; ++from) {
        for (std::size_t to = 0; to < 6; ++to) {
            RC_ASSERT(routes.latency(static_cast<SiteIndex>(from), static_cast<SiteIndex>(to)) ==
                      expected[from][to]);
        }
    }
}

TEST(RouteMatrix, of_nothing_is_empty) {
    EXPECT_EQ(RouteMatrix{Topology{}}.site_count(), 0U);
}

// ---- cuts ---------------------------------------------------------------------------------------

TEST(Connectivity, holds_until_the_last_way_is_cut) {
    const auto ring = sites_and_links(3, {link(0, 1, 1ms), link(1, 2, 1ms), link(2, 0, 1ms)});
    EXPECT_TRUE(is_connected(ring, {}));
    EXPECT_TRUE(is_connected(ring, {1}));
    EXPECT_TRUE(is_connected(ring, {1, 1}));
    EXPECT_FALSE(is_connected(ring, {1, 2}));
}

TEST(Connectivity, of_few_sites) {
    EXPECT_TRUE(is_connected(Topology{}, {}));
    EXPECT_TRUE(is_connected(sites_and_links(1, {}), {}));
    EXPECT_FALSE(is_connected(sites_and_links(2, {}), {}));
}

RC_GTEST_PROP(Connectivity, means_that_every_site_has_a_route, ()) {
    auto topology = sites_and_links(5, any_links(5));
    std::vector<std::size_t> cut;
    for (std::size_t i = 0; i < topology.links.size(); i += 3) {
        cut.push_back(i);
    }
    const bool answer = is_connected(topology, cut);
    for (auto i = cut.rbegin(); i != cut.rend(); ++i) {
        topology.links.erase(topology.links.begin() + static_cast<std::ptrdiff_t>(*i));
    }
    const RouteMatrix routes{topology};
    bool has_all = true;
    for (int to = 0; to < 5; ++to) {
        has_all &= routes.latency(SiteIndex{0}, static_cast<SiteIndex>(to)) != no_route;
    }
    RC_ASSERT(answer == has_all);
}

}  // namespace
}  // namespace invitro::model
