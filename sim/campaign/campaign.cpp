#include "sim/campaign/campaign.hpp"

#include "protocol/vocabulary/check.hpp"
#include "sim/campaign/delivery.hpp"
#include "sim/campaign/interruption.hpp"
#include "sim/campaign/ledger.hpp"
#include "sim/campaign/positions.hpp"
#include "sim/campaign/worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace invitro::sim {
namespace {

using protocol::ByteView;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds progress_period{200};
// While results trickle in, the parent naps instead of waking up for each of them.
constexpr milliseconds nap{1};
constexpr std::size_t trickle_size = 16'384;
// With more than this put aside, only the worker everybody waits for is listened to.
constexpr std::size_t bytes_aside_max = 64'000'000;

// What travels from a worker to the parent: this, then `size` bytes of result.
struct FrameHeader {
    std::uint64_t position = 0;
    std::uint64_t size = 0;
};

// In place of a position: the worker has made its job and takes worlds from now on.
constexpr std::uint64_t ready_mark = std::numeric_limits<std::uint64_t>::max();

void write_frame(int results,
                 std::uint64_t position,
                 ByteView result,
                 std::vector<std::uint8_t>& frame) {
    const FrameHeader header{.position = position, .size = result.size()};
    frame.resize(sizeof header);
    std::memcpy(frame.data(), &header, sizeof header);
    frame.insert(frame.end(), result.begin(), result.end());
    write_all(results, frame);
}

// The whole of a worker's life.
void work(int results,
          unsigned worker,
          const CampaignPositions& positions,
          const MakeWorldJob& make_job,
          CampaignLedger& ledger) {
    const WorldJob job = make_job();
    std::vector<std::uint8_t> frame;
    write_frame(results, ready_mark, {}, frame);
    while (const std::optional<std::uint64_t> position = ledger.take(worker)) {
        pass_on_words();
        write_frame(results, *position, job(positions.index(*position)), frame);
    }
}

class Campaign {
public:
    Campaign(const CampaignPlan& plan, const MakeWorldJob& make_job, const CampaignHandler& handler)
        : plan_(plan),
          make_job_(make_job),
          handler_(handler),
          positions_(positions_of(plan)),
          ledger_(positions_.count),
          delivery_(positions_, handler, ledger_) {
        CHECK(plan.jobs >= 1 && plan.jobs <= CampaignLedger::workers_max, "a number of processes");
        workers_.resize(std::min<std::uint64_t>(plan.jobs, positions_.count));
    }

    CampaignEnd run() {
        keep_time();
        for (unsigned worker = 0; worker < workers_.size(); ++worker) {
            start(worker);
        }
        while (living_ > 0) {
            step();
        }
        if (handler_.on_progress) handler_.on_progress(delivery_.next());
        return {.finished = delivery_.next(),
                .stopped = delivery_.was_stopped(),
                .timed_out = is_time_over_ && delivery_.next() < positions_.count,
                .interrupted = interruptions_ > 0};
    }

private:
    struct Worker {
        std::optional<ForkedProcess> process;
        std::vector<std::uint8_t> unread;  // the beginning of a frame
        bool is_ready = false;             // has made its job
    };

    void start(unsigned worker) {
        if (ledger_.is_over()) return;
        workers_[worker].unread.clear();
        workers_[worker].is_ready = false;
        workers_[worker].process.emplace([this, worker](int results) {
            for (Worker& sibling : workers_) {
                if (sibling.process.has_value()) sibling.process->disown();
            }
            work(results, worker, positions_, make_job_, ledger_);
        });
        ++living_;
    }

    void step() {
        const std::size_t bytes = listen();
        keep_time();
        if (bytes > 0 && bytes < trickle_size) {
            pollfd interruption{.fd = interruption_.descriptor(), .events = POLLIN, .revents = 0};
            poll(&interruption, 1, static_cast<int>(nap.count()));
        }
    }

    // Waits until something happens, and handles it. Returns the bytes that were read.
    std::size_t listen() {
        waited_.assign(1, {.fd = interruption_.descriptor(), .events = POLLIN, .revents = 0});
        for (unsigned worker = 0; worker < workers_.size(); ++worker) {
            const int descriptor = is_heard(worker) ? workers_[worker].process->results() : -1;
            waited_.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
        }
        const int ready = poll(waited_.data(), waited_.size(), timeout());
        if (ready < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "poll");
        }
        if (ready <= 0) return 0;
        if (waited_[0].revents != 0) interrupt();
        std::size_t bytes = 0;
        for (unsigned worker = 0; worker < workers_.size(); ++worker) {
            if (waited_[worker + 1].revents != 0) bytes += hear(worker);
        }
        return bytes;
    }

