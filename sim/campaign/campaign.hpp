// A campaign: many independent worlds on several worker processes.
//
// World `i` of a campaign depends on nothing but the campaign and `i`; who runs it, and when, does
// not matter. Workers are forked from a parent that has no SimGrid engine; each builds its own. A
// worker's death is a finding about the world it was running, and a new worker goes on after it.
#pragma once

#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace invitro::sim {

struct CampaignPlan {
    std::uint64_t first = 0;   // index of the first world
    std::uint64_t count = 1;   // worlds in the whole campaign (all shards); max: no bound
    std::uint64_t shard = 0;   // this part ...
    std::uint64_t shards = 1;  // ... of so many: indices with index % shards == shard
    unsigned jobs = 1;         // worker processes
    std::optional<std::chrono::nanoseconds> time_limit = {};  // hand out no new world after this
};

// What a worker process does: made once in each worker after the fork (it may build an engine),
// then called for each world; the bytes it returns reach the parent.
using WorldJob = std::function<std::vector<std::uint8_t>(std::uint64_t index)>;
using MakeWorldJob = std::function<WorldJob()>;

struct WorldCrash {
    std::uint64_t index = 0;
    int signal = 0;  // that killed the worker, 0 if it exited by itself
    int exit_code = 0;
    std::string last_words = {};  // what it wrote to stderr during this world (its tail)
};

struct CampaignHandler {
    // In order of index, each index exactly once, unless it crashed. Return false to stop handing
    // out worlds (those under way are still finished and reported). The bytes hold during the call.
    std::function<bool(std::uint64_t index, protocol::ByteView result)> on_result = {};
    std::function<bool(const WorldCrash& crash)> on_crash = {};  // in its place in the order
    // Now and then, for a progress display: worlds finished so far.
    std::function<void(std::uint64_t finished)> on_progress = {};
};

struct CampaignEnd {
    std::uint64_t finished = 0;  // worlds reported
    bool stopped = false;        // a handler said so
    bool timed_out = false;
    bool interrupted = false;  // SIGINT or SIGTERM: what was under way is finished and reported
};

// With jobs == 1 one worker process is used all the same, so that a crash stays a finding. A second
// signal while the first is being obeyed kills the workers. Throws std::system_error if the system
// denies processes or memory, std::runtime_error if a worker dies while it makes its job. One
// campaign at a time in a process. Precondition: jobs >= 1, shard < shards.
CampaignEnd run_campaign(const CampaignPlan& plan,
                         const MakeWorldJob& make_job,
                         const CampaignHandler& handler);

}  // namespace invitro::sim
