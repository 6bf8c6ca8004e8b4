// Simplifying a finding, in processes that its worlds may kill.
//
// A child walks from world to simpler world and tells of each it tries whether that fails too; the
// parent writes the answers down. Where a world kills the child, that is an answer as well, and the
// next child takes the known answers as given and goes on after them. So a walk can be cut off at
// any moment, and the answers so far say where it had come to.
#include "properties/check.hpp"
#include "properties/check_coarsen.hpp"
#include "properties/check_record.hpp"
#include "protocol/vocabulary/check.hpp"
#include "sim/campaign/interruption.hpp"
#include "sim/campaign/worker.hpp"

#include <algorithm>
#include <cstring>
#include <poll.h>

namespace invitro::properties {
namespace {

using scenarios::World;
using WallClock = std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

struct Walk {
    World world;
    ShrinkReport report;
};

// From the finding's world as far as `still_fails` has answers, which begin with that of this world
// itself, and as `tries_max` allows.
Walk walk(const Finding& finding, const StillFails& still_fails, std::uint64_t tries_max) {
    Walk result{.world = finding.original, .report = {}};
    if (!still_fails(finding.original).value_or(false)) return result;
    std::uint64_t tried = 0;
    // A token's path has fine steps only, and the worlds that have tokens are small.
    if (!finding.token && is_large(finding.original)) {
        const auto counted = [&](const World& world) -> std::optional<bool> {
            if (tried == tries_max) return std::nullopt;
            ++tried;
            return still_fails(world);
        };
        result.world = coarsened(std::move(result.world), counted);
        if (is_large(result.world)) {
            result.report.tried = tried;
            return result;
        }
    }
    const auto fails = [&](const World& world) { return still_fails(world).value_or(false); };
    result.world = shrink(std::move(result.world), fails, tries_max - tried, &result.report);
    result.report.tried += tried;
    return result;
}

void send(int results, const Bytes& payload) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    Bytes frame(sizeof size);
    std::memcpy(frame.data(), &size, sizeof size);
    frame.insert(frame.end(), payload.begin(), payload.end());
    sim::write_all(results, frame);
}

// Takes the first frame off, if it is there as a whole.
std::optional<Bytes> take_frame(Bytes& bytes) {
    std::uint32_t size = 0;
    if (bytes.size() < sizeof size) return std::nullopt;
    std::memcpy(&size, bytes.data(), sizeof size);
    if (bytes.size() - sizeof size < size) return std::nullopt;
    const auto begin = bytes.begin() + sizeof size;
    Bytes payload(begin, begin + static_cast<std::ptrdiff_t>(size));
    bytes.erase(bytes.begin(), begin + static_cast<std::ptrdiff_t>(size));
    return payload;
}

// One world, in a child.
TrialRecord try_world(const Finding& finding, const World& world, sim::Platform& platform) {
    const WorldVerdict verdict = check_world_within(finding.events_max, world, platform);
    // Whoever looks for a crash is still here.
    if (finding.is_crash) return {};
    const Tally& tally = verdict.tallies[*find_property(finding.property)];
    if (tally.violated == 0) return {};
    return {.fails = true,
            .fingerprint = verdict.summary.fingerprint,
            .explanation = tally.violations.front().explanation};
}

class Simplifying {
public:
    Simplifying(const Finding& finding,
                const SimplifyOptions& options,
                const std::function<void(std::uint64_t)>& on_progress)
        : finding_(finding),
          options_(options),
          on_progress_(on_progress),
          deadline_(WallClock::now() + options.time_max) {}

    SimplifyEnd run() {
        while (!end_) {
            go_on();
        }
        return *end_;
    }

    // The simplest world that failed, and how; meaningful if any was tried.
    [[nodiscard]] Walk walked() const {
        std::size_t next = 0;
        return walk(
            finding_, [&](const World&) { return answer(next++); }, tried());
    }

    [[nodiscard]] std::uint64_t tried() const { return answers_.empty() ? 0 : answers_.size() - 1; }

    // Of the last world that failed, which is the simplest; nothing: none did.
    [[nodiscard]] const std::optional<TrialRecord>& best() const { return best_; }

