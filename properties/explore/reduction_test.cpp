#include "properties/explore/reduction.hpp"

#include "model/draw.hpp"
#include "properties/explore/search.hpp"
#include "properties/explore/toy_subject_test.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace invitro::properties::explore {
namespace {

using namespace protocol::literals;
using FactSet = std::set<std::vector<std::uint32_t>>;

// Which facts were seen together, in any state and in the last ones.
struct Seen {
    std::mutex mutex;
    FactSet states;
    FactSet last;
};

std::function<bool(Facts)> into(const std::shared_ptr<Seen>& seen, FactSet Seen::*set) {
    return [seen, set](Facts facts) {
        const std::scoped_lock lock(seen->mutex);
        (*seen.*set).insert({facts.begin(), facts.end()});
        return true;
    };
}

struct Explored {
    SearchReport report;
    FactSet states;
    FactSet last;
};

Explored explore(Subject subject, const SearchOptions& options) {
    const auto seen = std::make_shared<Seen>();
    subject.invariants.push_back({.id = "", .sentence = "", .holds = into(seen, &Seen::states)});
    subject.goals.push_back({.id = "", .sentence = "", .holds = into(seen, &Seen::last)});
    Explored explored{.report = search(subject, options), .states = {}, .last = {}};
    explored.states = seen->states;
    explored.last = seen->last;
    return explored;
}

// A protocol drawn by lot: what a machine does with an input in a state is a hash of both. Each
// machine takes part `turns` times.
Subject random_subject(std::uint64_t seed, std::size_t machines, int turns) {
    const auto step = [seed, machines](
                          Node node, ToyTurn& turn, Happening happening, std::uint8_t what) {
        turn.sleep();
        if (happening == Happening::crash) turn.value(0) = 0;
        if (turn.value(1) == 0) return;
        --turn.value(1);
        const auto state = static_cast<std::uint64_t>(turn.value(0));
        std::uint64_t bits =
            model::mix(seed ^ model::mix(node << 24 | static_cast<unsigned>(happening) << 16 |
                                         state << 8 | what));
        const auto take = [&bits](std::uint64_t count) {
            const std::uint64_t taken = bits % count;
            bits /= count;
            return taken;
        };
        if (take(2) == 0) turn.value(0) = static_cast<int>(take(3));
        if (take(3) == 0) {
            turn.count(static_cast<std::uint16_t>(node), static_cast<std::uint8_t>(take(3)));
        }
        for (std::uint64_t sends = take(3); sends > 0; --sends) {
            const Node to = static_cast<Node>(take(machines));
            // To machine 0 who sends it.
            turn.send(
                to,
                to == 0 ? static_cast<std::uint8_t>(node) : static_cast<std::uint8_t>(1 + take(2)));
        }
        if (take(3) == 0) turn.wake_after(1s);
    };
    std::vector<Toy> toys(machines, Toy{.values = {0, turns}});
    Subject subject = toy_subject(toys, step);
    for (Node node = 0; node < machines; ++node) {
        subject.inputs.push_back(
            {.to = node, .kind = InputKind::message, .is_urgent = false, .content = {1}});
    }
    subject.crash_kinds[0] = CrashKind::crash;
    return subject;
}

std::vector<Budget> budgets() {
    return {{}, {.losses = 1}, {.duplicates = 1}, {.crashes = 1}, {.timeouts = 1}};
}

TEST(Reduction, ShowsTheSameFactsAsTheFullSearchInRandomProtocols) {
    std::uint64_t left_out = 0;
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        const Subject subject = random_subject(seed, 3, 3);
        SearchOptions options;
        options.rules.budget = budgets()[seed % budgets().size()];
        options.reduces_order = false;
        const Explored full = explore(subject, options);
        options.reduces_order = true;
        const Explored reduced = explore(subject, options);
        ASSERT_EQ(full.report.verdict, SearchVerdict::holds) << seed;
        ASSERT_EQ(reduced.report.verdict, SearchVerdict::holds) << seed;
        EXPECT_EQ(reduced.last, full.last) << seed;
        EXPECT_EQ(reduced.states, full.states) << seed;
        EXPECT_LE(reduced.report.states, full.report.states) << seed;
        left_out += full.report.states - reduced.report.states;
    }
    EXPECT_GT(left_out, 1000U);
}

