#include "model/network/topology.hpp"

#include "protocol/vocabulary/check.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths_no_color_map.hpp>

#include <algorithm>

namespace invitro::model {
namespace {

using Graph = boost::adjacency_list<boost::vecS,
                                    boost::vecS,
                                    boost::undirectedS,
                                    boost::no_property,
                                    boost::property<boost::edge_weight_t, std::int64_t>>;

std::size_t index_of(SiteIndex site) {
    return static_cast<std::size_t>(site);
}

void add_link(Graph& graph, const Link& link) {
    const std::size_t site_count = boost::num_vertices(graph);
    CHECK(index_of(link.from) < site_count && index_of(link.to) < site_count,
          "a link joins two sites of its topology");
    CHECK(link.latency >= Duration::zero(), "nothing arrives before it was sent");
    boost::add_edge(index_of(link.from), index_of(link.to), link.latency.count(), graph);
}

}  // namespace

std::optional<SiteIndex> Topology::find(std::string_view site_name) const {
    const auto place = std::find_if(
        sites.begin(), sites.end(), [&](const Site& site) { return site.name == site_name; });
    if (place == sites.end()) return std::nullopt;
    return static_cast<SiteIndex>(place - sites.begin());
}

RouteMatrix::RouteMatrix(const Topology& topology) : site_count_(topology.sites.size()) {
    Graph graph(site_count_);
    for (const Link& link : topology.links) {
        add_link(graph, link);
    }

    std::vector<std::int64_t> distances(site_count_);
    latency_.reserve(site_count_ * site_count_);
    for (std::size_t from = 0; from < site_count_; ++from) {
        const auto map = boost::make_iterator_property_map(distances.begin(),
                                                           boost::get(boost::vertex_index, graph));
        boost::dijkstra_shortest_paths_no_color_map(
            graph, from, boost::distance_map(map).distance_inf(no_route.count()));
        for (const std::int64_t distance : distances) {
            latency_.emplace_back(distance);
        }
    }
}

bool is_connected(const Topology& topology, const std::vector<std::size_t>& cut_links) {
    std::vector<bool> is_cut(topology.links.size(), false);
    for (const std::size_t link : cut_links) {
        CHECK(link < is_cut.size(), "only a link of the topology can be cut");
        is_cut[link] = true;
    }
    Graph graph(topology.sites.size());
    for (std::size_t i = 0; i < topology.links.size(); ++i) {
        if (!is_cut[i]) add_link(graph, topology.links[i]);
    }
    std::vector<std::size_t> component(topology.sites.size());
    const auto map = boost::make_iterator_property_map(component.begin(),
                                                       boost::get(boost::vertex_index, graph));
    return boost::connected_components(graph, map) <= 1;
}

}  // namespace invitro::model