    [[nodiscard]] const Death& death() const { return death_; }

private:
    [[nodiscard]] std::optional<bool> answer(std::size_t number) const {
        return number < answers_.size() ? std::optional<bool>{answers_[number]} : std::nullopt;
    }

    // The whole of a child's life. An empty frame says that a world is about to be tried.
    void walk_on(int results) const {
        sim::Platform platform(model::builtin_metros());
        std::size_t next = 0;
        const StillFails still_fails = [&](const World& world) -> std::optional<bool> {
            if (const auto known = answer(next++)) return known;
            send(results, {});
            const TrialRecord record = try_world(finding_, world, platform);
            send(results, encode(record));
            return record.fails;
        };
        walk(finding_, still_fails, options_.tries_max);
    }

    void go_on() {
        sim::ForkedProcess child([this](int results) { walk_on(results); });
        unread_.clear();
        is_trying_ = false;
        while (!end_ && listen(child.results())) {
        }
        if (end_) return;
        const sim::ProcessEnd end = child.wait();
        if (end == sim::ProcessEnd{}) {
            end_ = end_of_walk();
        } else if (is_trying_) {
            note_death(end, child.last_words());
        } else {
            end_ = SimplifyEnd::too_large;
        }
    }

    // Waits for news; false when there will be none.
    bool listen(int results) {
        if (on_progress_) on_progress_(tried());
        constexpr int pause_milliseconds = 200;
        std::array<pollfd, 2> events{
            {{.fd = results, .events = POLLIN, .revents = 0},
             {.fd = interruption_.descriptor(), .events = POLLIN, .revents = 0}}};
        poll(events.data(), events.size(), pause_milliseconds);
        if (interruption_.take() != 0) end_ = SimplifyEnd::interrupted;
        if (WallClock::now() >= deadline_) end_ = SimplifyEnd::time;
        if (end_ || events[0].revents == 0) return true;
        if (!sim::read_some(results, unread_)) return false;
        while (const auto frame = take_frame(unread_)) {
            note(*frame);
        }
        return true;
    }

    void note(const Bytes& frame) {
        is_trying_ = frame.empty();
        if (is_trying_) return;
        const auto record = decode_trial(frame);
        CHECK(record.has_value(), "a child is the same program");
        answers_.push_back(record->fails);
        if (record->fails) best_ = record;
    }

    void note_death(const sim::ProcessEnd& end, std::string last_words) {
        answers_.push_back(finding_.is_crash);
        if (!finding_.is_crash) return;
        best_ = TrialRecord{.fails = true, .explanation = std::move(last_words)};
        death_ = {.signal = end.signal, .exit_code = end.exit_code};
    }

    [[nodiscard]] SimplifyEnd end_of_walk() const {
        if (!best_) return SimplifyEnd::not_again;
        if (tried() >= options_.tries_max) return SimplifyEnd::tries;
        return is_large(walked().world) ? SimplifyEnd::too_large : SimplifyEnd::minimal;
    }

    const Finding& finding_;
    const SimplifyOptions& options_;
    const std::function<void(std::uint64_t)>& on_progress_;
    WallClock::time_point deadline_;
    sim::CampaignInterruption interruption_;
    std::vector<bool> answers_;  // of the world as it was found, then of those tried
    std::optional<TrialRecord> best_;
    Death death_;  // of the best, if it dies
    std::optional<SimplifyEnd> end_;
    Bytes unread_;  // the beginning of a frame
    bool is_trying_ = false;
};

}  // namespace

void simplify(Finding& finding,
              const SimplifyOptions& options,
              const std::function<void(std::uint64_t tried)>& on_progress) {
    Simplifying simplifying(finding, options, on_progress);
    finding.simplified = simplifying.run();
    if (!simplifying.best()) return;
    Walk walked = simplifying.walked();
    finding.fingerprint = simplifying.best()->fingerprint;
    finding.explanation = simplifying.best()->explanation;
    if (finding.is_crash) finding.death = simplifying.death();
    finding.world = std::move(walked.world);
    finding.shrinking = std::move(walked.report);
    if (finding.token) finding.token->path = finding.shrinking.path;
}

}  // namespace invitro::properties
