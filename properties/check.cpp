#include "properties/check.hpp"

#include "invitro_version.hpp"
#include "properties/check_record.hpp"
#include "protocol/vocabulary/check.hpp"
#include "sim/campaign/campaign.hpp"
#include "sim/campaign/worker.hpp"

#include <algorithm>
#include <chrono>

namespace invitro::properties {
namespace {

using scenarios::World;
using WallClock = std::chrono::steady_clock;

constexpr std::size_t violations_kept = 8;
constexpr std::size_t violating_kept = 100;

// Blows when a world does not come to an end: a storm of messages is a finding, not a campaign that
// stands still. Generated worlds have some hundred events, none ten thousand.
class Fuse : public sim::Observer {
public:
    void observe(const model::Event&) override {
        constexpr std::uint64_t events_max = 100'000;
        CHECK(++events_ <= events_max, "a generated world comes to an end");
    }

private:
    std::uint64_t events_ = 0;
};

WorldVerdict check_generated(const World& world, sim::Platform& platform) {
    Fuse fuse;
    std::array<sim::Observer*, 1> others{&fuse};
    return check_world(world, platform, others);
}

double seconds_since(WallClock::time_point start) {
    return std::chrono::duration<double>(WallClock::now() - start).count();
}

World world_at(const CheckOptions& options, std::uint64_t index) {
    if (options.scenarios.empty()) return generate(options.seed, index);
    const auto& scenario = options.scenarios[index % options.scenarios.size()];
    return expand(scenario, model::draw(options.seed, model::Subsystem::generation, index));
}

// A Platform costs too much to build for each world, and there can be only one in a process.
sim::MakeWorldJob job_maker(const CheckOptions& options) {
    return [&options]() -> sim::WorldJob {
        auto platform = std::make_shared<sim::Platform>(model::builtin_metros());
        const bool is_generated = options.scenarios.empty();
        return [&options, platform, is_generated](std::uint64_t index) {
            const World world = world_at(options, index);
            return encode(record_of(
                world,
                is_generated ? check_generated(world, *platform) : check_world(world, *platform)));
        };
    };
}

// Collects a campaign's records.
class Collector {
public:
    Collector(const CheckOptions& options, CheckReport& report)
        : options_(options), report_(report) {
        report_.tallies.resize(catalogue().size());
        report_.features.resize(features().size());
        for (const std::string& id : options.properties) {
            const auto place = find_property(id);
            CHECK(place.has_value(), "the properties to check exist");
            counted_.push_back(*place);
        }
    }

    bool take(std::uint64_t index, protocol::ByteView bytes) {
        const auto record = decode_record(bytes);
        CHECK(record.has_value(), "a worker is the same program");
        ++report_.worlds;
        report_.events += record->events;
        report_.fingerprint = combine(report_.fingerprint, index, record->fingerprint);
        for (std::size_t i = 0; i < report_.features.size(); ++i)
            report_.features[i] += (record->features >> i) & 1;
        for (std::size_t i = 0; i < report_.remarks.size(); ++i)
            report_.remarks[i] += record->remarks[i];
        for (std::size_t i = 0; i < report_.tallies.size(); ++i)
            add_up(report_.tallies[i], record->tallies[i]);
        for (std::size_t i = 0; i < record->tallies.size(); ++i) {
            const Tally& tally = record->tallies[i];
            if (tally.violated == 0 || !counts(i)) continue;
            Finding finding{.index = index, .property = std::string{catalogue()[i].id}};
            finding.explanation = tally.violations.front().explanation;
            return found(std::move(finding));
        }
        return true;
    }

    bool take(const sim::WorldCrash& crash) {
        ++report_.worlds;
        Finding finding{.index = crash.index, .is_crash = true};
        finding.explanation = crash.last_words;
        return found(std::move(finding));
    }

private:
    [[nodiscard]] bool counts(std::size_t place) const {
        return counted_.empty() ||
               std::find(counted_.begin(), counted_.end(), place) != counted_.end();
    }

    bool found(Finding finding) {
        if (report_.violating.size() < violating_kept) report_.violating.push_back(finding.index);
        if (!report_.finding) {
            finding.original = world_at(options_, finding.index);
            finding.world = finding.original;
            report_.finding = std::move(finding);
        }
        return options_.keep_going;
    }

