#include "properties/check.hpp"

#include "invitro_version.hpp"
#include "properties/check_record.hpp"
#include "protocol/vocabulary/check.hpp"
#include "sim/campaign/campaign.hpp"

#include <algorithm>
#include <chrono>

namespace invitro::properties {
namespace {

using scenarios::World;
using WallClock = std::chrono::steady_clock;

constexpr std::size_t violations_kept = 8;
constexpr std::size_t violating_kept = 100;

// Blows when a world has too many events.
class Fuse : public sim::Observer {
public:
    explicit Fuse(std::uint64_t events_max) : events_max_(events_max) {}

    void observe(const model::Event&) override {
        CHECK(++events_ <= events_max_, "a generated world comes to an end");
    }

private:
    std::uint64_t events_max_;
    std::uint64_t events_ = 0;
};

std::uint64_t events_max_of(const CheckOptions& options) {
    return options.scenarios.empty() ? generated_events_max : 0;
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
        return [&options, platform](std::uint64_t index) {
            const World world = world_at(options, index);
            return encode(
                record_of(world, check_world_within(events_max_of(options), world, *platform)));
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
        for (std::size_t i = 0; i < report_.features.size(); ++i) {
            report_.features[i] += record->features[i] ? 1 : 0;
        }
        for (std::size_t i = 0; i < report_.remarks.size(); ++i) {
            report_.remarks[i] += record->remarks[i];
        }
        for (std::size_t i = 0; i < report_.tallies.size(); ++i) {
            add_up(report_.tallies[i], record->tallies[i]);
        }
        for (std::size_t i = 0; i < record->tallies.size(); ++i) {
            const Tally& tally = record->tallies[i];
            if (tally.violated == 0 || !counts(i)) continue;
            Finding finding{.index = index, .property = std::string{catalogue()[i].id}};
            finding.explanation = tally.violations.front().explanation;
            finding.fingerprint = record->fingerprint;
            return found(std::move(finding));
        }
        return true;
    }

    bool take(const sim::WorldCrash& crash) {
        ++report_.worlds;
        Finding finding{.index = crash.index,
                        .is_crash = true,
                        .death = {.signal = crash.signal, .exit_code = crash.exit_code}};
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
            finding.events_max = events_max_of(options_);
            if (options_.scenarios.empty()) {
                finding.token = ReplayToken{.version = std::string{version_string},
                                            .seed = options_.seed,
                                            .index = finding.index};
            }
            report_.finding = std::move(finding);
        }
        return options_.keep_going;
    }

    const CheckOptions& options_;
    CheckReport& report_;
    std::vector<std::size_t> counted_;
};

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

WorldVerdict check_world_within(std::uint64_t events_max,
                                const World& world,
                                sim::Platform& platform) {
    if (events_max == 0) return check_world(world, platform);
    Fuse fuse(events_max);
    std::array<sim::Observer*, 1> others{&fuse};
    return check_world(world, platform, others);
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
    return report;
}

}  // namespace invitro::properties
