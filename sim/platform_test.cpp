#include "sim/platform.hpp"

#include "sim/campaign/worker.hpp"
#include "sim/platform_fixture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simgrid/s4u.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

namespace invitro::sim {
namespace {

using model::SiteIndex;
using model::Topology;
using protocol::Duration;
using namespace protocol::literals;

constexpr std::uint64_t gigabit = 1'000'000'000;

bool same_as_route_matrix(const Platform& platform, const Topology& topology) {
    const model::RouteMatrix expected(topology);
    for (std::size_t from = 0; from < topology.sites.size(); ++from) {
        for (std::size_t to = 0; to < topology.sites.size(); ++to) {
            const auto a = static_cast<SiteIndex>(from);
            const auto b = static_cast<SiteIndex>(to);
            if (platform.latency(a, b) != expected.latency(a, b)) return false;
        }
    }
    return platform.site_count() == topology.sites.size();
}

model::Link link(int from, int to, Duration latency) {
    return {.from = static_cast<SiteIndex>(from),
            .to = static_cast<SiteIndex>(to),
            .latency = latency,
            .bandwidth_bits_per_second = gigabit};
}

// Where the fewest links are not the fastest way, two links join the same sites, a link costs
// nothing, and one site is cut off.
Topology awkward_topology() {
    Topology topology;
    for (const char* name : {"a", "b", "c", "d", "e", "alone"}) {
        topology.sites.push_back({.name = name});
    }
    topology.links = {link(0, 1, 100ms),
                      link(0, 2, 10ms),
                      link(2, 1, 20'000'001ns),
                      link(1, 2, 19'999'999ns),
                      link(1, 3, 0ns),
                      link(3, 4, 1ns),
                      link(4, 0, 70ms)};
    return topology;
}

Topology any_topology() {
    Topology topology;
    const int site_count = *rc::gen::inRange(2, 9);
    for (int i = 0; i < site_count; ++i) {
        topology.sites.push_back({.name = std::to_string(i)});
    }
    const auto site = rc::gen::inRange(0, site_count);
    const int link_count = *rc::gen::inRange(0, 3 * site_count);
    for (int i = 0; i < link_count; ++i) {
        const int from = *site;
        const int to = *rc::gen::distinctFrom(site, from);
        topology.links.push_back(link(from, to, Duration{*rc::gen::inRange(0, 1'000'000'000)}));
    }
    return topology;
}

int exit_code(bool good) {
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

// For tests that build a platform of their own: each runs in a fresh process.
class OwnPlatform : public testing::Test {
protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

const testing::ExitedWithCode succeeds(EXIT_SUCCESS);

TEST(Platform, routes_the_built_in_metros_as_the_model_does) {
    EXPECT_TRUE(same_as_route_matrix(shared_test_platform(), model::builtin_metros()));
}

TEST(Platform, lets_the_clock_follow_the_worlds) {
    Platform& platform = shared_test_platform();
    const double start = simgrid::s4u::Engine::get_clock();
    platform.advance(1500ms);
    EXPECT_NEAR(simgrid::s4u::Engine::get_clock() - start, 1.5, 1e-4);
    platform.advance(0ns);
    platform.advance(2h);
    EXPECT_NEAR(simgrid::s4u::Engine::get_clock() - start, 7201.5, 1e-4);
}

TEST_F(OwnPlatform, finds_the_fastest_route_even_if_it_has_more_links) {
    const auto check = [] {
        const Topology topology = awkward_topology();
        const Platform platform(topology);
        const bool good = same_as_route_matrix(platform, topology) &&
                          platform.latency(SiteIndex{0}, SiteIndex{4}) == 30ms &&
                          platform.latency(SiteIndex{4}, SiteIndex{0}) == 30ms &&
                          platform.latency(SiteIndex{0}, SiteIndex{5}) == model::no_route &&
                          platform.latency(SiteIndex{5}, SiteIndex{5}) == 0ns;
        std::_Exit(exit_code(good));
    };
    EXPECT_EXIT(check(), succeeds, "");
}

TEST_F(OwnPlatform, routes_any_topology_as_the_model_does) {
    const auto check = [] {
        std::_Exit(exit_code(rc::check([] {
            const Topology topology = any_topology();
            const auto same = run_forked([&] {
                const bool good = same_as_route_matrix(Platform(topology), topology);
                return std::vector<std::uint8_t>{static_cast<std::uint8_t>(good ? 1 : 0)};
            });
            RC_ASSERT(std::get<0>(same) == std::vector<std::uint8_t>{1});
        })));
    };
    EXPECT_EXIT(check(), succeeds, "");
}

TEST_F(OwnPlatform, leaves_signals_to_those_who_had_them) {
    const auto check = [] {
        constexpr std::array signals{SIGINT, SIGSEGV, SIGBUS};
        for (const int signal : signals) {
            std::signal(signal, SIG_DFL);
        }
        std::signal(SIGINT, SIG_IGN);
        Platform platform(awkward_topology());
        platform.advance(1s);
        bool good = true;
        for (const int signal : signals) {
            struct sigaction now {};
            sigaction(signal, nullptr, &now);
            good = good && now.sa_handler == (signal == SIGINT ? SIG_IGN : SIG_DFL);
        }
        std::_Exit(exit_code(good));
    };
    EXPECT_EXIT(check(), succeeds, "");
}

TEST_F(OwnPlatform, is_built_once_in_a_process) {
    const auto build_two = [] {
        { const Platform first(awkward_topology()); }
        const Platform second(awkward_topology());
    };
    EXPECT_DEATH(build_two(), "one engine per process");
}

}  // namespace
}  // namespace invitro::sim