    // A worker that is not heard stops writing when its pipe is full. The one that holds the next
    // position always is, so something is always on its way to be delivered.
    [[nodiscard]] bool is_heard(unsigned worker) const {
        return workers_[worker].process.has_value() &&
               (delivery_.bytes_aside() < bytes_aside_max ||
                ledger_.is_taken_by(worker, delivery_.next()));
    }

    std::size_t hear(unsigned worker) {
        Worker& heard = workers_[worker];
        const std::size_t size_before = heard.unread.size();
        if (!read_some(heard.process->results(), heard.unread)) {
            bury(worker);
            return 0;
        }
        const std::size_t bytes = heard.unread.size() - size_before;
        ByteView rest = heard.unread;
        while (take_frame(heard, rest)) {
        }
        heard.unread.erase(heard.unread.begin(),
                           heard.unread.end() - static_cast<std::ptrdiff_t>(rest.size()));
        return bytes;
    }

    bool take_frame(Worker& from, ByteView& bytes) {
        FrameHeader header;
        if (bytes.size() < sizeof header) return false;
        std::memcpy(&header, bytes.data(), sizeof header);
        if (bytes.size() - sizeof header < header.size) return false;
        const ByteView result = bytes.subspan(sizeof header, header.size);
        bytes = bytes.subspan(sizeof header + header.size);
        if (header.position == ready_mark) {
            from.is_ready = true;
        } else {
            delivery_.accept(header.position, result);
        }
        return true;
    }

    // A worker is gone: because nothing is left, or because of the world it held.
    void bury(unsigned worker) {
        ForkedProcess& process = *workers_[worker].process;
        const ProcessEnd end = process.wait();
        WorldCrash crash{
            .signal = end.signal, .exit_code = end.exit_code, .last_words = process.last_words()};
        const bool was_ready = workers_[worker].is_ready;
        workers_[worker].process.reset();
        --living_;
        if (is_killed_) return;
        if (const std::optional<std::uint64_t> position = held_by(worker)) {
            delivery_.accept(*position, std::move(crash));
        } else if (!was_ready) {
            throw std::runtime_error("a worker died before its first world: " + crash.last_words);
        }
        start(worker);
    }

    // The position that this worker took and sent no result of.
    [[nodiscard]] std::optional<std::uint64_t> held_by(unsigned worker) const {
        for (std::uint64_t i = 0; i < CampaignLedger::window; ++i) {
            const std::uint64_t position = delivery_.next() + i;
            if (ledger_.is_taken_by(worker, position) && !delivery_.has(position)) return position;
        }
        return std::nullopt;
    }

    void interrupt() {
        interruptions_ += interruption_.take();
        ledger_.close();
        if (interruptions_ < 2) return;
        is_killed_ = true;
        for (const Worker& worker : workers_) {
            if (worker.process.has_value()) worker.process->kill();
        }
    }

    void keep_time() {
        const nanoseconds elapsed = SteadyClock::now() - started_;
        if (plan_.time_limit.has_value() && elapsed >= *plan_.time_limit) {
            is_time_over_ = true;
            ledger_.close();
        }
        if (elapsed >= next_progress_) {
            if (handler_.on_progress) handler_.on_progress(delivery_.next());
            next_progress_ = elapsed + progress_period;
        }
    }

    // Milliseconds to wait at most.
    [[nodiscard]] int timeout() const {
        nanoseconds longest = progress_period;
        if (plan_.time_limit.has_value() && !is_time_over_) {
            const nanoseconds left = *plan_.time_limit - (SteadyClock::now() - started_);
            longest = std::clamp(left, nanoseconds{0}, longest);
        }
        return static_cast<int>(std::chrono::ceil<milliseconds>(longest).count());
    }

    const CampaignPlan& plan_;
    const MakeWorldJob& make_job_;
    const CampaignHandler& handler_;
    CampaignPositions positions_;
    CampaignLedger ledger_;
    CampaignDelivery delivery_;
    CampaignInterruption interruption_;
    std::vector<Worker> workers_;
    std::vector<pollfd> waited_;
    std::size_t living_ = 0;
    std::uint64_t interruptions_ = 0;
    bool is_killed_ = false;
    bool is_time_over_ = false;
    SteadyClock::time_point started_ = SteadyClock::now();
    nanoseconds next_progress_ = progress_period;
};

}  // namespace

CampaignEnd run_campaign(const CampaignPlan& plan,
                         const MakeWorldJob& make_job,
                         const CampaignHandler& handler) {
    return Campaign(plan, make_job, handler).run();
}

}  // namespace invitro::sim