    const CheckOptions& options_;
    CheckReport& report_;
    std::vector<std::size_t> counted_;
};

// Simplifies in a child process, which may have a Platform of its own.
ShrinkRecord shrink_violation(const Finding& finding, std::uint64_t tries_max) {
    const std::size_t place = *find_property(finding.property);
    sim::Platform platform(model::builtin_metros());
    ShrinkRecord record;
    const auto still_fails = [&](const World& world) {
        return check_generated(world, platform).tallies[place].violated != 0;
    };
    const World smallest = shrink(finding.original, still_fails, tries_max, &record.report);
    const WorldVerdict verdict = check_world(smallest, platform);
    record.fingerprint = verdict.summary.fingerprint;
    const auto& violations = verdict.tallies[place].violations;
    record.explanation = violations.empty() ? finding.explanation : violations.front().explanation;
    return record;
}

bool crashes(const World& world) {
    const auto end = sim::run_forked([&] {
        sim::Platform platform(model::builtin_metros());
        check_generated(world, platform);
        return std::vector<std::uint8_t>{};
    });
    return std::holds_alternative<sim::WorldCrash>(end);
}

void simplify(Finding& finding, std::uint64_t tries_max) {
    if (finding.is_crash) {
        if (!crashes(finding.original)) return;
        finding.world = shrink(finding.original, crashes, tries_max, &finding.shrinking);
        return;
    }
    const auto end = sim::run_forked([&] { return encode(shrink_violation(finding, tries_max)); });
    // On the way to a smaller world the program died: the one found stands as it is.
    const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&end);
    if (bytes == nullptr) return;
    const auto record = decode_shrink_record(*bytes);
    CHECK(record.has_value(), "a child is the same program");
    const auto smallest = follow(finding.original, record->report.path);
    CHECK(smallest.has_value(), "a path leads where it led in the child");
    finding.world = *smallest;
    finding.shrinking = record->report;
    finding.fingerprint = record->fingerprint;
    finding.explanation = record->explanation;
}

}  // namespace

std::optional<std::size_t> WorldVerdict::first_violated() const {
    const auto found = std::find_if(
        tallies.begin(), tallies.end(), [](const Tally& tally) { return tally.violated != 0; });
    if (found == tallies.end()) return std::nullopt;
    return static_cast<std::size_t>(found - tallies.begin());
}

WorldVerdict check_world(const World& world,
                         sim::Platform& platform,
                         std::span<sim::Observer* const> others) {
    Checker checker(world);
    std::vector<sim::Observer*> observers{&checker};
    observers.insert(observers.end(), others.begin(), others.end());
    WorldVerdict verdict;
    verdict.summary = sim::run_world(world, platform, observers);
    verdict.tallies = checker.tallies();
    return verdict;
}

void add_up(Tally& sum, const Tally& more) {
    sum.checked += more.checked;
    sum.violated += more.violated;
    for (const Violation& violation : more.violations) {
        if (sum.violations.size() < violations_kept) sum.violations.push_back(violation);
    }
}

CheckReport check_campaign(const CheckOptions& options,
                           const std::function<void(const CheckProgress&)>& on_progress) {
    CHECK(options.shard < options.shards, "shards are counted from 0");
    const WallClock::time_point start = WallClock::now();
    CheckReport report;
    Collector collector(options, report);
    const sim::CampaignPlan plan{.first = options.first,
                                 .count = options.worlds,
                                 .shard = options.shard,
                                 .shards = options.shards,
                                 .jobs = options.jobs,
                                 .time_limit = options.time_limit};
    const sim::CampaignHandler handler{
        .on_result = [&](std::uint64_t index,
                         protocol::ByteView bytes) { return collector.take(index, bytes); },
        .on_crash = [&](const sim::WorldCrash& crash) { return collector.take(crash); },
        .on_progress =
            [&](std::uint64_t finished) {
                if (on_progress) on_progress({.worlds = finished, .seconds = seconds_since(start)});
            }};
    const sim::CampaignEnd end = run_campaign(plan, job_maker(options), handler);
    report.timed_out = end.timed_out;
    report.interrupted = end.interrupted;
    report.seconds = seconds_since(start);
    if (report.finding) {
        Finding& finding = *report.finding;
        simplify(finding, options.shrink ? options.shrink_tries_max : 0);
        if (options.scenarios.empty()) {
            finding.token = ReplayToken{.version = std::string{version_string},
                                        .seed = options.seed,
                                        .index = finding.index,
                                        .path = finding.shrinking.path};
        }
    }
    return report;
}

}  // namespace invitro::properties
