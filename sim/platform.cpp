#include "sim/platform.hpp"

#include "protocol/vocabulary/check.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <simgrid/s4u.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace invitro::sim {
namespace {

namespace s4u = simgrid::s4u;
using model::SiteIndex;
using model::Topology;
using protocol::Duration;

constexpr double nanoseconds_per_second = 1e9;
constexpr double site_speed = 1e9;  // nothing computes on a site, but SimGrid wants a speed

std::size_t row(SiteIndex site) {
    return static_cast<std::size_t>(site);
}

// SimGrid takes these three signals for itself when its engine starts. A crash must reach the
// process's owner as the signal it is, and an interruption is the campaign's to handle.
class SignalHandlersKept {
public:
    SignalHandlersKept() {
        for (std::size_t i = 0; i < signals.size(); ++i) {
            sigaction(signals[i], nullptr, &kept_[i]);
        }
    }

    ~SignalHandlersKept() {
        for (std::size_t i = 0; i < signals.size(); ++i) {
            sigaction(signals[i], &kept_[i], nullptr);
        }
    }

    SignalHandlersKept(const SignalHandlersKept&) = delete;
    SignalHandlersKept& operator=(const SignalHandlersKept&) = delete;
    SignalHandlersKept(SignalHandlersKept&&) = delete;
    SignalHandlersKept& operator=(SignalHandlersKept&&) = delete;

private:
    static constexpr std::array signals{SIGINT, SIGSEGV, SIGBUS};
    std::array<struct sigaction, signals.size()> kept_{};
};

std::unique_ptr<s4u::Engine> start_engine() {
    // The log threshold stands first, so that it holds while the engine reads the others. CM02
    // without cross traffic takes latencies as they are; the default model multiplies them by 13.
    std::vector<std::string> arguments{"invitro",
                                       "--log=root.thresh:warning",
                                       "--cfg=network/model:CM02",
                                       "--cfg=network/crosstraffic:0"};
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    int count = static_cast<int>(pointers.size());
    pointers.push_back(nullptr);
    const SignalHandlersKept kept;
    return std::make_unique<s4u::Engine>(&count, pointers.data());
}

// The routes of least latency. SimGrid's own graph zones look for the fewest links instead, so the
// routes are found here and SimGrid is told each of them.
class BestRoutes {
public:
    explicit BestRoutes(const Topology& topology)
        : links_(topology.links), graph_(topology.sites.size()) {
        for (std::size_t i = 0; i < links_.size(); ++i) {
            boost::add_edge(row(links_[i].from),
                            row(links_[i].to),
                            EdgeProperty{links_[i].latency.count(), i},
                            graph_);
        }
    }

    // For every site, the link by which the best route from the source arrives there, if any.
    using Arrivals = std::vector<std::optional<std::size_t>>;

    [[nodiscard]] Arrivals from(std::size_t source) const {
        Arrivals arrivals(boost::num_vertices(graph_));
        boost::dijkstra_shortest_paths(graph_, source, boost::visitor(NoteArrivals(arrivals)));
        return arrivals;
    }

    // The links of the route to `target`, in order of travel; empty if there is no route.
    [[nodiscard]] std::vector<std::size_t> walk(const Arrivals& arrivals,
                                                std::size_t target) const {
        std::vector<std::size_t> route;
        for (std::size_t site = target; arrivals[site].has_value();) {
            route.push_back(*arrivals[site]);
            const model::Link& link = links_[route.back()];
            site = row(link.from) == site ? row(link.to) : row(link.from);
        }
        std::ranges::reverse(route);
        return route;
    }

private:
    using EdgeProperty = boost::property<boost::edge_weight_t,
                                         std::int64_t,
                                         boost::property<boost::edge_index_t, std::size_t>>;
    using Graph = boost::adjacency_list<boost::vecS,
                                        boost::vecS,
                                        boost::undirectedS,
                                        boost::no_property,
                                        EdgeProperty>;

    struct NoteArrivals : boost::default_dijkstra_visitor {
        explicit NoteArrivals(Arrivals& to_fill) : arrivals(&to_fill) {}

        Arrivals* arrivals;

