// Checking: one world, a campaign of worlds, and the replay of what a campaign found.
//
// The commands `check`, `replay` and `run` are thin: they parse, call one of these functions and
// print what it returns.
#pragma once

#include "properties/checker.hpp"
#include "properties/generate/generate.hpp"
#include "scenarios/scenario.hpp"
#include "sim/run.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace invitro::properties {

// ---- one world ----------------------------------------------------------------------------------

struct WorldVerdict {
    sim::RunSummary summary{};
    std::vector<Tally> tallies{};  // tallies[i] belongs to catalogue()[i]

    // The place in the catalogue of the first property that this world violates.
    [[nodiscard]] std::optional<std::size_t> first_violated() const;
};

// Runs the world with every property watching; `others` watch too (metrics, traces).
// Precondition: inconsistency(world) is empty.
WorldVerdict check_world(const scenarios::World& world,
                         sim::Platform& platform,
                         std::span<sim::Observer* const> others = {});

// A world that does not come to an end, a storm of messages, is a finding and not a campaign that
// stands still. Generated worlds have some hundred events, none ten thousand.
inline constexpr std::uint64_t generated_events_max = 100'000;

// As check_world(); aborts the process when the world has more than so many events (0: any number).
WorldVerdict check_world_within(std::uint64_t events_max,
                                const scenarios::World& world,
                                sim::Platform& platform);

// Adds one tally to another: how two worlds, or two shards, fared together. Counts add up; of the
// violations the first few are kept.
void add_up(Tally& sum, const Tally& more);

// ---- tokens -------------------------------------------------------------------------------------

// Names one generated world, simplified or not: "0.1.0:g1:s42:w17:3.0.2". Version, generator
// version, campaign seed, index and the path of simplifications (absent where there is none).
struct ReplayToken {
    std::string version{};
    std::uint32_t generator = generator_version;
    std::uint64_t seed = 0;
    std::uint64_t index = 0;
    ShrinkPath path{};

    bool operator==(const ReplayToken&) const = default;
};

std::string to_string(const ReplayToken& token);

// Errors: not a token.
std::optional<ReplayToken> parse_token(std::string_view text);

// The world that the token names. Errors: made by another version of the generator, or a path that
// does not exist.
tl::expected<scenarios::World, std::string> world_of(const ReplayToken& token);

// ---- campaigns ----------------------------------------------------------------------------------

struct CheckOptions {
    std::uint64_t seed = 1;
    std::uint64_t first = 0;      // index of the first world
    std::uint64_t worlds = 1000;  // in all shards together; max: until the time is over
    std::optional<std::chrono::nanoseconds> time_limit{};
    unsigned jobs = 1;
    std::uint64_t shard = 0;
    std::uint64_t shards = 1;
    std::vector<std::string> properties{};  // ids that count as findings; empty: all
    // Worlds come from these, in turn, instead of from the generator: world i is
    // expand(scenarios[i % n], hash(seed, i)).
    std::vector<scenarios::Scenario> scenarios{};
    bool keep_going = false;  // past the first finding, for the counts
};

// How a process died: "SIGKILL", "exit code 3".
struct Death {
    int signal = 0;  // that killed it, 0 if it exited by itself
    int exit_code = 0;

    bool operator==(const Death&) const = default;
};

std::string to_string(const Death& death);

// How simplifying ended.
enum class SimplifyEnd : std::uint8_t {
    minimal,      // nothing simpler fails
    tries,        // tried as often as it may; again it comes to the same world
    time,         // no time left; again it may come to another world
    interrupted,  // SIGINT or SIGTERM; likewise
    too_large,    // more small steps would take too much memory
    not_again,    // the world alone did not fail again: it stands as it was found
};

// What a campaign found: a world that violates a property or kills the program.
struct Finding {
    std::uint64_t index = 0;
    bool is_crash = false;
    Death death{};              // of a crash
    std::string property{};     // its id; empty for a crash
    std::string explanation{};  // of the violation in `world`, or the last words of the program
    scenarios::World original{};
    scenarios::World world{};  // simplified as far as it went
    ShrinkReport shrinking{};
    std::optional<SimplifyEnd> simplified{};  // nothing: not tried
    std::optional<ReplayToken> token{};       // of `world`; none where it came from a scenario
    sim::Fingerprint fingerprint{};           // of `world`; none of a crash
    std::uint64_t events_max = 0;             // it ran within so many events; 0: any number
};

