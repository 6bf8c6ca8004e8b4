#include "properties/explore/cycles.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

namespace invitro::properties::explore {
namespace {

struct Arrow {
    StateId from = 0;
    StateId to = 0;
    std::uint32_t move = 0;
};

// Sorted by where they begin.
std::vector<Arrow> arrows_of(Visited& visited, const StateGraph& graph) {
    std::vector<Arrow> arrows;
    arrows.reserve(graph.edges.size());
    for (const Edge& edge : graph.edges) {
        arrows.push_back(
            {.from = edge.from, .to = visited.find(edge.to), .move = edge.move.packed()});
    }
    std::sort(arrows.begin(), arrows.end(), [](const Arrow& a, const Arrow& b) {
        return std::tie(a.from, a.to, a.move) < std::tie(b.from, b.to, b.move);
    });
    return arrows;
}

// The component of each state, by arrows between states that are both unmet.
std::vector<std::uint32_t> components_of(std::size_t states,
                                         const std::vector<Arrow>& arrows,
                                         const std::vector<std::uint8_t>& is_unmet) {
    using Graph = boost::compressed_sparse_row_graph<boost::directedS>;
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (const Arrow& arrow : arrows) {
        if (is_unmet[arrow.from] != 0 && is_unmet[arrow.to] != 0)
            pairs.emplace_back(arrow.from, arrow.to);
    }
    const Graph graph(boost::edges_are_sorted, pairs.begin(), pairs.end(), states);
    std::vector<std::uint32_t> components(states);
    boost::strong_components(graph,
                             boost::make_iterator_property_map(
                                 components.begin(), boost::get(boost::vertex_index, graph)));
    return components;
}

bool must_happen(const Move& move) {
    return move.kind == MoveKind::deliver || move.kind == MoveKind::deadline ||
           move.kind == MoveKind::advance;
}

// The moves of a state that cannot be put off for ever.
std::vector<std::uint32_t> pressing_moves(const Space& space,
                                          const Rules& rules,
                                          const WorldState& state) {
    std::vector<std::uint32_t> pressing;
    for (const Move& move : moves_of(space, rules, state)) {
        if (must_happen(move)) pressing.push_back(move.packed());
    }
    std::sort(pressing.begin(), pressing.end());
    return pressing;
}

class Component {
public:
    Component(const Space& space,
              const Rules& rules,
              const StateGraph& graph,
              std::vector<Arrow> arrows)
        : space_(space), rules_(rules), graph_(graph), arrows_(std::move(arrows)) {}

    // Its arrows go from it into it, and there is one.
    [[nodiscard]] bool is_fair() const {
        std::vector<std::uint32_t> waiting =
            pressing_moves(space_, rules_, state(arrows_.front().from));
        StateId last = arrows_.front().from;
        for (const Arrow& arrow : arrows_) {
            if (arrow.from != last)
                keep_common(waiting, pressing_moves(space_, rules_, state(arrow.from)));
            last = arrow.from;
        }
        for (const Arrow& arrow : arrows_) {
            std::erase(waiting, arrow.move);
        }
        return waiting.empty();
    }

    [[nodiscard]] StateId begin() const { return arrows_.front().from; }

    // The shortest way from its first state back there.
    [[nodiscard]] std::vector<Move> round_trip() const {
        std::deque<StateId> next{begin()};
        std::vector<std::pair<StateId, const Arrow*>> reached_by;  // sorted by state
        const auto place_of = [&](StateId id) {
            return std::lower_bound(
                reached_by.begin(), reached_by.end(), id, [](const auto& one, StateId sought) {
                    return one.first < sought;
                });
        };
        for (; !next.empty(); next.pop_front()) {
            const auto first = std::lower_bound(
                arrows_.begin(), arrows_.end(), next.front(), [](const Arrow& arrow, StateId id) {
                    return arrow.from < id;
                });
            for (auto arrow = first; arrow != arrows_.end() && arrow->from == next.front();
                 ++arrow) {
                const auto place = place_of(arrow->to);
                if (place != reached_by.end() && place->first == arrow->to) continue;
                reached_by.insert(place, {arrow->to, &*arrow});
                next.push_back(arrow->to);
            }
        }
        std::vector<Move> moves;
        StateId at = begin();
        do {
            const Arrow& arrow = *place_of(at)->second;
            moves.push_back(Move::unpacked(arrow.move));
            at = arrow.from;
        } while (at != begin());
        std::reverse(moves.begin(), moves.end());
        return moves;
    }

private:
    [[nodiscard]] WorldState state(StateId id) const {
        const auto level = std::upper_bound(
            graph_.levels.begin(), graph_.levels.end(), id, [](StateId sought, const Level& one) {
                return sought < one.first;
            });
        return (level - 1)->state(id - (level - 1)->first);
    }

    static void keep_common(std::vector<std::uint32_t>& some,
                            const std::vector<std::uint32_t>& others) {
        std::erase_if(some, [&](std::uint32_t one) {
            return !std::binary_search(others.begin(), others.end(), one);
        });
    }

    const Space& space_;
    const Rules& rules_;
    const StateGraph& graph_;
    std::vector<Arrow> arrows_;
};

// The arrows inside of components, by component and then as they are sorted.
std::vector<std::vector<Arrow>> inner_arrows(const std::vector<Arrow>& arrows,
                                             const std::vector<std::uint32_t>& components,
                                             const std::vector<std::uint8_t>& is_unmet) {
    std::vector<std::vector<Arrow>> inner;
    std::vector<std::uint32_t> place(components.size(), 0);
    for (const Arrow& arrow : arrows) {
        if (is_unmet[arrow.from] == 0 || is_unmet[arrow.to] == 0) continue;
        if (components[arrow.from] != components[arrow.to]) continue;
        std::uint32_t& at = place[components[arrow.from]];
        if (at == 0) {
            inner.emplace_back();
            at = static_cast<std::uint32_t>(inner.size());
        }
        inner[at - 1].push_back(arrow);
    }
    return inner;
}

std::vector<std::uint8_t> unmet_states(const StateGraph& graph, const Promise& goal) {
    std::vector<std::uint8_t> is_unmet;
    for (const Level& level : graph.levels) {
        for (std::size_t place = 0; place < level.size(); ++place) {
            const bool holds = goal.holds(level.state(place).fact_view());
            is_unmet.push_back(holds ? 0 : 1);
        }
    }
    return is_unmet;
}

}  // namespace

std::optional<FairCycle> find_fair_cycle(const Space& space,
                                         const Rules& rules,
                                         Visited& visited,
                                         const StateGraph& graph) {
    const std::vector<Arrow> arrows = arrows_of(visited, graph);
    const auto& goals = space.subject().goals;
    for (std::size_t promise = 0; promise < goals.size(); ++promise) {
        const std::vector<std::uint8_t> is_unmet = unmet_states(graph, goals[promise]);
        const auto components = components_of(is_unmet.size(), arrows, is_unmet);
        for (auto& inner : inner_arrows(arrows, components, is_unmet)) {
            const Component component(space, rules, graph, std::move(inner));
            if (!component.is_fair()) continue;
            return FairCycle{
                .promise = promise, .begin = component.begin(), .moves = component.round_trip()};
        }
    }
    return std::nullopt;
}

}  // namespace invitro::properties::explore