// Machine 0 hears of each of the others in a state of its own; they are all alike.
Subject symmetric_subject(std::uint64_t seed, std::size_t machines) {
    const auto step = [seed](Node node, ToyTurn& turn, Happening, std::uint8_t what) {
        if (node == 0) {
            int& about = turn.value(what);
            const std::uint64_t bits =
                model::mix(seed ^ model::mix(static_cast<std::uint64_t>(about)));
            about = std::min(about + 1, 4);
            if (bits % 3 != 0) turn.send(what, static_cast<std::uint8_t>(1 + bits / 3 % 2));
            if (bits / 6 % 3 == 0) turn.count(what, 0);
            return;
        }
        if (turn.value(1) == 0) return;
        --turn.value(1);
        const std::uint64_t bits =
            model::mix(seed ^ model::mix(static_cast<std::uint64_t>(turn.value(0) << 8 | what)));
        if (bits % 2 == 0) turn.value(0) = static_cast<int>(bits / 2 % 3);
        if (bits / 6 % 2 == 0) turn.send(0, static_cast<std::uint8_t>(node));
        if (bits / 12 % 3 == 0) turn.count(static_cast<std::uint16_t>(node), 2);
    };
    std::vector<Toy> toys(machines, Toy{.values = {0, 3}});
    toys[0].values.assign(machines, 0);
    Subject subject = toy_subject(toys, step);
    for (Node node = 1; node < machines; ++node) {
        for (std::uint8_t what = 1; what <= 2; ++what) {
            subject.inputs.push_back(
                {.to = node, .kind = InputKind::message, .is_urgent = false, .content = {what}});
        }
    }
    add_symmetries(subject);
    return subject;
}

// The same facts but for who is who.
FactSet up_to_renaming(const FactSet& set) {
    FactSet sorted;
    for (std::vector<std::uint32_t> facts : set) {
        std::sort(facts.begin() + 1, facts.end());
        sorted.insert(facts);
    }
    return sorted;
}

TEST(Symmetries, ShowTheSameFactsButForWhoIsWho) {
    std::uint64_t full_states = 0;
    std::uint64_t merged_states = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const Subject subject = symmetric_subject(seed, 4);
        SearchOptions options;
        options.rules.budget = {.losses = 1};
        options.reduces_order = false;
        options.uses_symmetries = false;
        const Explored full = explore(subject, options);
        options.uses_symmetries = true;
        const Explored merged = explore(subject, options);
        options.reduces_order = true;
        const Explored both = explore(subject, options);
        EXPECT_EQ(up_to_renaming(merged.states), up_to_renaming(full.states)) << seed;
        EXPECT_EQ(up_to_renaming(merged.last), up_to_renaming(full.last)) << seed;
        EXPECT_EQ(up_to_renaming(both.states), up_to_renaming(full.states)) << seed;
        EXPECT_EQ(up_to_renaming(both.last), up_to_renaming(full.last)) << seed;
        EXPECT_LE(both.report.states, merged.report.states) << seed;
        full_states += full.report.states;
        merged_states += merged.report.states;
    }
    // Three machines have six orders.
    EXPECT_GT(full_states, 4 * merged_states);
    EXPECT_LE(full_states, 6 * merged_states);
}

TEST(Reduction, ComesToTheSameWithAnyNumberOfThreads) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const Subject subject = symmetric_subject(seed, 4);
        SearchOptions options;
        options.rules.budget = {.losses = 1, .duplicates = 1};
        const SearchReport one = search(subject, options);
        options.threads = 3;
        const SearchReport three = search(subject, options);
        EXPECT_EQ(one.states, three.states) << seed;
        EXPECT_EQ(one.transitions, three.transitions) << seed;
        EXPECT_EQ(one.reduced, three.reduced) << seed;
        EXPECT_EQ(one.rounds, three.rounds) << seed;
        EXPECT_EQ(one.local_states, three.local_states) << seed;
    }
}

TEST(Reduction, FindsTheSameCounterexampleWithAnyNumberOfThreads) {
    std::size_t found = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Subject subject = random_subject(seed, 3, 3);
        subject.invariants.push_back({.id = "planted", .sentence = "", .holds = [](Facts facts) {
                                          return (facts[1] & 1U) == 0 || (facts[2] & 1U) == 0;
                                      }});
        SearchOptions options;
        options.rules.budget = {.losses = 1};
        options.reduces_order = false;
        const SearchReport full = search(subject, options);
        options.reduces_order = true;
        const SearchReport one = search(subject, options);
        options.threads = 3;
        const SearchReport three = search(subject, options);
        EXPECT_EQ(full.verdict, one.verdict) << seed;
        EXPECT_EQ(one.verdict, three.verdict) << seed;
        if (!one.counterexample || !three.counterexample) continue;
        ++found;
        std::vector<std::string> told;
        for (const ToldMove& move : one.counterexample->told) {
            told.push_back(move.what);
        }
        std::vector<std::string> other;
        for (const ToldMove& move : three.counterexample->told) {
            other.push_back(move.what);
        }
        EXPECT_EQ(told, other) << seed;
    }
    EXPECT_GT(found, 2U);
}

}  // namespace
}  // namespace invitro::properties::explore