struct CheckReport {
    std::uint64_t worlds = 0;
    std::uint64_t events = 0;
    double seconds = 0;                   // of wall-clock time
    sim::Fingerprint fingerprint;         // of the campaign
    std::vector<Tally> tallies;           // summed over the worlds; as in WorldVerdict
    std::vector<std::uint64_t> features;  // worlds that had features()[i]
    std::array<std::uint64_t, protocol::remark_kind_count> remarks{};
    std::vector<std::uint64_t> violating;  // indices of worlds with a finding, the first few
    std::optional<Finding> finding;        // of the lowest index
    bool timed_out = false;
    bool interrupted = false;
};

// Told now and then during a campaign.
struct CheckProgress {
    std::uint64_t worlds = 0;  // finished
    double seconds = 0;
};

// Runs the campaign; the finding of the lowest index is reported as it was found. Call it from a
// process of one thread that has no Platform.
// Preconditions: the ids in `properties` exist; shard < shards.
CheckReport check_campaign(const CheckOptions& options,
                           const std::function<void(const CheckProgress&)>& on_progress = {});

// ---- simplification -----------------------------------------------------------------------------

struct SimplifyOptions {
    std::uint64_t tries_max = 5000;
    std::chrono::nanoseconds time_max = std::chrono::seconds{60};
};

// Makes the finding's world as simple as it goes, in a process of its own; on SIGINT and SIGTERM
// the best so far is kept. `on_progress` is told now and then how many worlds were tried. The same
// demands on the process as check_campaign().
void simplify(Finding& finding,
              const SimplifyOptions& options,
              const std::function<void(std::uint64_t tried)>& on_progress = {});

// ---- counterexamples and their replay -----------------------------------------------------------

// What a counterexample did when it was found. It stands beside the scenario file, in a file of its
// own ("x.json": "x.expected.json"), so that the scenario stays an ordinary one.
struct Expectation {
    std::string version;
    std::string token;           // empty: none
    std::optional<Death> death;  // the program died
    bool died_again = true;      // when it was tried alone
    std::string property;        // violated; empty: it died
    std::string explanation;
    sim::Fingerprint fingerprint{};
    std::uint64_t events_max = 0;  // 0: any number
};

// Writes the finding's world as a scenario file, and what it did beside it. Errors: as the
// operating system says.
tl::expected<void, std::string> write_counterexample(const Finding& finding,
                                                     const std::string& path);

// A world to be run again, and what it is to do, if that is known.
struct Replayable {
    scenarios::World world;
    std::optional<Expectation> expected;
    std::optional<ReplayToken> token;  // it was named by one
    std::uint64_t events_max = 0;      // as when it was found
};

// From a token, or from a scenario file with or without an expectation beside it. Errors: neither,
// or a file with mistakes.
tl::expected<Replayable, std::string> load_replayable(const std::string& file_or_token);

// What a world did when it ran again.
struct Replayed {
    std::optional<Death> death;
    std::string property;     // violated: the expected one if it is, else the first; empty: none
    std::string explanation;  // of the violation; of a death the last words
    sim::Fingerprint fingerprint{};
    std::uint64_t checked = 0;  // how often the expected property, or any, was put to the test

    [[nodiscard]] bool is_broken() const { return death || !property.empty(); }
};

// Runs it in a process of its own, which it may kill. The same demands on the process as
// check_campaign().
Replayed replay(const Replayable& what);

// How what happened compares with what was expected.
enum class Likeness : std::uint8_t {
    nothing_expected,
    same,                 // the same violation and every event as before, or a death again
    another_fingerprint,  // the same violation in another course of events
    another_failure,      // something else is broken
    gone,                 // the expected property was put to the test and holds, or it did not die
    not_exercised,        // nothing is broken, but nothing put the expected property to the test
};

Likeness compare(const Replayed& replayed, const Replayable& what);

}  // namespace invitro::properties
