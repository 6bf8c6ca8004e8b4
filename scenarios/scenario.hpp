// A scenario: a family of worlds, as a person writes it. See docs/SCENARIOS.md for the format.
//
// A scenario holds distributions ("3 devices per person, a third behind symmetric NATs"); expand()
// draws one world from it. A scenario file may instead spell out its devices and calls; then every
// seed gives the same devices and calls and only the draws of network and push differ.
#pragma once

#include "protocol/vocabulary/result.hpp"
#include "scenarios/world.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace invitro::scenarios {

// A value drawn among several, by weight.
template <class T>
struct Weighted {
    T value{};
    std::uint32_t weight = 1;

    bool operator==(const Weighted&) const = default;
};

template <class T>
using Mix = std::vector<Weighted<T>>;

// People, each with some devices; drawn when the scenario expands.
struct Population {
    std::uint32_t people = 0;
    Mix<std::uint32_t> devices_per_person{{1, 1}};
    Mix<model::AccessKind> access{{model::AccessKind::wifi, 1}};
    Mix<model::NatPolicy> nat{{model::NatPolicy{.kind = model::NatKind::eim_apdf}, 1}};
    Mix<model::IpFamilies> families{{model::IpFamilies::v4, 1}};
    Mix<std::string> sites{{"Frankfurt", 1}};
    bool shared_network = true;  // a person's devices share one access network (a home, an office)
    std::uint32_t identifiers_per_person = 1;

    bool operator==(const Population&) const = default;
};

// What people do when it rings.
struct Behaviour {
    Mix<model::ReactionKind> reaction{{model::ReactionKind::accept, 1}};
    model::QuantileTable answer_after = model::lognormal(std::chrono::milliseconds{3500}, 600);
    model::QuantileTable opens_mail_after = model::lognormal(std::chrono::seconds{15}, 700);

    bool operator==(const Behaviour&) const = default;
};

enum class Arrivals : std::uint8_t { evenly = 0, poisson = 1, burst = 2 };

// Calls between people of the population; drawn when the scenario expands.
struct Workload {
    std::uint32_t calls = 0;
    Arrivals arrivals = Arrivals::poisson;
    Duration start = std::chrono::seconds{5};
    Duration span = std::chrono::seconds{60};  // the calls fall into it
    protocol::AnswerPolicy policy = protocol::AnswerPolicy::first;
    Duration lifetime = protocol::timing::invitation_lifetime_default;
    model::Probability cancelled{};  // share of calls the caller gives up
    model::QuantileTable cancel_after = model::lognormal(std::chrono::seconds{12}, 500);
    model::QuantileTable talk = model::constant(std::chrono::seconds{10});

    bool operator==(const Workload&) const = default;
};

// Bounds on one of the metrics of a result, e.g. {"accept_delivery", "p99", at most 2 s}. One of
// them may be infinite: {"direct_rate", "value", at least 0.6}.
struct Threshold {
    std::string metric;
    std::string statistic;  // count, min, mean, p50, p90, p99, p99.9, max, or value
    // Milliseconds, or the metric's own unit.
    double at_most = std::numeric_limits<double>::infinity();
    double at_least = -std::numeric_limits<double>::infinity();

    bool operator==(const Threshold&) const = default;
};

struct Scenario {
    std::string description;
    World world;            // everything spelled out, and the common settings
    Population population;  // drawn in addition to the devices spelled out
    Behaviour behaviour;
    Workload workload;
    std::vector<Threshold> thresholds;
    std::vector<std::string> properties;  // ids to check; empty: all

    bool operator==(const Scenario&) const = default;
};

// The world of this scenario for this seed.
World expand(const Scenario& scenario, std::uint64_t seed);

// A scenario that stands for exactly this world.
Scenario scenario_of(const World& world);

// One mistake in a scenario file, placed.
struct Mistake {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::string pointer;  // RFC 6901, "" for the whole document
    std::string message;  // what is wrong, what was expected, the nearest valid word

    // "household.json:12:9: /network/losss: unknown key; did you mean \"loss\"?"
    [[nodiscard]] std::string text() const;
};

// Reads a scenario file's text. `file` is for messages. All mistakes are reported, not only the
// first.
tl::expected<Scenario, std::vector<Mistake>> parse_scenario(std::string_view text,
                                                            const std::string& file);

// Reads a file, or a shipped scenario by its name.
tl::expected<Scenario, std::vector<Mistake>> load_scenario(const std::string& path_or_name);

// The scenario as file text: stable order, units, only what differs from the defaults.
// parse_scenario() of it gives the same scenario again.
std::string to_json(const Scenario& scenario);

// The JSON Schema (draft-07) of the format.
std::string schema_json();

// The reference page of the format, docs/SCENARIOS.md (Markdown).
std::string reference_page();

// The scenarios that come with the program: by name, in alphabetical order, as text.
struct ShippedScenario {
    std::string_view name;
    std::string_view text;
};

const std::vector<ShippedScenario>& shipped_scenarios();

// The metrics that a threshold can name; reports/ measures exactly these.
const std::vector<std::string>& metric_names();

}  // namespace invitro::scenarios