        void edge_relaxed(Graph::edge_descriptor edge, const Graph& graph) const {
            (*arrivals)[boost::target(edge, graph)] = boost::get(boost::edge_index, graph, edge);
        }
    };

    const std::vector<model::Link>& links_;
    Graph graph_;
};

// SimGrid owns hosts and links; names are numbers, as two links may join the same sites.
std::vector<s4u::Host*> add_sites(s4u::NetZone& world, const Topology& topology) {
    std::vector<s4u::Host*> hosts;
    for (std::size_t i = 0; i < topology.sites.size(); ++i) {
        hosts.push_back(world.create_host("site-" + std::to_string(i), site_speed)->seal());
    }
    return hosts;
}

std::vector<s4u::Link*> add_links(s4u::NetZone& world, const Topology& topology) {
    std::vector<s4u::Link*> links;
    for (const model::Link& link : topology.links) {
        const std::string name = "link-" + std::to_string(links.size());
        const double bytes_per_second = static_cast<double>(link.bandwidth_bits_per_second) / 8;
        const double seconds = static_cast<double>(link.latency.count()) / nanoseconds_per_second;
        links.push_back(world.create_link(name, bytes_per_second)->set_latency(seconds)->seal());
    }
    return links;
}

void add_routes(s4u::NetZone& world,
                const Topology& topology,
                const std::vector<s4u::Host*>& hosts,
                const std::vector<s4u::Link*>& links) {
    const BestRoutes best(topology);
    for (std::size_t from = 0; from < hosts.size(); ++from) {
        const BestRoutes::Arrivals arrivals = best.from(from);
        // The way back is the same: of two equally good routes, a pair must not use both.
        for (std::size_t to = from + 1; to < hosts.size(); ++to) {
            std::vector<s4u::LinkInRoute> route;
            for (const std::size_t link : best.walk(arrivals, to)) {
                route.emplace_back(links[link]);
            }
            if (route.empty()) continue;
            world.add_route(
                hosts[from]->get_netpoint(), hosts[to]->get_netpoint(), nullptr, nullptr, route);
        }
    }
}

Duration ask_latency(const s4u::Host& from, const s4u::Host& to) {
    std::vector<s4u::Link*> links;
    double seconds = 0;  // route_to adds to it
    from.route_to(&to, links, &seconds);
    if (links.empty()) return model::no_route;
    return Duration{std::llround(seconds * nanoseconds_per_second)};
}

// SimGrid keeps one engine for the life of a process, also after the Platform is gone.
bool a_platform_was_built = false;

}  // namespace

struct Platform::Engine {
    std::unique_ptr<s4u::Engine> simgrid;
    std::size_t site_count = 0;
    std::vector<Duration> latencies;  // row by row
};

Platform::Platform(const Topology& topology) : engine_(std::make_unique<Engine>()) {
    CHECK(!a_platform_was_built, "SimGrid allows one engine per process");
    a_platform_was_built = true;
    engine_->simgrid = start_engine();
    s4u::NetZone* const world = s4u::create_full_zone("world");
    const std::vector<s4u::Host*> hosts = add_sites(*world, topology);
    add_routes(*world, topology, hosts, add_links(*world, topology));
    world->seal();
    engine_->simgrid->seal_platform();
    engine_->site_count = hosts.size();
    engine_->latencies.reserve(hosts.size() * hosts.size());
    for (const s4u::Host* from : hosts) {
        for (const s4u::Host* to : hosts) {
            engine_->latencies.push_back(ask_latency(*from, *to));
        }
    }
}

Platform::~Platform() = default;

Duration Platform::latency(SiteIndex from, SiteIndex to) const {
    CHECK(row(from) < site_count() && row(to) < site_count(), "a site of this platform");
    return engine_->latencies[row(from) * site_count() + row(to)];
}

std::size_t Platform::site_count() const {
    return engine_->site_count;
}

void Platform::advance(Duration world_length) {
    CHECK(world_length >= Duration{0}, "time does not run backwards");
    const double seconds = static_cast<double>(world_length.count()) / nanoseconds_per_second;
    engine_->simgrid->run_until(s4u::Engine::get_clock() + seconds);
}

}  // namespace invitro::sim
